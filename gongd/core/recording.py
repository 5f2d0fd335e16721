"""What kind of recording some bytes are, by their first bytes. Pure: nothing here decodes."""

from collections.abc import Callable, Mapping

UNREADABLE = "clip-unreadable"
"""Why a clip is not played: its bytes are no recording that the studio can decode."""

_KINDS: Mapping[str, Callable[[bytes], bool]] = {
    ".wav": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WAVE",
    ".ogg": lambda data: data[:4] == b"OggS",
    ".flac": lambda data: data[:4] == b"fLaC",
    ".mp3": lambda data: data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0),
}
"""RFC 2361 (WAV), RFC 3533 (Ogg), RFC 9639 (FLAC), and an ID3 tag or the eleven set bits of a frame (ISO 11172-3)."""


def suffix_of(data: bytes) -> str | None:
    """The ending of a file that holds this recording; None for anything else, such as a list that names other files."""
    return next((suffix for suffix, fits in _KINDS.items() if fits(data)), None)
