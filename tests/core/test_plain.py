"""Our values as plain JSON and back: nothing outside the type is let in."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from gongd.core.plain import from_plain, to_plain


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Lamp:
    name: str
    lit: bool
    level: float
    pins: tuple[int, ...]
    pair: tuple[int, str]
    tags: frozenset[str]
    colour: Colour | None


LAMP = Lamp("strobe", True, 0.5, (1, 2), (3, "x"), frozenset({"b", "a"}), Colour.RED)
PLAIN = {
    "is": "Lamp",
    "name": "strobe",
    "lit": True,
    "level": 0.5,
    "pins": [1, 2],
    "pair": [3, "x"],
    "tags": ["a", "b"],
    "colour": "red",
}


def test_a_value_becomes_plain_and_comes_back() -> None:
    assert to_plain(LAMP) == PLAIN
    assert from_plain(Lamp, PLAIN) == LAMP
    assert from_plain(Lamp, {**PLAIN, "colour": None}).colour is None
    assert from_plain(Lamp, {**PLAIN, "level": 1}).level == 1.0


def test_what_has_no_plain_form_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match=r"^object has no plain form$"):
        to_plain(object())
    with pytest.raises(TypeError, match=r"^type has no plain form$"):
        to_plain(Lamp)


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"is": "Bulb"}, "no Lamp"),
    ({"more": 1}, "no Lamp"),
    ({"name": 1}, "<class 'str'> is expected, not int"),
    ({"lit": 1}, "<class 'bool'> is expected, not int"),
    ({"level": True}, "<class 'float'> is expected, not bool"),
    ({"level": "1"}, "<class 'float'> is expected, not str"),
    ({"level": 10**400}, "too large"),
    ({"level": float("nan")}, "not a finite number"),
    ({"level": float("inf")}, "not a finite number"),
    ({"pins": (1, 2)}, "a list is expected, not tuple"),
    ({"pins": [1, True]}, "<class 'int'> is expected, not bool"),
    ({"pair": [3]}, "2 values are expected, not 1"),
    ({"pair": ["x", 3]}, "<class 'int'> is expected, not str"),
    ({"tags": "ab"}, "a list is expected, not str"),
    ({"colour": "blue"}, "not one of "),
)


@pytest.mark.parametrize(("change", "why"), WRONG)
def test_what_is_outside_the_type_is_refused_with_the_reason(change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError) as told:  # noqa: PT011 - its words are compared below
        from_plain(Lamp, {**PLAIN, **change})
    assert str(told.value).startswith(why)


def test_what_is_no_object_or_lacks_a_key_is_refused() -> None:
    several: tuple[object, ...] = ([], "Lamp", None, {key: value for key, value in PLAIN.items() if key != "pins"})
    for plain in several:
        with pytest.raises(ValueError, match=r"^no Lamp$"):
            from_plain(Lamp, plain)
