"""Who is looked at, and when: orders before calls, neighbours in turn, and no more of a flood than it has seats."""

from gongd.box.waiting_room import FOR_ORDERS, FULL, MOST_CALLERS, MOST_CALLS, MOST_ORDERS, PER_SECOND, WaitingRoom
from gongd.ports_link import Delivery


def delivery(topic: str, number: int = 1) -> Delivery:
    return Delivery(topic, b"", False, 1, number)


def looked_at(room: WaitingRoom, at: float) -> list[str]:
    """The topics of what may be looked at by then, in turn."""
    room.fill(at)
    topics = []
    while (one := room.next()) is not None:
        topics.append(one.topic)
        room.done()
    return topics


def test_an_order_is_looked_at_before_every_call_that_waits() -> None:
    room = WaitingRoom()
    assert all(room.put(delivery("thon-3/call"), True) for _ in range(MOST_CALLS))
    assert room.put(delivery("command"), False)
    assert looked_at(room, 0.0)[0] == "command"


def test_a_neighbour_that_floods_takes_no_turn_from_the_others_and_none_from_an_order() -> None:
    room, before = WaitingRoom(), list[str]()
    looked_at(room, 0.0)
    for moment in range(100):
        while room.put(delivery("thon-3/call"), True):
            pass
        if moment == 50:
            assert room.put(delivery("thon-4/call"), True)
        seen = looked_at(room, moment / PER_SECOND)
        if moment == 51:
            assert "thon-4/call" in [*before, *seen]
        before = seen
    assert room.put(delivery("command"), False)
    assert looked_at(room, 99 / PER_SECOND) == ["command"]


def test_what_is_over_its_seats_finds_no_room_and_the_network_never_waits_for_calls() -> None:
    room = WaitingRoom()
    for caller in range(MOST_CALLERS):
        assert all(room.put(delivery(f"{caller}/call"), True) for _ in range(MOST_CALLS))
        assert not room.put(delivery(f"{caller}/call"), True)
    assert not room.put(delivery("another/call"), True)
    assert not room.is_full
    assert all(room.put(delivery("command"), False) for _ in range(MOST_ORDERS))
    assert not room.put(delivery("command"), False)
    assert room.is_full
    room.clear()
    assert room.is_empty


def test_no_more_than_twenty_a_second_are_looked_at_of_orders_and_calls_together() -> None:
    room = WaitingRoom()
    for _ in range(FULL):
        room.put(delivery("command"), False)
    assert len(looked_at(room, 0.0)) == PER_SECOND
    assert len(looked_at(room, 1.5)) == PER_SECOND
    room.clear()
    for caller in range(MOST_CALLERS):
        room.put(delivery(f"{caller}/call"), True)
    assert len(looked_at(room, 10.0)) == PER_SECOND - FOR_ORDERS
    assert len(looked_at(room, 11.0)) == PER_SECOND - FOR_ORDERS
