"""The catalogue: what every signal of one class has in common."""

from dataclasses import replace

from gongd.core.catalogue import Priority
from tests.core.orders import SIGNALS


def test_every_emergency_and_nothing_else_opens_with_the_alarm_that_everybody_knows() -> None:
    fire = SIGNALS["fire"]
    opening = [priority for priority in Priority if replace(fire, priority=priority).opens_with_alarm]
    assert opening == [Priority.EMERGENCY]
