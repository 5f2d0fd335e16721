"""`gongctl events`, `rung`, `forecast`, `attendance`, `report`: what the desk's store tells on paper."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from pathlib import Path

from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, NoError, Request
from gongd.core.history import line
from gongd.core.lexicon import why_not
from gongd.core.record import Kind
from gongd.core.wire_form import to_object
from gongd.core.words import Text
from gongd.desk import forecast as tonight
from gongd.desk import report as monthly
from gongd.desk import report_file, sheet_file
from gongd.desk.attendance import HandRung, Sheet, first_nights, period, period_of, sheet
from gongd.desk.board import night_of
from gongd.desk.places import SEVERAL
from gongd.desk.store import ByHand
from gongd.gongctl.board import not_reached
from gongd.gongctl.duty import Duty, now, on_duty, person, reached, without_roster
from gongd.gongctl.free_text import on_one_line

NOTHING_TOLD = Text("Không có gì trong {n} ngày qua", "Nothing in the last {n} days")
UNKNOWN_BOX = Text("Danh bạ không có cụm loa “{typed}”. Có: {known}", "There is no box “{typed}”. There are: {known}")
SEVERAL_BOXES = Text(
    "“{typed}” có {n} cụm loa: {known}. Gõ mã của một cụm loa",
    "“{typed}” has {n} boxes: {known}. Type the id of one",
)
RUNG = Text(
    "Đã ghi: {name} đánh tay lúc {at}, người đánh {by}, người ghi {writer}. Đêm {night}, cụm loa {box}.",
    "Written down: {name} was rung by hand at {at}, by {by}; written by {writer}. The night of {night}, box {box}.",
)
RUNG_UNTIMED = Text(
    "Đã ghi: {name} đánh tay đêm {night}, người đánh {by}, người ghi {writer}. Cụm loa {box}. "
    "Biết giờ thì ghi lại kèm --at 22:03.",
    "Written down: {name} was rung by hand on {night}, by {by}; written by {writer}. Box {box}. "
    "If the time is known, write it again with --at 22:03.",
)
WHO_RANG = Text("Ai đánh? Thêm --by TÊN (bỏ ghi nhầm: --undo)", "Who rang? Add --by NAME (to take back: --undo)")
UNDO_ALONE = Text("--undo không đi cùng --by, --at", "--undo does not go together with --by and --at")
TAKEN_BACK = Text(
    "Đã bỏ: {name} đánh tay đêm {night}, người đánh {by}, người bỏ {writer}. Cụm loa {box}.",
    "Taken back: {name} rung by hand on {night}, by {by}; taken back by {writer}. Box {box}.",
)
NOTHING_WRITTEN = Text(
    "Đêm {night} không có ghi đánh tay nào của {name} (cụm loa {box}). Đêm khác thì thêm --night 21/11/2026",
    "Nothing is written of {name} (box {box}) for the night of {night}. For another night add --night 21/11/2026",
)
NEEDS_FILE = Text("--format xlsx cần -o TỆP.xlsx", "--format xlsx needs -o FILE.xlsx")
NOT_WRITTEN = Text("Không ghi được {path}: {why}", "{path} cannot be written: {why}")
WRITTEN = Text("Đã ghi {path}", "Written: {path}")
TOO_LONG = Text("Kỳ báo cáo phải từ 1 đến 400 đêm", "A period is 1 to 400 nights")
GONG_AT, NOON = time(22, 0), time(12, 0)
AROUND = timedelta(hours=1)
LEEWAY = timedelta(minutes=5)
"""A village's clock may be as much ahead of the desk's."""
NOT_YET = Text(
    "Đêm {night} chưa đến, chưa ai đánh kẻng được. Xem lại ngày sau --night",
    "The night of {night} has not come, nobody can have rung yet. Look at the date after --night",
)
LONG_PAST = Text(
    "Đêm {night} đã quá {n} đêm, không ghi được nữa. Xem lại ngày sau --night",
    "The night of {night} is more than {n} nights past. Look at the date after --night",
)
NOT_KNOWN = Text(
    "Chưa biết được đêm nay thôn nào có thể không có kẻng 22 giờ.",
    "It cannot be known which villages may have no gong at 22:00 tonight.",
)
TIME_NOT_YET = Text(
    "Lúc {at} chưa có kẻng đêm để đánh. Ghi cho đêm trước thì thêm --night {before}",
    "At {at} no gong of the night can have been rung yet. If it was the night before, add --night {before}",
)
MOST_NIGHTS = 400


def events(request: Request, screen: Screen) -> int:
    """The boxes' records, a line each."""
    with on_duty(request.config, otherwise=without_roster) as duty:
        since = now() - timedelta(days=request.values["days"])
        zone, shown = duty.office.roster.zone, False
        titles = {name: Text(title, title) for name, title in duty.titles.items()}
        box = _known_box(duty, request.values["box"]) if request.values["box"] else None
        for filed in duty.store.events(box, since):
            shown = True
            if request.wants_json:
                screen.json({"box": filed.box, "journal": filed.journal, **to_object(filed.event)})
                continue
            record = filed.event.record
            told = line(replace(record, at=record.at.astimezone(zone)), titles) if record else None
            name = duty.roster.box(filed.box).name
            what = told or Text(filed.event.kind, filed.event.kind)
            screen.say(Text(f"{name:<12} {what.vi}", f"{name:<12} {what.en}"))
        if not shown and not request.wants_json:
            screen.say(NOTHING_TOLD.fill(n=request.values["days"]))
    return 0


