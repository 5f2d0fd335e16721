"""The picture of the commune: what each village's relays did, what the desk did, and when one was cut off."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from gongd.adapters.picture import Band, Ink, Lane, Mark, draw_history
from gongd.core.words import Text
from gongd.demo.commune.play import CommuneStory
from gongd.demo.pins import stretches
from gongd.demo.village import AMPLIFIER, STRIKER, STROBE, Village

BEFORE_S, AFTER_S = 2.0, 2.0

_TITLE = Text("Một đêm của cả xã", "One night of a commune")
_CAPTION = Text(
    "Kẻng ở ba thôn (giây 0). Bàn trực báo cháy khu ven sông rồi báo yên. Thôn 3 đứt mạng, nút ở đó vẫn kêu.",
    "The gong in three villages (second 0). The desk raises fire by the river, then the all clear. "
    "Thôn 3 is cut off; its button works.",
)
_LANES = (
    (AMPLIFIER, Text("tăng âm", "amplifier"), Ink.RELAY),
    (STRIKER, Text("búa", "striker"), Ink.STROKE),
    (STROBE, Text("đèn chớp", "strobe"), Ink.ALARM),
)
_DESK = Text("bàn trực", "the desk")
_ALERT = Text("báo cháy khu ven sông", "fire alarm by the river")
_CANCEL = Text("báo yên", "all clear")
_CUT = Text("Thôn 3 đứt mạng", "Thôn 3 is cut off")


def draw_commune(path: Path, story: CommuneStory, villages: Sequence[Village]) -> None:
    """Write the PNG. Raises PictureError, OSError."""
    zero = min(story.gongs)
    lanes = [*_pins(story, villages, zero), _desk(story, zero)]
    title, caption = f"{_TITLE.vi} · {_TITLE.en}", f"{_CAPTION.vi} {_CAPTION.en}"
    draw_history(path, title, caption, lanes, -BEFORE_S, story.ended_at - zero + AFTER_S)


def _pins(story: CommuneStory, villages: Sequence[Village], zero: float) -> Iterator[Lane]:
    for village in villages:
        for pin, what, ink in _LANES:
            on = stretches(story.edges[village.id], pin, story.ended_at)
            bands = tuple(Band(start - zero, stop - zero, "", ink) for start, stop in on)
            yield Lane(f"{village.name}: {what.vi} · {what.en}", bands)


def _desk(story: CommuneStory, zero: float) -> Lane:
    away = Band(story.was_cut_at - zero, story.mended_at - zero, f"{_CUT.vi} · {_CUT.en}", Ink.TEXT)
    marks = tuple(
        Mark(at - zero, f"{what.vi} · {what.en}", Ink.TEXT)
        for at, what in ((story.ordered_at, _ALERT), (story.cancelled_at, _CANCEL))
    )
    return Lane(f"{_DESK.vi} · {_DESK.en}", (away,), marks)
