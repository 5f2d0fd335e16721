"""An alarm that a power cut ended waits for a clock that can be believed; whoever ends it meanwhile has ended it."""

from pathlib import Path

import pytest

from gongd.core.catalogue import Why
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.survival.mortal import Mortal
from tests.survival.wire import BOX

FIRE = "order-fire"


@pytest.fixture
def box(ram: Path) -> Mortal:
    """A box after a power cut in the middle of an alarm, with a clock that nobody believes yet."""
    made = Mortal(ram).start()
    made.give(made.order(CommandType.ALERT, jti=FIRE, signal="fire"))
    made.wait(5)
    made.cut_power(10)
    made.clock.synchronised = False
    made.broker.line = None
    made.start()
    made.wait(2)
    return made


def challenge(box: Mortal) -> dict[str, str]:
    """The box's own, for an order that is fresh without a clock."""
    line = box.box.parts.line
    current = line._answering.ledger.challenges.current(box.clock.mono)  # type: ignore[union-attr]
    return {BOX: current}


def believe_the_clock(box: Mortal) -> None:
    box.wait(20)
    box.clock.synchronised = True
    box.wait(10)


def test_it_goes_on_where_nobody_has_ended_it(box: Mortal) -> None:
    believe_the_clock(box)
    assert box.sounding == "fire"


@pytest.mark.parametrize("kind", [CommandType.CANCEL, CommandType.SILENCE])
def test_the_desk_ends_it(box: Mortal, kind: CommandType) -> None:
    how = {"references": (FIRE,), "reason": Why.SAFE} if kind is CommandType.CANCEL else {}
    box.give(box.order(kind, jti="order-over", challenges=challenge(box), **how))
    believe_the_clock(box)
    assert box.sounding != "fire"
    ended = Step.CANCELLED if kind is CommandType.CANCEL else Step.SILENCED
    assert box.ears.steps(FIRE)[-1] is ended


@pytest.mark.parametrize("button", ["all-clear", "silence"])
def test_somebody_at_the_box_ends_it(box: Mortal, button: str) -> None:
    box.hold(button)
    believe_the_clock(box)
    assert box.sounding != "fire"
    assert [row["outcome"] for row in box.rows("activation") if row["signal"] == "fire"].count("started") == 1
