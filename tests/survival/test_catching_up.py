"""A week's records go out at a bounded rate and in order, and an alarm does not wait behind them."""

from pathlib import Path

import pytest

from gongd.box.outbox import GAP_S
from gongd.core.record import Kind, Record
from gongd.core.wire import Channel
from gongd.core.wire_command import CommandType
from gongd.core.wire_event import BATCH
from gongd.core.wire_report import Step
from tests.survival.fate import FatedJournal
from tests.survival.mortal import Mortal
from tests.survival.wire import BOX, TOPICS

RECORDS = 2_000
"""Far more than a box writes in a week."""
STRIDE_S = 0.05
ALARM = "order-fire"


@pytest.fixture
def far(ram: Path) -> Mortal:
    """A box that comes back from a week without network."""
    box = Mortal(ram)
    box.start()
    assert isinstance(box.journal, FatedJournal)
    wall = box.clock.wall
    week = [Record(wall, Kind.CHECK_IN, outcome="pressed", detail={"why": "tuần tra " * 8}) for _ in range(RECORDS)]
    box.journal.append(week)
    box.journal.commit()
    return box


def events(box: Mortal) -> list[int]:
    """How large each batch was that the broker has, in order."""
    topic = TOPICS.box(BOX, Channel.EVENT)
    return [len(parcel.payload) for parcel in box.broker.heard if parcel.topic == topic]


def catch_up(box: Mortal, batches: int | None = None) -> float:
    """So many batches, or all; how long it took."""
    began_at, line = box.clock.mono, box.box.parts.line
    assert line is not None
    while int(str(line.report()["published"] or 0)) < RECORDS if batches is None else len(events(box)) < batches:
        box.clock.pass_by(STRIDE_S)
        box.settle()
        assert box.clock.mono - began_at < 600
    return box.clock.mono - began_at


def test_a_week_goes_out_in_order_and_leaves_room_on_a_slow_link(far: Mortal) -> None:
    lasted_s = catch_up(far)
    sizes = events(far)
    assert len(sizes) > 20
    assert max(sizes) <= 1.5 * BATCH
    assert lasted_s >= (len(sizes) - 2) * GAP_S
    numbers = [number for _, number in far.ears.events()]
    assert numbers == sorted(numbers) == [row["number"] for row in far.rows()]


def test_an_alarm_does_not_wait_behind_a_weeks_records(far: Mortal) -> None:
    catch_up(far, batches=5)
    far.give(far.order(CommandType.ALERT, jti=ALARM, signal="fire", at_most_s=3.0))
    assert far.ears.steps(ALARM) == [Step.RECEIVED, Step.STARTED]
    assert len(events(far)) <= 6
    catch_up(far)
    assert far.broker.is_settled
