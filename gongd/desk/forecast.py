"""The forecast of 21:30: which villages may stay silent tonight, why, and whom to call. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from gongd.core.condition import Sounds
from gongd.core.fault import FaultCode
from gongd.core.lexicon import MISSED, reason_words
from gongd.core.record import MISSED as NOT_RUNG
from gongd.core.wire_report import Connection
from gongd.core.words import Text
from gongd.desk.board import Row, fault_words
from gongd.desk.roster import Person, RosterBox

LOST = Text("mất liên lạc từ {since}", "out of touch since {since}")
NEVER = Text("chưa từng liên lạc", "never heard")
REVOKED = Text("đã hủy khóa", "revoked")
STOPPED = Text("đã tắt{at}{by}", "switched off{at}{by}")
STOPPED_AT = Text(" lúc {at}", " at {at}")
STOPPED_BY = Text(", do {by}", " by {by}")
SILENT_FOR = Text("{at}, im {span}", "{at}, silent for {span}")
MAY_RING = Text(
    "Mất liên lạc {n} cụm loa. Loa có thể vẫn tự đánh kẻng 22 giờ.",
    "{n} boxes are out of touch. They may still ring the gong at 22:00 by themselves.",
)
MINUTES = Text("{n} phút", "{n} min")
HOURS = Text("{n} giờ đồng hồ", "{n} h")
DAYS = Text("{n} ngày", "{n} days")
DISABLED = Text("tạm ngừng dùng đến {until}", "out of use until {until}")
NO_SCHEDULE = Text("chưa đặt lịch kẻng", "no gong in its schedules")
NOT_TONIGHT = Text("ngày nghỉ kẻng theo lịch, kẻng sắp tới {at}", "no gong tonight by its schedule, the next one {at}")
NOON = time(12)
CANNOT = Text("không kêu được", "cannot sound")
CLOCK = Text("đồng hồ chưa tin được", "its clock cannot be trusted")
MUTED = Text("đang tắt tiếng tại chỗ", "silenced on site")

FORECAST = Text(
    "Đêm nay {n} thôn có thể không có kẻng 22 giờ: {villages}.",
    "Tonight {n} villages may have no gong at 22:00: {villages}.",
)
ALL_WELL = Text("Đêm nay thôn nào cũng có kẻng 22 giờ.", "Tonight every village will have its gong at 22:00.")
CALL = Text("Gọi: {whom}.", "Call: {whom}.")
NOBODY = Text("Chưa có người đánh kẻng tay: {villages}.", "Nobody to ring by hand: {villages}.")
WITH_REASON = Text("{village} ({why})", "{village} ({why})")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A box that may stay silent tonight, and why. `may_ring`: it was well when it was last heard of."""

    box: RosterBox
    why: Text
    may_ring: bool = False


def doubts(rows: Iterable[Row], now: datetime) -> list[Doubt]:
    """Every box of which it is not certain that it will ring tonight. `now` is in the commune's time."""
    return [
        Doubt(row.place, why, row.connection is Connection.LOST) for row in rows if (why := _why(row, now)) is not None
    ]


def _why(row: Row, now: datetime) -> Text | None:
    """The weightiest reason; None where all is well."""
    if row.connection is None:
        return REVOKED if row.is_revoked else NEVER
    if row.disabled_until is not None:
        return DISABLED.fill(until=row.disabled_until)
    if row.connection is Connection.STOPPED:
        return stopped_words(row, now)
    if row.is_lost:
        return LOST.fill(since=since_words(row.lost_since, now)) if row.lost_since else NEVER
    if row.sounds is Sounds.NO or row.sounds is None:
        return fault_words(row.faults[0]) if row.faults else CANNOT
    if not row.clock_trusted or FaultCode.CLOCK_UNTRUSTED in row.faults:
        return CLOCK
    return MUTED if FaultCode.MUTED in row.faults else _unscheduled(row, now)


