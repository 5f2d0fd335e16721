"""The words of the rhythm notation, folded (lower case, no diacritics, đ as d), and the nearest word to a wrong one.

The grammar itself: language.md, section 6, and gongd/core/notation.py.
"""

import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from itertools import pairwise

from gongd.core.pattern import Tone
from gongd.core.rhythm import Length, Manner, Pace
from gongd.core.words import Text


class Noun(StrEnum):
    """What a number counts."""

    STROKES = "strokes"
    ROLLS = "rolls"
    BLASTS = "blasts"
    GROUPS = "groups"


VERBS = {"danh": "", "go": "", "keo": "", "ring": ""}
THEN = {"roi": "", "sau do": "", "then": ""}
RESTS = {"nghi": "", "ngung": "", "dung": "", "rest": "", "pause": ""}
UNBROKEN = {
    "lien thanh": Manner.UNBROKEN,
    "lien tuc": Manner.UNBROKEN,
    "don dap": Manner.UNBROKEN,
    "continuous": Manner.UNBROKEN,
    "hurried": Manner.UNBROKEN,
    "lien hoi": Manner.ROLL_UPON_ROLL,
    "ngu lien": Manner.FIVES,
}
HURRIEDLY = {"don dap": ""}
ON_AND_ON = {"lien tuc": ""}
BLAST = {"coi": "", "blast": ""}
TONES = {"hu": Tone.WAILING, "wailing": Tone.WAILING, "deu": Tone.STEADY, "steady": Tone.STEADY}
NOUNS = {
    "tieng": Noun.STROKES,
    "stroke": Noun.STROKES,
    "strokes": Noun.STROKES,
    "hoi": Noun.ROLLS,
    "roll": Noun.ROLLS,
    "rolls": Noun.ROLLS,
    "hoi coi": Noun.BLASTS,
    "coi": Noun.BLASTS,
    "blast": Noun.BLASTS,
    "blasts": Noun.BLASTS,
    "groups of": Noun.GROUPS,
    "group of": Noun.GROUPS,
}
STROKE = {word: noun for word, noun in NOUNS.items() if noun is Noun.STROKES}
EACH_ROLL = {"moi hoi": ""}
GONGS = {"keng": "", "trong": "", "chuong": "", "gong": ""}
STROKE_WORDS = {
    **dict.fromkeys(("roi", "deu", "even")),
    "cham": Pace.SLOW,
    "slow": Pace.SLOW,
    "nhanh": Pace.FAST,
    "fast": Pace.FAST,
    "don dap": Pace.HURRIED,
    "hurried": Pace.HURRIED,
}
"""What may stand after strokes; None changes nothing."""
ROLL_WORDS = {
    "dai": Length.LONG,
    "long": Length.LONG,
    "ngan": Length.SHORT,
    "short": Length.SHORT,
    "deu": True,
    "even": True,
    "nhanh dan": False,
}
"""What may stand after rolls: how long they are, and whether they are even."""
EVERY = {"moi": "", "cach": "", "cach nhau": "", "every": ""}
TIMES = {"lan": "", "times": ""}
CROSS = {"x": ""}
UNITS = {
    **dict.fromkeys(("ms",), Decimal("0.001")),
    **dict.fromkeys(("s", "giay", "sec", "second", "seconds"), Decimal(1)),
    **dict.fromkeys(("m", "phut", "min", "minute", "minutes"), Decimal(60)),
}
"""Seconds in each unit."""
_VIETNAMESE = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {"tu": 4} | {word: n for row in (_VIETNAMESE, _ENGLISH) for n, word in enumerate(row, start=1)}
HOURS = frozenset(("h", "gio", "hour", "hours"))

_SPELLED = """
đánh, gõ, kéo, ring, rồi, sau đó, then, nghỉ, ngừng, dừng, rest, pause,
liên thanh, liên tục, liên hồi, dồn dập, ngũ liên, continuous, hurried, còi, blast, hú, wailing, đều, steady,
tiếng, stroke, strokes, hồi, roll, rolls, hồi còi, blasts, groups of, group of, mỗi hồi, kẻng, trống, chuông, gong,
rời, even, chậm, slow, nhanh, fast, dài, long, ngắn, short, nhanh dần, mỗi, cách, cách nhau, every, lần, times, x,
ms, s, giây, sec, second, seconds, m, phút, min, minute, minutes,
một, hai, ba, bốn, tư, năm, sáu, bảy, tám, chín, mười, one, two, three, four, five, six, seven, eight, nine, ten
"""

_MEANT = {
    "bao dong": Text("liên thanh", "continuous"),
    "khan cap": Text("liên thanh", "continuous"),
    "va": Text("rồi", "then"),
    "and": Text("rồi", "then"),
    "*": Text("x", "x"),
}
"""What people write for something that has another word here."""


_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")
"""The combining marks of Vietnamese: five tones, circumflex, breve, horn. No other mark may come off a letter."""


def fold(text: str) -> str:
    """Lower case, diacritics off, `đ` as `d`: `HỒI`, `Hồi` and `hoi` are one."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in lowered if c not in _MARKS).replace("đ", "d")


_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz")

SPELLING = {fold(phrase): phrase for phrase in (piece.strip() for piece in _SPELLED.split(","))}
"""Every word and phrase of the notation, folded, and how it is written."""

FIRST_WORDS = frozenset(word for phrase in SPELLING for word in phrase.split())
"""Single words that occur in the notation."""


def old_encoding(word: str) -> bool:
    """Does it look like TCVN3 or VNI read as Latin: a letter that Vietnamese has not, or a capital inside a word?"""
    return any(
        not c.isascii() and ((ord(c) < 0x180 and fold(c) not in _ALPHABET) or (c.isupper() and before.islower()))
        for before, c in pairwise(" " + word)
    )


def nearest(wrong: str, among: Iterable[str]) -> Text | None:
    """The word or phrase of `among` (folded) that the folded `wrong` was probably meant to be."""
    if wrong in _MEANT:
        return _MEANT[wrong]
    words = [word for word in among if len(word) > 1 and (" " in word) == (" " in wrong)]
    close = get_close_matches(wrong[:30], words, cutoff=0.75 if " " in wrong else 0.6)
    return Text(SPELLING[close[0]], SPELLING[close[0]]) if close else None
