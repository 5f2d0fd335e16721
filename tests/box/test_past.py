"""What the box remembers of orders, so that no second copy is obeyed: whoever floods it with what weighs less."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gongd.box.past import ACCEPTED, MOST, Past
from gongd.box.waiting_room import PER_SECOND
from gongd.core.catalogue import Origin, Status
from gongd.core.freshness import AHEAD_S, LONGEST_S
from gongd.core.record import Kind, Record
from gongd.core.wire_command import CommandType

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
WHILE_FRESH = int(PER_SECOND * (LONGEST_S + AHEAD_S) + PER_SECOND)
"""So many orders can be looked at while a copy of the first is fresh."""


def accepted(identity: str, kind: CommandType) -> Record:
    told = {"key": "desk", "type": kind.value}
    actual = Status.ACTUAL
    plain = Record(NOON, Kind.COMMAND, origin=Origin.COMMAND, status=actual, outcome=ACCEPTED, detail=told)
    return replace(plain, activation=identity)


def flood(past: Past, kind: CommandType, count: int) -> None:
    for number in range(count):
        record = accepted(f"{kind}-{number}", kind)
        if kind is CommandType.QUERY:
            past.asked(f"{kind}-{number}", "asker", record)
        else:
            past.note(record)


@pytest.mark.parametrize("kept", [CommandType.ALERT, CommandType.ANNOUNCE, CommandType.SILENCE, CommandType.CANCEL])
def test_no_number_of_queries_makes_the_box_forget_an_order_that_does_something(kept: CommandType) -> None:
    past = Past()
    past.note(accepted("order-1", kept))
    flood(past, CommandType.QUERY, 3 * MOST)
    assert past.get("order-1") is not None


@pytest.mark.parametrize("many", [CommandType.CANCEL, CommandType.SILENCE])
def test_no_number_of_orders_that_end_something_makes_the_box_forget_an_alarm(many: CommandType) -> None:
    past = Past()
    past.note(accepted("order-1", CommandType.ALERT))
    started = replace(accepted("order-1", CommandType.ALERT), kind=Kind.ACTIVATION, outcome="started")
    past.note(started)
    flood(past, many, 3 * MOST)
    done = past.get("order-1")
    assert done is not None
    assert done.sounded


@pytest.mark.parametrize("kind", [CommandType.ALERT, CommandType.SILENCE])
def test_an_order_is_remembered_while_a_copy_of_it_can_be_fresh_whoever_floods(kind: CommandType) -> None:
    past = Past()
    past.note(accepted("order-1", kind))
    flood(past, kind, WHILE_FRESH)
    assert past.get("order-1") is not None


def test_what_is_remembered_is_bounded() -> None:
    past = Past()
    past.note(accepted("order-1", CommandType.ALERT))
    past.note(accepted("order-2", CommandType.SILENCE))
    past.asked("order-3", "asker", accepted("order-3", CommandType.QUERY))
    for kind in (CommandType.ALERT, CommandType.SILENCE, CommandType.QUERY):
        flood(past, kind, MOST)
    assert [past.get(f"order-{number}") for number in (1, 2, 3)] == [None, None, None]
