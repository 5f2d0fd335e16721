"""Commands that need no daemon: check, preview, describe, schema."""

from datetime import datetime

from gongd.cli.placard import notice, title_of
from gongd.cli.screen import Screen, both
from gongd.cli.site import find, read
from gongd.cli.usage import Request
from gongd.core.errors import Problem
from gongd.core.lexicon import MISSED
from gongd.core.schedule import Occurrence, Reason
from gongd.core.words import Language, Text
from gongd.settings import Settings

SOUND = Text("{file}: tốt", "{file}: good")
SOUND_WITH_WARNINGS = Text("{file}: dùng được, {n} chỗ cần chú ý", "{file}: usable, {n} warnings")
BROKEN = Text("{file}: KHÔNG dùng được, {n} lỗi", "{file}: NOT usable, {n} errors")
WARNING = Text("cần chú ý: {line}", "warning: {line}")
NOTHING_DUE = Text("Không có gì theo lịch trong {n} ngày tới", "Nothing is scheduled in the next {n} days")
NOT_RUNG = Text("  KHÔNG đánh: {reason}", "  NOT rung: {reason}")
WEEKDAYS = Text("T2 T3 T4 T5 T6 T7 CN", "Mon Tue Wed Thu Fri Sat Sun")


# ── check ────────────────────────────────────────────────────────────────────────────────────────────────────────


def check(request: Request, screen: Screen) -> int:
    """Every problem of the settings file, then one line: can it be used?"""
    site = find(request.config, screen)
    problems = site.trouble.problems if site.trouble else site.settings.warnings if site.settings else ()
    wrong = sum(not problem.warning for problem in problems)
    if request.wants_json:
        told = [_plain(problem) for problem in problems]
        screen.json({"ok": not wrong, "file": str(request.config), "problems": told})
        return 1 if wrong else 0
    for problem in problems:
        line = Text(problem.read(Language.VI), problem.read(Language.EN))
        screen.say(WARNING.fill(line=line) if problem.warning else line)
    verdict = BROKEN if wrong else SOUND_WITH_WARNINGS if problems else SOUND
    screen.say(verdict.fill(file=request.config, n=wrong or len(problems)))
    return 1 if wrong else 0


def _plain(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "path": problem.path,
        "level": "warning" if problem.warning else "error",
        **both(problem.text),
    }


# ── preview ──────────────────────────────────────────────────────────────────────────────────────────────────────


def preview(request: Request, screen: Screen) -> int:
    """What will sound in the next days, and when."""
    from gongd.adapters.calendar import TriggerCalendar
    from gongd.core.schedule import preview as look_ahead

    settings = read(request, screen)
    zone = settings.box.timezone
    found = look_ahead(settings.schedules, datetime.now(zone), request.values["days"], TriggerCalendar(zone).next_after)
    if request.wants_json:
        screen.json([_occurrence(one, settings) for one in found])
        return 0
    for one in found:
        screen.say(_line(one, settings, screen.language))
    if not found:
        screen.say(NOTHING_DUE.fill(n=request.values["days"]))
    return 0


def silent_because(one: Occurrence, settings: Settings) -> Reason | None:
    """Why an occurrence will not ring, as far as the settings know."""
    if one.excepted:
        return Reason.EXCEPTED
    until = settings.box.disabled_until
    return Reason.DISABLED if until and one.night < until else None


def _line(one: Occurrence, settings: Settings, language: Language) -> str:
    reason = silent_because(one, settings)
    left_out = NOT_RUNG.fill(reason=MISSED[reason]).read(language) if reason else ""
    title = title_of(settings.signals[one.signal], language)
    return f"{when(one.due, language)}  {title} ({one.schedule}){left_out}"


def when(at: datetime, language: Language) -> str:
    """`CN 22/11/2026 22:00`, in the zone of `at`."""
    weekday = WEEKDAYS.read(language).split()[at.weekday()]
    return f"{weekday} {at:%d/%m/%Y %H:%M}" + (f":{at:%S}" if at.second else "")


def _occurrence(one: Occurrence, settings: Settings) -> dict[str, object]:
    return {
        "at": one.due.isoformat(),
        "schedule": one.schedule,
        "signal": one.signal,
        "title": settings.signals[one.signal].title,
        "night": one.night.isoformat(),
        "rings": silent_because(one, settings) is None,
        "reason": silent_because(one, settings),
    }


# ── describe ─────────────────────────────────────────────────────────────────────────────────────────────────────


def describe(request: Request, screen: Screen) -> int:
    """The rhythm as one sentence, and its timeline drawn."""
    site = find(request.config, screen)
    settings = site.settings or read(request, screen)
    signal = settings.signals.get(request.values["signal"])
    if signal is None:
        raise site.unknown_signal(request.values["signal"])
    language = request.values["lang"] or screen.language
    if request.values["out"] is not None:
        from gongd.cli.sound import draw

        draw(request, screen, settings, signal, language)
    if request.wants_json:
        told = {one.value: notice(signal, settings, one) for one in Language}
        screen.json({"signal": signal.name, **told, "picture": request.values["out"]})
    else:
        screen.say(notice(signal, settings, language))
    return 0


# ── schema ───────────────────────────────────────────────────────────────────────────────────────────────────────


def schema(_request: Request, screen: Screen) -> int:
    """The JSON Schema of the settings file."""
    import json

    from gongd.settings.schema import json_schema

    screen.say(json.dumps(json_schema(), ensure_ascii=False, indent=2))
    return 0
