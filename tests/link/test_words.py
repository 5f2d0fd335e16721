"""What is said aloud: a drill as a drill, a neighbour's fire with no false place, an end only where all has ended."""

import pytest

from gongd.core.catalogue import Status, Why
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.link.conftest import NewStreet, NewWorld
from tests.link.world import World, alert, order, within
from tests.promises.daemon import until

SPOKEN_S = 200.0
"""A whole repertoire is rendered first, on a machine that does other things."""


@pytest.fixture
def speaking(new_world: NewWorld) -> World:
    """A box with a voice."""
    made = new_world()
    (made.box.state / "prints").unlink()
    made.broker.start()
    made.box.start()
    made.wait_for_link()
    wanted = {f"fire {status}" for status in (Status.EXERCISE, Status.TEST)}
    until(lambda: not wanted & set(made.box.status()["prints"]["missing"]), "its prints", SPOKEN_S)
    return made


def test_what_is_not_real_is_marked_so_in_sound_record_and_answer(speaking: World) -> None:
    desk = speaking.desk()
    for status in (Status.EXERCISE, Status.TEST):
        claims = alert(status=status)
        desk.give(claims)
        within(lambda: Step.STARTED in speaking.steps(desk, claims.jti), "started")  # noqa: B023
        rows = [row for row in speaking.box.rows() if row["activation"] == claims.jti]
        assert {(row["kind"], row["status"]) for row in rows} >= {("command", status), ("activation", status)}
        desk.give(order(CommandType.SILENCE))
        within(lambda: Step.SILENCED in speaking.steps(desk, claims.jti), "silenced")  # noqa: B023
        told = [event for event in speaking.events(desk).values() if event.activation == claims.jti]
        assert {event.status for event in told} <= {status.value}
    assert speaking.box.rows("night") == []


def test_an_end_says_that_all_is_well_only_when_nothing_else_goes_on(new_street: NewStreet) -> None:
    made = new_street("thon-3", "thon-4")
    made.befriend("thon-3", "thon-4")
    made.start()
    here, there = made.boxes["thon-3"], made.boxes["thon-4"]
    here.press("fire")
    there.wait_for("started")
    there.press("fire")
    until(lambda: len([row for row in there.rows("activation") if row["origin"] == "button"]) >= 1, "its own fire")
    here.press("all-clear")
    until(lambda: "cancelled" in there.outcomes("fire"), "the end of the call")
    assert there.sounding() == "fire"
    assert there.outcomes("all-clear") == []


def test_a_cancel_of_one_alarm_leaves_the_other_without_calming_words(new_world: NewWorld) -> None:
    world = new_world()
    world.broker.start()
    world.box.start()
    world.wait_for_link()
    desk, fire, wail = world.desk(), alert("fire"), alert("wail")
    for claims in (fire, wail):
        desk.give(claims)
        within(lambda: Step.STARTED in world.steps(desk, claims.jti), "started")  # noqa: B023
    ended = desk.give(order(CommandType.CANCEL, references=(fire.jti,), reason=Why.SAFE))
    within(lambda: Step.FINISHED in world.steps(desk, ended), "the end")
    assert world.box.sounding() == "wail"
    assert world.box.outcomes("all-clear") == []
