"""An alarm that a power cut ended waits for a clock that can be believed; whoever ends it meanwhile has ended it."""

from pathlib import Path

import pytest

from gongd.core.catalogue import Why
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.survival.mortal import Mortal
from tests.survival.wire import BOX

FIRE, SECOND = "order-fire", "order-fire-2"


@pytest.fixture
def box(ram: Path) -> Mortal:
    """A box after a power cut in the middle of an alarm, with a clock that nobody believes yet."""
    return cut_off(Mortal(ram).start())


def cut_off(made: Mortal, *orders: str) -> Mortal:
    for jti in orders or (FIRE,):
        made.give(made.order(CommandType.ALERT, jti=jti, signal="fire"))
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


def cancel(box: Mortal, *references: str) -> None:
    told = {"references": references, "reason": Why.SAFE}
    box.give(box.order(CommandType.CANCEL, jti="order-over", challenges=challenge(box), **told))


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


@pytest.mark.parametrize("named", [FIRE, SECOND])
def test_a_cancel_of_one_of_two_orders_for_it_ends_it(ram: Path, named: str) -> None:
    box = cut_off(Mortal(ram).start(), FIRE, SECOND)
    cancel(box, named)
    believe_the_clock(box)
    assert box.sounding != "fire"
    assert [box.ears.steps(jti)[-1] for jti in (FIRE, SECOND)] == [Step.CANCELLED, Step.CANCELLED]


def test_a_cancel_of_an_order_that_sounds_the_same_meanwhile_ends_it(box: Mortal) -> None:
    box.give(box.order(CommandType.ALERT, jti=SECOND, signal="fire", challenges=challenge(box)))
    box.wait(3)
    cancel(box, SECOND)
    believe_the_clock(box)
    assert box.sounding != "fire"
    assert box.ears.steps(FIRE)[-1] is Step.CANCELLED


def test_a_cancel_of_another_alarm_does_not_end_it(box: Mortal) -> None:
    box.give(box.order(CommandType.ALERT, jti=SECOND, signal="security", challenges=challenge(box)))
    box.wait(3)
    cancel(box, SECOND)
    believe_the_clock(box)
    assert box.sounding == "fire"


def asked_twice(ram: Path, first_s: int) -> Mortal:
    """A box that has heard of a fire twice, 10 s apart: first for so long, then for its 60 s."""
    box = Mortal(ram).start()
    box.give(box.order(CommandType.ALERT, jti=FIRE, signal="fire", at_most_s=first_s))
    box.wait(10)
    box.give(box.order(CommandType.ALERT, jti=SECOND, signal="fire"))
    return box


@pytest.mark.parametrize(("first_s", "before_s"), [(30, 10), (20, 30), (60, 30)])
def test_an_alarm_goes_on_after_a_restart_for_what_the_longer_of_two_orders_leaves(
    ram: Path, first_s: int, before_s: int
) -> None:
    box = asked_twice(ram, first_s)
    box.wait(before_s)
    box.kill()
    box.come_back()
    box.wait(60 - before_s - 5)
    assert box.sounding == "fire"
    box.wait(6)
    assert box.sounding is None


def test_an_order_that_had_joined_brings_an_alarm_back_for_no_longer_than_was_left(ram: Path) -> None:
    box = asked_twice(ram, 60)
    box.wait(30)
    box.cut_power(25)
    box.broker.line = None
    box.start()
    box.wait(25)
    assert box.sounding == "fire"
    box.wait(6)
    assert box.sounding is None


def said(box: Mortal) -> list[object]:
    rows = box.rows("activation")
    return [row["signal"] for row in rows if (row["signal"], row["outcome"]) == ("all-clear", "started")]


def test_no_all_clear_is_said_while_another_alarm_may_still_come_back(ram: Path) -> None:
    box = Mortal(ram).start()
    box.give(box.order(CommandType.ALERT, jti="order-thief", signal="security"))
    box.wait(5)
    cut_off(box)
    cancel(box, FIRE)
    box.wait(5)
    assert said(box) == []
    believe_the_clock(box)
    assert box.sounding == "security"


def test_the_all_clear_is_said_where_the_held_alarms_are_ended_together(ram: Path) -> None:
    box = Mortal(ram).start()
    box.give(box.order(CommandType.ALERT, jti="order-thief", signal="security"))
    box.wait(5)
    cut_off(box, FIRE, SECOND)
    cancel(box, SECOND, "order-thief")
    box.wait(5)
    assert said(box) == ["all-clear"]


def test_orders_that_only_wait_for_their_alarm_are_not_given_up_however_often_the_daemon_dies(ram: Path) -> None:
    box = Mortal(ram).start()
    for jti, signal in (("order-watch", "flood-watch"), ("order-watch-2", "flood-watch"), ("order-thief", "security")):
        box.give(box.order(CommandType.ALERT, jti=jti, signal=signal))
        box.wait(2)
    for _ in range(3):  # of which the third is one too many for what sounds
        box.kill()
        box.come_back(1)
        box.wait(2)
    assert box.sounding == "flood-watch"
    assert box.ears.steps("order-watch-2")[-1] is Step.STARTED
    box.give(box.order(CommandType.CANCEL, jti="order-over", references=("order-watch-2",), reason=Why.SAFE))
    assert box.sounding != "flood-watch"
