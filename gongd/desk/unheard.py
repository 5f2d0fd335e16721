"""Boxes that an order has not reached, or that have not answered it: what the officer is told, and whom to call. Pure.

Only an actual alarm, or the peace gong, is ever to be rung by hand instead (language.md, 5): somebody who is asked to
ring for a test, or at an all-clear, makes a real alarm of it.
"""

from collections.abc import Iterable, Mapping, Sequence

from gongd.core.catalogue import CALMING, ENDINGS, Priority, Status, Why
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.words import Text
from gongd.desk.places import Target
from gongd.desk.roster import Person, RosterBox
from gongd.desk.wording import called

SILENT = Text(
    "Loa {place}: CHƯA TRẢ LỜI. Gọi {name}, {phone}, nhờ đánh kẻng tay.{sends}",
    "Loudspeaker {place}: NO ANSWER. Call {name}, {phone}, to ring by hand.{sends}",
)
SILENT_NOBODY = Text(
    "Loa {place}: CHƯA TRẢ LỜI. Chưa có người đánh kẻng tay.{sends}",
    "Loudspeaker {place}: NO ANSWER. Nobody to ring by hand.{sends}",
)
QUIET = Text(
    "Loa {place}: CHƯA TRẢ LỜI. Nhờ {name}, {phone}, xem loa.{sends}",
    "Loudspeaker {place}: NO ANSWER. Ask {name}, {phone}, to look at it.{sends}",
)
QUIET_NOBODY = Text(
    "Loa {place}: CHƯA TRẢ LỜI.{sends}",
    "Loudspeaker {place}: NO ANSWER.{sends}",
)
NOT_STOPPED = Text(
    "Loa {place}: CHƯA TRẢ LỜI, có thể vẫn đang phát. Gọi {name}, {phone}, nhờ tắt tiếng tại chỗ{told}.{sends}",
    "Loudspeaker {place}: NO ANSWER, it may still be sounding. "
    "Call {name}, {phone}, to silence it on site{told}.{sends}",
)
NOT_STOPPED_NOBODY = Text(
    "Loa {place}: CHƯA TRẢ LỜI, có thể vẫn đang phát. Chưa có người trong danh bạ.{sends}",
    "Loudspeaker {place}: NO ANSWER, it may still be sounding. Nobody in the roster.{sends}",
)
SENDS = Text(" Máy vẫn gửi lại, đến khi dừng.", " The desk sends again until it is stopped.")
NOTHING = Text("", "")
OVER: Mapping[Why, Text] = {
    Why.SAFE: Text(", báo bà con đã an toàn", " and to tell people that all is safe"),
    Why.MISTAKE: Text(", báo bà con vừa rồi là báo nhầm", " and to tell people that it was a mistake"),
    Why.PAUSE: NOTHING,
}
DRILL_OVER = Text(", báo bà con đã hết tập", " and to tell people that the drill is over")

NO_LINK = Text(
    "Máy trực mất kết nối: KHÔNG cụm loa nào nhận được lệnh. Gọi điện cho các thôn:",
    "The desk has no connection: NO box has received the order. Telephone the villages:",
)
GIVEN_UP = Text(
    "{order}: từ lúc này máy KHÔNG gửi lại nữa. Chưa có kết quả: {boxes}. Còn cần thì ra lệnh lại.",
    "{order}: from here on the desk sends it NO more. Without a result: {boxes}. If it is still needed, give it again.",
)
SENT_LONGER = Text(
    "Không ghi --wait, hay ra lệnh từ bảng chọn (gõ gongctl), thì máy gửi lại suốt 30 phút.",
    "Without --wait, or from the menu (type gongctl), an order is sent again for 30 minutes.",
)
_ORDERS: Mapping[CommandType, Text] = {
    CommandType.CANCEL: Text("Lệnh dừng", "The cancel"),
    CommandType.SILENCE: Text("Lệnh tắt tiếng", "The order of silence"),
    CommandType.ANNOUNCE: Text("Lệnh thông báo", "The announcement"),
    CommandType.SETTINGS: Text("Lệnh gửi cấu hình", "The order with the settings"),
}

LEFT_OUT = Text(
    "{place}: KHÔNG nhận được lệnh từ đây, khóa của loa đã bị hủy.{call}",
    "{place}: hears NO order from here, its loudspeaker's key was revoked.{call}",
)
RING = Text(" Gọi {people}, nhờ đánh kẻng tay.", " Call {people}, to ring by hand.")
RING_NOBODY = Text(" Chưa có người đánh kẻng tay.", " Nobody to ring by hand.")
A_BOX = Text("Loa {place}", "Loudspeaker {place}")
OR = Text(" hoặc ", " or ")
REVOKED_BOX = Text(
    "Khóa của Loa {boxes} đã bị hủy: loa không nhận lệnh nào. Chưa gửi gì. "
    "Gọi {people}, hoặc đăng ký lại cụm loa{rest}",
    "The key of loudspeaker {boxes} was revoked: it takes no order. Nothing was sent. "
    "Call {people}, or enrol the box again{rest}",
)
THE_VILLAGE = Text("điện cho thôn", "the village")
THE_REST = Text(". Các nơi còn lại thì gõ: {places}", ". For the other places type: {places}")

