"""Whom a panel's order is sent again, once somebody has cancelled it: everybody, unless it was ended everywhere."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.box.calling import _instant
from gongd.box.echoes import EchoCame
from gongd.box.link import Line
from gongd.core.calling import OwnOrder
from gongd.core.wire import Channel
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Answer, Step
from tests.survival.mortal import Mortal

FIRE = "panel-fire"


class Panel:
    """A box that has sent its order to three others."""

    def __init__(self, box: Mortal) -> None:
        line = box.box.parts.line
        assert isinstance(line, Line)
        self.box, self.calling = box, line._calling
        self.now = box.box.parts.timekeeper.now()
        claims = box.order(CommandType.ALERT, jti=FIRE, signal="fire")
        self.calling._begin(OwnOrder(claims, ("thon-4", "thon-5", "thon-6"), Channel.COMMAND), self.now)
        self.calling.step(self.now)

    def hears(self, name: str, *steps: Step) -> None:
        for step in steps:
            said = Answer(name, step, self.now.wall, True, FIRE, "safe" if step is Step.CANCELLED else None)
            self.calling.heard(EchoCame(name, said), self.now)

    def wait(self, minutes: float) -> None:
        self.now = replace(self.now, mono=self.now.mono + 60 * minutes)

    def sends_to(self) -> set[str]:
        """Whom it would send the order a minute later."""
        gathering = self.calling._under_way[FIRE].gathering
        return set(gathering.due(_instant(self.now) + timedelta(minutes=1)))


@pytest.fixture
def panel(ram: Path) -> Panel:
    return Panel(Mortal(ram).start())


def test_an_order_that_is_cancelled_at_one_place_is_still_sent_where_a_box_is_away(panel: Panel) -> None:
    for name in ("thon-4", "thon-5"):
        panel.hears(name, Step.RECEIVED, Step.STARTED)
    panel.hears("thon-4", Step.CANCELLED)
    assert panel.sends_to() == {"thon-6"}


def test_an_order_that_was_cancelled_everywhere_is_not_sent_to_a_box_that_was_away(panel: Panel) -> None:
    for name in ("thon-4", "thon-5"):
        panel.hears(name, Step.RECEIVED, Step.STARTED)
    for name in ("thon-4", "thon-5"):
        panel.hears(name, Step.CANCELLED)
    assert panel.sends_to() == set()


def test_an_order_that_the_one_box_that_took_it_was_made_to_end_is_sent_nobody(panel: Panel) -> None:
    panel.hears("thon-4", Step.RECEIVED, Step.STARTED, Step.CANCELLED)
    assert panel.sends_to() == set()


def test_a_box_that_died_while_it_sounded_keeps_no_ended_alarm_alive(panel: Panel) -> None:
    for name in ("thon-4", "thon-5"):
        panel.hears(name, Step.RECEIVED, Step.STARTED)
    panel.wait(9)
    panel.hears("thon-4", Step.RESUMED)
    panel.wait(9)
    panel.hears("thon-4", Step.CANCELLED)
    assert panel.sends_to() == set()
