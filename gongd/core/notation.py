"""The ringers' own notation, both ways: `1 hồi, 9 tiếng` to a Rhythm, and a Rhythm to its canonical text.

The grammar is that of language.md, section 6; one function here reads one rule there. Wider than there: a comma may
stand before `rồi`, `x 3 lần` is read as `x 3`. Narrower: contrary words, sounds or strokes shorter than 0.1 s, and a
whole rhythm of more than an hour or of more than 10,000 parts (repeats counted) are refused.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from gongd.core import notation_faults as say
from gongd.core import notation_words as words
from gongd.core.errors import RhythmError
from gongd.core.notation_form import format_rhythm
from gongd.core.notation_misread import misread, no_duration, no_item, no_noun, no_unit, not_repeatable
from gongd.core.notation_scan import Cursor, Kind, Token
from gongd.core.notation_words import Noun
from gongd.core.pattern import Tone
from gongd.core.rhythm import (
    MAX_DEPTH,
    MAX_DURATION_S,
    MAX_REPEATS,
    MAX_ROLLS,
    MAX_STROKES,
    SHORTEST_S,
    Blasts,
    Groups,
    Item,
    Length,
    Pace,
    Repeat,
    Rest,
    Rhythm,
    Rolls,
    Strokes,
    Unbroken,
    pieces,
    placed,
)
from gongd.core.words import Text

__all__ = ["MAX_PIECES", "MAX_WHOLE_S", "format_rhythm", "parse"]

A = TypeVar("A")

MAX_WHOLE_S = 3600.0
"""One pass of a rhythm, at the default tempo, is at most this long: an alarm is capped far below it."""
MAX_PIECES = 10_000
"""One pass has at most so many items, repeats counted out."""


def parse(text: str) -> Rhythm:
    """Read a rhythm. Any text gives a Rhythm or a RhythmError with the column of the NFC text."""
    cursor = Cursor(text)
    if cursor.ended:
        raise RhythmError(1, say.EMPTY)
    items = _series(cursor, 0)
    if not cursor.ended:
        raise cursor.fault(say.NOT_OPENED)
    rhythm = Rhythm(items)
    _check_whole(rhythm)
    return rhythm


def _check_whole(rhythm: Rhythm) -> None:
    if pieces(rhythm.items) > MAX_PIECES:
        raise RhythmError(1, say.TOO_MANY_PIECES.fill(most=MAX_PIECES))
    if any(at_s + part.span_s > MAX_WHOLE_S for at_s, part in placed(rhythm)):
        raise RhythmError(1, say.WHOLE_TOO_LONG)


def _series(cursor: Cursor, depth: int) -> tuple[Item, ...]:
    items: list[Item] = []
    while True:
        items.append(_item(cursor, depth, items[-1] if items else None))
        spare = _separator(cursor)
        if cursor.ended or cursor.mark(")"):
            if spare is not None:
                text = say.SPARE_AT_END if cursor.ended else say.SPARE_HERE
                raise cursor.fault(text, spare, mark=say.separator(spare))
            return tuple(items)


def _separator(cursor: Cursor) -> Token | None:
    """The last separator passed: a comma or semicolon, `rồi`, or both."""
    mark = cursor.step() if cursor.mark(",;") else None
    word = cursor.look()
    return word if cursor.skip(words.THEN) else mark


def _item(cursor: Cursor, depth: int, before: Item | None) -> Item:
    start = cursor.look()
    verb = start if cursor.skip(words.VERBS) else None
    item = _repeat(cursor, depth) if cursor.mark("(") else _plain(cursor, before, verb)
    if cursor.sees(words.CROSS):
        raise not_repeatable(cursor, item, verb or start)
    return item


def _plain(cursor: Cursor, before: Item | None, verb: Token | None) -> Item:
    number = _number(cursor)
    if number is not None:
        return _counted(cursor, number, before)
    for read in (_rest, _unbroken, _blast):
        item = read(cursor)
        if item is not None:
            return item
    raise no_item(cursor, before, verb)


# ── Numbers and durations ────────────────────────────────────────────────────────────────────────────────────────


def _number(cursor: Cursor) -> Token | None:
    token = cursor.look()
    if token.kind is Kind.NUMBER or (token.key in words.NUMBERS and cursor.phrase(2) != "sau do"):
        return cursor.step()
    return None


def _whole(cursor: Cursor, number: Token, counted: Text, most: int, too_many: Text = say.OUT_OF_RANGE) -> int:
    """The integer from 1 to `most` that a number token is."""
    value = Decimal(words.NUMBERS[number.key]) if number.kind is Kind.WORD else number.value
    if "," in number.text:
        left, right = number.text.split(",")
        raise cursor.fault(say.DECIMAL_COMMA, number, counted=counted, left=left[:9], right=right[:9])
    if "." in number.text:
        raise cursor.fault(say.NOT_WHOLE, number, counted=counted)
    if not 1 <= value <= most:
        raise cursor.fault(too_many if value > most else say.OUT_OF_RANGE, number, counted=counted, most=most)
    return int(value)


def _duration(cursor: Cursor, kind: str, head: str, least_s: float = SHORTEST_S) -> float:
    """`1 phút 30 giây` in seconds: units from large to small. `kind` and `head` name what needs it."""
    first = cursor.look()
    if first.kind is not Kind.NUMBER:
        raise no_duration(cursor, kind, head)
    total, unit = Decimal(0), Decimal("Infinity")
    while cursor.look().kind is Kind.NUMBER and (cursor.look() is first or cursor.sees(words.UNITS, 1)):
        number = cursor.step()
        smaller = cursor.take(words.UNITS)
        if smaller is None:
            raise no_unit(cursor, number)
        if smaller >= unit:
            raise cursor.fault(say.STRAY_DURATION, number, length=cursor.since(number))
        total, unit = total + number.value * smaller, smaller
    return _within(cursor, first, total, least_s)


def _within(cursor: Cursor, first: Token, total: Decimal, least_s: float) -> float:
    if total > Decimal(MAX_DURATION_S):
        raise cursor.fault(say.TOO_LONG, first)
    seconds = float(total)
    if seconds <= 0:
        raise cursor.fault(say.NOT_POSITIVE, first)
    if seconds < least_s:
        raise cursor.fault(say.TOO_SHORT, first)
    return seconds


def _duration_ahead(cursor: Cursor, ahead: int) -> bool:
    return cursor.look(ahead).kind is Kind.NUMBER and cursor.sees(words.UNITS, ahead + 1) > 0


def _every(cursor: Cursor) -> float | None:
    word = cursor.look()
    return _duration(cursor, "every", cursor.since(word)) if cursor.skip(words.EVERY) else None


# ── One function for each kind of item ───────────────────────────────────────────────────────────────────────────


def _rest(cursor: Cursor) -> Rest | None:
    word = cursor.look()
    return Rest(_duration(cursor, "rest", word.text, 0.0)) if cursor.skip(words.RESTS) else None


def _unbroken(cursor: Cursor) -> Unbroken | None:
    word = cursor.look()
    manner = cursor.take(words.UNBROKEN)
    if manner is None:
        return None
    head, here = cursor.since(word), cursor.at
    cursor.skip_mark(",")
    if not cursor.skip(words.HURRIEDLY):
        cursor.at = here
    return Unbroken(_duration(cursor, "unbroken", head), manner)


def _blast(cursor: Cursor) -> Blasts | None:
    word = cursor.look()
    if not cursor.skip(words.BLAST):
        return None
    tone = cursor.take(words.TONES) or Tone.STEADY
    return Blasts(1, _duration(cursor, "blast", word.text), tone)


def _counted(cursor: Cursor, number: Token, before: Item | None) -> Item:
    head = cursor.look()
    noun = cursor.take(words.NOUNS)
    match noun:
        case Noun.STROKES:
            return _strokes(cursor, number)
        case Noun.ROLLS:
            return _rolls(cursor, number)
        case Noun.BLASTS:
            return _blasts(cursor, number, cursor.since(head))
        case Noun.GROUPS:
            return _groups(cursor, _whole(cursor, number, say.COUNTED[noun], MAX_ROLLS))
    raise no_noun(cursor, number, before)


def _strokes(cursor: Cursor, number: Token) -> Strokes:
    count = _whole(cursor, number, say.COUNTED[Noun.STROKES], MAX_STROKES, say.TOO_MANY_STROKES)
    cursor.skip(words.GONGS)
    paces = [pace for pace in _adjectives(cursor, words.STROKE_WORDS, _next_begins) if pace is not None]
    if cursor.phrase(2) == "nhanh dan":
        raise cursor.fault(say.FASTER_ROLL)
    every = _every(cursor)
    return Strokes(count, every if every is not None else [*paces, Pace.SEPARATE][0])


def _rolls(cursor: Cursor, number: Token) -> Rolls | Groups:
    count = _whole(cursor, number, say.COUNTED[Noun.ROLLS], MAX_ROLLS)
    cursor.skip(words.GONGS)
    here = cursor.at
    cursor.skip_mark(",")
    if cursor.skip(words.EACH_ROLL):
        return _groups(cursor, count)
    cursor.at = here
    said = _adjectives(cursor, words.ROLL_WORDS)
    lengths = [word for word in said if isinstance(word, Length)]
    each = _duration(cursor, "unbroken", "") if _duration_ahead(cursor, 0) else [*lengths, Length.USUAL][0]
    return Rolls(count, each, True in said)


def _groups(cursor: Cursor, count: int) -> Groups:
    number = _number(cursor)
    if number is None:
        raise cursor.fault(say.NO_NUMBER[Noun.GROUPS])
    if not cursor.skip(words.STROKE):
        wrong = cursor.look()
        strange = wrong.kind is Kind.WORD and wrong.key not in words.FIRST_WORDS
        raise misread(cursor, words.STROKE) if strange else cursor.fault(say.NO_STROKES, number=number.echo)
    strokes = _whole(cursor, number, say.COUNTED[Noun.STROKES], MAX_STROKES)
    cursor.skip(words.GONGS)
    here = cursor.at
    cursor.skip_mark(",")
    if not cursor.skip(words.ON_AND_ON) or _unbroken_goes_on(cursor):
        cursor.at = here
    return Groups(count, strokes)


def _blasts(cursor: Cursor, number: Token, head: str) -> Blasts:
    count = _whole(cursor, number, say.COUNTED[Noun.BLASTS], MAX_ROLLS)
    tone = cursor.take(words.TONES) or Tone.STEADY
    each_s = _duration(cursor, "blasts", head)
    return Blasts(count, each_s, tone, _every(cursor))


def _repeat(cursor: Cursor, depth: int) -> Repeat:
    bracket = cursor.step()
    if depth == MAX_DEPTH:
        raise cursor.fault(say.TOO_DEEP, bracket)
    if cursor.ended:
        raise cursor.fault(say.NOT_CLOSED, bracket)
    if cursor.mark(")"):
        raise cursor.fault(say.HOLLOW, bracket)
    items = _series(cursor, depth + 1)
    if not cursor.skip_mark(")"):
        raise cursor.fault(say.NOT_CLOSED, bracket)
    return Repeat(items, _times(cursor))


def _times(cursor: Cursor) -> int:
    crossed = cursor.skip(words.CROSS)
    number = _number(cursor)
    if number is None:
        raise misread(cursor, words.CROSS) if cursor.mark("*") else cursor.fault(say.NO_TIMES)
    if not cursor.skip(words.TIMES) and not crossed:
        if cursor.sees(words.NOUNS):
            raise cursor.fault(say.NO_TIMES, number)
        raise cursor.fault(say.NO_WORD_TIMES, number=number.echo)
    return _whole(cursor, number, say.TIMES, MAX_REPEATS)


# ── Words after strokes and rolls ────────────────────────────────────────────────────────────────────────────────


def _adjectives(cursor: Cursor, table: Mapping[str, A], ends: Callable[[Cursor], bool] | None = None) -> list[A]:
    """The words of `table` that stand here, until `ends`. Two of one kind must agree."""
    said: dict[type, tuple[str, A]] = {}
    while cursor.sees(table) and not (ends and ends(cursor)):
        token = cursor.look()
        meaning = table[cursor.phrase(cursor.sees(table))]
        cursor.skip(table)
        word, earlier = said.setdefault(type(meaning), (cursor.since(token), meaning))
        if earlier != meaning:
            raise cursor.fault(say.CONTRARY, token, word=cursor.since(token), other=word)
    return [meaning for _, meaning in said.values()]


def _next_begins(cursor: Cursor) -> bool:
    """Is the word after strokes not one of theirs? `dồn dập` with a duration is an item of its own; `nhanh dần` is for
    rolls. (`roi` is rời or rồi: what comes after it is the same item or the next all the same.)"""
    count = cursor.sees(words.UNBROKEN)
    return cursor.phrase(2) == "nhanh dan" or (count > 0 and _duration_ahead(cursor, count))


def _unbroken_goes_on(cursor: Cursor) -> bool:
    """After `liên tục`: is it an item of its own, with `dồn dập` or a duration to follow?"""
    ahead = 1 if cursor.mark(",") and cursor.sees(words.HURRIEDLY, 1) else 0
    return _duration_ahead(cursor, ahead + cursor.sees(words.HURRIEDLY, ahead))