def rung(request: Request, screen: Screen) -> int:
    """Write down that somebody rang by hand; with --undo take that back."""
    is_undo, typed, said = bool(request.values.get("undo")), request.values["by"], request.values["at"]
    if is_undo and (typed is not None or said is not None):
        raise MisuseError(UNDO_ALONE)
    if not is_undo and typed is None:
        raise MisuseError(WHO_RANG)
    by = "" if is_undo else on_one_line("by", typed)
    with on_duty(request.config, otherwise=without_roster) as duty:
        box, local = _known_box(duty, request.values["box"]), now().astimezone(duty.office.roster.zone)
        night, at = night_and_time(local, request.values["night"], said)
        entry = ByHand(box, night, None if is_undo else at, by, person())
        former = next((one for one in duty.store.by_hand(night, night) if one.box == box and one.by), None)
        told = {"name": duty.roster.box(box).name, "box": box, "night": f"{night:%d/%m/%Y}", "writer": entry.writer}
        if is_undo and former is None:
            raise NoError(NOTHING_WRITTEN.fill(**told))
        duty.store.add_by_hand(entry)
        if is_undo:
            screen.say(TAKEN_BACK.fill(by=former.by if former else "", **told))
        else:
            screen.say(RUNG.fill(by=by, at=f"{at:%H:%M}", **told) if at else RUNG_UNTIMED.fill(by=by, **told))
    return 0


def night_and_time(local: datetime, night: date | None, said: time | None) -> tuple[date, datetime | None]:
    """Which night was rung, and when: as said; else the last night whose gong was due, and now if that is about its
    time. Of no other time is anything known. Raises MisuseError for what is still to come."""
    which = night or (night_of(local) if said is not None else _last_due(local))
    is_near = _due(local, which) - AROUND <= local
    if night is not None and not is_near:
        raise MisuseError(NOT_YET.fill(night=f"{night:%d/%m/%Y}"))
    if (local.date() - which).days > MOST_NIGHTS:
        raise MisuseError(LONG_PAST.fill(night=f"{which:%d/%m/%Y}", n=MOST_NIGHTS))
    if said is None:
        return which, local if local <= _due(local, which) + AROUND else None
    day = which if said >= NOON else which + timedelta(days=1)
    at = datetime.combine(day, said, local.tzinfo)
    if not is_near or at > local + LEEWAY:
        before = which - timedelta(days=1)
        raise MisuseError(TIME_NOT_YET.fill(at=f"{at:%H:%M %d/%m/%Y}", before=f"{before:%d/%m/%Y}"))
    return which, at


def _last_due(local: datetime) -> date:
    return local.date() if local >= _due(local, local.date()) - AROUND else local.date() - timedelta(days=1)


def _due(local: datetime, night: date) -> datetime:
    return datetime.combine(night, GONG_AT, local.tzinfo)


def _known_box(duty: Duty, typed: str) -> str:
    """The one box that is meant. Raises MisuseError, with those that may be meant."""
    found = duty.known(typed)
    if isinstance(found, Text):
        known = ", ".join(box.id for box in duty.roster.boxes) or "–"
        raise MisuseError(found if _MAY_BE in found.vi else UNKNOWN_BOX.fill(typed=typed, known=known))
    if len(found.boxes) != 1:
        known = ", ".join(f"{box.id} ({box.name})" for box in found.boxes)
        raise MisuseError(SEVERAL_BOXES.fill(typed=typed, n=len(found.boxes), known=known))
    return found.ids[0]


_MAY_BE = SEVERAL.vi.partition("{typed}")[2].partition("{known}")[0]
"""By which an answer that names several places is known from one that knows none."""


