"""Many nights of many boxes at a glance: one row a box, one small square a night, its colour says what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from gongd.adapters.picture.paper import A4_WIDTH, MARGIN, NOT_WRITTEN, Ink, font
from gongd.core.errors import PictureError

_LABEL = 240
_TITLE, _SMALL = 34, 19
_LEGEND_STEP = 34
_LARGEST = 14
_MOST_HEIGHT = 8000


@dataclass(frozen=True, slots=True)
class Colour:
    """What a letter of a row means, and how it is drawn."""

    colour: str
    meaning: str


def draw_nights(
    path: Path, title: str, caption: str, rows: Sequence[tuple[str, str]], colours: Mapping[str, Colour]
) -> None:
    """Write a PNG. `rows` are labels and letters, one letter a night. Raises PictureError."""
    longest = max((len(letters) for _, letters in rows), default=1)
    width = A4_WIDTH - 2 * MARGIN - _LABEL
    side = max(1.0, min(_LARGEST, width / max(1, longest)))
    height = max(2.0, min(side, (_MOST_HEIGHT - 400) / max(1, len(rows))))
    used = {letter for _, letters in rows for letter in letters}
    legend = [(letter, each) for letter, each in colours.items() if letter in used]
    top = MARGIN + 110
    whole = int(top + height * len(rows) + 40 + _LEGEND_STEP * len(legend) + MARGIN)
    image = Image.new("RGB", (A4_WIDTH, whole), Ink.PAPER.value)
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN, MARGIN - 20), title, Ink.TEXT.value, font(_TITLE, True, 1))
    draw.text((MARGIN, MARGIN + 34), caption, Ink.FAINT.value, font(_SMALL, False, 1))
    for number, (label, letters) in enumerate(rows):
        y = top + number * height
        if height >= _SMALL * 0.7 or number % max(1, round(_SMALL / height)) == 0:
            draw.text((MARGIN, y), label, Ink.FAINT.value, font(min(_SMALL, 14), False, 1))
        for night, letter in enumerate(letters):
            x = MARGIN + _LABEL + night * side
            draw.rectangle((x, y, x + side - 0.2, y + height - 0.2), colours[letter].colour)
    _legend(draw, legend, top + height * len(rows) + 30)
    try:
        image.save(path, "PNG", optimize=True)
    except (OSError, ValueError) as error:
        raise PictureError(NOT_WRITTEN.fill(path=path, reason=error)) from error


def _legend(draw: ImageDraw.ImageDraw, legend: Sequence[tuple[str, Colour]], y: float) -> None:
    for number, (_, each) in enumerate(legend):
        line = y + number * _LEGEND_STEP
        draw.rectangle((MARGIN, line, MARGIN + 22, line + 22), each.colour)
        draw.text((MARGIN + 36, line), each.meaning, Ink.TEXT.value, font(_SMALL, False, 1))
