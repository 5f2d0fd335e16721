"""The label of a print: whole and unchanged, or refused."""

import hashlib
import json
from dataclasses import replace

import pytest

from gongd.core.errors import PrintError
from gongd.core.label import LABEL_MOST, Label, read_label, write_label
from gongd.core.timeline import Passage, Timeline

TIMELINE = Timeline(head=Passage((), (), (), 2.0), loop=None, ending=None)
LABEL = Label("fire-actual-1", 24_000, 48_000, 100, 20, "0" * 64, ("full",), ("test",), TIMELINE)
MAGIC = b"gongd-print 1 "


def _with_line(line: bytes) -> bytes:
    return MAGIC + hashlib.sha256(line).hexdigest().encode() + b"\n" + line + b"\n"


def test_a_label_is_two_lines_and_is_read_again() -> None:
    written = write_label(LABEL)
    first, line, rest = written.split(b"\n")
    assert first == MAGIC + hashlib.sha256(line).hexdigest().encode()
    assert rest == b""
    assert read_label(written + b"\n\x01" * 10) == (LABEL, len(written))
    assert line.decode() == json.dumps(json.loads(line), separators=(",", ":"), sort_keys=True)


def test_it_says_how_much_sound_must_follow() -> None:
    assert LABEL.pcm_bytes == 2 * (48_000 + 100 + 20)


@pytest.mark.parametrize("rate", [1_000, 192_000])
def test_rates_that_a_card_can_play_are_sensible(rate: int) -> None:
    label = replace(LABEL, rate=rate)
    assert read_label(write_label(label))[0] == label


def test_the_largest_print_is_two_gigabytes() -> None:
    label = replace(LABEL, head_frames=2**30, loop_frames=0, ending_frames=0)
    assert read_label(write_label(label))[0] == label


WRITTEN = write_label(LABEL)
TORN = {
    "no label": (b"", WRITTEN[1:], WRITTEN[:-1], MAGIC, WRITTEN.replace(b"print 1", b"print 2")),
    "label changed": (WRITTEN.replace(b"48000", b"48001"), MAGIC + b"0" * 64 + b"\n{}\n", WRITTEN[:78] + WRITTEN[79:]),
    "label not understood": (_with_line(b"{}"), _with_line(b"[" * 100_000), _with_line(b"\xff"), _with_line(b"")),
    "impossible numbers": tuple(
        write_label(replace(LABEL, **{field: value}))  # type: ignore[arg-type]
        for field, value in (
            *(("rate", 999), ("rate", 192_001), ("head_frames", -1), ("loop_frames", -1), ("ending_frames", -1)),
            ("head_frames", 2**30 + 1),
        )
    ),
}


@pytest.mark.parametrize(("what", "data"), [(what, data) for what, several in TORN.items() for data in several])
def test_anything_else_is_a_damaged_print(what: str, data: bytes) -> None:
    with pytest.raises(PrintError) as told:
        read_label(data)
    assert told.value.text.en == f"damaged print: {what}"
    assert told.value.text.vi == f"Bản dựng âm thanh hỏng: {what}"


def test_a_label_without_end_is_not_looked_for_for_ever() -> None:
    long = replace(LABEL, stem="x" * LABEL_MOST)
    with pytest.raises(PrintError, match="no label"):
        read_label(write_label(long))
