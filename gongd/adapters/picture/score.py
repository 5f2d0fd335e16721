"""A signal's timeline as a picture, to pin beside the gong."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import cos, tau
from pathlib import Path

from gongd.adapters.picture.paper import (
    A4_HEIGHT,
    A4_WIDTH,
    LABEL_WIDTH,
    MARGIN,
    Axis,
    Ink,
    Page,
    plain_seconds,
    width_of,
)
from gongd.core.cue import CueSheet, cues_between
from gongd.core.pattern import Blast, Tone
from gongd.core.timeline import Passage, Timeline
from gongd.core.words import Language, Text

_GONG = Text(vi="Kẻng", en="Gong")
_SIREN = Text(vi="Còi", en="Siren")
_VOICE = Text(vi="Loa nói", en="Spoken")
_SECONDS = Text(vi="giây", en="seconds")
_LOOP = Text(vi="lặp lại đến khi có người tắt", en="again and again until stopped")
_ENDING = Text(vi="kết thúc", en="at the end")
_TONES = {Tone.WAILING: Text(vi="còi hú", en="wailing"), Tone.STEADY: Text(vi="còi đều", en="steady")}
WORD_NAMES: Mapping[str, Text] = {
    "full": Text(vi="lời báo", en="full text"),
    "short": Text(vi="lời ngắn", en="short text"),
    "drill-before": Text(vi="trước buổi tập", en="before the drill"),
    "drill-during": Text(vi="đang tập", en="during the drill"),
    "drill-after": Text(vi="hết tập", en="after the drill"),
    "test": Text(vi="thử loa", en="test"),
    "pause": Text(vi="tạm dừng loa", en="pause"),
}

_WAIL_PERIOD = 26
_ABOVE_ROWS = 20
_TALLEST_UNIT = 130.0


def draw_timeline(
    path: Path,
    timeline: Timeline,
    sheet: CueSheet,
    title: str,
    caption: str,
    language: Language = Language.VI,
    spoken: Mapping[str, str] | None = None,
) -> None:
    """The timeline on A4 landscape: `title`, the sentence `caption`, strokes, blasts, words and relays over seconds.

    The head is drawn once, its last pass of the loop marked as what repeats, then the ending. `spoken` has the text of
    a word by its key, to be printed below. Raises PictureError.
    """
    page = Page(A4_HEIGHT)
    top = page.heading(title, caption)
    notes = [f"{_name(key, language)}: “{text}”" for key, text in (spoken or {}).items()]
    bottom = A4_HEIGHT - MARGIN - page.notes(notes, draw=False)
    page.notes(notes, draw=True)
    _Score(page, timeline, sheet, language, top + 40, bottom - 60).draw()
    page.save(path)


def _name(key: str, language: Language) -> str:
    return WORD_NAMES[key].read(language) if key in WORD_NAMES else key


class _Score:
    """One timeline between `top` and `bottom` of a page."""

    def __init__(
        self, page: Page, timeline: Timeline, sheet: CueSheet, language: Language, top: float, bottom: float
    ) -> None:
        self.page, self.timeline, self.sheet, self.language = page, timeline, sheet, language
        self.turn_s = timeline.head.duration_s
        self.end_s = self.turn_s + (timeline.ending.duration_s if timeline.ending else 0.0)
        self.axis = Axis(-sheet.lead_s, max(self.end_s + sheet.tail_s, 1.0))
        self.top, self.bottom = top, bottom

    def draw(self) -> None:
        """Everything: grounds first, then the axis, then row after row."""
        rows = list(self._rows())
        room = (self.bottom - self.top - _ABOVE_ROWS) / max(sum(weight for weight, _ in rows), 1.0)
        unit = min(room, _TALLEST_UNIT)
        self.bottom = self.top + _ABOVE_ROWS + unit * sum(weight for weight, _ in rows)
        self._grounds()
        self.page.axis(self.axis, self.top, self.bottom, self._tick, _SECONDS.read(self.language))
        top = self.top + _ABOVE_ROWS
        for weight, draw in rows:
            draw(top, top + unit * weight)
            top += unit * weight

    def _tick(self, at_s: float) -> str:
        return "" if at_s > self.turn_s and self.timeline.loop else plain_seconds(at_s)

    def _grounds(self) -> None:
        if self.timeline.loop:
            self._ground(self.turn_s - self.timeline.loop.duration_s, self.turn_s, Ink.LOOP, _LOOP)
        if self.timeline.ending:
            self._ground(self.turn_s, self.end_s, Ink.ENDING, _ENDING)

    def _ground(self, start_s: float, stop_s: float, ink: Ink, text: Text) -> None:
        x, to_x = self.axis.x(start_s), self.axis.x(stop_s)
        self.page.box(x, self.top, to_x, self.bottom, ink)
        label = text.read(self.language)
        size = next((size for size in (19, 17, 15) if width_of(label, size) <= to_x - x - 8), 15)
        anchor, at_x = ("mm", (x + to_x) / 2) if width_of(label, size) <= to_x - x else ("rm", to_x)
        self.page.text(at_x, self.top - 14, label, size, Ink.FAINT, anchor)

    def _rows(self) -> Iterator[tuple[float, Callable[[float, float], None]]]:
        """Weight and drawing of each row that has something to show."""
        passages = (self.timeline.head, self.timeline.ending)
        if any(passage and passage.strokes for passage in passages):
            yield 3.0, self._strokes
        if any(passage and passage.blasts for passage in passages):
            yield 2.0, self._blasts
        if any(passage and passage.words for passage in passages):
            yield 1.3, self._words
        for relay in (line.relay for line in self.sheet.lines):
            yield 0.7, partial(self._relay, relay)

    def _placed(self) -> Iterator[tuple[float, Passage]]:
        yield 0.0, self.timeline.head
        if self.timeline.ending:
            yield self.turn_s, self.timeline.ending

    def _strokes(self, top: float, bottom: float) -> None:
        base, tallest = bottom - 16, bottom - top - 44
        self._row(_GONG.read(self.language), base, (top + bottom) / 2)
        thick = min(4.0, max(1.5, self.axis.unit_per_s * 0.07))
        for shift_s, passage in self._placed():
            for stroke in passage.strokes:
                x, y = self.axis.x(shift_s + stroke.at_s), base - tallest * max(stroke.strength, 0.05)
                self.page.line(x, base, x, y, Ink.STROKE, thick)
                self.page.dot(x, y, 1.5 * thick, Ink.STROKE)

    def _blasts(self, top: float, bottom: float) -> None:
        base, tallest = bottom - 16, bottom - top - 44
        self._row(_SIREN.read(self.language), base, (top + bottom) / 2)
        for shift_s, passage in self._placed():
            for blast in passage.blasts:
                x, to_x = (self.axis.x(shift_s + at_s) for at_s in (blast.at_s, blast.at_s + blast.duration_s))
                self._blast(blast, x, to_x, base, tallest)

    def _blast(self, blast: Blast, x: float, to_x: float, base: float, tallest: float) -> None:
        wails = blast.tone is Tone.WAILING
        count = max(2, round(to_x - x))
        period = (to_x - x) / max(1, round((to_x - x) / _WAIL_PERIOD))
        across = [x + (to_x - x) * number / count for number in range(count + 1)]
        swells = [0.7 - 0.3 * cos(tau * (at_x - x) / period) if wails else 1.0 for at_x in across]
        curve = [(at_x, base - tallest * swell) for at_x, swell in zip(across, swells, strict=True)]
        self.page.shape([(x, base), *curve, (to_x, base)], Ink.BLAST)
        self.page.label(x, to_x, base - tallest * 0.2, _TONES[blast.tone].read(self.language), Ink.BLAST)

    def _words(self, top: float, bottom: float) -> None:
        middle = (top + bottom) / 2 + 8
        self.page.row_title(_VOICE.read(self.language), middle)
        for shift_s, passage in self._placed():
            for word in passage.words:
                x, to_x = (self.axis.x(shift_s + at_s) for at_s in (word.at_s, word.at_s + word.duration_s))
                self.page.box(x, middle - 22, to_x, middle + 22, Ink.WORD, 8)
                self.page.label(x, to_x, middle, _name(word.key, self.language), Ink.WORD)

    def _relay(self, relay: str, top: float, bottom: float) -> None:
        half = min((bottom - top) / 2 - 4, 13)
        middle = (top + bottom) / 2
        self._row(relay, middle + half, middle)
        for on_s, off_s in _on_stretches(self.sheet, relay, self.turn_s, self.end_s):
            self.page.box(self.axis.x(on_s), middle - half, self.axis.x(off_s), middle + half, Ink.RELAY)

    def _row(self, title: str, base: float, middle: float) -> None:
        self.page.row_title(title, middle)
        self.page.line(MARGIN + LABEL_WIDTH, base, A4_WIDTH - MARGIN, base, Ink.FAINT, 0.5)


def _on_stretches(sheet: CueSheet, relay: str, turn_s: float, end_s: float) -> Iterator[tuple[float, float]]:
    on_s = None
    for cue in cues_between(sheet, -sheet.lead_s, end_s + sheet.tail_s + 1.0, turn_s, end_s):
        if cue.relay == relay and cue.on:
            on_s = cue.at_s
        elif cue.relay == relay and on_s is not None:
            yield on_s, cue.at_s
            on_s = None