def forecast(request: Request, screen: Screen) -> int:
    """Who may be silent tonight; 1 when somebody may, or when the broker is away and nobody knows."""
    with on_duty(request.config, otherwise=without_roster) as duty:
        local = now().astimezone(duty.office.roster.zone)
        found = tonight.doubts(duty.rows(local), local)
        is_there = reached(duty.office)
        if request.wants_json:
            screen.json({**tonight.as_object(found), "broker": is_there})
        else:
            told = tonight.sentence(found) if found or is_there else [NOT_KNOWN]
            for text in (*not_reached(duty, is_there), *told):
                screen.say(text)
    return 1 if found or not is_there else 0


def attendance(request: Request, screen: Screen) -> int:
    """The attendance sheet."""
    with on_duty(request.config) as duty:
        made = make_sheet(duty, request.values["from"], request.values["until"])
        commune = duty.office.roster.name
    language = screen.language
    paper = Paper(
        lambda: sheet_file.as_object(made),
        lambda: sheet_file.as_csv(made, commune, language),
        lambda: sheet_file.as_table(made, commune, language),
        lambda path: sheet_file.write_xlsx(made, commune, language, path),
    )
    return hand_out(paper, request, screen)


def report(request: Request, screen: Screen) -> int:
    """The monthly report."""
    with on_duty(request.config) as duty:
        roster, month = duty.roster, request.values["month"]
        span = period_of(month, roster.first_day) if month else (None, None)
        nights = make_sheet(duty, *span)
        told = [(filed.box, filed.event) for filed in duty.store.events(since=_begins(nights.first, roster.zone))]
    ends = _begins(nights.last + timedelta(days=1), roster.zone)
    made = monthly.report(nights, [(box, event) for box, event in told if event.at < ends], roster)
    language = screen.language
    paper = Paper(
        lambda: report_file.as_object(made, language),
        lambda: report_file.as_csv(made, language),
        lambda: report_file.as_lines(made, language),
        lambda path: report_file.write_xlsx(made, language, path),
    )
    return hand_out(paper, request, screen)


def _begins(night: date, zone: tzinfo) -> datetime:
    """A night is counted from its noon."""
    return datetime.combine(night, NOON, zone)


def make_sheet(duty: Duty, first: date | None = None, until: date | None = None) -> Sheet:
    """The sheet of a period: the one that today belongs to, or the night that was said. Raises MisuseError."""
    local = now().astimezone(duty.office.roster.zone)
    usual_first, usual_last = period(first or until or night_of(local), duty.office.roster.first_day)
    first, last = first or usual_first, until or usual_last
    if not 0 <= (last - first).days < MOST_NIGHTS:
        raise MisuseError(TOO_LONG)
    nights = duty.store.nights(first, last)
    begun = [(filed.box, filed.event.activation) for filed in nights if filed.event.activation]
    became = {
        (filed.box, filed.event.activation or ""): filed.event.outcome or ""
        for filed in duty.store.of_activations(begun)
    }
    hands = {(one.box, one.night): HandRung(one.by, one.at, one.writer) for one in duty.store.by_hand(first, last)}
    adopted = [(filed.box, filed.event) for filed in duty.store.events(kinds=(Kind.SETTINGS,))]
    told = [(filed.box, filed.event) for filed in nights]
    heard_of = {box for box, _ in (*told, *hands)}
    boxes = [box for box in duty.roster.boxes if duty.listed.knows(box.id) or box.id in heard_of]
    return sheet(boxes, first, last, local, told, became, hands, first_nights(adopted))


# ── Formats ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Paper:
    """Something that can be taken away in each format."""

    as_object: Callable[[], object]
    as_csv: Callable[[], str]
    as_lines: Callable[[], list[str]]
    write_xlsx: Callable[[Path], None]


def hand_out(paper: Paper, request: Request, screen: Screen) -> int:
    """On the screen, or into a file. Raises MisuseError, NoError where the file cannot be written."""
    wanted, out = request.values["format"], request.values["out"]
    if wanted == "xlsx" and out is None:
        raise MisuseError(NEEDS_FILE)
    if out is None:
        print(_text_of(paper, wanted), end="")
        return 0
    try:
        if wanted == "xlsx":
            paper.write_xlsx(out)
        else:
            out.write_text(_text_of(paper, wanted), encoding="utf-8", newline="")
    except OSError as error:
        raise NoError(NOT_WRITTEN.fill(path=out, why=why_not(error))) from error
    screen.say(WRITTEN.fill(path=out))
    return 0


def _text_of(paper: Paper, wanted: str) -> str:
    if wanted == "csv":
        return paper.as_csv()
    if wanted == "json":
        return json.dumps(paper.as_object(), ensure_ascii=False, indent=1) + "\n"
    return "\n".join(paper.as_lines()) + "\n"
