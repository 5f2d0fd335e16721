"""A hundred thousand hostile messages, through a real broker over TLS, to a real box: none sounds, each is counted."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import gongd.line
from gongd.core.wire import Topics
from gongd.desk.mosquitto import MOST_PACKET_BYTES
from tests.desk.commune import eventually, needs_mosquitto
from tests.link.hostile import flood
from tests.link.siege import HurriedGate, Siege
from tests.link.world import BOX, COMMUNE

SEED = 22
MESSAGES = int(os.environ.get("GONGD_FLOOD", "100000"))
WARM_UP = MESSAGES // 10
MOST_GROWTH_BYTES = 24 * 1024 * 1024

pytestmark = needs_mosquitto


@pytest.fixture
def siege(ram: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Siege]:
    """A box that has sounded one alarm, which the enemy has overheard."""
    monkeypatch.setattr(gongd.line, "Gate", HurriedGate)
    besieged = Siege(ram)
    besieged.give(besieged.enemy.signed(besieged.enemy.heard))
    besieged.turn_until(lambda: besieged.box.sounding == "fire")
    besieged.box.wait(10.0)
    assert besieged.box.outcomes("fire") == ["started", "finished"]
    yield besieged
    besieged.close()


def _bytes_in_memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_of_a_hundred_thousand_hostile_messages_none_sounds_and_each_is_counted_by_its_reason(siege: Siege) -> None:
    box = siege.box
    moves, told, records = len(box.relays.moves), len(box.speaker.told), box.rows("activation")
    siege.attack(SEED, WARM_UP)
    in_memory = _bytes_in_memory()
    siege.attack(SEED + 1, MESSAGES - WARM_UP)
    sent = [*flood(SEED, WARM_UP), *flood(SEED + 1, MESSAGES - WARM_UP)]
    expected = Counter(kind.reason for _, kind in sent)
    assert siege.counted == expected
    assert siege.counted.total() == MESSAGES
    assert siege.line.report()["dropped"] == 0
    assert (len(box.relays.moves), len(box.speaker.told), box.rows("activation")) == (moves, told, records)
    assert _bytes_in_memory() - in_memory < MOST_GROWTH_BYTES
    good = siege.enemy.alert(random.Random(SEED), at_most_s=2.0)
    siege.give(siege.enemy.signed(good))
    siege.turn_until(lambda: box.sounding == "fire")
    box.wait(10.0)
    assert len(box.relays.moves) == 2 * moves
    assert box.outcomes("fire") == ["started", "finished"] * 2


def test_what_the_broker_itself_keeps_out_never_comes_to_the_box(siege: Siege) -> None:
    """More than any true message has, and what stands on another box's topic."""
    topics, dice, before = Topics("gong", COMMUNE), random.Random(SEED), siege.counted.total()
    with siege.call() as desk:
        assert desk.publish(topics.command("thon-4"), siege.enemy.signed(siege.enemy.alert(dice)))
        desk.client.publish(topics.command(BOX), b"x" * (MOST_PACKET_BYTES + 1), 1)
        eventually(lambda: not desk.trouble.empty())
        desk.client.loop_stop()
    siege.give(b"a last one, that does come")
    siege.turn_until(lambda: siege.counted.total() > before)
    assert siege.counted.total() == before + 1
