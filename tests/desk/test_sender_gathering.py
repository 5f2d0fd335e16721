"""What is told of orders on their way, and which of them can still be stopped."""

from dataclasses import replace
from datetime import timedelta

from gongd.core.wire_event import Event
from gongd.core.wire_report import Step
from gongd.desk.orders import Given, going_on
from gongd.desk.wording import result
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
