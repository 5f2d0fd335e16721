"""What a cancel has the box say: once, and only where somebody can have heard what it ends."""

from pathlib import Path

import pytest

from gongd.core.catalogue import Why
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_report import Step
from tests.survival.mortal import Mortal

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
