"""Damaged, spliced and swollen messages at every door: each is read, or refused as that door refuses. `make fuzz` looks
for more, guided by coverage; what it has found lies under `found/` and is tried here for ever."""

import random
from pathlib import Path

import pytest

from tests.fuzz.parsers import PARSERS, Parser

ROUNDS = 150
FOUND = Path(__file__).parent / "found"
SPLINTERS = (
    *(b"\0", b"\xff\xfe", b"\xc3", b"\xf0\x9f\x98\x80", "\u202e".encode(), "\ud800".encode("utf-8", "surrogatepass")),
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"\n", b"- ", b"&a *a", b"null", b"NaN", b"1e999", b"-0", b"9" * 5000),
    *(b"[" * 20_000, b'{"a":' * 20_000, b"(" * 500, b"x 99", b"../", b"#", b"+", b"%n", b"{place}", b"22:00", b"true"),
)


def spoil(dice: random.Random, data: bytes, other: bytes) -> bytes:
    """The same bytes, hurt in one of several ways."""
    start = dice.randrange(len(data) + 1)
    end = min(len(data), start + dice.randrange(1, 20))
    match dice.randrange(6):
        case 0:
            return data[:start]
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:end] + data[start:end] * dice.randrange(1, 50) + data[end:]
        case 3:
            return data[:start] + dice.choice(SPLINTERS) + data[end:]
        case 4:
            return data[:start] + other[dice.randrange(len(other) + 1) :]
        case _:
            return data[:start] + bytes(byte ^ (1 << dice.randrange(8)) for byte in data[start:end]) + data[end:]


@pytest.mark.parametrize("name", PARSERS)
def test_whatever_comes_in_is_read_or_refused(name: str) -> None:
    parser, dice = PARSERS[name], random.Random(name)
    others = [seed for each in PARSERS.values() for seed in each.seeds]
    for _ in range(ROUNDS):
        data = dice.choice(parser.seeds)
        for _ in range(dice.randrange(1, 4)):
            data = spoil(dice, data, dice.choice(others))
        parser.swallow(data)


@pytest.mark.parametrize("parser", PARSERS.values(), ids=list(PARSERS))
def test_what_was_meant_for_another_door_is_read_or_refused(parser: Parser) -> None:
    for each in PARSERS.values():
        for seed in each.seeds:
            parser.swallow(seed)


@pytest.mark.parametrize("path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_a_fuzzer_has_found_once_is_refused_for_ever(path: Path) -> None:
    PARSERS[path.parent.name].swallow(path.read_bytes())
