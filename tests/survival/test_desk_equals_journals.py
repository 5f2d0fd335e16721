"""Whatever dies, and however often a thing is said: in the end the desk's record equals the boxes' journals."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk.commune import needs_mosquitto
from tests.survival.county import DICE, County

pytestmark = needs_mosquitto
ROUNDS = 6
SAME_S = 180.0


@pytest.fixture
def county(ram: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    made = County(ram, monkeypatch)
    yield made
    made.close()


def is_same(county: County) -> bool:
    """Does the desk know every record, and none that is not?"""
    return all(county.desk_knows(box).keys() == box.told().keys() for box in county.boxes)


def test_a_broker_killed_again_and_again_and_a_week_without_network_lose_nothing(county: County) -> None:
    far, near = county.add("thon-3", timedelta(days=7)), county.add("thon-5")
    nights = [row for row in far.rows("night") if row["outcome"] == "rung"]
    assert len(nights) == 7
    for box in county.boxes:
        box.busy(150)
        box.connect()
    county.broker.start()
    county.collect()
    for number in range(ROUNDS):
        county.live_for(DICE.uniform(0.2, 1.5))
        county.broker.kill()
        if number % 3 == 1:
            county.kill_collector()
        for box in county.boxes:
            box.busy(DICE.randrange(1, 40))
        county.live_for(DICE.uniform(0.0, 0.5))
        if number % 2:
            county.broker.forget()
        county.broker.start()
        if county.collector is None:
            county.collect()
    for box in (far, near):
        box.busy(1)
    county.live(lambda: is_same(county), SAME_S)
    for box in county.boxes:
        assert county.desk_knows(box) == box.told()
