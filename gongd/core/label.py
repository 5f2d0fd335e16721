"""The label of a print: what a file of sound says of itself, in front of its PCM. Bytes to values and back; pure.

A print file is three things in a row, readable with the standard library alone:

    gongd-print 1 <SHA-256 of the next line, without its newline, in hexadecimal>\\n
    <the label as one line of JSON>\\n
    <PCM: head, then loop, then ending; signed 16 bit little endian, mono>
"""

import hashlib
import json
from dataclasses import dataclass

from gongd.core.errors import PrintError
from gongd.core.plain import from_plain, to_plain
from gongd.core.timeline import Timeline, from_json, to_json
from gongd.core.words import Text

RATE = 24_000
"""Frames a second. Horns reproduce about 400 Hz to 6 kHz (signals.md): twelve kilohertz of bandwidth is plenty."""

FRAME_BYTES = 2
"""One frame: one sample of 16 bits, mono."""

LABEL_MOST = 1_000_000
"""The longest label in bytes that is read: more can only be damage."""

_MAGIC = b"gongd-print 1 "
_FIRST_LINE = len(_MAGIC) + 64 + 1

_TORN = Text(vi="Bản dựng âm thanh hỏng: {what}", en="damaged print: {what}")


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in front of the PCM. `sha256` is of the PCM, in hexadecimal. Counts are of frames.

    The head is longer than the timeline's head: it runs on until the last tone of the head has died, and the loop
    begins there, so that head and loop, and loop and loop, meet without a seam.
    `voiceless` are the keys of words that nobody could speak, or whose own recordings could not be used;
    `borrowed` those for which a shipped clip stood in, which knows no names.
    """

    stem: str
    rate: int
    head_frames: int
    loop_frames: int
    ending_frames: int
    sha256: str
    voiceless: tuple[str, ...]
    borrowed: tuple[str, ...]
    timeline: Timeline

    @property
    def pcm_bytes(self) -> int:
        """How much PCM must follow the label."""
        return (self.head_frames + self.loop_frames + self.ending_frames) * FRAME_BYTES


def write_label(label: Label) -> bytes:
    """The two lines that stand in front of the PCM."""
    line = json.dumps(to_plain(label), separators=(",", ":"), sort_keys=True).encode()
    return _MAGIC + hashlib.sha256(line).hexdigest().encode() + b"\n" + line + b"\n"


def read_label(start: bytes) -> tuple[Label, int]:
    """The label in the first bytes of a file (`LABEL_MOST` of them are enough), and where its PCM begins.

    Raises PrintError for anything else than a whole, unchanged label that makes sense.
    """
    end = start.find(b"\n", _FIRST_LINE, LABEL_MOST)
    if not start.startswith(_MAGIC) or end < 0:
        raise _torn("no label")
    line = start[_FIRST_LINE:end]
    if start[len(_MAGIC) : _FIRST_LINE] != hashlib.sha256(line).hexdigest().encode() + b"\n":
        raise _torn("label changed")
    return _sensible(_parsed(line)), end + 1


def _parsed(line: bytes) -> Label:
    try:
        label = from_plain(Label, json.loads(line))
        from_json(to_json(label.timeline))
        return label
    except (ValueError, RecursionError) as reason:
        raise _torn("label not understood") from reason


def _sensible(label: Label) -> Label:
    counts = (label.head_frames, label.loop_frames, label.ending_frames)
    if not 1_000 <= label.rate <= 192_000 or min(counts) < 0 or label.pcm_bytes > 2**31:
        raise _torn("impossible numbers")
    return label


def _torn(what: str) -> PrintError:
    return PrintError(_TORN.fill(what=what))
