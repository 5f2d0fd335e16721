"""What nobody entitled has signed for this box, now, never sounds: it is counted by reason, by a real daemon.

At 20 a second the box looks at all of them in some 7 s; test_flood.py sends a hundred thousand to a hurried gate.
"""

import random
from collections import Counter
from datetime import UTC, datetime

from gongd.adapters import jose
from tests.link.hostile import KINDS, Enemy
from tests.link.world import Desk, World, alert
from tests.promises.daemon import SOUNDING, until

ROUNDS = 6
LONG_S = 40.0


def test_none_of_them_sounds_and_each_is_counted_by_its_reason(world: World, desk: Desk) -> None:
    assert desk.signer is not None
    nobody = jose.generate()
    enemy = Enemy(desk.signer, nobody, driller=nobody, revoked=nobody, now=datetime.now(UTC))
    dice, expected = random.Random(22), Counter[str]()
    for _ in range(ROUNDS):
        for kind in KINDS:
            if not kind.listed:
                desk.send(kind.forge(enemy, dice), kind.retained)
                expected[kind.reason] += 1
    until(lambda: sum(world.link()["refused"].values()) >= expected.total(), "all of them", LONG_S)
    assert Counter(world.link()["refused"]) == expected
    assert not any(level for pin in SOUNDING for _, _, level in world.box.edges(pin))
    assert world.box.rows("activation") == []


def test_an_order_is_not_played_again_after_a_restart(world: World, desk: Desk) -> None:
    claims = alert(at_most_s=1.0)
    token = desk.sign(claims)
    desk.send(token)
    until(lambda: "finished" in world.box.outcomes("fire"), "finished")
    world.box.kill()
    world.box.start()
    world.wait_for_link()
    desk.send(token)
    until(lambda: world.link()["refused"].get("duplicate"), "the copy")
    assert world.box.outcomes("fire") == ["started", "finished"]
