"""One order on its way, without a clock: who is silent, who is sent it again, and when it has succeeded."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.catalogue import Status
from gongd.core.gathering import (
    AGAIN_AFTER,
    AT_ONCE_AFTER,
    SENT_AGAIN_FOR,
    SILENT_AFTER,
    UNDER_WAY_AGAIN_AFTER,
    Standing,
    freshly,
    is_rehearsal,
    open_gathering,
)
from gongd.core.lexicon import Proof
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.desk.records import NOW, answer, gather, order

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


def test_where_it_is_cancelled_it_is_not_sent_again_and_elsewhere_it_is() -> None:
    one = gather().sent(BOTH, NOW).ended(("thon-5",))
    assert one.due(NOW + AGAIN_AFTER) == ("thon-3",)
    assert one.silent(NOW + SILENT_AFTER) == ("thon-3",)
    assert not one.is_ended
    assert one.ended(("thon-3",)).is_ended


def test_a_box_where_it_is_cancelled_is_waited_for_no_more_though_others_have_sounded_it() -> None:
    one = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.FINISHED)).ended(("thon-5",))
    assert (one.unsettled, one.unfinished, one.has_succeeded) == ((), (), False)
    sounding = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.STARTED)).ended(BOTH)
    assert sounding.unfinished == ("thon-3",), "it says yet that it was cancelled"


def test_a_box_has_finished_with_its_last_word_and_not_before() -> None:
    one = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.STARTED))
    assert (one.unsettled, one.unfinished) == (("thon-5",), BOTH)
    one = one.hear(answer("thon-3", Step.FINISHED)).hear(answer("thon-5", Step.FAILED))
    assert one.unfinished == ()


def test_what_a_box_answers_to_a_neighbour_is_no_answer_to_the_desks_order_of_the_same_name() -> None:
    to_a_neighbour = answer("thon-3", Step.REFUSED, reason="not-permitted").to("nguyet-an/thon-9")
    one = gather().sent(BOTH, NOW).hear(to_a_neighbour)
    assert one.due(NOW + AGAIN_AFTER) == BOTH
    assert one.hear(answer("thon-3", Step.STARTED).to("cong-an-xa")).due(NOW + AGAIN_AFTER) == ("thon-5",)


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
    assert one.hear(answer("thon-5", Step.STARTED, detail={"joined": "fire-1"})).has_succeeded


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


def test_a_box_that_comes_back_again_and_again_is_not_sent_it_each_time() -> None:
    one = gather().sent(BOTH, NOW).is_back("thon-3")
    assert one.is_back("thon-3") is one
    assert one.is_back("thon-9") is one
    assert one.due(NOW + AT_ONCE_AFTER - SECOND) == ()
    assert one.due(NOW + AT_ONCE_AFTER) == ("thon-3",)


def test_the_same_challenge_twice_is_answered_once() -> None:
    stale = answer("thon-3", Step.REFUSED, reason="clock-untrusted", challenge="c" * 32)
    one = gather(("thon-3",)).sent(BOTH[:1], NOW).hear(stale).sent(BOTH[:1], NOW)
    later = replace(stale, at=NOW + SECOND)
    assert one.hear(later).due(NOW + AT_ONCE_AFTER) == ()


@pytest.mark.parametrize(
    ("steps", "standing"),
    [
        ((), Standing.SILENT),
        ((Step.RECEIVED,), Standing.TAKEN),
        ((Step.WAITING,), Standing.TAKEN),
        ((Step.STARTED,), Standing.SOUNDING),
        ((Step.RESUMED,), Standing.SOUNDING),
        ((Step.STARTED, Step.FINISHED), Standing.DONE),
        ((Step.STARTED, Step.CANCELLED), Standing.DONE),
        ((Step.FAILED,), Standing.UNDONE),
    ],
)
def test_the_last_word_says_where_a_box_stands(steps: tuple[Step, ...], standing: Standing) -> None:
    one = gather(("thon-3",))
    for step in steps:
        one = one.hear(answer("thon-3", step))
    assert one.stands["thon-3"].standing is standing
    assert one.count(standing) == 1
    assert one.count(*(other for other in Standing if other is not standing)) == 0


def test_a_second_copys_refusal_tells_of_the_first_and_is_no_last_word() -> None:
    copy = answer("thon-3", Step.REFUSED, reason="duplicate", detail={"result": "cancelled"})
    assert gather(("thon-3",)).hear(copy).stands["thon-3"].standing is Standing.SILENT
    strange = answer("thon-3", Step.REFUSED, reason="duplicate", detail={"result": 7})
    assert gather(("thon-3",)).hear(strange).stands["thon-3"].standing is Standing.SILENT


def test_a_box_at_work_on_its_order_is_not_hurried() -> None:
    working = answer("thon-3", Step.WAITING, reason="pieces")
    one = gather(("thon-3",)).sent(("thon-3",), NOW).hear(working)
    assert one.stands["thon-3"].is_under_way
    assert one.unsettled == ("thon-3",)
    assert one.due(NOW + UNDER_WAY_AGAIN_AFTER - SECOND) == ()
    assert one.due(NOW + UNDER_WAY_AGAIN_AFTER) == ("thon-3",)


def test_what_is_not_an_alarm_has_succeeded_when_it_is_taken_and_settings_when_they_are_done() -> None:
    silence = open_gathering(replace(order(), type=CommandType.SILENCE, signal=None), ("thon-3",), NOW)
    assert not silence.has_succeeded
    assert silence.hear(answer("thon-3", Step.RECEIVED)).has_succeeded
    assert not silence.hear(answer("thon-3", Step.REFUSED, reason="disabled")).has_succeeded
    file = replace(order(), sha256="0" * 64, replaces="1" * 64, size=10, pieces=1)
    settings = open_gathering(replace(file, type=CommandType.SETTINGS, signal=None), ("thon-3",), NOW)
    assert not settings.hear(answer("thon-3", Step.RECEIVED)).has_succeeded
    assert settings.hear(answer("thon-3", Step.FINISHED)).has_succeeded


def test_a_drill_and_a_test_are_rehearsals() -> None:
    assert [is_rehearsal(replace(order(), status=status)) for status in Status] == [False, True, True]


def test_nobody_is_called_silent_before_its_time() -> None:
    assert gather().silent(NOW + SILENT_AFTER - SECOND) == ()
    assert gather().silent(NOW + SILENT_AFTER) == BOTH


def test_whoever_follows_an_alarm_waits_for_its_end_also_when_it_is_sent_to_nobody_any_more() -> None:
    later = NOW + SENT_AGAIN_FOR + SECOND
    one = gather().sent(BOTH, NOW).hear(answer("thon-3", Step.STARTED))
    assert (one.awaited(NOW, to_end=False), one.awaited(NOW, to_end=True)) == (("thon-5",), BOTH)
    assert (one.awaited(later, to_end=False), one.awaited(later, to_end=True)) == ((), ("thon-3",))
    assert one.hear(answer("thon-3", Step.FINISHED)).awaited(later, to_end=True) == ()
    assert one.ended().awaited(NOW, to_end=True) == ()
