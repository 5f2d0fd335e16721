"""The desk's clock is set while an order is on its way: the order is as old as it is, and what is due stays due."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from gongd.core.gathering import AGAIN_AFTER, SENT_AGAIN_FOR, SILENT_AFTER
from gongd.core.wire_report import Step
from gongd.desk.going_on import Given, going_on
from gongd.desk.orders import Hand, silence
from gongd.desk.sender import GivenUp, News, Sender, Silent
from gongd.desk.store import Store
from tests.desk.bare_sender import BOTH, PEN, Line, line, make_sender, store
from tests.desk.records import NOW, answer, gather, order, stop

__all__ = ["line", "store"]
SECOND = timedelta(seconds=1)


@dataclass
class Desk:
    """A sender, and both of its clocks: `runs` is what really passes."""

    store: Store
    line: Line
    wall: datetime = NOW
    runs: float = 1000.0
    sender: Sender = field(init=False)

    def __post_init__(self) -> None:
        self.sender = make_sender(self.store, self.line, lambda: self.runs)
        self.sender.give(order(), BOTH, PEN, self.wall)
        self.line.sent.clear()

    def after(self, passed: timedelta, set_by: timedelta = timedelta(0)) -> list[News]:
        """What has happened since: so much time has passed, and the clock was set by so much more."""
        self.runs += passed.total_seconds()
        self.wall += passed + set_by
        return self.sender.step(self.wall, 0)


@pytest.fixture
def desk(store: Store, line: Line) -> Desk:
    return Desk(store, line)


def test_a_moved_order_is_as_old_as_it_was() -> None:
    hour = timedelta(hours=1)
    one = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.STARTED)).all_back(NOW).sent(("thon-5",), NOW)
    for by in (hour, -hour):
        moved = one.moved(by)
        assert (moved.due(NOW + by + AGAIN_AFTER - SECOND), moved.due(NOW + by + AGAIN_AFTER)) == ((), ("thon-5",))
        assert (moved.silent(NOW + by + SILENT_AFTER - SECOND), moved.silent(NOW + by + SILENT_AFTER)) == (
            (),
            ("thon-5",),
        )
        assert not moved.is_over(NOW + by + SENT_AGAIN_FOR)
        assert moved.is_over(NOW + by + SENT_AGAIN_FOR + SECOND)


@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(hours=-2), timedelta(days=400)])
def test_an_alarm_is_sent_on_for_as_long_as_ever_wherever_the_clock_is_set_to(desk: Desk, by: timedelta) -> None:
    desk.after(SECOND, set_by=by)
    assert desk.line.sent == []
    news = desk.after(AGAIN_AFTER)
    assert [one.box for one in news if isinstance(one, Silent)] == list(BOTH)
    assert len(desk.line.sent) == len(BOTH)
    assert not any(isinstance(one, GivenUp) for one in desk.after(SENT_AGAIN_FOR - AGAIN_AFTER - SECOND))
    assert any(isinstance(one, GivenUp) for one in desk.after(SECOND))


def test_a_cancel_of_another_program_is_seen_though_the_clock_was_set_back_after_the_last_look(desk: Desk) -> None:
    desk.after(SECOND)
    desk.store.open_order(stop("order-1234"), BOTH, desk.wall)
    desk.after(SECOND, set_by=timedelta(hours=-2))
    assert desk.sender.gathering("order-1234").is_ended


def test_whoever_cancels_after_the_clock_was_set_reaches_the_boxes_that_are_still_sent_it(desk: Desk) -> None:
    desk.after(SECOND, set_by=timedelta(hours=2))
    (noted,) = desk.store.orders(NOW)
    (one,) = going_on([Given(noted.claims, noted.boxes, noted.at, ())], [], desk.wall)
    assert one.boxes == BOTH


def test_a_program_that_was_held_up_for_long_has_set_no_clock(desk: Desk) -> None:
    assert any(isinstance(one, GivenUp) for one in desk.after(SENT_AGAIN_FOR + SECOND))


@pytest.mark.parametrize("hours", [10, 25])
def test_silence_of_before_this_program_began_ends_none_of_its_alarms_however_late_it_is_seen(
    store: Store, line: Line, hours: int
) -> None:
    """The desk's own book was locked when the alarm was given, or the clock has been set since."""
    desk = Desk(store, line)
    old = silence(Hand("cong-an-xa"), "silence-1234", order().aud, NOW)
    store.open_order(old, BOTH, NOW - timedelta(hours=hours))
    desk.after(2 * SECOND, set_by=-timedelta(hours=2))
    desk.after(2 * SECOND)
    assert desk.sender.gathering("order-1234").ended_at == frozenset()


@pytest.mark.parametrize("hours", [10, 25])
def test_silence_of_before_an_alarm_ends_nothing_of_it_however_long_the_program_has_run(
    store: Store, line: Line, hours: int
) -> None:
    """The menu stands open for days. Its book was locked when the alarm was given, or the clock is set back after."""
    desk = Desk(store, line)
    desk.after(timedelta(days=7))
    desk.sender.give(replace(order(), jti="order-5678"), BOTH, PEN, desk.wall)
    old = silence(Hand("cong-an-xa"), "silence-1234", order().aud, NOW)
    store.open_order(old, BOTH, desk.wall - timedelta(hours=hours))
    desk.after(2 * SECOND, set_by=-timedelta(hours=2))
    desk.after(2 * SECOND)
    desk.sender.give(replace(order(), jti="order-9012"), BOTH, PEN, desk.wall)
    assert desk.sender.gathering("order-5678").ended_at == frozenset()


def test_silence_after_an_alarm_ends_it_however_the_clock_is_corrected_between(store: Store, line: Line) -> None:
    desk = Desk(store, line)
    desk.after(SECOND, set_by=-1.5 * SECOND)
    store.open_order(silence(Hand("cong-an-xa"), "silence-1234", order().aud, NOW), BOTH, desk.wall)
    desk.after(2 * SECOND)
    assert desk.sender.gathering("order-1234").is_ended


@pytest.mark.parametrize("hours", [2, -2])
def test_silence_of_another_program_is_seen_though_the_clock_was_set_after_the_last_look(
    desk: Desk, hours: int
) -> None:
    desk.after(SECOND)
    desk.store.open_order(silence(Hand("cong-an-xa"), "silence-1234", order().aud, NOW), BOTH, desk.wall)
    desk.after(SECOND, set_by=timedelta(hours=hours))
    assert desk.sender.gathering("order-1234").is_ended
