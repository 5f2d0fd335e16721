"""What nobody entitled has signed for this box, now, never sounds: it is counted by reason."""

import json
import random
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gongd.adapters import jose
from gongd.core.wire import Seal
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_form import to_json
from gongd.core.wire_name import to_box
from tests.link.world import COMMUNE, Desk, World, alert
from tests.promises.daemon import SOUNDING, until

ROUNDS = 14
"""Of every attack. At 20 a second the box looks at all of them in some 10 s; the gate's own test tries thousands."""
LONG_S = 40.0

Attack = Callable[[Desk, CommandClaims, random.Random], bytes]


def _forged(_desk: Desk, claims: CommandClaims, _dice: random.Random) -> bytes:
    return jose.sign(to_json(claims), jose.generate(), Seal.COMMAND)


def _torn(desk: Desk, claims: CommandClaims, dice: random.Random) -> bytes:
    token = bytearray(desk.sign(claims))
    place = dice.randrange(len(token) - 80, len(token) - 2)
    token[place] = ord("A") if token[place] != ord("A") else ord("B")
    return bytes(token)


def _expired(desk: Desk, claims: CommandClaims, dice: random.Random) -> bytes:
    past = datetime.now(UTC) - timedelta(minutes=dice.randrange(10, 10_000))
    return desk.sign(replace(claims, sent=past, expires=past + timedelta(minutes=2)))


def _from_the_future(desk: Desk, claims: CommandClaims, _dice: random.Random) -> bytes:
    future = datetime.now(UTC) + timedelta(hours=1)
    return desk.sign(replace(claims, sent=future, expires=future + timedelta(minutes=2)))


def _for_others(desk: Desk, claims: CommandClaims, _dice: random.Random) -> bytes:
    return desk.sign(replace(claims, aud=(to_box(COMMUNE, "thon-4"),)))


def _too_large(_desk: Desk, _claims: CommandClaims, _dice: random.Random) -> bytes:
    return b"A" * 20_000


def _noise(_desk: Desk, _claims: CommandClaims, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(1, 400))


def _by_hmac(desk: Desk, claims: CommandClaims, _dice: random.Random) -> bytes:
    assert desk.signer is not None
    header = json.dumps({"alg": "HS256", "kid": desk.signer.kid, "typ": Seal.COMMAND.value}).encode()
    body = [urlsafe_b64encode(part).rstrip(b"=") for part in (header, to_json(claims), b"x" * 64)]
    return b".".join(body)


def _signed_as_something_else(desk: Desk, claims: CommandClaims, _dice: random.Random) -> bytes:
    assert desk.signer is not None
    return jose.sign(to_json(claims), desk.signer, Seal.ANSWER)


ATTACKS: dict[str, tuple[Attack, str]] = {
    "a key of nobody": (_forged, "unknown-key"),
    "a signature with one letter changed": (_torn, "signature"),
    "an old order": (_expired, "expired"),
    "an order from the future": (_from_the_future, "from-the-future"),
    "another box's order": (_for_others, "not-for-me"),
    "too much": (_too_large, "too-large"),
    "noise": (_noise, "malformed"),
    "another algorithm": (_by_hmac, "signature"),
    "another seal": (_signed_as_something_else, "signature"),
}


def test_none_of_them_sounds_and_each_is_counted_by_its_reason(world: World, desk: Desk) -> None:
    dice, expected = random.Random(22), Counter({"retained": 3})
    for _ in range(ROUNDS):
        for attack, reason in ATTACKS.values():
            desk.send(attack(desk, alert(), dice))
            expected[reason] += 1
    for _ in range(3):
        desk.send(desk.sign(alert()), retained=True)
    until(lambda: sum(world.link()["refused"].values()) >= sum(expected.values()), "all of them", LONG_S)
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
