"""`gongd status`: one readable page of what the daemon reports. What it does not say is left out."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from gongd.cli.asking import Talk, talk
from gongd.cli.offline import when
from gongd.cli.screen import Screen, from_both
from gongd.cli.usage import NoError, Request
from gongd.core.condition import SOUNDS, STATES, Sounds, State
from gongd.core.fault import Severity, told_of
from gongd.core.lexicon import ORIGINS, STATUSES
from gongd.core.words import Language, Text

FIRST = Text("{sounds}: {name} ({id})", "{sounds}: {name} ({id})")
CONDITION = Text("Tình trạng: {state}", "Condition: {state}")
HEADINGS: Mapping[Severity, Text] = {
    Severity.FAULT: Text("Lỗi:", "Faults:"),
    Severity.WARNING: Text("Cần chú ý:", "Take note:"),
}
FAULT = Text("  {what} (từ {since})", "  {what} (since {since})")
REMEDY = Text("      {remedy}", "      {remedy}")
SOUNDING = Text("Đang phát: {turn}", "Sounding: {turn}")
WAITING = Text("Đang chờ: {turn}", "Waiting: {turn}")
TURN = Text("{title} ({status}, {origin})", "{title} ({status}, {origin})")
CLOCK = Text("Đồng hồ: {when}. {why}", "Clock: {when}. {why}")
NEXT = Text("Sắp tới:", "Next:")
OCCURRENCE = Text("  {when}  {title} ({schedule})", "  {when}  {title} ({schedule})")
NOTHING_NEXT = Text("Sắp tới: không có gì theo lịch trong hai ngày", "Next: nothing is scheduled within two days")
PRINTS = Text("Âm thanh: đã dựng đủ", "Sounds: all are rendered")
PRINTS_MISSING = Text("Âm thanh: còn {n} cái chưa dựng xong: {names}", "Sounds: {n} are not rendered yet: {names}")
JOURNAL = Text("Nhật ký: {id}", "Journal: {id}")
JOURNAL_NOT_OPEN = Text("Nhật ký: chưa mở được", "Journal: not open yet")
SETTINGS = Text("Cấu hình: {digest}{waiting}", "Settings: {digest}{waiting}")
SETTINGS_PUSHED = Text(
    "  do bàn trực gửi, dùng thay tệp trong /etc; sửa tệp đó rồi nạp lại thì tệp đó thắng",
    "  from the desk, over the file in /etc; edit that file and reload, and it wins",
)
SETTINGS_ON_TRIAL = Text(
    "  do bàn trực gửi, đang thử: chưa có tin định kỳ trở lại",
    "  from the desk, on trial: no heartbeat has come back yet",
)
SETTINGS_WAIT = Text(" (bản mới chờ loa phát xong)", " (new ones wait for silence)")
NOTHING = Text("", "")
MOST_NAMED = 5


def status(request: Request, screen: Screen) -> int:
    """Ask the daemon how it is."""
    told = talk(request, screen, {"do": "status"})
    if request.wants_json:
        screen.json(told.answer)
        return 0 if told.is_yes else 1
    if not told.is_yes:
        raise NoError(told.refusal)
    for line in page(told):
        screen.say(line)
    return 0


def page(told: Talk) -> Iterator[Text]:
    """The page, line by line: first of all whether the box can sound."""
    answer = told.answer
    yield _sounds(answer)
    yield CONDITION.fill(state=_state(told))
    if isinstance(turn := answer.get("sounding"), dict):
        yield SOUNDING.fill(turn=_turn(turn, told))
    yield from (WAITING.fill(turn=_turn(turn, told)) for turn in _dicts(answer.get("waiting")))
    for severity in Severity:
        yield from _faults(severity, answer)
    yield from _clock(answer)
    yield from _next(told)
    yield from _stores(answer)


def _sounds(answer: Mapping[str, object]) -> Text:
    known = {one.value: words for one, words in SOUNDS.items()}
    words = known.get(str(answer.get("sounds")), SOUNDS[Sounds.NO])
    return FIRST.fill(sounds=words, name=answer.get("name", "?"), id=answer.get("box", "?"))


def _state(told: Talk) -> Text:
    try:
        state = State(str(told.answer.get("condition")))
    except ValueError:
        return Text("?", "?")
    turn = told.answer.get("sounding")
    return STATES[state].fill(signal=told.title(turn.get("signal")) if isinstance(turn, dict) else "?")


def _turn(turn: Mapping[str, Any], told: Talk) -> Text:
    return TURN.fill(
        title=told.title(turn.get("signal")),
        status=_known(STATUSES, turn.get("status")),
        origin=_known(ORIGINS, turn.get("origin")),
    )


def _known(table: Mapping[Any, Text], code: object) -> Text:
    return next((words for key, words in table.items() if key == code), Text(str(code), str(code)))


def _faults(severity: Severity, answer: Mapping[str, object]) -> Iterator[Text]:
    mine = [fault for fault in _dicts(answer.get("faults")) if fault.get("severity") == severity.value]
    if mine:
        yield HEADINGS[severity]
    for fault in mine:
        what = told_of(from_both(fault) or Text("{code}", "{code}").fill(code=fault.get("code")), fault.get("subject"))
        yield FAULT.fill(what=what, since=_instant(fault.get("since")))
        if remedy := from_both(fault.get("remedy")):
            yield REMEDY.fill(remedy=remedy)


def _clock(answer: Mapping[str, object]) -> Iterator[Text]:
    match answer.get("clock"):
        case {"wall": wall, **rest}:
            yield CLOCK.fill(when=_instant(wall), why=from_both({key: rest.get(key) for key in ("vi", "en")}) or "?")


def _next(told: Talk) -> Iterator[Text]:
    coming = _dicts(told.answer.get("next"))
    yield NEXT if coming else NOTHING_NEXT
    for one in coming:
        yield OCCURRENCE.fill(
            when=_instant(one.get("at")), title=told.title(one.get("signal")), schedule=one.get("schedule")
        )


def _stores(answer: Mapping[str, object]) -> Iterator[Text]:
    match answer.get("prints"):
        case {"missing": [_, *_] as missing}:
            yield PRINTS_MISSING.fill(n=len(missing), names=_listed([str(name) for name in missing]))
        case {"missing": []}:
            yield PRINTS
    match answer.get("journal"):
        case {"id": str(journal)}:
            yield JOURNAL.fill(id=journal)
        case _:
            yield JOURNAL_NOT_OPEN
    match answer.get("settings"):
        case {"digest": str(digest), **rest}:
            yield SETTINGS.fill(digest=digest[:12], waiting=SETTINGS_WAIT if rest.get("waiting") else NOTHING)
            if rest.get("replaced"):
                yield SETTINGS_PUSHED if rest.get("proven") else SETTINGS_ON_TRIAL
    if version := answer.get("version"):
        yield Text(f"gongd {version}", f"gongd {version}")


def _listed(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" ..." if len(names) > MOST_NAMED else "")


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _instant(value: object) -> Text:
    try:
        at = datetime.fromisoformat(str(value)).replace(microsecond=0)
    except ValueError:
        return Text(str(value), str(value))
    return Text(*(when(at, language) for language in Language))
