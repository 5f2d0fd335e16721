"""What ends what: silence all that sounds, a cancel only what it names or what has joined that."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gongd.core.catalogue import Status, Why
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_name import to_all
from gongd.sim import furniture
from gongd.sim.facts import Facts, Hold, Order

BOX = "thon-1"
NOON = datetime(2026, 5, 27, 12, tzinfo=furniture.ZONE)
SOON = NOON + timedelta(minutes=2)
PLACE = (to_all(furniture.COMMUNE),)
FLOOD = CommandClaims("desk", PLACE, "flood-1", NOON, SOON, CommandType.ALERT, Status.ACTUAL, signal="flood")


def _facts(*taken: CommandClaims) -> Facts:
    facts = Facts()
    for at, claims in enumerate((FLOOD, *taken)):
        facts.orders[claims.jti] = Order(claims, True, (BOX,), 0.0)
        facts.accepted[BOX, claims.jti] = 10.0 * at
    return facts


def _cancel(*named: str) -> CommandClaims:
    return replace(FLOOD, jti="end", type=CommandType.CANCEL, signal=None, reason=Why.SAFE, references=named)


@pytest.mark.parametrize(
    ("taken", "ended"),
    [
        ((_cancel("flood-1"),), True),
        ((replace(FLOOD, jti="fire-1", signal="fire"), _cancel("fire-1")), False),
        ((replace(FLOOD, jti="flood-2"), _cancel("flood-2")), True),
        ((replace(FLOOD, jti="drill", status=Status.EXERCISE), _cancel("drill")), False),
        ((_cancel("never-taken-here"),), False),
        ((replace(FLOOD, jti="quiet", type=CommandType.SILENCE, signal=None),), True),
        ((replace(FLOOD, jti="how", type=CommandType.QUERY, signal=None),), False),
    ],
)
def test_an_order_ends_what_it_names_and_a_silence_ends_all(taken: tuple[CommandClaims, ...], ended: bool) -> None:
    facts = _facts(*taken)
    assert facts.ended(BOX, "flood-1", 5.0, 60.0) is ended
    assert not facts.ended("thon-2", "flood-1", 5.0, 60.0)


def test_a_button_that_was_held_long_enough_ends_all_from_then_on() -> None:
    facts = _facts()
    facts.holds += [Hold(BOX, "silence", 30.0, 31.0), Hold(BOX, "silence", 50.0, None)]
    assert facts.ended(BOX, "flood-1", 20.0, 31.0)
    assert not facts.ended(BOX, "flood-1", 20.0, 30.9)
    assert not facts.ended(BOX, "flood-1", 40.0, 60.0)
