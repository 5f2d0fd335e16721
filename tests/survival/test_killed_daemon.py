"""A real daemon that is killed (SIGKILL) within an order, a real broker that sends the order again.

`test_killed_between_steps.py` dies at every step; here it is seen that a process, its disk and a broker do the same.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gongd.core.wire import Channel
from gongd.core.wire_report import Step
from tests.desk.commune import needs_mosquitto
from tests.link.world import Desk, World, alert, says, within
from tests.promises.daemon import AMPLIFIER, relays_off, until

pytestmark = needs_mosquitto
CAP_S = 3.0
AROUND_S = 1.5
"""Lead, tail, and what a machine with much to do adds."""
BOOK, SESSION = "gongd.adapters.journal.book:Book.write", "gongd.adapters.mqtt.session:Session"
DOOMS = {
    "verified": "gongd.line:BoxSeals.verify:after:1:",
    "records appended": "gongd.adapters.journal.writer:SqliteJournal.append:after:1:STARTED",
    "committed": f"{BOOK}:after:1:",
    "first relay moved": "gongd.player:Player._begin:after:1:",
    "PUBACK due": f"{SESSION}.acknowledge:before:1:",
    "PUBACK given": f"{SESSION}.acknowledge:after:1:",
    "started said": f"{SESSION}.publish:after:2:/answer",
    "finished not said": f"{SESSION}.publish:before:3:/answer",
}
ENDS = frozenset({Step.FINISHED, Step.INTERRUPTED})


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[World, Desk]]:
    """One commune, whose box dies many times."""
    shared = Path("/dev/shm")
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as home:
        made = World(Path(home))
        made.broker.start()
        made.box.environment = {"WILL_DELAY_S": "1"}
        desk = made.desk()
        yield made, desk
        made.close()


def start(world: World, doom: str) -> None:
    """The box, with its doom in it; `-` for none."""
    world.box.close()
    world.box.before = [sys.executable, "-m", "tests.survival.doomed", doom]
    world.box.start()
    world.wait_for_link()


def sounded_s(world: World, since: int) -> float:
    """For how long the amplifier was on."""
    total, on_at = 0.0, None
    for at, _, level in world.box.edges(AMPLIFIER)[since:]:
        total += at - on_at if on_at is not None and not level else 0.0
        on_at = at if level else None
    return total


@pytest.mark.parametrize("doom", DOOMS)
def test_killed_there_it_sounds_once_and_says_so(world: tuple[World, Desk], doom: str) -> None:
    commune, desk = world
    start(commune, DOOMS[doom])
    before = len(commune.box.edges(AMPLIFIER))
    claims = alert(at_most_s=CAP_S)
    desk.give(claims)
    process = commune.box.process
    assert process is not None
    until(lambda: process.poll() is not None, "its death")
    relays_off(commune.box)
    start(commune, "-")
    within(lambda: ENDS & set(commune.steps(desk, claims.jti)), "how it ended")
    until(commune.box.is_dark, "silence")
    assert commune.box.terminate() == 0
    rows = [row["outcome"] for row in commune.box.rows("activation") if row["activation"] == claims.jti]
    assert rows.count("started") == 1
    assert len([row for row in commune.box.rows("command") if row["activation"] == claims.jti]) == 1
    heard_s = sounded_s(commune, before)
    assert heard_s <= CAP_S + 2 * AROUND_S
    if not heard_s:  # back too late for so short an alarm
        told = next(each for each in commune.answers(desk, claims.jti) if each.step is Step.INTERRUPTED)
        assert told.detail["sounded_s"] == 0


def test_lost_is_said_by_the_will_alone_and_stopped_at_a_clean_end(world: tuple[World, Desk]) -> None:
    commune, desk = world
    commune.box.close()
    within(lambda: (says(desk, Channel.STATE, "state") or ["lost"])[-1] in ("stopped", "lost"), "its former end")
    before = len(says(desk, Channel.STATE, "state"))
    start(commune, "-")
    assert commune.box.terminate() == 0
    within(lambda: "stopped" in says(desk, Channel.STATE, "state")[before:], "stopped")
    start(commune, "-")
    commune.box.kill()
    within(lambda: "lost" in says(desk, Channel.STATE, "state")[before:], "the will")
    states = list(dict.fromkeys(says(desk, Channel.STATE, "state")[before:]))
    there, *ends = states
    assert there in ("online", "degraded")
    assert [state for state in ends if state not in ("online", "degraded")] == ["stopped", "lost"]
