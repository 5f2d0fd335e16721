"""The monthly report (Decree 30/2020's form; language.md, 5): what the boxes' own records say of one period. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from gongd.core.activation import Outcome
from gongd.core.catalogue import CALM, Origin, Status
from gongd.core.job import SPEECH
from gongd.core.lexicon import ORIGINS, SIGNALS, STATUSES, as_it_is
from gongd.core.record import CLEARED, Kind
from gongd.core.wire_event import Event
from gongd.core.words import Text
from gongd.desk.attendance import Line, Mark, Sheet
from gongd.desk.board import fault_words
from gongd.desk.orders import ANNOUNCEMENT, TEST_SIGNAL
from gongd.desk.roster import Roster

Cell = Text | str | int | float | None

OFFICE = Text("ỦY BAN NHÂN DÂN XÃ {name}", "PEOPLE'S COMMITTEE OF {name}")
STATE = Text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SOCIALIST REPUBLIC OF VIET NAM")
MOTTO = Text("Độc lập - Tự do - Hạnh phúc", "Independence - Freedom - Happiness")
NUMBER = Text("Số: .../BC-UBND", "No. .../BC-UBND")
REPORT = Text("BÁO CÁO", "REPORT")
SUBJECT = Text(
    "Kết quả thực hiện phong trào “Tiếng kẻng bình yên” và mô hình “Tổ liên gia an toàn về PCCC” tháng {month}",
    "The movement “Peace gong” and the model “Neighbours' fire safety teams” in {month}",
)
SPAN = Text("Kỳ báo cáo: từ {first} đến {last}", "Period: from {first} to {last}")
RECIPIENTS = Text("Nơi nhận: {names}", "To: {names}")
NOTHING = Text("Không có.", "None.")
TO_WRITE = Text("...", "...")

NIGHTS = Text("I. Kết quả đánh kẻng 22 giờ", "I. The gong at 22:00")
ALARMS = Text("II. Các vụ việc đã báo động", "II. Alarms raised")
REHEARSALS = Text("III. Diễn tập, thử loa", "III. Drills and tests")
FAULTS = Text("IV. Tình trạng cụm loa, hư hỏng, sửa chữa", "IV. Boxes: faults and repairs")
PATROLS = Text("V. Tuần tra", "V. Patrols")
WISHES = Text("VI. Khó khăn, kiến nghị", "VI. Difficulties, proposals")

_NIGHT_HEADS = (
    Text("Thôn", "Village"),
    Text("Cụm loa", "Box"),
    Text("Số đêm", "Nights"),
    Text("Đúng giờ", "In time"),
    Text("Đánh tay", "By hand"),
    Text("Không đánh", "Not rung"),
    Text("Chưa có số liệu", "No data"),
    Text("Tỷ lệ (%)", "Rate (%)"),
)
_ALARM_HEADS = (
    Text("Ngày giờ", "When"),
    Text("Nơi", "Where"),
    Text("Hiệu lệnh", "Signal"),
    Text("Ai ra lệnh", "By whom"),
    Text("Loa phát", "Boxes that sounded"),
    Text("Báo yên lúc", "All clear"),
)
_REHEARSAL_HEADS = (*_ALARM_HEADS[:3], Text("Loại", "Kind"), *_ALARM_HEADS[3:5])
_FAULT_HEADS = (
    Text("Cụm loa", "Box"),
    Text("Lỗi", "Fault"),
    Text("Số lần", "Times"),
    Text("Lần đầu", "First"),
    Text("Hết lỗi", "Cleared"),
)
_PATROL_HEADS = (Text("Cụm loa", "Box"), Text("Số lần điểm danh", "Check-ins"), Text("Số đêm", "Nights"))
_TOTAL = Text("Cộng", "Total")
_STILL = Text("chưa hết", "not yet")
_NOT_SAID = Text("–", "–")
_NO_ALARM = CALM | {ANNOUNCEMENT, SPEECH}
"""Boxes record what is announced, and every spoken notice, as speech."""
_BY_ORDER = frozenset({Origin.COMMAND, Origin.NEIGHBOUR})
_SOUNDED = frozenset({Outcome.STARTED, Outcome.RESUMED, Outcome.JOINED})


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report: a table, or a line where there is nothing to tell."""

    title: Text
    heads: tuple[Text, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    empty: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Report:
    """The whole paper. `office` and `recipients` are the commune's data."""

    office: str
    recipients: tuple[str, ...]
    first: date
    last: date
    sections: tuple[Section, ...]

    @property
    def heading(self) -> tuple[Text, ...]:
        """The lines above the first part."""
        month = f"{self.last:%m/%Y}"
        span = SPAN.fill(first=f"{self.first:%d/%m/%Y}", last=f"{self.last:%d/%m/%Y}")
        return (OFFICE.fill(name=self.office.upper()), STATE, MOTTO, NUMBER, REPORT, SUBJECT.fill(month=month), span)

    @property
    def ending(self) -> tuple[Text, ...]:
        """The lines below the last part."""
        return (RECIPIENTS.fill(names="; ".join(self.recipients) or "..."),)


def report(sheet: Sheet, told: Sequence[tuple[str, Event]], roster: Roster) -> Report:
    """The report of a sheet's period; `told` are (box, record) of it, the oldest first."""
    zone = roster.zone
    given = _activations(told)
    alarms = [one for one in given if one.is_actual and one.signal not in _NO_ALARM]
    rehearsals = [one for one in given if one.is_rehearsal]
    sections = (
        Section(NIGHTS, _NIGHT_HEADS, _nights(sheet)),
        Section(ALARMS, _ALARM_HEADS, tuple(_alarm(one, roster) for one in alarms)),
        Section(REHEARSALS, _REHEARSAL_HEADS, tuple(_rehearsal(one, roster) for one in rehearsals)),
        Section(FAULTS, _FAULT_HEADS, tuple(_faults(told, roster))),
        Section(PATROLS, _PATROL_HEADS, tuple(_patrols(told, roster, zone))),
        Section(WISHES, empty=TO_WRITE),
    )
    return Report(roster.name, roster.recipients, sheet.first, sheet.last, sections)


# ── Nights ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _nights(sheet: Sheet) -> tuple[tuple[Cell, ...], ...]:
    rows = tuple((line.box.village, line.box.name, *_figures([line])) for line in sheet.lines)
    return (*rows, (_TOTAL, "", *_figures(sheet.lines))) if rows else ()


def _figures(lines: Sequence[Line]) -> tuple[Cell, ...]:
    counts = {mark: sum(line.count(mark) for line in lines) for mark in Mark}
    nights = sum(line.nights for line in lines)
    due = nights - counts[Mark.OFF]
    rate = round(100 * (counts[Mark.RUNG] + counts[Mark.BY_HAND]) / due, 1) if due else None
    return (nights, *(counts[mark] for mark in (Mark.RUNG, Mark.BY_HAND, Mark.MISSED, Mark.UNKNOWN)), rate)


# ── Alarms, drills, tests ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Activation:
    """One activation at all its boxes: an order has one name everywhere."""

    events: tuple[tuple[str, Event], ...]

    @property
    def first(self) -> Event:
        return self.events[0][1]

    @property
    def signal(self) -> str:
        return self.first.signal or "?"

    @property
    def is_actual(self) -> bool:
        return (self.first.status or Status.ACTUAL) == Status.ACTUAL

    @property
    def is_rehearsal(self) -> bool:
        """A drill or a test: also the test signal as it was ordered for real, but no words that the box says of itself
        (a check code, its status)."""
        if self.signal == SPEECH and self.first.origin not in _BY_ORDER:
            return False
        return not self.is_actual or self.signal == TEST_SIGNAL

    @property
    def boxes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(box for box, _ in self.events))

    @property
    def sounded(self) -> int:
        return len({box for box, event in self.events if event.outcome in _SOUNDED})

    @property
    def safe_at(self) -> datetime | None:
        """When it was ended because all is safe."""
        ends = (event.at for _, event in self.events if (event.outcome, event.reason) == (Outcome.CANCELLED, "safe"))
        return max(ends, default=None)


