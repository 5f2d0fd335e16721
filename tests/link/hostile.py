"""What an enemy could send a box: a table of ways to make it, each with the reason under which it must be counted."""

import json
import random
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gongd.adapters import jose
from gongd.adapters.jose import PrivateKey
from gongd.core.catalogue import Status
from gongd.core.wire import Seal
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import LARGEST_MESSAGE, to_json
from gongd.core.wire_name import to_all, to_box, to_key, to_zone
from tests.link.world import BOX, COMMUNE

ZONE = "trung-tam"
ALGORITHMS = ("none", "HS256", "HS512", "RS256", "ES256", "PS256", "EdDSA", "Ed448", "ed25519", "", None, 1)
NOT_JSON = (b"", b"[]", b"null", b"{", b'{"a":NaN}', b'{"a":1,"a":2}', b"\xff\xfe", b"[" * 9_000, b'{"a":1e999}', b" ")
SPOILT: tuple[Mapping[str, object], ...] = (
    {"aud": "nguyet-an/../thon-3"},
    {"aud": []},
    {"aud": "#"},
    {"jti": "x"},
    {"jti": None},
    {"sent": "yesterday"},
    {"expires": 1_800_000_000},
    {"type": "shutdown"},
    {"status": "Actual"},
    {"signal": "../fire"},
    {"signal": None},
    {"at_most_s": -1},
    {"at_most_s": 1e308},
    {"at_most_s": "all night"},
    {"challenges": [1]},
    {"by": "\u202eba"},
    {"note": "n" * 2_000},
)


@dataclass(frozen=True)
class Enemy:
    """What is in an enemy's hands: true orders that it has overheard, and keys that may not do what they sign.

    `desk` is the commune's own key: it stands for a desk whose clock is wrong, whose orders go astray or come late.
    """

    desk: PrivateKey
    stranger: PrivateKey
    driller: PrivateKey
    revoked: PrivateKey
    now: datetime

    @property
    def heard(self) -> CommandClaims:
        """An alarm that the box has sounded."""
        return self.alert(random.Random(0), jti="da-nghe-thay", at_most_s=2.0)

    def alert(self, dice: random.Random, **how: object) -> CommandClaims:
        """A fire alarm for this box, actual and fresh, with an id that was never used."""
        sent = self.now - timedelta(seconds=dice.randrange(5))
        fire = CommandClaims(
            iss="desk",
            aud=(to_box(COMMUNE, BOX),),
            jti=f"{dice.getrandbits(128):032x}",
            sent=sent,
            expires=sent + timedelta(minutes=2),
            type=CommandType.ALERT,
            status=Status.ACTUAL,
            signal="fire",
            by="Trực ban",
        )
        return replace(fire, **how)  # type: ignore[arg-type]

    def signed(self, claims: CommandClaims, key: PrivateKey | None = None, seal: Seal = Seal.COMMAND) -> bytes:
        """An order as it goes out."""
        return jose.sign(to_json(claims), key or self.desk, seal)


Forge = Callable[[Enemy, random.Random], bytes]


@dataclass(frozen=True)
class Kind:
    """One kind of hostile message. `listed`: it stands on a list of trust that names the enemy's keys."""

    name: str
    reason: str
    forge: Forge
    retained: bool = False
    listed: bool = False


# ── Forged ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _by_a_stranger(enemy: Enemy, dice: random.Random) -> bytes:
    return enemy.signed(enemy.alert(dice), enemy.stranger)


def _in_the_desks_name(enemy: Enemy, dice: random.Random) -> bytes:
    """Signed by a stranger, under the desk's `kid`."""
    return enemy.signed(enemy.alert(dice), replace(enemy.stranger, kid=enemy.desk.kid))


def _with_another_signature(enemy: Enemy, dice: random.Random) -> bytes:
    body, _, _ = enemy.signed(enemy.alert(dice)).rpartition(b".")
    return body + b"." + enemy.signed(enemy.alert(dice)).rpartition(b".")[2]


def _with_one_letter_changed(enemy: Enemy, dice: random.Random) -> bytes:
    token = bytearray(enemy.signed(enemy.alert(dice)))
    place = dice.randrange(len(token) - 80, len(token) - 2)
    token[place] = ord("A") if token[place] != ord("A") else ord("B")
    return bytes(token)


def _revoked(enemy: Enemy, dice: random.Random) -> bytes:
    return enemy.signed(enemy.alert(dice), enemy.revoked)


def _beyond_its_right(enemy: Enemy, dice: random.Random) -> bytes:
    return enemy.signed(enemy.alert(dice), enemy.driller)


# ── True once, or elsewhere ──────────────────────────────────────────────────────────────────────────────────────


def _replayed(enemy: Enemy, _dice: random.Random) -> bytes:
    return enemy.signed(enemy.heard)


def _signed_again(enemy: Enemy, dice: random.Random) -> bytes:
    fresh = enemy.alert(dice)
    return enemy.signed(replace(enemy.heard, sent=fresh.sent, expires=fresh.expires))


def _expired(enemy: Enemy, dice: random.Random) -> bytes:
    past = enemy.now - timedelta(seconds=dice.randrange(200, 10**8))
    return enemy.signed(enemy.alert(dice, sent=past, expires=past + timedelta(minutes=2)))


def _expired_with_a_challenge(enemy: Enemy, dice: random.Random) -> bytes:
    past = enemy.now - timedelta(minutes=dice.randrange(10, 10_000))
    stale = {BOX: urlsafe_b64encode(dice.randbytes(24)).decode()}
    return enemy.signed(enemy.alert(dice, sent=past, expires=past + timedelta(minutes=2), challenges=stale))


