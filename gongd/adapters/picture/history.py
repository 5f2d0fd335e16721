"""What happened, lane by lane, as a picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from gongd.adapters.picture.paper import A4_WIDTH, MARGIN, Axis, Ink, Page, plain_seconds, width_of

_LINE = 26.0
_CURVE = 34.0
"""The greatest height of a curve above its middle."""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a lane, in seconds, with a few words inside or beside it."""

    start_s: float
    end_s: float
    label: str = ""
    ink: Ink = Ink.RELAY


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant of a lane, in seconds, with a few words beside it."""

    at_s: float
    label: str = ""
    ink: Ink = Ink.TEXT


@dataclass(frozen=True, slots=True)
class Curve:
    """How much of something there was, 0 to 1, a number for every `step_s` from `start_s` on: a sound's level."""

    start_s: float
    step_s: float
    heights: tuple[float, ...]
    ink: Ink = Ink.WORD


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a history: a relay, the loudspeaker, a button, the journal ..."""

    title: str
    bands: tuple[Band, ...] = ()
    marks: tuple[Mark, ...] = ()
    curves: tuple[Curve, ...] = ()


def draw_history(
    path: Path,
    title: str,
    caption: str,
    lanes: Sequence[Lane],
    start_s: float,
    stop_s: float,
    tick_label: Callable[[float], str] | None = None,
) -> None:
    """What happened between two instants, a lane a row. `tick_label` writes an instant on the axis; else seconds.

    Labels that would run into each other are set lower, row by row. Raises PictureError.
    """
    laid = [_Levels.of(lane, start_s, stop_s) for lane in lanes]
    rows = sum(levels.height for levels in laid)
    page = Page(ceil(MARGIN * 2 + 190 + rows))
    axis = Axis(start_s, max(stop_s, start_s + 1e-3))
    top = page.heading(title, caption) + 30
    bottom = top + rows
    page.axis(axis, top, bottom, tick_label or plain_seconds, "")
    for lane, levels in zip(lanes, laid, strict=True):
        page.row_title(lane.title, top + levels.middle)
        page.line(MARGIN, top + levels.height, A4_WIDTH - MARGIN, top + levels.height, Ink.GRID, 1)
        _draw_lane(page, axis, lane, levels, top)
        top += levels.height
    page.save(path)


@dataclass(frozen=True, slots=True)
class _Levels:
    """On which line below its lane each mark's label stands, so that none covers another."""

    levels: tuple[int, ...]
    middle: float
    height: float

    @classmethod
    def of(cls, lane: Lane, start_s: float, stop_s: float) -> "_Levels":
        """Greedy: each label on the first line where the one before it has ended."""
        axis = Axis(start_s, max(stop_s, start_s + 1e-3))
        ends: list[float] = []
        levels = []
        for mark in lane.marks:
            x, to_x = _mark_place(axis, mark)
            level = next((number for number, end in enumerate(ends) if end + 12 <= x), len(ends))
            ends[level : level + 1] = [to_x]
            levels.append(level)
        lines = max(len(ends), 1) if lane.marks else 0
        middle = 56.0 if any(_beside(axis, band) for band in lane.bands) else 44.0 if lane.curves else 28.0
        below = 30.0 if lane.bands and lines else 0.0
        return cls(tuple(levels), middle, middle + below + _LINE * max(lines - 1, 0) + (44.0 if lane.curves else 28.0))


def _beside(axis: Axis, band: Band) -> bool:
    return bool(band.label) and width_of(band.label, 18) + 10 > axis.x(band.end_s) - axis.x(band.start_s)


def _mark_place(axis: Axis, mark: Mark) -> tuple[float, float]:
    """Where a mark's dot and label begin and end; beside the right edge the label stands before the dot."""
    x, wide = axis.x(mark.at_s), 14 + width_of(mark.label, 17)
    return (x - wide, x + 6) if x + wide > A4_WIDTH - MARGIN else (x - 6, x + wide)


def _draw_lane(page: Page, axis: Axis, lane: Lane, levels: _Levels, top: float) -> None:
    middle = top + levels.middle
    for curve in lane.curves:
        _draw_curve(page, axis, curve, middle)
    for band in lane.bands:
        x, to_x = axis.x(band.start_s), axis.x(band.end_s)
        page.box(x, middle - 15, to_x, middle + 15, band.ink, 4)
        if band.label:
            page.label(x, to_x, middle, band.label, band.ink)
    first = middle + 30 if lane.bands else middle
    for mark, level in zip(lane.marks, levels.levels, strict=True):
        x, y = axis.x(mark.at_s), first + _LINE * level
        before = _mark_place(axis, mark)[0] < x - 6
        page.dot(x, y, 5, mark.ink)
        page.text(x - 12 if before else x + 12, y, mark.label, 17, mark.ink, "rm" if before else "lm")


def _draw_curve(page: Page, axis: Axis, curve: Curve, middle: float) -> None:
    """The same height above and below, as a sound is drawn."""
    over = [(axis.x(curve.start_s + number * curve.step_s), height) for number, height in enumerate(curve.heights)]
    edge = [(x, middle - _CURVE * height) for x, height in over]
    mirrored = [(x, middle + _CURVE * height) for x, height in reversed(over)]
    if len(edge) > 1:
        page.shape(edge + mirrored, curve.ink)