def _activations(told: Iterable[tuple[str, Event]]) -> list[_Activation]:
    found: dict[str, list[tuple[str, Event]]] = {}
    for box, event in told:
        if event.kind == Kind.ACTIVATION and event.activation and event.origin != Origin.SCHEDULE:
            found.setdefault(event.activation, []).append((box, event))
    return [_Activation(tuple(events)) for events in found.values()]


def _alarm(one: _Activation, roster: Roster) -> tuple[Cell, ...]:
    ended = one.safe_at
    calm = f"{ended.astimezone(roster.zone):%H:%M %d/%m}" if ended else _NOT_SAID
    return (*_where(one, roster), _by(one.first), one.sounded, calm)


def _rehearsal(one: _Activation, roster: Roster) -> tuple[Cell, ...]:
    status = Status.TEST if one.signal == TEST_SIGNAL else one.first.status
    kind = next((words for known, words in STATUSES.items() if known == status), NOTHING)
    return (*_where(one, roster), kind, _by(one.first), one.sounded)


def _where(one: _Activation, roster: Roster) -> tuple[Cell, ...]:
    villages = ", ".join(dict.fromkeys(roster.box(box).village for box in one.boxes))
    when = f"{one.first.at.astimezone(roster.zone):%d/%m/%Y %H:%M}"
    return (when, villages, SIGNALS.get(one.signal) or as_it_is(one.signal))


def _by(event: Event) -> Text:
    origin = next((words for known, words in ORIGINS.items() if known == event.origin), as_it_is(event.origin or "?"))
    by = event.detail.get("by")
    return Text(f"{origin.vi}, {by}", f"{origin.en}, {by}") if by else origin


# ── Faults, patrols ──────────────────────────────────────────────────────────────────────────────────────────────


def _faults(told: Iterable[tuple[str, Event]], roster: Roster) -> Iterable[tuple[Cell, ...]]:
    """A line for each fault of each box: how often, since when, and until when."""
    found: dict[tuple[str, str], list[Event]] = {}
    for box, event in told:
        if event.kind == Kind.FAULT and event.reason:
            subject = event.detail.get("subject")
            code = f"{event.reason}:{subject}" if subject else event.reason
            found.setdefault((box, code), []).append(event)
    for (box, code), events in found.items():
        raised = [event for event in events if event.outcome != CLEARED]
        if raised:
            last = events[-1]
            cleared = f"{last.at.astimezone(roster.zone):%H:%M %d/%m}" if last.outcome == CLEARED else _STILL
            first = f"{raised[0].at.astimezone(roster.zone):%H:%M %d/%m}"
            yield (roster.box(box).name, fault_words(code), len(raised), first, cleared)


def _patrols(told: Iterable[tuple[str, Event]], roster: Roster, zone: tzinfo) -> Iterable[tuple[Cell, ...]]:
    found: dict[str, list[date]] = {}
    for box, event in told:
        if event.kind == Kind.CHECK_IN:
            found.setdefault(box, []).append(event.at.astimezone(zone).date())
    for box, days in found.items():
        yield (roster.box(box).name, len(days), len(set(days)))
