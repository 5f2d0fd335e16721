"""The paper that pictures are drawn on: fonts, colours, page and axis. Sizes in units of 1/150 inch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from math import floor
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from gongd.core.errors import PictureError
from gongd.core.words import Text

A4_WIDTH, A4_HEIGHT = 1754, 1240
"""A4 landscape in units of 1/150 inch: what all sizes below are given in."""
SCALE = 2
"""Pixels of the PNG to a unit: 300 dots an inch."""

NO_FONT = Text(
    vi="Không có phông chữ tiếng Việt để vẽ. Chạy: sudo apt install fonts-dejavu-core",
    en="No font with Vietnamese letters to draw with. Run: sudo apt install fonts-dejavu-core",
)
NOT_WRITTEN = Text(vi="Không ghi được hình {path}: {reason}", en="Cannot write the picture {path}: {reason}")

_FONTS = {
    False: ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf"),
    True: ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "LiberationSans-Bold.ttf"),
}
"""In the order in which they are looked for; all have Vietnamese. Debian: fonts-dejavu-core."""

MARGIN = 70
LABEL_WIDTH = 190
_TICK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_TICK_LEAST = 80
_FEW_COLOURS = 64


class Ink(Enum):
    """The colours, by what they mean."""

    TEXT = "#1f2933"
    FAINT = "#7b8794"
    GRID = "#e4e7eb"
    STROKE = "#8a4b08"
    BLAST = "#1d6fa5"
    WORD = "#2f7d4f"
    RELAY = "#52606d"
    PRESS = "#b7791f"
    ALARM = "#c0362c"
    LOOP = "#fdf3d7"
    ENDING = "#eef2f6"
    PAPER = "#ffffff"


@lru_cache(maxsize=64)
def font(size: int, bold: bool = False, scale: int = SCALE) -> ImageFont.FreeTypeFont:
    """A font with Vietnamese letters. Raises PictureError."""
    for name in _FONTS[bold]:
        try:
            return ImageFont.truetype(name, size * scale)
        except OSError:
            continue
    raise PictureError(NO_FONT)


def width_of(text: str, size: int, bold: bool = False) -> float:
    """How wide a text is, in units."""
    return font(size, bold).getlength(text) / SCALE


def wrapped(text: str, size: int, width: float) -> Iterator[str]:
    """The lines of a text that fit into `width` units."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and width_of(longer, size) > width:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def plain_seconds(at_s: float) -> str:
    """An instant on an axis of seconds."""
    return f"{at_s:g}"


@dataclass(frozen=True, slots=True)
class Axis:
    """Seconds to units across the page."""

    start_s: float
    stop_s: float

    @property
    def unit_per_s(self) -> float:
        return (A4_WIDTH - 2 * MARGIN - LABEL_WIDTH) / (self.stop_s - self.start_s)

    def x(self, at_s: float) -> float:
        clipped_s = min(max(at_s, self.start_s), self.stop_s)
        return MARGIN + LABEL_WIDTH + (clipped_s - self.start_s) * self.unit_per_s

    def ticks_s(self) -> Iterator[float]:
        widest = _TICK_STEPS_S[-1]
        step_s = next((step for step in _TICK_STEPS_S if step * self.unit_per_s >= _TICK_LEAST), widest)
        tick = -floor(-self.start_s / step_s)
        while tick * step_s <= self.stop_s:
            yield float(tick * step_s)
            tick += 1


