"""What sounds, or may sound yet, as a command finds it in the store; what is said where nothing is to be stopped."""

from collections.abc import Collection, Iterable
from datetime import datetime

from gongd.core.catalogue import Why
from gongd.core.record import Kind
from gongd.core.wire_event import Event
from gongd.core.words import Text
from gongd.desk.forecast import joined
from gongd.desk.going_on import RESTS_FOR, TOLD_WITHIN, Given, GoingOn, going_on
from gongd.desk.places import Target
from gongd.desk.uncleared import UNTOLD_FOR, uncleared
from gongd.desk.wording import called, title
from gongd.gongctl.duty import Duty, now

NOTHING_ON = Text("Không có hiệu lệnh nào đang phát.", "Nothing is sounding.")
UNKNOWN_ON = Text(
    "Sổ của bàn trực không dùng được nên máy không biết hiệu lệnh nào đang phát. Tắt tất cả: gongctl silence --to all",
    "The desk's store cannot be used, so what is sounding is not known. To silence all of it: gongctl silence --to all",
)
OTHERS_ON = Text(
    "Chưa dừng gì: không có hiệu lệnh{signal} nào đang phát{places}. Vẫn còn: {others}.",
    "Nothing was stopped: no signal{signal} is sounding{places}. Still on: {others}.",
)
OF_SIGNAL = Text(" “{signal}”", " “{signal}”")
AT_PLACES = Text(" ở {places}", " in {places}")
ON_THERE = Text("{signal} ở {places}", "the {signal} in {places}")
NOTHING = Text("", "")
MOST_SHOWN = 60


def what_goes_on(duty: Duty) -> list[GoingOn]:
    """Everything that could be cancelled."""
    at = now()
    return _there(duty, going_on(_given(duty, at - RESTS_FOR), _raised(duty, at), at))


def what_is_uncleared(duty: Duty, of: Collection[str] | None = None) -> list[GoingOn]:
    """Alarms that have fallen silent, and whose end nobody has told. `of`: these activations alone."""
    at = now()
    return _there(duty, uncleared(_given(duty, at - UNTOLD_FOR), _raised(duty, at), at, duty.is_alarm, of))


def wherever_heard(duty: Duty, chosen: list[GoingOn], why: Why) -> list[GoingOn]:
    """With the boxes where the very same alarms have fallen silent: people there are told too how it has ended."""
    if why is Why.PAUSE:
        return chosen
    return [*chosen, *what_is_uncleared(duty, {name for one in chosen for name in one.activations})]


def _given(duty: Duty, since: datetime) -> list[Given]:
    return [
        Given(order.claims, order.boxes, order.at, tuple(duty.store.answers(order.claims.jti)))
        for order in duty.store.orders(since)
    ]


def _raised(duty: Duty, at: datetime) -> list[tuple[str, Event]]:
    since = at - TOLD_WITHIN
    told = duty.store.events(since=since, kinds=(Kind.ACTIVATION,))
    trusted = [(filed.box, filed.event) for filed in told if filed.event.trusted]
    return trusted + duty.store.doubted(since, Kind.ACTIVATION)


def _there(duty: Duty, found: Iterable[GoingOn]) -> list[GoingOn]:
    there = duty.present.by_id
    return [here for one in found if (here := one.at(there)).boxes]


def named(duty: Duty, found: Iterable[GoingOn]) -> list[tuple[Text, str]]:
    """What people call each of them, and the villages."""
    roster = duty.roster
    return [
        (
            called(one.signal, one.status, duty.titles),
            ", ".join(dict.fromkeys(roster.box(box).village for box in one.boxes)),
        )
        for one in found
    ]


def nothing_on(duty: Duty) -> Text:
    """What is said where nothing is known to go on."""
    return NOTHING_ON if duty.trouble is None else UNKNOWN_ON


def nothing_of_it(duty: Duty, found: list[GoingOn], signal: str | None, target: Target | None) -> Text:
    """The same where nothing of this signal, at these places, goes on; what else does is told with its places."""
    if not found or duty.trouble is not None:
        return nothing_on(duty)
    others = joined(ON_THERE.fill(signal=what, places=places) for what, places in named(duty, found))
    return OTHERS_ON.fill(
        signal=OF_SIGNAL.fill(signal=title(signal[:MOST_SHOWN], duty.titles)) if signal else NOTHING,
        places=AT_PLACES.fill(places=target.words) if target else NOTHING,
        others=others,
    )