def _unscheduled(row: Row, now: datetime) -> Text | None:
    """Why a box that is well rings no gong on the evening of this date; None where it does, has done so, or where it
    has not told what is to come."""
    done = row.last_gong if row.last_gong and row.last_gong.night == now.date() else None
    if done is not None and done.outcome != NOT_RUNG:
        return None
    coming = row.coming
    if coming is None or (coming.until and coming.until.astimezone(now.tzinfo).date() <= now.date()):
        return None
    gongs = [at.astimezone(now.tzinfo) for at in coming.gongs]
    if any(at.date() == now.date() and at.time() >= NOON for at in gongs):
        return None
    if done is not None:
        return reason_words(done.reason or "unknown", NOT_RUNG)
    later = next((at for at in gongs if at.date() > now.date()), None)
    if later is None:
        return NO_SCHEDULE
    return MISSED["unknown"] if now.time() >= later.time() >= NOON else NOT_TONIGHT.fill(at=f"{later:%d/%m %H:%M}")


def since_words(at: datetime, now: datetime) -> str:
    """`18:20` of today, else with its date."""
    local = at.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%H:%M %d/%m}"


def stopped_words(row: Row, now: datetime) -> Text:
    """`đã tắt lúc 18:20`, and by whom where that is known."""
    nothing = Text("", "")
    at = STOPPED_AT.fill(at=since_words(row.stopped_at, now)) if row.stopped_at else nothing
    return STOPPED.fill(at=at, by=STOPPED_BY.fill(by=row.stopped_by) if row.stopped_by else nothing)


def heard_words(row: Row, now: datetime) -> Text:
    """When it was last heard, and where no living box is silent for so long, for how long it has been."""
    if row.heard_at is None:
        return Text("–", "–")
    at = since_words(row.heard_at, now)
    return SILENT_FOR.fill(at=at, span=_span_words(now - row.heard_at)) if row.is_silent else Text(at, at)


def _span_words(span: timedelta) -> Text:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return MINUTES.fill(n=minutes)
    return HOURS.fill(n=minutes // 60) if minutes < 48 * 60 else DAYS.fill(n=minutes // (24 * 60))


def may_ring(rows: Iterable[Row]) -> list[Text]:
    """What must not be forgotten of boxes that are out of touch: their gong hangs on no network."""
    lost = sum(row.connection is Connection.LOST for row in rows)
    return [MAY_RING.fill(n=lost)] if lost else []


def sentence(found: Sequence[Doubt]) -> list[Text]:
    """What the screen says at 21:30 (language.md, 5)."""
    if not found:
        return [ALL_WELL]
    named = [WITH_REASON.fill(village=doubt.box.name, why=doubt.why) for doubt in found]
    villages = len({doubt.box.village for doubt in found})
    lines = [FORECAST.fill(n=villages, villages=joined(named))]
    if whom := [f"{who.name} {who.phone}".strip() for who in call_list(found)]:
        lines.append(CALL.fill(whom=", ".join(whom)))
    if without := [doubt.box.name for doubt in found if not doubt.box.by_hand]:
        lines.append(NOBODY.fill(villages=", ".join(without)))
    if lost := sum(doubt.may_ring for doubt in found):
        lines.append(MAY_RING.fill(n=lost))
    return lines


def joined(texts: Iterable[Text]) -> Text:
    """Several, with commas."""
    several = list(texts)
    return Text(", ".join(one.vi for one in several), ", ".join(one.en for one in several))


def call_list(found: Iterable[Doubt]) -> list[Person]:
    """The first person of each village who rings by hand, none twice."""
    return list(dict.fromkeys(doubt.box.by_hand[0] for doubt in found if doubt.box.by_hand))


def as_object(found: Sequence[Doubt]) -> dict[str, object]:
    """For programs."""
    return {
        "silent_tonight": [
            {
                "box": doubt.box.id,
                "village": doubt.box.village,
                "why": {"vi": doubt.why.vi, "en": doubt.why.en},
                "call": [{"name": who.name, "phone": who.phone} for who in doubt.box.by_hand],
            }
            for doubt in found
        ]
    }
