"""A record of the journal as one line that a person can read. What it does not know it shows as it is."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from gongd.core.activation import Outcome
from gongd.core.air import THEN
from gongd.core.fault import FAULTS, FaultCode, told_of
from gongd.core.lexicon import (
    KINDS,
    MORE_URGENT,
    ORDERS,
    ORIGINS,
    OUTCOMES,
    PROOFS,
    SIGNALS,
    SILENCED_BY_ORDER,
    STATUSES,
    WHY,
    WHY_UNKNOWN,
    Proof,
    as_it_is,
    reason_words,
    refusal_words,
    rehearsed,
)
from gongd.core.push import DIFFERS
from gongd.core.record import (
    ADOPTED,
    ANSWERED,
    CLEARED,
    DECLINED,
    MISSED,
    OUTAGE,
    RETIRED,
    RUNG,
    SENT,
    STEPPED,
    UNSENT,
    Kind,
    Record,
)
from gongd.core.words import Text

EVENTS: Mapping[tuple[Kind, str], Text] = {
    (Kind.FAULT, "raised"): Text("Lỗi: {fault}", "Fault: {fault}"),
    (Kind.FAULT, CLEARED): Text("Hết lỗi: {fault}", "Fault cleared: {fault}"),
    (Kind.SETTINGS, "applied"): Text("Đã dùng cấu hình mới", "New settings in use"),
    (Kind.SETTINGS, "refused"): Text(
        "Cấu hình mới có {n} lỗi, giữ cấu hình cũ", "The new settings have {n} errors, the old ones are kept"
    ),
    (Kind.SETTINGS, "proven"): Text("Cấu hình bàn trực gửi: đã chạy tốt", "The desk's settings: proven"),
    (Kind.SETTINGS, "rolled-back"): Text(
        "Cấu hình bàn trực gửi: đã quay về cấu hình cũ", "The desk's settings: taken back, the old ones are in use"
    ),
    (Kind.SETTINGS, "superseded"): Text(
        "Cấu hình bàn trực gửi: bỏ, vì kỹ thuật viên đã sửa tệp tại cụm loa",
        "The desk's settings: dropped, for a technician has edited the file at the box",
    ),
    (Kind.SETTINGS, "failed"): Text(
        "Cấu hình bàn trực gửi: không dùng được ({why})", "The desk's settings: not used ({why})"
    ),
    (Kind.SETTINGS, ADOPTED): Text("Lịch {schedule}: tính từ ngày {first}", "Schedule {schedule}: counts from {first}"),
    (Kind.SETTINGS, RETIRED): Text("Lịch {schedule}: đã bỏ", "Schedule {schedule}: removed"),
    (Kind.BUTTON, "held"): Text("Nút {button}: đã giữ đủ", "Button {button}: held"),
    (Kind.BUTTON, "pressed"): Text("Nút {button}: đã bấm", "Button {button}: pressed"),
    (Kind.CHECK_IN, "pressed"): Text("Điểm danh tuần tra: {button}", "Patrol check-in: {button}"),
    (Kind.CLOCK, STEPPED): Text("Đồng hồ: đã chỉnh {by_s} giây", "Clock: set by {by_s} s"),
    (Kind.CLOCK, "vouched"): Text("Đồng hồ: có người xác nhận giờ{person}", "Clock: the time was vouched for{person}"),
    (Kind.CLOCK, "trusted"): Text("Đồng hồ: đã tin được", "Clock: trusted"),
    (Kind.CLOCK, "untrusted"): Text("Đồng hồ: chưa tin được", "Clock: not trusted"),
    (Kind.COMMAND, "accepted"): Text("Lệnh {order}: đã nhận từ {key}", "Order {order}: accepted from {key}"),
    (Kind.COMMAND, SENT): Text("Lệnh {order}: đã gửi {to}", "Order {order}: sent to {to}"),
    (Kind.COMMAND, ANSWERED): Text("Lệnh {order}: {box} trả lời: {answer}", "Order {order}: {box} answers: {answer}"),
    (Kind.COMMAND, UNSENT): Text("Lệnh {order}: không gửi ({why})", "Order {order}: not sent ({why})"),
    (Kind.COMMAND, DECLINED): Text("Lệnh của {key}: từ chối ({why})", "Order of {key}: refused ({why})"),
    (Kind.BOOT, "started"): Text("Máy: đã chạy", "Machine: started"),
    (Kind.BOOT, "stopped"): Text("Máy: đã tắt", "Machine: stopped"),
    (Kind.BOOT, OUTAGE): Text("Máy: mất điện từ {since} đến {until}", "Machine: no power from {since} to {until}"),
}
"""Records that are about no activation, by kind and outcome."""

_SETTINGS_DIFFER = Text(
    "Cấu hình bàn trực gửi: không dùng, vì tệp cấu hình tại cụm loa đã khác",
    "The desk's settings: not used, for the settings file at the box is another by now",
)

_SOUNDED = frozenset({Outcome.STARTED, Outcome.RESUMED, Outcome.FINISHED})
_NIGHT = Text("Kẻng đêm {night} ({schedule}): {what}", "Gong of {night} ({schedule}): {what}")
_RUNG = Text("đúng giờ ({proof})", "in time ({proof})")
_ANY = Text("{kind}: {outcome}", "{kind}: {outcome}")


def line(record: Record, titles: Mapping[str, Text] = SIGNALS, number: int | None = None) -> Text:
    """`  17  21/11/2026 22:00:03  ...`; the time is in the zone of `record.at`. `titles` names the signals."""
    head = f"{record.at:%d/%m/%Y %H:%M:%S}"
    head = head if number is None else f"{number:>6}  {head}"
    doubt = Text("", "") if record.trusted else Text(" (đồng hồ chưa tin được)", " (clock not trusted)")
    return Text("{head}{doubt}  {what}", "{head}{doubt}  {what}").fill(
        head=head, doubt=doubt, what=_first_capital(_what(record, titles))
    )


def _first_capital(text: Text) -> Text:
    return Text(text.vi[:1].upper() + text.vi[1:], text.en[:1].upper() + text.en[1:])


def _what(record: Record, titles: Mapping[str, Text]) -> Text:
    match record.kind:
        case Kind.ACTIVATION:
            return _activation(record, titles)
        case Kind.NIGHT:
            return _night(record, titles)
        case _:
            return _event(record)


# ── Activations ──────────────────────────────────────────────────────────────────────────────────────────────────


def _activation(record: Record, titles: Mapping[str, Text]) -> Text:
    words = _outcome(record, titles)
    notes = [*_proof(record), *_notes(record)]
    who = Text("{signal} ({status}, {origin})", "{signal} ({status}, {origin})").fill(
        signal=_title(record.signal, titles),
        status=_known(STATUSES, record.status),
        origin=_origin(record),
    )
    vi = words.vi + (f" ({', '.join(note.vi for note in notes)})" if notes else "")
    en = words.en + (f" ({', '.join(note.en for note in notes)})" if notes else "")
    return Text(f"{who.vi}: {vi}", f"{who.en}: {en}")


def _origin(record: Record) -> Text:
    origin, by = _known(ORIGINS, record.origin), record.detail.get("by")
    named = by and record.outcome not in (Outcome.SILENCED, Outcome.CANCELLED)
    return Text(f"{origin.vi} {by}", f"{origin.en} {by}") if named else origin


def _outcome(record: Record, titles: Mapping[str, Text]) -> Text:
    by_order = record.outcome == Outcome.SILENCED and record.detail.get("order")
    words = SILENCED_BY_ORDER if by_order else _known(OUTCOMES, record.outcome)
    behind, status = record.detail.get("behind"), record.detail.get("behind_status")
    ahead = MORE_URGENT if behind is None else _title(str(behind), titles)
    ahead = rehearsed(ahead, str(status) if status else None)
    return words.fill(signal=ahead, reason=_why(record, titles))


def _why(record: Record, titles: Mapping[str, Text]) -> Text:
    if record.outcome == Outcome.REFUSED:
        return _why_refused(record, titles)
    return _filled(reason_words(record.reason or "unknown", record.outcome), record)


def _proof(record: Record) -> list[Text]:
    """Where something sounded, how sure that is. Without any word of it, no more than that it was ordered."""
    proof = record.detail.get("proof")
    if proof is None and record.outcome not in _SOUNDED:
        return []
    return [_proof_words(proof)]


def _proof_words(proof: object) -> Text:
    return next((words for known, words in PROOFS.items() if known == proof), PROOFS[Proof.COMMANDED])


def _notes(record: Record) -> list[Text]:
    detail = record.detail
    notes: list[Text] = []
    if record.outcome == Outcome.CANCELLED and record.reason in set(WHY):
        notes.append(reason_words(str(record.reason)))
    if record.outcome in (Outcome.SILENCED, Outcome.CANCELLED) and detail.get("by"):
        notes.append(Text(f"{detail['by']}", f"{detail['by']}"))
    if isinstance(sounded_s := detail.get("sounded_s"), int | float):
        notes.append(Text(f"dài {sounded_s:.0f} giây", f"for {sounded_s:.0f} s"))
    notes += [_NOTES[key] for key in _NOTES if (key in detail) or key == f"{THEN}:{detail.get(THEN)}"]
    if detail.get("sounds") == "relays-only":
        notes.append(Text("loa không kêu", "the loudspeaker was silent"))
    return notes


_NOTES: Mapping[str, Text] = {
    "cap": Text("hết thời gian tối đa", "its time limit was reached"),
    "undurable": Text("phát trước khi kịp ghi", "sounded before it could be written"),
    f"{THEN}:resume": Text("sẽ phát tiếp", "will go on"),
    f"{THEN}:again": Text("sẽ phát lại", "will sound again"),
}


# ── Nights, and all the rest ─────────────────────────────────────────────────────────────────────────────────────


def _night(record: Record, titles: Mapping[str, Text]) -> Text:
    night = f"{record.night:%d/%m/%Y}" if record.night else "?"
    schedule = record.schedule or _title(record.signal, titles)
    return _NIGHT.fill(night=night, schedule=schedule, what=_kept(record))


def _kept(record: Record) -> Text:
    if record.reason == "by-hand":
        return _filled(reason_words("by-hand", MISSED), record)
    if record.outcome == RUNG:
        return _RUNG.fill(proof=_proof_words(record.detail.get("proof")))
    reason = _filled(reason_words(record.reason or "unknown", MISSED), record)
    return _known(OUTCOMES, record.outcome).fill(reason=reason, signal="?")


def _event(record: Record) -> Text:
    differs = record.kind is Kind.SETTINGS and record.reason == DIFFERS
    words = _SETTINGS_DIFFER if differs else EVENTS.get((record.kind, record.outcome or ""))
    if words is not None:
        return _filled(words, record)
    told = _ANY.fill(kind=KINDS[record.kind], outcome=record.outcome or "?")
    why = reason_words(record.reason) if record.reason else None
    return told if why is None else Text(f"{told.vi} ({why.vi})", f"{told.en} ({why.en})")


def _filled(words: Text, record: Record) -> Text:
    """A sentence with every `{...}` that any table of this house holds; `?` for what the record does not say."""
    detail = record.detail
    by = detail.get("by")
    person = Text(f", {by}", f", {by}") if by else Text("", "")
    plain = {
        key: _number(detail.get(key, "?"))
        for key in ("by", "time", "button", "by_s", "result", "name", "place", "type", "key")
    } | {"n": detail.get("n", detail.get("problems", "?"))}
    dates = {key: _readable(detail.get(key)) for key in ("first", "since", "until")}
    named = {"schedule": record.schedule or "?", "signal": record.signal or "?", "reason": record.reason or "?"}
    return words.fill(fault=_fault(record), person=person, **plain, **dates, **named, **_order(record))


def _order(record: Record) -> dict[str, object]:
    """What is said of an order, or of the settings that one has brought."""
    if record.kind is Kind.SETTINGS:
        return {"why": reason_words(record.reason or "unknown")}
    if record.kind is not Kind.COMMAND:
        return {}
    to, why = record.detail.get("to"), _why_refused(record)
    return {
        "order": _ordered(record),
        "to": ", ".join(map(str, to)) if isinstance(to, list) else "?",
        "box": record.detail.get("box", "?"),
        "why": why,
        "answer": _known(OUTCOMES, str(record.detail.get("result") or "?")).fill(reason=why, signal=MORE_URGENT),
    }


def _why_refused(record: Record, titles: Mapping[str, Text] = SIGNALS) -> Text:
    code, detail = record.reason or "unknown", record.detail
    signal, order, told = record.signal, detail.get("type"), detail.get("result")
    words = refusal_words(
        code,
        _title(signal, titles) if signal else None,
        str(order) if order else None,
        detail.get("n"),
        detail.get("age_s"),
        _known(OUTCOMES, str(told)).fill(signal=MORE_URGENT, reason=WHY_UNKNOWN) if told else None,
    )
    blanks = {name: detail.get(name, "?") for name in ("by", "time", "name", "n")}
    return words or reason_words(code, Outcome.REFUSED).fill(**blanks)


def _ordered(record: Record) -> Text:
    """The signal that it sounds, a drill told as such; else what type of order it is."""
    if record.signal is not None:
        return rehearsed(_title(record.signal, SIGNALS), record.status)
    return _known(ORDERS, str(record.detail.get("type") or "?"))


def _number(value: object) -> object:
    """Decimals as each language writes them: 1,5 and 1.5."""
    return Text(f"{value}".replace(".", ","), f"{value}") if isinstance(value, float) else value


def _fault(record: Record) -> Text:
    try:
        fault = FAULTS[FaultCode(record.reason or "")]
    except ValueError:
        return as_it_is(record.reason or "?")
    subject = record.detail.get("subject")
    words = fault.name.fill(name=subject or "?", n=record.detail.get("count", record.detail.get("n", "?")))
    return told_of(words, subject)


def _readable(value: object) -> str:
    """An ISO date or instant as a person writes it."""
    text = str(value) if value is not None else "?"
    try:
        if len(text) == len("2026-11-21"):
            return f"{date.fromisoformat(text):%d/%m/%Y}"
        return f"{datetime.fromisoformat(text):%d/%m/%Y %H:%M:%S}"
    except ValueError:
        return text


def _title(signal: str | None, titles: Mapping[str, Text]) -> Text:
    name = signal or "?"
    return titles.get(name) or SIGNALS.get(name) or Text(name, name)


def _known(table: Mapping[Any, Text], code: str | None) -> Text:
    """A code's words; enums of this house are strings, so the journal's plain string finds them."""
    return table.get(code) or as_it_is(code or "?")
