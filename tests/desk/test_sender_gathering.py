"""What is told of orders on their way, and which of them can still be stopped."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from gongd.adapters import jose
from gongd.core.catalogue import Status, Why
from gongd.core.verdict import Accepted
from gongd.core.wire import Seal, Topics
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_event import Event
from gongd.core.wire_form import LARGEST_MESSAGE, from_json, to_json
from gongd.core.wire_name import to_box
from gongd.core.wire_report import Answer, Step
from gongd.desk.going_on import Given, GoingOn, endings, going_on
from gongd.desk.office import Pen
from gongd.desk.orders import Hand, cancel
from gongd.desk.sender import Sender
from gongd.desk.store import Store
from gongd.desk.wording import result
from tests.core.orders import ORDER, Bench
from tests.desk.records import NOW, answer, gather, order, stop

SECOND = timedelta(seconds=1)
BOTH = ("thon-3", "thon-5")


def test_the_result_is_said_as_the_paper_has_it() -> None:
    one = gather(("thon-3", "thon-5", "thon-9"))
    for box in BOTH:
        one = one.hear(answer(box, Step.STARTED))
    assert result(one).vi == "2/3 cụm loa đang phát. 1 chưa trả lời."


def test_what_sounds_can_be_stopped_and_what_has_ended_cannot() -> None:
    sounding = Given(order(), BOTH, NOW, (answer("thon-3", Step.STARTED), answer("thon-5", Step.FINISHED)))
    (one,) = going_on([sounding], [], NOW)
    assert (one.signal, one.activations, one.boxes) == ("fire", ("order-1234",), ("thon-3",))
    ended = Given(order(), BOTH, NOW, tuple(answer(box, Step.CANCELLED) for box in BOTH))
    assert going_on([ended], [], NOW) == []


def test_an_alarm_that_rests_and_will_sound_again_can_be_stopped() -> None:
    rests = answer("thon-3", Step.FINISHED, detail={"then": "again"})
    gave_way = answer("thon-5", Step.PREEMPTED, detail={"then": "resume"})
    (one,) = going_on([Given(order("flood"), BOTH, NOW, (rests, gave_way))], [], NOW)
    assert one.boxes == BOTH
    over = Given(order("flood"), BOTH, NOW, (rests, gave_way, *(answer(box, Step.FINISHED) for box in BOTH)))
    assert going_on([over], [], NOW) == []


def test_an_alarm_of_a_box_that_rests_can_be_stopped_and_a_drill_that_gave_way_is_over() -> None:
    raised = Event(1, NOW, "activation", "flood", activation="b-1", origin="button", status="actual")
    rests = replace(raised, outcome="finished", detail={"then": "again"})
    (one,) = going_on([], [("thon-3", rests)], NOW)
    assert (one.activations, one.boxes) == (("b-1",), ("thon-3",))
    assert going_on([], [("thon-3", rests), ("thon-3", replace(raised, outcome="finished"))], NOW) == []
    gave_way = replace(raised, status="exercise", outcome="preempted")
    assert going_on([], [("thon-3", gave_way)], NOW) == []
    (one,) = going_on([], [("thon-3", replace(gave_way, detail={"then": "resume"}))], NOW)
    assert one.boxes == ("thon-3",)


def test_an_alarm_is_over_though_its_box_has_set_its_clock_back_since_it_began() -> None:
    raised = Event(1, NOW, "activation", "fire", activation="b-1", origin="button", status="actual", outcome="started")
    ended = replace(raised, number=2, at=NOW - timedelta(minutes=3), outcome="finished")
    assert going_on([], [("thon-3", ended), ("thon-3", raised)], NOW) == []


def test_an_alarm_that_sounds_again_for_days_can_be_stopped_for_as_long() -> None:
    rests = answer("thon-3", Step.FINISHED, detail={"then": "again"})
    five_days_later = NOW + timedelta(days=5)
    by_desk = Given(order("flood"), BOTH, NOW, (rests, answer("thon-5", Step.STARTED)))
    (one,) = going_on([by_desk], [], five_days_later)
    assert one.boxes == ("thon-3",)
    raised = Event(1, NOW, "activation", "flood", activation="b-1", origin="button", status="actual")
    said = [replace(raised, outcome="finished", detail={"then": "again"}), replace(raised, outcome="resumed")]
    (one,) = going_on([], [("thon-3", event) for event in said], five_days_later)
    assert one.activations == ("b-1",)
    assert going_on([], [("thon-3", said[1])], five_days_later) == []


def test_a_box_that_is_silent_may_sound_it_yet_and_must_hear_of_the_cancel() -> None:
    (one,) = going_on([Given(order(), BOTH, NOW, ())], [], NOW)
    assert one.boxes == BOTH
    assert stop(*one.activations).references == ("order-1234",)


def test_what_a_panel_has_raised_can_be_stopped_and_what_was_stopped_is_not_named_again() -> None:
    raised = Event(
        1, NOW, "activation", "fire", activation="panel-1", origin="command", status="actual", outcome="started"
    )
    (one,) = going_on([], [("thon-3", raised)], NOW)
    assert (one.signal, one.activations, one.boxes) == ("fire", ("panel-1",), ("thon-3",))
    ours = replace(order(), jti="panel-1")
    cancelled = (
        Given(ours, ("thon-3",), NOW, ()),
        Given(stop("panel-1"), ("thon-3",), NOW, (answer("thon-3", Step.RECEIVED, "cancel-1234"),)),
    )
    assert going_on(cancelled, [("thon-3", raised)], NOW) == []
    words = replace(raised, signal="all-clear", activation="panel-1.end")
    assert going_on([], [("thon-3", words)], NOW) == []


def cancelled(*answers: Answer, said: tuple[Answer, ...] = (answer("thon-3", Step.STARTED),)) -> list[Given]:
    """An alarm at two boxes that was cancelled, what the boxes had said to it, and to the cancel."""
    return [Given(order(), BOTH, NOW, said), Given(stop("order-1234"), BOTH, NOW, answers)]


def test_a_cancel_that_reached_nobody_can_be_given_again() -> None:
    (one,) = going_on(cancelled(), [], NOW)
    assert (one.signal, one.activations, one.boxes) == ("fire", ("order-1234",), BOTH)


def test_a_box_that_has_taken_the_cancel_is_not_told_again_and_the_others_are() -> None:
    (one,) = going_on(cancelled(answer("thon-3", Step.RECEIVED, "cancel-1234")), [], NOW)
    assert one.boxes == ("thon-5",)
    said = (answer("thon-3", Step.STARTED), answer("thon-5", Step.CANCELLED))
    assert going_on(cancelled(answer("thon-3", Step.FINISHED, "cancel-1234"), said=said), [], NOW) == []


@pytest.mark.parametrize(
    "refused",
    [
        answer("thon-3", Step.REFUSED, "cancel-1234", reason="not-permitted"),
        answer("thon-3", Step.REFUSED, "cancel-1234", reason="clock-untrusted", challenge="c" * 32),
        answer("thon-3", Step.EXPIRED, "cancel-1234"),
    ],
)
def test_a_box_that_has_refused_the_cancel_still_sounds(refused: Answer) -> None:
    (one,) = going_on(cancelled(refused, said=(answer("thon-3", Step.STARTED), answer("thon-5", Step.FAILED))), [], NOW)
    assert one.boxes == ("thon-3",)


def test_a_cancel_that_named_something_else_has_ended_nothing_here() -> None:
    orders = [*cancelled()[:1], Given(stop("order-9"), BOTH, NOW, (answer("thon-3", Step.RECEIVED, "cancel-1234"),))]
    (one,) = going_on(orders, [], NOW)
    assert one.boxes == BOTH


def test_an_order_that_was_cancelled_and_never_heard_of_is_over_once_it_is_old() -> None:
    assert going_on(cancelled(said=()), [], NOW + timedelta(minutes=31)) == []


def test_a_box_that_fell_silent_when_it_was_told_to_needs_no_cancel() -> None:
    quiet = CommandClaims(
        "cong-an-xa", order().aud, "silence-1", NOW, NOW + timedelta(minutes=2), CommandType.SILENCE, Status.ACTUAL
    )
    started, later = answer("thon-3", Step.STARTED), NOW + timedelta(seconds=9)
    after = replace(answer("thon-3", Step.FINISHED, "silence-1"), at=later)
    alarm = Given(order(), ("thon-3",), NOW, (started,))
    assert going_on([alarm, Given(quiet, ("thon-3",), NOW, (after,))], [], NOW) == []
    for kept in (replace(after, at=NOW - timedelta(seconds=1)), replace(after, trusted=False)):
        (one,) = going_on([alarm, Given(quiet, ("thon-3",), NOW, (kept,))], [], NOW)
        assert one.boxes == ("thon-3",)


def test_what_a_box_has_written_of_its_end_counts_where_its_answer_was_lost() -> None:
    over = Event(1, NOW, "activation", "fire", activation="order-1234", origin="command", outcome="cancelled")
    (one,) = going_on(cancelled(), [("thon-3", over)], NOW)
    assert one.boxes == ("thon-5",)
    rests = replace(over, outcome="finished", detail={"then": "again"})
    (one,) = going_on(cancelled(), [("thon-3", rests)], NOW)
    assert one.boxes == BOTH


def test_a_cancel_has_room_for_so_many_and_the_rest_is_in_others() -> None:
    many = GoingOn("fire", Status.ACTUAL, tuple(f"fire-{number}" for number in range(150)), BOTH)
    found = endings([many])
    assert [len(one.references) for one in found] == [64, 64, 22]
    assert {name for one in found for name in one.references} == set(many.activations)
    assert {one.boxes for one in found} == {BOTH}
    everywhere = GoingOn("fire", Status.ACTUAL, ("fire-1",), tuple(f"thon-{number}" for number in range(250)))
    assert [len(one.boxes) for one in endings([everywhere])] == [100, 100, 50]


def test_the_longest_cancel_is_taken_as_one() -> None:
    names = tuple(f"{number:0100d}" for number in range(64))
    boxes = tuple(to_box("nguyet-an", f"thon-{number}") for number in range(100))
    claims = cancel(Hand("cong-an-xa"), "cancel-1234", boxes, NOW, names, Why.SAFE)
    sealed = jose.sign(to_json(claims), jose.generate(), Seal.COMMAND)
    assert len(sealed) <= LARGEST_MESSAGE
    assert from_json(CommandClaims, to_json(claims)) == claims


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_a_drill_is_ended_by_a_cancel_of_its_own_and_an_alarm_beside_it_too(status: Status) -> None:
    box = Bench()
    hand, here = Hand("cong-an-xa"), ORDER.aud
    for name, how in (("alarm-001", Status.ACTUAL), ("drill-001", status)):
        assert isinstance(box.give(replace(ORDER, jti=name, status=how)), Accepted)
    on = [GoingOn("fire", how, (name,), BOTH) for how, name in ((Status.ACTUAL, "alarm-001"), (status, "drill-001"))]
    for number, ending in enumerate(endings(on)):
        end = cancel(hand, f"end-00000{number}", here, ORDER.sent, ending.references, Why.PAUSE, ending.status)
        assert isinstance(box.give(end), Accepted)


def test_a_name_that_no_cancel_can_hold_spoils_no_cancel() -> None:
    raised = Event(1, NOW, "activation", "fire", activation="b-1", origin="button", status="actual", outcome="started")
    odd = replace(raised, activation="b 2\n")
    (one,) = going_on([], [("thon-3", raised), ("thon-9", odd)], NOW)
    assert one.activations == ("b-1",)


def test_a_cancel_of_another_program_ends_the_sending_though_the_desks_clock_was_set_back_between(ram: Path) -> None:
    store, before = Store(ram / "desk.db"), NOW - timedelta(minutes=5)
    office = SimpleNamespace(ear=None, topics=Topics("gong", "nguyet-an"), commune=SimpleNamespace(id="nguyet-an"))
    link = SimpleNamespace(take=lambda _wait_s: None, send=lambda _topic, _token: True, is_up=True)
    sender = Sender(office, link, store)  # type: ignore[arg-type]
    sender.give(order(), BOTH, Pen("cong-an-xa", None), NOW)
    store.open_order(stop("order-1234"), BOTH, before)
    sender.step(before + SECOND, 0)
    assert sender.gathering("order-1234").is_ended
    store.close()
