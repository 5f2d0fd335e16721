"""What the ringers write, and what is meant: the valid half of language.md, section 6, and its kin."""

import unicodedata

import pytest

from gongd.core.notation import format_rhythm, parse
from gongd.core.notation_scan import Cursor, Kind, Token, scan
from gongd.core.pattern import Tone
from gongd.core.rhythm import (
    Blasts,
    Groups,
    Item,
    Length,
    Manner,
    Pace,
    Repeat,
    Rest,
    Rhythm,
    Rolls,
    Strokes,
    Unbroken,
)

ROLL, NINE, THREE = Rolls(1), Strokes(9), Strokes(3)
PEACE = (ROLL, NINE)
HUE = Blasts(5, 30.0, Tone.STEADY, 5.0)
FIVES = Unbroken(12.0, Manner.FIVES)
WAIL = Blasts(1, 15.0, Tone.WAILING)

TABLE: dict[str, tuple[Item, ...]] = {
    "1 hồi, 9 tiếng": PEACE,
    "3 HOI 9 TIENG": (Rolls(3), NINE),
    "một hồi, chín tiếng": PEACE,
    "5 tiếng, nghỉ 1,5 giây, 5 tiếng": (Strokes(5), Rest(1.5), Strokes(5)),
    "9 tiếng mỗi 1.4s": (Strokes(9, 1.4),),
    "1 hồi dài nhanh dần 12s, 3 tiếng rời": (Rolls(1, 12.0), THREE),
    "3 hồi ngắn đều": (Rolls(3, Length.SHORT, even=True),),
    "liên thanh 20s, nghỉ 1s": (Unbroken(20.0), Rest(1.0)),
    "liên hồi, dồn dập 30 giây": (Unbroken(30.0, Manner.ROLL_UPON_ROLL),),
    "(2 tiếng nhanh, nghỉ 2s) x 10": (Repeat((Strokes(2, Pace.FAST), Rest(2.0)), 10),),
    "ngũ liên 12s, còi hú 15s, nghỉ 2s": (FIVES, WAIL, Rest(2.0)),
    "10 hồi, mỗi hồi 3 tiếng": (Groups(10, 3),),
    "5 hồi còi 30s cách 5s": (HUE,),
    "danh 2 hoi keng dai roi 3 tieng roi": (Rolls(2, Length.LONG), THREE),
    "1 roll, 9 strokes every 1.4s": (ROLL, Strokes(9, 1.4)),
}

KIN: dict[str, tuple[Item, ...]] = {
    # spelling
    unicodedata.normalize("NFD", "một hồi, chín tiếng rời"): PEACE,
    "1\u00a0hồi,\u00a09\u00a0tiếng": PEACE,
    "\ufeff1 hồi,\r\n\t9 tiếng\n": PEACE,
    "1hồi,9tiếng": PEACE,
    "MỘT HỒI; CHÍN TIẾNG": PEACE,
    "(2 tieng nhanh, nghi 2s) × 10": (Repeat((Strokes(2, Pace.FAST), Rest(2.0)), 10),),
    "(1 hồi, 3 tiếng)x3": (Repeat((ROLL, THREE), 3),),
    # separators
    "1 hồi rồi 9 tiếng": PEACE,
    "1 hồi, rồi 9 tiếng": PEACE,
    "1 hồi sau đó 9 tiếng": PEACE,
    "1 roll then 9 strokes": PEACE,
    "đánh 1 hồi, gõ 9 tiếng kẻng": PEACE,
    # roi and sau
    "3 tieng roi 2 hoi": (THREE, Rolls(2)),
    "3 tieng roi, 2 hoi": (THREE, Rolls(2)),
    "3 tieng roi roi 2 hoi": (THREE, Rolls(2)),
    "3 tieng roi cham": (Strokes(3, Pace.SLOW),),
    "3 tieng roi moi 2s": (Strokes(3, 2.0),),
    "(2 hoi, 3 tieng roi) x 2": (Repeat((Rolls(2), THREE), 2),),
    "sau tieng sau do sau hoi": (Strokes(6), Rolls(6)),
    # hurried: a manner of strokes, or an item of its own
    "3 tiếng dồn dập": (Strokes(3, Pace.HURRIED),),
    "3 tiếng dồn dập 20s": (THREE, Unbroken(20.0)),
    "3 tiếng rồi dồn dập 20s": (THREE, Unbroken(20.0)),
    "dồn dập 20s": (Unbroken(20.0),),
    "liên tục dồn dập 1 phút 30 giây": (Unbroken(90.0),),
    "hurried 100ms": (Unbroken(0.1),),
    "3 strokes hurried 20s": (THREE, Unbroken(20.0)),
    "3 tieng roi don dap 20s": (THREE, Unbroken(20.0)),
    # groups
    "10 hồi mỗi hồi 3 tiếng, liên tục": (Groups(10, 3),),
    "10 hồi mỗi hồi 3 tiếng, liên tục, dồn dập 20s": (Groups(10, 3), Unbroken(20.0)),
    "10 hồi mỗi hồi 3 tiếng, liên tục dồn dập 20s": (Groups(10, 3), Unbroken(20.0)),
    "10 hồi kẻng, mỗi hồi ba tiếng liên tục 20s": (Groups(10, 3), Unbroken(20.0)),
    "ten groups of three strokes": (Groups(10, 3),),
    # blasts
    "kéo còi đều 10s, nghỉ 10s, còi 10s": (Blasts(1, 10.0), Rest(10.0), Blasts(1, 10.0)),
    "1 hồi còi hú 15s": (WAIL,),
    "2 blasts wailing 10s every 10s": (Blasts(2, 10.0, Tone.WAILING, 10.0),),
    "blast steady 10 sec": (Blasts(1, 10.0),),
    # repeats and numbers
    "((1 tiếng, nghỉ 1s) x 2, 1 hồi) 3 lần": (Repeat((Repeat((Strokes(1), Rest(1.0)), 2), ROLL), 3),),
    "(1 roll, 3 strokes) five times": (Repeat((ROLL, THREE), 5),),
    "tư tiếng, bốn tiếng, four strokes": (Strokes(4),) * 3,
    "6 strokes slow; pause 0.5 minutes": (Strokes(6, Pace.SLOW), Rest(30.0)),
    "2 rolls long even": (Rolls(2, Length.LONG, even=True),),
    "nghỉ 10 phút": (Rest(600.0),),
}


