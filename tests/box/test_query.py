"""A query is answered, whoever asks how often; what stands is not said more often for it than anybody can read."""

from pathlib import Path

import pytest

from gongd.core.wire import Channel
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.survival.mortal import Mortal
from tests.survival.wire import BOX, TOPICS


@pytest.fixture
def box(ram: Path) -> Mortal:
    made = Mortal(ram).start()
    made.wait(5.0)
    return made


def said(box: Mortal, channel: Channel) -> int:
    return sum(parcel.topic == TOPICS.box(BOX, channel) for parcel in box.broker.heard)


def test_what_stands_is_said_once_for_all_that_ask_within_a_second_and_each_is_answered(box: Mortal) -> None:
    before = {channel: said(box, channel) for channel in (Channel.STATE, Channel.INFO, Channel.HEARTBEAT)}
    jtis = [f"query-{number:04}" for number in range(12)]
    box.give(*(box.order(CommandType.QUERY, jti=jti) for jti in jtis))
    assert {channel: said(box, channel) - count for channel, count in before.items()} == dict.fromkeys(before, 1)
    assert all(box.ears.steps(jti) == [Step.RECEIVED, Step.FINISHED] for jti in jtis)
    box.wait(1.5)
    assert {channel: said(box, channel) - count for channel, count in before.items()} == dict.fromkeys(before, 2)
    box.wait(5.0)
    assert {channel: said(box, channel) - count for channel, count in before.items()} == dict.fromkeys(before, 2)
