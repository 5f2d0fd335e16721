"""`gongctl roster`, `status`, `watch`: who there is, and how each box is; first of all whether it can sound."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, tzinfo

from gongd.cli.screen import Screen
from gongd.cli.usage import Request
from gongd.core.lexicon import MISSED, reason_words
from gongd.core.record import MISSED as NOT_RUNG
from gongd.core.wire_report import Connection
from gongd.core.words import Language, Text
from gongd.desk.board import Row, ahead, condition_words, fault_words, sounds_words
from gongd.desk.forecast import heard_words, may_ring, stopped_words
from gongd.desk.roster import RosterBox
from gongd.gongctl.duty import Duty, now, on_duty, reached, without_roster
from gongd.gongctl.telling import tell

HEADER = Text(
    "BÀN TRỰC XÃ {commune}          {at}      {n} cụm loa: {state}",
    "DESK OF {commune}          {at}      {n} boxes: {state}",
)
CAN_SOUND = Text("{n} kêu được", "{n} can sound")
CANNOT_SOUND = Text("{n} không kêu được", "{n} cannot sound")
LOST = Text("{n} mất liên lạc", "{n} out of touch")
REVOKED = Text("{n} đã hủy khóa", "{n} revoked")
HEADS = (
    Text("Kêu được?", "Sounds?"),
    Text("Cụm loa", "Box"),
    Text("Tình trạng", "Condition"),
    Text("Kẻng gần nhất", "Last gong"),
    Text("Kẻng sắp tới", "Next gong"),
    Text("Lỗi", "Faults"),
    Text("Tin cuối", "Last heard"),
)
NO_GONG = Text("chưa có", "none yet")
NO_BOXES = Text("Chưa có cụm loa nào", "There are no boxes yet")
PERSON = Text("    đánh tay: {name}, {phone}", "    rings by hand: {name}, {phone}")
NOBODY = Text("    CHƯA CÓ NGƯỜI ĐÁNH KẺNG TAY", "    NOBODY TO RING BY HAND")
BOX = Text("{village} · Loa {name} ({id}){zones}", "{village} · Loudspeaker {name} ({id}){zones}")
LINK_DOWN = Text("MẤT KẾT NỐI với máy chủ", "NO CONNECTION to the broker")
NOT_REACHED = Text(
    "Máy trực mất kết nối với máy chủ {host}:{port}. Dưới đây là tin cũ trong sổ, có thể đã khác.",
    "The desk has no connection to the broker {host}:{port}. What follows is old news from its store.",
)
OLD_LISTS = Text(
    "Còn giữ danh sách khóa cũ (mới nhất là số {number}): {boxes}",
    "Still with an old trust list (the newest is {number}): {boxes}",
)
NEWER_LISTS = Text(
    "Giữ danh sách khóa mới hơn ở đây (số {number}): {boxes}. Thư mục này là bản cũ, cụm loa bỏ qua mọi thay đổi từ "
    "đây. Vừa phục hồi bản sao lưu thì gõ trước: gongctl skip {highest}",
    "With a newer trust list than here ({number}): {boxes}. This folder is an old copy, and the boxes take no change "
    "from it. Where a backup was restored, type first: gongctl skip {highest}",
)
CLEAR = "\033[H\033[2J"
EVERY_S = 2.0


def roster(request: Request, screen: Screen) -> int:
    """Boxes, zones, people."""
    with on_duty(request.config) as duty:
        boxes = duty.listed.boxes
        if request.wants_json:
            lists = {seen.place.id: seen.trust_number for seen in duty.rows(now())}
            screen.json([{**_box_object(box), "trust_number": lists.get(box.id)} for box in boxes])
            return 0
        screen.say(Text("", "") if boxes else NO_BOXES)
        for box in boxes:
            names = ", ".join(duty.roster.zones.get(zone, zone) for zone in box.zones)
            screen.say(BOX.fill(village=box.village, name=box.name, id=box.id, zones=f"  [{names}]" if names else ""))
            for who in box.by_hand:
                screen.say(PERSON.fill(name=who.name, phone=who.phone))
            if not box.by_hand:
                screen.say(NOBODY)
        for line in old_lists(duty, duty.rows(now())):
            screen.say(line)
    return 0


def _box_object(box: RosterBox) -> dict[str, object]:
    people = [{"name": who.name, "phone": who.phone} for who in box.by_hand]
    return {"box": box.id, "village": box.village, "name": box.name, "zones": list(box.zones), "by_hand": people}


def status(request: Request, screen: Screen) -> int:
    """The board, once, as the collector knows it; 1 when a box cannot sound, or nobody can be told to."""
    with on_duty(request.config, otherwise=without_roster) as duty:
        is_there = reached(duty.office)
        at = now()
        rows = duty.rows(at)
        if request.wants_json:
            screen.json([{**_row_object(seen), "broker": is_there} for seen in rows])
        else:
            for line in (*not_reached(duty, is_there), *page(duty, rows, at, screen.language)):
                screen.say(line)
    return 0 if is_there and all(seen.can_sound or seen.is_revoked for seen in rows) else 1


def not_reached(duty: Duty, is_there: bool) -> list[Text]:
    """What is said first where the broker is away."""
    commune = duty.office.commune
    return [] if is_there else [NOT_REACHED.fill(host=commune.host, port=commune.port)]


def watch(request: Request, screen: Screen) -> int:
    """The board, again and again, from the boxes themselves, until Ctrl-C."""
    with suppress(KeyboardInterrupt), on_duty(request.config, with_link=True, otherwise=without_roster) as duty:
        while True:
            deadline = time.monotonic() + EVERY_S
            while time.monotonic() < deadline:
                tell(duty, duty.talk.step(now(), 0.2), screen.say, now())
            duty.renew()
            at = now()
            shown = [line.read(screen.language) for line in page(duty, duty.rows(at), at, screen.language)]
            link = [] if duty.talk.is_up else [LINK_DOWN.read(screen.language)]
            screen.say("\n".join([CLEAR + shown[0], *link, *shown[1:]]))
    return 0


def page(duty: Duty, rows: list[Row], at: datetime, language: Language) -> Iterator[Text]:
    """The header, and a line a box in columns."""
    zone = duty.office.roster.zone
    yield header(duty, rows, at)
    if not rows:
        yield NO_BOXES
        return
    table = [[head.read(language) for head in HEADS]]
    table += [[cell.read(language) for cell in _cells(seen, at.astimezone(zone), zone)] for seen in rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADS))]
    for line in table:
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        yield Text(shown, shown)
    yield from may_ring(rows)
    yield from old_lists(duty, rows)


def old_lists(duty: Duty, rows: list[Row]) -> list[Text]:
    """A line for the boxes that hold an older trust list than the newest, and one for those that hold a newer one than
    the desk, where there are any."""
    if duty.office.trust is None:
        return []
    number, late = duty.office.trust.number, duty.outdated(rows)
    lines = [OLD_LISTS.fill(number=number, boxes=_with_lists(late))] if late else []
    if early := ahead(rows, number):
        highest = max(seen.trust_number or 0 for seen in early)
        lines.append(NEWER_LISTS.fill(number=number, boxes=_with_lists(early), highest=highest))
    return lines


def _with_lists(rows: list[Row]) -> str:
    return ", ".join(f"{seen.place.name} ({seen.trust_number})" for seen in rows)


def header(duty: Duty, rows: list[Row], at: datetime) -> Text:
    """`BÀN TRỰC XÃ NGUYỆT ẤN  21/11/2026 02:14  36 cụm loa: 34 kêu được, 2 mất liên lạc`."""
    well = sum(seen.can_sound for seen in rows)
    gone = sum(seen.is_revoked for seen in rows)
    lost = sum(seen.sounds is None for seen in rows) - gone
    parts = [CAN_SOUND.fill(n=well)]
    silent = len(rows) - well - lost - gone
    parts += [words.fill(n=n) for words, n in ((CANNOT_SOUND, silent), (LOST, lost), (REVOKED, gone)) if n]
    state = Text(", ".join(part.vi for part in parts), ", ".join(part.en for part in parts))
    name = duty.office.roster.name or duty.office.commune.id
    local = at.astimezone(duty.office.roster.zone)
    return HEADER.fill(commune=name.upper(), at=f"{local:%d/%m/%Y %H:%M}", n=len(rows), state=state)


def _cells(seen: Row, local: datetime, zone: tzinfo) -> list[Text]:
    faults = [fault_words(code) for code in seen.faults]
    coming = f"{seen.next_gong.astimezone(zone):%d/%m %H:%M}" if seen.next_gong else "–"
    stopped = stopped_words(seen, local)
    how = Text(*(words[:1].upper() + words[1:] for words in (stopped.vi, stopped.en)))
    return [
        sounds_words(seen),
        Text(seen.place.name, seen.place.name),
        how if seen.connection is Connection.STOPPED else condition_words(seen),
        last_gong_words(seen),
        Text(coming, coming),
        Text(", ".join(fault.vi for fault in faults) or "–", ", ".join(fault.en for fault in faults) or "–"),
        heard_words(seen, local),
    ]


def last_gong_words(seen: Row) -> Text:
    """`21/11 đúng giờ`, or why it was not rung."""
    gong = seen.last_gong
    if gong is None or gong.night is None:
        return NO_GONG
    what = Text("đúng giờ", "in time") if gong.outcome != NOT_RUNG else reason_words(gong.reason or "unknown", NOT_RUNG)
    if gong.reason == "by-hand":
        what = MISSED["by-hand"].fill(by=gong.detail.get("by", "?"), time=gong.detail.get("time", "?"))
    return Text(f"{gong.night:%d/%m} {what.vi}", f"{gong.night:%d/%m} {what.en}")


def _row_object(seen: Row) -> dict[str, object]:
    gong = seen.last_gong
    return {
        "box": seen.place.id,
        "village": seen.place.village,
        "revoked": seen.is_revoked,
        "sounds": seen.sounds.value if seen.sounds else None,
        "connection": seen.connection.value if seen.connection else None,
        "condition": seen.condition.value if seen.condition else None,
        "sounding": seen.sounding,
        "status": seen.status,
        "faults": list(seen.faults),
        "clock_trusted": seen.clock_trusted,
        "trust_number": seen.trust_number,
        "heard_at": seen.heard_at.isoformat() if seen.heard_at else None,
        "next_gong": seen.next_gong.isoformat() if seen.next_gong else None,
        "last_gong": {"night": str(gong.night), "outcome": gong.outcome, "reason": gong.reason} if gong else None,
    }