@pytest.mark.parametrize("text", [*TABLE, *KIN])
def test_what_a_ringer_writes_is_understood(text: str) -> None:
    assert parse(text) == Rhythm((TABLE | KIN)[text])


def test_a_rhythm_may_be_as_long_as_it_may_be() -> None:
    assert parse("(liên thanh 10 phút) x 6") == Rhythm((Repeat((Unbroken(600.0),), 6),))
    assert parse("((nghỉ 1ms, nghỉ 1ms) x 50) x 100").items


@pytest.mark.parametrize("text", [*TABLE, *KIN])
def test_the_canonical_text_is_read_as_the_same_rhythm(text: str) -> None:
    rhythm = parse(text)
    canonical = format_rhythm(rhythm)
    assert parse(canonical) == rhythm
    assert format_rhythm(parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("3 HOI 9 TIENG", "3 hồi, 9 tiếng"),
        ("one roll then 9 strokes every 1,40 sec", "1 hồi, 9 tiếng mỗi 1.4s"),
        ("1 roll long even; 3 strokes hurried", "1 hồi dài đều, 3 tiếng dồn dập"),
        ("(2 strokes fast, rest 1 min 30 s) 10 times", "(2 tiếng nhanh, nghỉ 90s) x 10"),
        ("5 hoi coi hu 30s cach nhau 5s", "5 hồi còi hú 30s cách 5s"),
        ("1 hồi còi 10s; 2 blasts 10s", "còi 10s, 2 hồi còi 10s"),
        ("1 blast 10s every 5s", "1 hồi còi 10s cách 5s"),
        ("nghỉ 0.0001ms, nghỉ 600s", "nghỉ 0.0000001s, nghỉ 600s"),
        ("10 groups of 3 strokes, hurried 20s", "10 hồi, mỗi hồi 3 tiếng, liên thanh 20s"),
    ],
)
def test_the_canonical_text_is_vietnamese_with_digits(text: str, canonical: str) -> None:
    assert format_rhythm(parse(text)) == canonical


def test_a_text_ends_for_ever_and_a_phrase_is_of_words_only() -> None:
    assert scan("") == [Token(Kind.END, "", "", 0)]
    cursor = Cursor("mỗi hồi, 3")
    assert (cursor.phrase(2), cursor.phrase(1, 1), cursor.phrase(1, 2), cursor.phrase(2, 1)) == (
        "moi hoi",
        "hoi",
        "",
        "",
    )
    assert cursor.look(9) == Token(Kind.END, "", "", 10)
    assert [cursor.step().text for _ in range(6)] == ["mỗi", "hồi", ",", "3", "", ""]
    assert cursor.ended
    assert cursor.since(cursor.tokens[2]) == ", 3"
    assert cursor.phrase(1) == ""
