"""A settings file that the desk pushes: the same checks as any file, and sections that only a technician may change."""

from collections.abc import Iterator
from pathlib import Path

from gongd.core.words import Text
from gongd.settings.loader import CHECKED, parse
from gongd.settings.model import JournalSettings, Settings
from gongd.settings.sense import Check, Draft, Remark

FORBIDDEN = ("box", "mqtt", "trust", "journal")
"""wire.md: who the box is, whom it talks to, whom it obeys, and where it keeps what it knows."""

_NOT_FROM_AFAR = Text(
    vi="Bàn trực không đổi được mục này: chỉ kỹ thuật viên sửa được, tại cụm loa",
    en="The desk cannot change this section: only a technician can, at the box",
)


def parse_pushed(data: bytes, file: str, folder: Path, held: Settings) -> Settings:
    """Read a pushed file over the settings `held`. Raises ConfigError with every problem, in the order of the file."""
    return parse(data, file, folder, (*CHECKED, _stands(held)))


def _stands(held: Settings) -> Check:
    def sections_stand(draft: Draft) -> Iterator[Remark]:
        """None of the forbidden sections says anything else than before."""
        read = draft.parts.values
        said = {"box": draft.parts.box, "mqtt": read.get("mqtt"), "trust": read.get("trust")}
        said["journal"] = read.get("journal", JournalSettings())
        for section in FORBIDDEN:
            if said[section] != getattr(held, section):
                yield Remark((section,), _NOT_FROM_AFAR)

    return sections_stand
