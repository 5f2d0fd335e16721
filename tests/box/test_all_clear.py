"""What a cancel has the box say: once, and only where somebody can have heard what it ends."""

from pathlib import Path

import pytest

from gongd.adapters.bare import bare_track
from gongd.core.catalogue import Why
from gongd.core.pattern import Stroke
from gongd.core.timeline import Passage, Timeline
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_report import Step
from tests.survival.mortal import WIRED, Mortal

FIRE = "order-fire"
LEAD_S = 0.5


@pytest.fixture
def box(ram: Path) -> Mortal:
    return Mortal(ram).start()


def alert(box: Mortal, jti: str = FIRE, signal: str = "fire") -> CommandClaims:
    return box.order(CommandType.ALERT, jti=jti, signal=signal)


def cancel(box: Mortal, jti: str = "order-over", *references: str, why: Why = Why.SAFE) -> CommandClaims:
    return box.order(CommandType.CANCEL, jti=jti, references=references or (FIRE,), reason=why)


def said(box: Mortal) -> list[object]:
    """What was said that calms."""
    words = ("all-clear", "false-alarm", "speech")
    rows = [row for row in box.rows("activation") if row["signal"] in words and row["outcome"] == "started"]
    return [row["signal"] for row in rows]


@pytest.mark.parametrize("why", Why)
def test_no_word_is_said_for_an_alarm_that_nobody_can_have_heard(box: Mortal, why: Why) -> None:
    box.give(alert(box), cancel(box, why=why))
    assert box.ears.steps(FIRE)[-1] is Step.CANCELLED
    assert box.ears.steps("order-over") == [Step.RECEIVED, Step.FINISHED]
    box.wait(5)
    box.give(cancel(box, "order-over-2"))
    box.wait(5)
    assert said(box) == []
    assert box.box.parts.announcer.wanted == list(box.box.parts.announcer.standing)


def test_an_alarm_that_has_struck_once_is_called_off_aloud(box: Mortal) -> None:
    box.give(alert(box))
    box.wait(LEAD_S + 0.1)
    box.give(cancel(box))
    box.wait(5)
    assert said(box) == ["all-clear"]


def test_an_alarm_that_was_heard_before_it_gave_way_is_called_off_aloud_while_its_amplifier_warms_again(
    box: Mortal,
) -> None:
    box.give(alert(box))
    box.wait(3)
    box.give(alert(box, "order-fire-2", "security"))
    box.wait(3)
    box.give(box.order(CommandType.CANCEL, jti="over-0001", references=("order-fire-2",), reason=Why.SAFE))
    box.give(cancel(box))
    box.wait(5)
    assert said(box) == ["all-clear"]


def test_an_alarm_that_goes_on_after_a_restart_is_called_off_aloud_at_once(box: Mortal) -> None:
    box.give(alert(box))
    box.wait(3)
    box.kill()
    box.come_back()
    box.give(cancel(box))
    box.wait(5)
    assert said(box) == ["all-clear"]


def heard(box: Mortal, *jtis: str) -> None:
    """Alarms that the village has heard."""
    for jti in jtis or (FIRE,):
        box.give(alert(box, jti))
        box.wait(2)


def test_an_all_clear_is_said_once_however_often_its_cancel_is_given_under_new_names(box: Mortal) -> None:
    heard(box)
    for number in range(3):
        box.give(cancel(box, f"order-over-{number}"))
        box.wait(120)
    assert said(box) == ["all-clear"]
    assert box.ears.steps("order-over-2") == [Step.RECEIVED, Step.FINISHED]


def test_an_all_clear_is_said_for_an_alarm_that_has_ended_by_itself_and_not_again_after_a_restart(box: Mortal) -> None:
    heard(box)
    box.wait(120)
    box.give(cancel(box))
    box.wait(120)
    assert said(box) == ["all-clear"]
    box.kill()
    box.come_back()
    box.give(cancel(box, "order-over-2"))
    box.wait(120)
    assert said(box) == ["all-clear"]


def test_an_apology_is_said_after_an_all_clear_that_was_a_mistake(box: Mortal) -> None:
    heard(box)
    box.give(cancel(box))
    box.wait(120)
    box.give(cancel(box, "order-over-2", why=Why.MISTAKE))
    box.wait(120)
    assert said(box) == ["all-clear", "false-alarm"]


def test_an_all_clear_that_was_silenced_is_said_when_it_is_given_again(box: Mortal) -> None:
    heard(box)
    box.give(cancel(box))
    box.wait(1)
    box.give(box.order(CommandType.SILENCE, jti="order-quiet"))
    box.give(cancel(box, "order-over-2"))
    box.wait(120)
    assert said(box) == ["all-clear", "all-clear"]


def test_cancels_of_each_of_two_orders_for_one_alarm_have_the_all_clear_said_once(box: Mortal) -> None:
    heard(box, FIRE, "order-fire-2")
    box.give(cancel(box), cancel(box, "order-over-2", "order-fire-2"))
    box.wait(120)
    assert said(box) == ["all-clear"]


