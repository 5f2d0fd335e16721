"""The evidence: from the journal, the pins and the sound files, was everything that was promised really so?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gongd.core.history import line
from gongd.core.record import Kind, Record
from gongd.core.words import Text
from gongd.demo.pins import Edge, stretches
from gongd.demo.play import Story
from gongd.demo.sound import levels, seconds
from gongd.demo.village import AMPLIFIER, LAMP, SCHEDULE, STRIKER, STROBE, ZONE

Row = Mapping[str, Any]
LEAST_STROKES = 12
"""Of the gong before the alarm: its roll, at the least."""
NEAR_S = 1.0
LOUD = 0.5
"""24 dB below full scale: the gong at its night volume is louder."""

_NIGHT = Text("đêm nay có đúng một dòng: đã đánh", "tonight has exactly one record: rung")
_STROKES = Text("kẻng: {n} tiếng trước khi nhường", "the gong: {n} strokes before it gave way")
_PREEMPTED = Text("kẻng nhường báo cháy", "the gong gave way to the fire alarm")
_STARTED = Text("báo cháy bắt đầu đúng một lần, do nút", "the fire alarm began exactly once, by the button")
_LAMP = Text("đèn nút nháy khi giữ", "the button's lamp blinked while it was held")
_ALARM = Text("báo động: {n} tiếng, đèn chớp nháy", "the alarm: {n} strokes, the strobe blinked")
_SILENCED = Text("có người tắt tiếng tại chỗ, được ghi lại", "silenced on site, and recorded")
_OFF = Text("mọi chân đều tắt, không chân nào bật lại", "every pin is off, and none came on again")
_WAVES = Text("hai tệp âm thanh, có tiếng từ đầu đến cuối", "two sound files, whole and not silent")
_GAPLESS = Text("nhật ký liền số, không mất dòng nào", "the journal is numbered without a gap")
_ENDED = Text("gongd dừng êm, mã 0", "gongd ended well, exit status 0")


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing that was promised, and whether it was kept."""

    text: Text
    kept: bool


def judge(story: Story, rows: Sequence[Row]) -> tuple[Promise, ...]:
    """Every promise of the demo. Raises OSError for a sound file that cannot be read."""
    return (*_of_journal(rows), *_of_pins(story), Promise(_WAVES, _heard(story)), Promise(_ENDED, story.status == 0))


def words(records: Iterable[tuple[int, Record]]) -> list[Text]:
    """The journal as a person reads it."""
    return [line(replace(record, at=record.at.astimezone(ZONE)), number=number) for number, record in records]


def _of_journal(rows: Sequence[Row]) -> Iterator[Promise]:
    nights = [row for row in rows if row["kind"] == Kind.NIGHT]
    yield Promise(_NIGHT, [(row["schedule"], row["outcome"]) for row in nights] == [(SCHEDULE, "rung")])
    yield Promise(_PREEMPTED, _outcomes(rows, "peace") == ["started", "preempted"])
    fire = [row for row in rows if row["signal"] == "fire"]
    yield Promise(_STARTED, [row["origin"] for row in fire if row["outcome"] == "started"] == ["button"])
    yield Promise(_SILENCED, _outcomes(rows, "fire") == ["started", "silenced"])
    numbers = [row["number"] for row in rows]
    yield Promise(_GAPLESS, bool(numbers) and numbers == list(range(1, len(numbers) + 1)))


def _outcomes(rows: Sequence[Row], signal: str) -> list[str]:
    return [row["outcome"] for row in rows if (row["kind"], row["signal"]) == (Kind.ACTIVATION, signal)]


def _of_pins(story: Story) -> Iterator[Promise]:
    gong = _between(story, STRIKER, story.gong_at, story.alarm_at)
    yield Promise(_STROKES.fill(n=gong), gong >= LEAST_STROKES)
    yield Promise(_LAMP, _between(story, LAMP, story.pressed_at, story.alarm_at) >= 3)
    alarm = _between(story, STRIKER, story.alarm_at, story.silent_at)
    blinks = _between(story, STROBE, story.alarm_at - 0.001, story.silent_at)
    yield Promise(_ALARM.fill(n=alarm), alarm >= LEAST_STROKES and blinks >= 3)
    yield Promise(_OFF, not story.still_on and _is_off(story.edges, story.silent_at))


def _between(story: Story, pin: int, start: float, stop: float) -> int:
    return sum(start <= on_at < stop for on_at, _ in stretches(story.edges, pin, stop))


def _is_off(edges: Sequence[Edge], silent_at: float) -> bool:
    last = {edge.pin: edge.on for edge in edges}
    is_played = {AMPLIFIER, STRIKER, STROBE, LAMP} <= set(last)
    return is_played and not any(last.values()) and not any(edge.on for edge in edges if edge.at > silent_at)


def _heard(story: Story) -> bool:
    """A file for each signal, as long as its relays were on, and loud."""
    lasted = (story.alarm_at - story.gong_at, story.silent_at - story.alarm_at)
    whole = [abs(seconds(path) - wanted_s) < NEAR_S for path, wanted_s in zip(story.waves, lasted, strict=False)]
    loud = [max(levels(path, 0.1), default=0.0) > LOUD for path in story.waves]
    return whole == loud == [True, True]