class Page:
    """White paper A4 wide; sizes and places in units."""

    def __init__(self, height: int) -> None:
        self.height = height
        self._image = Image.new("RGB", (A4_WIDTH * SCALE, height * SCALE), Ink.PAPER.value)
        self._draw = ImageDraw.Draw(self._image)

    def text(
        self, x: float, y: float, text: str, size: int, ink: Ink = Ink.TEXT, anchor: str = "la", bold: bool = False
    ) -> None:
        self._draw.text((x * SCALE, y * SCALE), text, ink.value, font(size, bold), anchor)

    def line(self, x: float, y: float, to_x: float, to_y: float, ink: Ink, width: float) -> None:
        ends = (x * SCALE, y * SCALE, to_x * SCALE, to_y * SCALE)
        self._draw.line(ends, ink.value, max(1, round(width * SCALE)))

    def box(self, x: float, y: float, to_x: float, to_y: float, ink: Ink, round_by: float = 0) -> None:
        corners = (x * SCALE, y * SCALE, max(to_x, x + 1) * SCALE, to_y * SCALE)
        self._draw.rounded_rectangle(corners, min(round_by, (to_x - x) / 2) * SCALE if to_x > x else 0, ink.value)

    def shape(self, points: Sequence[tuple[float, float]], ink: Ink) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], ink.value)

    def dot(self, x: float, y: float, radius: float, ink: Ink) -> None:
        self.box(x - radius, y - radius, x + radius, y + radius, ink, radius)

    def heading(self, title: str, caption: str) -> float:
        """Title and caption; returns where the rest may begin."""
        self.text(MARGIN, MARGIN - 10, title, 46, bold=True)
        y = MARGIN + 62.0
        for line in wrapped(caption, 25, A4_WIDTH - 2 * MARGIN):
            self.text(MARGIN, y, line, 25)
            y += 38
        return y

    def notes(self, notes: Sequence[str], draw: bool) -> float:
        """The lines at the foot of the page; returns their height."""
        lines = [line for note in notes for line in wrapped(note, 21, A4_WIDTH - 2 * MARGIN)]
        for number, line in enumerate(lines if draw else ()):
            self.text(MARGIN, self.height - MARGIN - 32 * (len(lines) - number), line, 21)
        return 32.0 * len(lines)

    def axis(self, axis: Axis, top: float, bottom: float, label: Callable[[float], str], unit: str) -> None:
        """Lines down through all rows, and what they mean below."""
        for at_s in axis.ticks_s():
            self.line(axis.x(at_s), top, axis.x(at_s), bottom, Ink.GRID, 1)
            self.text(axis.x(at_s), bottom + 12, label(at_s), 19, Ink.FAINT, "ma")
        self.line(MARGIN + LABEL_WIDTH, bottom, A4_WIDTH - MARGIN, bottom, Ink.FAINT, 1.5)
        self.text(MARGIN + LABEL_WIDTH - 16, bottom + 12, unit, 19, Ink.FAINT, "ra")

    def row_title(self, title: str, y: float) -> None:
        size = next((size for size in (22, 19, 16) if width_of(title, size) < LABEL_WIDTH - 16), 14)
        self.text(MARGIN, y, title, size, anchor="lm")

    def label(self, x: float, to_x: float, y: float, label: str, ink: Ink) -> None:
        """A label in the middle of a band where it fits, in white; else above, in the band's own ink."""
        if width_of(label, 18) + 10 <= to_x - x:
            self.text((x + to_x) / 2, y, label, 18, Ink.PAPER, "mm")
            return
        half = width_of(label, 16) / 2
        middle = min(max((x + to_x) / 2, MARGIN + LABEL_WIDTH + half), A4_WIDTH - MARGIN - half)
        self.text(middle, y - 34, label, 16, ink, "mm")

    def save(self, path: Path) -> None:
        """Write the PNG. Raises PictureError."""
        try:
            self._image.save(path, "PNG", dpi=(150 * SCALE, 150 * SCALE))
        except (OSError, ValueError) as error:
            raise PictureError(NOT_WRITTEN.fill(path=path, reason=error)) from error


def copy_small(path: Path, to: Path) -> None:
    """A PNG again at half its size and in few colours, for a page on the web. Raises PictureError."""
    try:
        with Image.open(path) as image:
            half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
        half.quantize(_FEW_COLOURS).save(to, "PNG", optimize=True)
    except (OSError, ValueError) as error:
        raise PictureError(NOT_WRITTEN.fill(path=to, reason=error)) from error