def _from_the_future(enemy: Enemy, dice: random.Random) -> bytes:
    future = enemy.now + timedelta(seconds=dice.randrange(600, 10**8))
    return enemy.signed(enemy.alert(dice, sent=future, expires=future + timedelta(minutes=2)))


def _good_for_too_long(enemy: Enemy, dice: random.Random) -> bytes:
    claims = enemy.alert(dice)
    return enemy.signed(replace(claims, expires=claims.sent + timedelta(seconds=dice.randrange(301, 10**8))))


def _for_others(enemy: Enemy, dice: random.Random) -> bytes:
    elsewhere = (
        to_box(COMMUNE, "thon-4"),
        to_zone(COMMUNE, "thuong-xa"),
        to_key(enemy.stranger.kid),
        to_box("nguyet-lang", BOX),
        to_all("nguyet-lang"),
    )
    return enemy.signed(enemy.alert(dice, aud=(dice.choice(elsewhere[: 3 if dice.random() < 0.5 else 5]),)))


def _of_a_signal_that_is_none(enemy: Enemy, dice: random.Random) -> bytes:
    return enemy.signed(enemy.alert(dice, signal=dice.choice(("fir", "fire-2", "earthquake"))))


# ── No order at all ──────────────────────────────────────────────────────────────────────────────────────────────


def _too_large(_enemy: Enemy, dice: random.Random) -> bytes:
    return b"A" * dice.randrange(LARGEST_MESSAGE + 1, 3 * LARGEST_MESSAGE)


def _too_large_but_signed(enemy: Enemy, dice: random.Random) -> bytes:
    padding = json.dumps({"pad": "x" * dice.randrange(13_000, 30_000)}).encode()
    return jose.sign(to_json(enemy.alert(dice))[:-1] + b"," + padding[1:], enemy.desk, Seal.COMMAND)


def _noise(_enemy: Enemy, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(400))


def _cut_off(enemy: Enemy, dice: random.Random) -> bytes:
    token = enemy.signed(enemy.alert(dice))
    return token[: dice.randrange(len(token))]


def _signed_nonsense(enemy: Enemy, dice: random.Random) -> bytes:
    return jose.sign(dice.choice(NOT_JSON) or b" ", enemy.desk, Seal.COMMAND)


def _signed_with_a_bad_claim(enemy: Enemy, dice: random.Random) -> bytes:
    claims = {**json.loads(to_json(enemy.alert(dice))), **dice.choice(SPOILT)}
    return jose.sign(json.dumps(claims).encode(), enemy.desk, Seal.COMMAND)


def _under(header: object, enemy: Enemy, dice: random.Random) -> bytes:
    parts = (json.dumps(header).encode(), to_json(enemy.alert(dice)), dice.randbytes(64))
    return b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def _by_another_algorithm(enemy: Enemy, dice: random.Random) -> bytes:
    return _under({"alg": dice.choice(ALGORITHMS), "kid": enemy.desk.kid, "typ": Seal.COMMAND.value}, enemy, dice)


def _with_a_key_of_its_own(enemy: Enemy, dice: random.Random) -> bytes:
    """RFC 7515 lets a header bring a key, or say where one lies: nobody here looks at either."""
    brought = dice.choice(("jwk", "jku", "x5u", "x5c", "crit", "b64"))
    header = {"alg": "Ed25519", "kid": enemy.desk.kid, "typ": Seal.COMMAND.value, brought: {"x": enemy.stranger.x}}
    return _under(header, enemy, dice)


def _under_another_seal(enemy: Enemy, dice: random.Random) -> bytes:
    others = [seal for seal in Seal if seal is not Seal.COMMAND]
    return enemy.signed(enemy.alert(dice), seal=dice.choice(others))


KINDS = (
    Kind("forged by a key of nobody", "unknown-key", _by_a_stranger),
    Kind("forged in the desk's name", "signature", _in_the_desks_name),
    Kind("forged with another order's signature", "signature", _with_another_signature),
    Kind("forged by one letter", "signature", _with_one_letter_changed),
    Kind("forged by a stolen key that was revoked", "revoked", _revoked, listed=True),
    Kind("signed by a key that may not", "not-permitted", _beyond_its_right, listed=True),
    Kind("replayed", "duplicate", _replayed, listed=True),
    Kind("duplicated, signed again", "duplicate", _signed_again, listed=True),
    Kind("expired", "expired", _expired),
    Kind("expired, with a challenge that is none", "expired", _expired_with_a_challenge),
    Kind("from the future", "from-the-future", _from_the_future),
    Kind("good for too long", "malformed", _good_for_too_long),
    Kind("retained", "retained", lambda enemy, dice: enemy.signed(enemy.alert(dice)), retained=True),
    Kind("misaddressed", "not-for-me", _for_others),
    Kind("of a signal that is none", "unknown-signal", _of_a_signal_that_is_none),
    Kind("over-large", "too-large", _too_large),
    Kind("over-large, and signed", "too-large", _too_large_but_signed),
    Kind("malformed: noise", "malformed", _noise),
    Kind("malformed: cut off", "malformed", _cut_off),
    Kind("malformed: signed nonsense", "malformed", _signed_nonsense),
    Kind("malformed: signed with a bad claim", "malformed", _signed_with_a_bad_claim),
    Kind("malformed: with a key of its own", "malformed", _with_a_key_of_its_own),
    Kind("wrong algorithm", "signature", _by_another_algorithm),
    Kind("wrong seal", "signature", _under_another_seal),
)


def flood(seed: int, count: int) -> Iterator[tuple[int, Kind]]:
    """So many messages, always the same for a seed: the seed of each, and its kind. None is made yet."""
    dice = random.Random(seed)
    for _ in range(count):
        yield dice.getrandbits(64), dice.choice(KINDS)