def test_the_next_alarm_has_its_own_all_clear(box: Mortal) -> None:
    heard(box)
    box.give(cancel(box))
    box.wait(120)
    heard(box, "order-fire-2")
    box.give(cancel(box, "order-over-2", "order-fire-2"))
    box.wait(120)
    assert said(box) == ["all-clear", "all-clear"]


def test_an_all_clear_that_another_alarm_forbade_is_said_when_it_is_given_again(box: Mortal) -> None:
    heard(box)
    box.give(alert(box, "order-other", "security"))
    box.wait(2)
    box.give(cancel(box))
    box.wait(2)
    assert said(box) == []
    box.give(cancel(box, "order-over-2", "order-other", why=Why.PAUSE), cancel(box, "order-over-3"))
    box.wait(120)
    assert said(box) == ["all-clear"]


def print_all(box: Mortal) -> None:
    for job in (job for jobs in box.studio.asked for job in jobs if job.source is None):
        box.shelf.tracks[job.stem] = bare_track(Timeline(Passage((Stroke(0.0, 1.0),), (), (), 2.0)), 50)
    box.wait(20)


def test_a_pause_has_ended_once_its_words_are_said(box: Mortal) -> None:
    heard(box)
    box.give(cancel(box, why=Why.PAUSE))
    assert box.ears.steps("order-over") == [Step.RECEIVED]
    print_all(box)
    assert box.ears.steps("order-over") == [Step.RECEIVED, Step.STARTED, Step.FINISHED]


def test_a_pause_whose_words_cannot_be_made_has_ended_the_alarm_all_the_same(box: Mortal) -> None:
    heard(box)
    box.give(cancel(box, why=Why.PAUSE))
    box.wait(90)
    assert [(one.step, one.reason) for one in box.ears.answers("order-over")[1:]] == [(Step.FINISHED, "print-missing")]


@pytest.mark.parametrize("starts", [1, 2])
def test_a_pause_whose_words_the_daemon_dies_over_is_answered_once(box: Mortal, starts: int) -> None:
    heard(box)
    box.give(cancel(box, why=Why.PAUSE))
    box.wait(10)
    for _ in range(starts):
        box.kill()
        box.come_back()
        box.wait(10)
    assert [(one.step, one.reason) for one in box.ears.answers("order-over")[1:]] == [(Step.FINISHED, "restarted")]
    print_all(box)
    assert said(box) == []


def test_a_pause_whose_words_wait_while_the_line_is_made_anew_is_answered_once(box: Mortal) -> None:
    heard(box)
    box.give(cancel(box, why=Why.PAUSE))
    box.write(WIRED.replace("127.0.0.1", "127.0.0.2"))
    box.broker.line = None
    assert box.ask("reload")["ok"]
    box.wait(10)
    assert box.ears.steps("order-over") == [Step.RECEIVED]
    print_all(box)
    box.wait(60)
    assert box.ears.steps("order-over") == [Step.RECEIVED, Step.STARTED, Step.FINISHED]


def test_an_order_that_joined_is_answered_that_its_alarm_goes_on(box: Mortal) -> None:
    heard(box, FIRE, "order-fire-2")
    box.give(alert(box, "order-other", "security"))
    box.wait(2)
    box.give(cancel(box, "order-over-2", "order-other", why=Why.PAUSE))
    box.wait(2)
    assert box.ears.steps(FIRE) == [Step.RECEIVED, Step.STARTED, Step.PREEMPTED, Step.RESUMED]
    assert box.ears.steps("order-fire-2") == [Step.RECEIVED, Step.STARTED, Step.PREEMPTED, Step.RESUMED]


def test_the_all_clear_is_said_where_the_cancel_names_an_order_that_had_joined(box: Mortal) -> None:
    box.give(alert(box))
    box.wait(5)
    box.give(alert(box, "order-fire-2"))
    box.wait(5)
    box.give(cancel(box, "order-over", "order-fire-2"))
    box.wait(5)
    assert said(box) == ["all-clear"]


def test_the_all_clear_is_said_where_the_cancel_names_an_order_that_had_joined_before_its_alarm_began(
    box: Mortal,
) -> None:
    heard(box, "order-other")
    for jti in ("order-watch", "order-watch-2"):
        box.give(alert(box, jti, "flood-watch"))
    box.give(cancel(box, "order-over", "order-other", why=Why.PAUSE))
    box.wait(5)
    assert box.sounding == "flood-watch"
    box.give(cancel(box, "order-over-2", "order-watch-2"))
    box.wait(5)
    assert said(box) == ["all-clear"]


def test_nothing_is_said_for_orders_that_have_waited_together_and_never_sounded(box: Mortal) -> None:
    heard(box, "order-other")
    for jti in ("order-watch", "order-watch-2"):
        box.give(alert(box, jti, "flood-watch"))
    box.give(cancel(box, "order-over", "order-watch-2"))
    box.give(cancel(box, "order-over-2", "order-other", why=Why.PAUSE), cancel(box, "order-over-3", "order-watch-2"))
    box.wait(5)
    assert said(box) == []