CALL = Text("  {village}: {name}, {phone}", "  {village}: {name}, {phone}")
CALL_NOBODY = Text("  {village}: chưa có người trong danh bạ", "  {village}: nobody in the roster")

_CALMED = {signal: why for why, signal in ENDINGS.items()}


def is_for_hands(claims: CommandClaims, priority: Priority | None) -> bool:
    """Is the gong to be rung by hand where a box is silent? `priority` None: nobody knows the signal's, and an alarm
    is never missed."""
    return claims.type is CommandType.ALERT and is_rung_by_hand(claims.signal, claims.status, priority)


def is_rung_by_hand(signal: str | None, status: Status, priority: Priority | None) -> bool:
    """The same of a signal that is still to be ordered."""
    if status is not Status.ACTUAL or signal in CALMING:
        return False
    return signal == "peace" or priority is None or priority >= Priority.PRIORITY


def silent_line(box: RosterBox, claims: CommandClaims, priority: Priority | None, is_sent: bool = True) -> Text:
    """A box that has not answered, and whom to call for what. `is_sent`: it is sent the order again."""
    with_person, without = _words(claims, priority)
    who, sends = person_to_call(box), SENDS if is_sent else NOTHING
    if who is None:
        return without.fill(place=box.name, sends=sends)
    return with_person.fill(place=box.name, name=who.name, phone=who.phone, told=_told(claims), sends=sends)


def given_up_line(boxes: Iterable[RosterBox], claims: CommandClaims, titles: Mapping[str, str]) -> Text:
    """An order is sent no more, though these have not said their word."""
    alarm = called(claims.signal or "?", claims.status, titles)
    order = _ORDERS.get(claims.type) or Text(f"Lệnh {alarm.vi}", f"The order for the {alarm.en}")
    return GIVEN_UP.fill(order=order, boxes=", ".join(box.name for box in boxes))


def _words(claims: CommandClaims, priority: Priority | None) -> tuple[Text, Text]:
    """With somebody to call, and without."""
    if is_for_hands(claims, priority):
        return SILENT, SILENT_NOBODY
    if claims.type in (CommandType.CANCEL, CommandType.SILENCE) or _why(claims) is not None:
        return NOT_STOPPED, NOT_STOPPED_NOBODY
    return QUIET, QUIET_NOBODY


def _why(claims: CommandClaims) -> Why | None:
    """Why something is ended, by a cancel or by a signal that ends it."""
    ends = claims.type is CommandType.ALERT and claims.status is Status.ACTUAL
    return claims.reason or (_CALMED.get(claims.signal or "") if ends else None)


def _told(claims: CommandClaims) -> Text:
    """What people are to be told, where it is over."""
    why = _why(claims)
    if why is None or claims.status is Status.ACTUAL:
        return OVER[why] if why else NOTHING
    return DRILL_OVER if claims.status is Status.EXERCISE and why is not Why.PAUSE else NOTHING


def person_to_call(box: RosterBox) -> Person | None:
    """The first who is named for a box."""
    return box.by_hand[0] if box.by_hand else None


def left_out(target: Target, for_hands: bool) -> list[Text]:
    """A line for each box that was meant and hears nothing, for its key was revoked: nobody waits for its answer."""
    lines = []
    for box in target.gone:
        is_alone = box.village not in target.villages
        place = Text(box.village, box.village) if is_alone else A_BOX.fill(place=box.name)
        people = _people((box,))
        call = (RING.fill(people=people) if people else RING_NOBODY) if for_hands else NOTHING
        lines.append(LEFT_OUT.fill(place=place, call=call))
    return lines


def revoked_words(gone: Sequence[RosterBox], rest: Sequence[RosterBox]) -> Text:
    """Why nothing is sent to boxes that were named one by one, and what reaches the others."""
    return REVOKED_BOX.fill(
        boxes=", ".join(box.name for box in gone),
        people=_people(gone) or THE_VILLAGE,
        rest=THE_REST.fill(places=", ".join(box.id for box in rest)) if rest else NOTHING,
    )


def _people(boxes: Iterable[RosterBox]) -> Text | None:
    """Everybody who rings there, with their numbers."""
    named = list(dict.fromkeys(f"{who.name}, {who.phone}" for box in boxes for who in box.by_hand))
    return Text(OR.vi.join(named), OR.en.join(named)) if named else None


def call_list(boxes: tuple[RosterBox, ...]) -> list[Text]:
    """Whom to telephone when no order gets through, village by village."""
    by_village: dict[str, list[Text]] = {}
    for box in boxes:
        people = [CALL.fill(village=box.village, name=who.name, phone=who.phone) for who in box.by_hand]
        by_village.setdefault(box.village, []).extend(people)
    return [
        line
        for village, people in by_village.items()
        for line in (list(dict.fromkeys(people)) or [CALL_NOBODY.fill(village=village)])
    ]
