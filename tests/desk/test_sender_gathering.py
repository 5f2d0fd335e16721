"""One order on its way, without a clock: who is silent, who is sent it again, and when it has succeeded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.gathering import AGAIN_AFTER, SENT_AGAIN_FOR, SILENT_AFTER, Standing, freshly
from gongd.core.lexicon import Proof
from gongd.core.wire_event import Event
from gongd.core.wire_report import Step
from gongd.desk.orders import Given, going_on
from gongd.desk.wording import result
from tests.desk.records import NOW, answer, gather, order, stop

SECOND = timedelta(seconds=1)
BOTH = ("thon-3", "thon-5")


def test_an_order_leaves_at_once_for_everybody() -> None:
    assert gather().due(NOW) == BOTH


def test_a_box_that_does_not_answer_is_sent_it_again_and_one_that_sounds_is_not() -> None:
    one = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.STARTED))
    assert one.due(NOW + AGAIN_AFTER - SECOND) == ()
    assert one.due(NOW + AGAIN_AFTER) == ("thon-5",)


def test_a_box_that_has_only_received_it_owes_an_answer() -> None:
    one = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.RECEIVED))
    assert one.due(NOW + AGAIN_AFTER) == BOTH
    assert one.silent(NOW + SILENT_AFTER) == ("thon-5",)


def test_nobody_is_sent_it_once_it_is_cancelled() -> None:
    assert gather().sent(BOTH, NOW).ended().due(NOW + AGAIN_AFTER) == ()


def test_nobody_is_sent_it_after_half_an_hour() -> None:
    one = gather().sent(BOTH, NOW)
    assert one.due(NOW + SENT_AGAIN_FOR) == BOTH
    assert one.due(NOW + SENT_AGAIN_FOR + SECOND) == ()


def test_a_box_that_asks_with_its_challenge_is_answered_at_once() -> None:
    stale = answer("thon-3", Step.REFUSED, reason="clock-untrusted", challenge="c" * 32)
    one = gather().sent(BOTH, NOW).hear(stale)
    assert one.due(NOW) == ("thon-3",)
    assert one.stands["thon-3"].challenge == "c" * 32
    assert one.stands["thon-3"].standing is Standing.SILENT


def test_a_box_that_comes_back_after_minutes_is_sent_it_without_waiting() -> None:
    one = gather().sent(BOTH, NOW).sent(("thon-5",), NOW + 9 * SECOND)
    assert one.due(NOW + 11 * SECOND) == ("thon-3",)
    assert one.is_back("thon-5").due(NOW + 12 * SECOND) == BOTH


def test_a_sign_of_life_of_a_box_that_sounds_sends_nothing() -> None:
    one = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.STARTED))
    assert one.is_back("thon-3").due(NOW + 5 * SECOND) == ()


def test_it_has_succeeded_when_every_box_has_sounded() -> None:
    one = gather().hear(answer("thon-3", Step.STARTED, proof=Proof.DRIVEN))
    assert not one.has_succeeded
    assert one.hear(answer("thon-5", Step.JOINED)).has_succeeded


@pytest.mark.parametrize("step", [Step.REFUSED, Step.FAILED, Step.EXPIRED, Step.RECEIVED, Step.WAITING])
def test_a_box_that_has_not_sounded_is_no_success(step: Step) -> None:
    assert not gather(("thon-3",)).hear(answer("thon-3", step, reason="disabled")).has_succeeded


def test_a_refused_second_copy_says_what_became_of_the_first() -> None:
    copy = answer("thon-3", Step.REFUSED, reason="duplicate", detail={"result": "started"})
    one = gather(("thon-3",)).hear(copy)
    assert one.has_succeeded
    assert one.unsettled == ()


def test_an_answer_to_another_order_or_of_another_box_changes_nothing() -> None:
    one = gather()
    assert one.hear(answer("thon-9", Step.STARTED)) is one
    assert one.hear(answer("thon-3", Step.STARTED, jti="other-12345")) is one


def test_the_same_answer_twice_is_one() -> None:
    one = gather().hear(answer("thon-3", Step.STARTED))
    assert one.hear(answer("thon-3", Step.STARTED)) is one


def test_signed_again_it_has_the_same_name_and_fresh_times() -> None:
    later = NOW + timedelta(minutes=20)
    again = freshly(order(), later, order().aud[:1], {"thon-3": "c" * 32})
    assert (again.jti, again.sent, again.challenges) == (order().jti, later, {"thon-3": "c" * 32})
    assert timedelta(0) < again.expires - again.sent <= timedelta(minutes=5)


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
    assert going_on([], [("thon-3", raised)], NOW, {"panel-1"}) == []
    words = replace(raised, signal="all-clear", activation="panel-1.end")
    assert going_on([], [("thon-3", words)], NOW) == []
