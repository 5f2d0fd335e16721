"""The forms of values on the wire, one by one, at their very limits: what is read, what is not, and their schema.

Forms are made inside the tests: `make mutation` changes them only there.
"""

import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongd.core import wire_form as form
from gongd.core.wire_form import Form, Spelt
from gongd.core.wire_refusal import Reason, Refused


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


AN_INSTANT = "an instant such as 2026-11-21T21:14:03.120+07:00 is expected"


def readings() -> tuple[tuple[Form, object, object], ...]:
    small = form.integer(1, 9)
    return (
        (form.text(3), "abc", "abc"),
        (form.text(3), "", ""),
        (form.text(1), "e\u0302\u0323", "ệ"),
        (form.text(3), "e\u0302\u0323e\u0302\u0323e\u0302\u0323", "ệệệ"),
        (form.text(9, lines=True), "a\nb", "a\nb"),
        (form.matching("[a-z]{2}"), "ab", "ab"),
        (form.words(3), "a\tb", "a\tb"),
        (small, 1, 1),
        (small, 9, 9),
        (form.integer(), 0, 0),
        (form.integer(), 2**53, 2**53),
        (form.number(1, 2), 1, 1.0),
        (form.number(1, 2), 2.0, 2.0),
        (form.choice(Colour), "red", Colour.RED),
        (form.listed(small, 2), [1, 2], (1, 2)),
        (form.listed(small, 2), [], ()),
        (form.a_set(small, 2), [2, 2], frozenset({2})),
        (form.one_or_more(small, 2), 1, (1,)),
        (form.one_or_more(small, 2), [1, 2], (1, 2)),
        (form.table(form.matching("[a-z]"), small, 2), {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        (form.INSTANT, "2026-11-21T21:14:03.12Z", datetime(2026, 11, 21, 21, 14, 3, 120_000, UTC)),
        (form.DATE, "2026-11-21", date(2026, 11, 21)),
        (form.BOOL, False, False),
        (form.DETAIL, {"a": [1, None]}, {"a": [1, None]}),
    )


def refusals_of_words_and_wholes() -> tuple[tuple[Form, object, str], ...]:
    small = form.integer(1, 9)
    return (
        (form.text(3), "abcd", "text of at most 3 characters, without control codes, is expected"),
        (form.text(3), "a" * 13, "text of at most 3 characters is expected"),
        (form.text(3), 1, "text of at most 3 characters is expected"),
        (form.text(3), "a\nb", "text of at most 3 characters, without control codes, is expected"),
        (form.text(9, lines=True), "a\tb", "text of at most 9 characters, without control codes, is expected"),
        (form.text(9), "a\u202eb", "text of at most 9 characters, without control codes, is expected"),
        (form.text(9, lines=True), "\ud800", "text of at most 9 characters, without control codes, is expected"),
        (form.matching("[a-z]{2}"), "abc", "does not match [a-z]{2}"),
        (form.matching("[a-z]{2}"), "ab\n", "does not match [a-z]{2}"),
        (form.matching(r"\w"), "ệ", r"does not match \w"),
        (form.matching("[a-z]{2}"), None, "does not match [a-z]{2}"),
        (form.words(3), "abcd", "text of at most 3 characters is expected"),
        (form.words(3), 3, "text of at most 3 characters is expected"),
        (small, 0, "a whole number from 1 to 9 is expected"),
        (small, 10, "a whole number from 1 to 9 is expected"),
        (small, True, "a whole number from 1 to 9 is expected"),
        (small, 1.0, "a whole number from 1 to 9 is expected"),
        (form.integer(), -1, "a whole number from 0 to 9007199254740992 is expected"),
        (form.integer(), 2**53 + 1, "a whole number from 0 to 9007199254740992 is expected"),
    )


def refusals_of_the_rest() -> tuple[tuple[Form, object, str], ...]:
    small = form.integer(1, 9)
    return (
        (form.number(1, 2), 0.999, "a number from 1 to 2 is expected"),
        (form.number(1, 2), 2.001, "a number from 1 to 2 is expected"),
        (form.number(0, 2), True, "a number from 0 to 2 is expected"),
        (form.number(0, 2), float("nan"), "a number from 0 to 2 is expected"),
        (form.choice(Colour), "RED", "'RED' is not a valid Colour"),
        (form.listed(small, 2), [1, 2, 3], "a list of at most 2 is expected"),
        (form.listed(small, 2), (1,), "a list of at most 2 is expected"),
        (form.listed(small, 2), [0], "a whole number from 1 to 9 is expected"),
        (form.a_set(small, 1), [1, 1], "a list of at most 1 is expected"),
        (form.one_or_more(small, 2), [], "at least one is expected"),
        (form.one_or_more(small, 2), [1, 2, 3], "a list of at most 2 is expected"),
        (form.table(small, small, 1), {1: 1, 2: 2}, "an object of at most 1 keys is expected"),
        (form.table(small, small, 1), [], "an object of at most 1 keys is expected"),
        (form.table(small, small, 1), {0: 1}, "a whole number from 1 to 9 is expected"),
        (form.table(small, small, 1), {1: 0}, "a whole number from 1 to 9 is expected"),
        (form.INSTANT, "2026-11-21T21:14:03", AN_INSTANT),
        (form.INSTANT, "1999-11-21T21:14:03Z", AN_INSTANT),
        (form.INSTANT, 0, AN_INSTANT),
        (form.DATE, "1999-11-21", "a date such as 2026-11-21 is expected"),
        (form.DATE, "2026-11-21 ", "a date such as 2026-11-21 is expected"),
        (form.DATE, 20261121, "a date such as 2026-11-21 is expected"),
        (form.BOOL, 1, "true or false is expected"),
        (form.DETAIL, [], "an object is expected"),
    )


def test_a_value_is_read() -> None:
    for of, plain, value in readings():
        found = of.read(plain)
        assert (found, type(found)) == (value, type(value))


def test_what_is_none_is_refused_with_what_is_expected() -> None:
    for of, plain, why in (*refusals_of_words_and_wholes(), *refusals_of_the_rest()):
        with pytest.raises(ValueError) as told:  # noqa: PT011 - its words are compared below
            of.read(plain)
        assert str(told.value) == why


TURNS_THE_LINE = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
CONTROLS = {"Cc", "Cs"}
SELDOM = st.characters(categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"))


def test_no_printable_sign_plays_tricks() -> None:
    printable = [sign for sign in map(chr, range(sys.maxunicode + 1)) if sign.isprintable()]
    assert not CONTROLS & {unicodedata.category(sign) for sign in printable}
    assert not set(TURNS_THE_LINE) & set(printable)


@given(st.text(st.characters() | SELDOM | st.sampled_from(f"\n{TURNS_THE_LINE}"), max_size=12), st.booleans())
def test_one_sign_that_plays_tricks_is_enough_wherever_it_stands(words: str, lines: bool) -> None:
    flat = unicodedata.normalize("NFC", words)
    controls = [sign for sign in flat if unicodedata.category(sign) in CONTROLS and not (lines and sign == "\n")]
    of = form.text(99, lines)
    if controls or set(flat) & set(TURNS_THE_LINE):
        with pytest.raises(ValueError, match="without control codes"):
            of.read(words)
    else:
        assert of.read(words) == flat


def writings() -> tuple[tuple[Form, Any, object], ...]:
    small = form.integer(1, 9)
    return (
        (form.text(3), "abc", "abc"),
        (form.matching("a"), "a", "a"),
        (form.words(3), "abcdef", "abc"),
        (form.words(3), 12345, "123"),
        (form.choice(Colour), Colour.RED, "red"),
        (form.listed(form.choice(Colour), 2), (Colour.RED, Colour.BLUE), ["red", "blue"]),
        (form.a_set(form.matching("a|b"), 2), frozenset({"b", "a"}), ["a", "b"]),
        (form.one_or_more(form.choice(Colour), 2), (Colour.RED,), "red"),
        (form.one_or_more(form.choice(Colour), 2), (Colour.RED, Colour.BLUE), ["red", "blue"]),
        (form.table(small, form.choice(Colour), 2), {1: Colour.RED}, {1: "red"}),
    )


def test_a_value_is_written() -> None:
    for of, value, plain in writings():
        assert of.write(value) == plain


DIGIT = {"type": "integer", "minimum": 1, "maximum": 9}


def descriptions() -> tuple[tuple[Form, Mapping[str, object]], ...]:
    small = form.integer(1, 9)
    return (
        (form.text(3), {"type": "string", "maxLength": 3}),
        (form.matching("a|b"), {"type": "string", "pattern": "^(?:a|b)$"}),
        (form.words(3), {"type": "string", "maxLength": 3}),
        (small, DIGIT),
        (form.number(1, 2), {"type": "number", "minimum": 1, "maximum": 2}),
        (form.choice(Colour), {"enum": ["red", "blue"]}),
        (form.listed(small, 2), {"type": "array", "items": DIGIT, "maxItems": 2}),
        (form.a_set(small, 2), {"type": "array", "items": DIGIT, "maxItems": 2, "uniqueItems": True}),
        (
            form.one_or_more(small, 2),
            {"oneOf": [DIGIT, {"type": "array", "items": DIGIT, "maxItems": 2, "minItems": 1}]},
        ),
        (
            form.table(form.matching("a"), small, 2),
            {
                "type": "object",
                "additionalProperties": DIGIT,
                "propertyNames": {"type": "string", "pattern": "^(?:a)$"},
            },
        ),
    )


def test_a_form_describes_itself() -> None:
    for of, schema in descriptions():
        assert of.schema == schema


NOT_JSON = (
    (b"[]", "an object is expected"),
    (b'{"a":1,"a":1}', "a key stands twice"),
    (b'{"a":NaN}', "NaN is no number"),
    (b'{"a":-Infinity}', "-Infinity is no number"),
    (b'{"a":1e999}', "a number is too large"),
    (b'{"a":' + b"1" * 21 + b"}", "a number is too large"),
    (b"[" * 100_000, "nested too deep"),
)


@pytest.mark.parametrize(("data", "why"), NOT_JSON)
def test_json_is_read_strictly(data: bytes, why: str) -> None:
    with pytest.raises(ValueError) as told:  # noqa: PT011 - its words are compared below
        form.parse(data)
    assert str(told.value) == why


def test_json_of_ours_is_read() -> None:
    assert form.parse(b'{"a":' + b"1" * 20 + b',"b":1.5,"c":[null]}') == {"a": int("1" * 20), "b": 1.5, "c": [None]}


def test_a_body_of_the_largest_size_is_looked_at_and_one_byte_more_is_not() -> None:
    data = b"{}" + b" " * (form.LARGEST_MESSAGE - 2)
    found, larger = form.from_json(Colour, data[:-2] + b"[]"), form.from_json(Colour, data + b" ")
    assert isinstance(found, Refused)
    assert found.reason is Reason.MALFORMED
    assert larger == Refused(Reason.TOO_LARGE, "16385 bytes, at most 16384")


def test_what_our_own_details_hold_is_tamed() -> None:
    told = {"a": Colour.RED, "b": 2**53 + 1, "c": float("inf"), "d": (1, None), 5: AN_INSTANT, "e": object}
    tame = {"a": "red", "b": "9007199254740993", "c": None, "d": [1, None], "5": AN_INSTANT, "e": str(object)}
    assert form.DETAIL.write(told) == tame
    assert form.DETAIL.read({"b": 2**53 + 1, "c": -(2**53)}) == {"b": "9007199254740993", "c": -(2**53)}


@dataclass(frozen=True)
class Pole:
    """A pole in   the village.

    More of it.
    """

    name: Annotated[str, Spelt(form.words(9), "what it is called")]
    height_m: Annotated[float, Spelt(form.number(0, 20), "how high", key="height")] = 8.0


def test_a_body_is_written_compactly_and_read_again_even_inside_another() -> None:
    nested = form.nested(Pole)
    assert form.to_json(Pole("cột ệ")) == '{"name":"cột ệ"}'.encode()
    assert form.to_json(Pole("\ud800", 9.5)) == b'{"name":"?","height":9.5}'
    assert nested.write(Pole("a", 9.5)) == {"name": "a", "height": 9.5}
    assert nested.read({"name": "a", "height": None, "newer": 1}) == Pole("a")
    assert nested.schema == form.schema(Pole)


def test_a_body_describes_itself() -> None:
    name = {"type": "string", "maxLength": 9, "description": "what it is called"}
    height = {"type": "number", "minimum": 0, "maximum": 20, "description": "how high"}
    told = form.schema(Pole)
    assert (told["type"], told["description"], told["required"]) == ("object", "A pole in the village.", ["name"])
    assert told["properties"] == {"name": name, "height": height}


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        ([], "an object is expected"),
        ({}, "name is missing"),
        ({"name": 1}, "name: text of at most 9 characters is expected"),
    ],
)
def test_what_is_no_body_says_where_it_is_none(plain: object, why: str) -> None:
    with pytest.raises(ValueError) as told:  # noqa: PT011 - its words are compared below
        form.from_object(Pole, plain)
    assert str(told.value) == why


def test_halves_of_characters_and_other_alphabets_figures_are_let_in_nowhere() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        form.DETAIL.read({"a": "\ud800"})
    with pytest.raises(ValueError, match="a date such as"):
        form.DATE.read("2026-11-٢١")
