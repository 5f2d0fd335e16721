"""Finding the right thing to say where a rhythm cannot be read on. Each function makes the error; none raises it."""

from collections.abc import Iterable

from gongd.core import notation_faults as say
from gongd.core import notation_words as words
from gongd.core.errors import RhythmError
from gongd.core.notation_scan import Cursor, Kind, Token
from gongd.core.rhythm import Blasts, Item, Length, Rolls, Strokes

CURLY = "“”‘’„«»"
STARTS = (*words.VERBS, *words.RESTS, *words.UNBROKEN, *words.BLAST)


def misread(cursor: Cursor, among: Iterable[str]) -> RhythmError:
    """A word or mark that means nothing here; `among` are the folded words that would."""
    token = cursor.look()
    if token.kind is not Kind.WORD:
        return _misread_mark(cursor, token)
    if words.old_encoding(token.text):
        return cursor.fault(say.OLD_ENCODING)
    if cursor.sees(words.SPELLING):
        return cursor.fault(say.MISPLACED, word=_written(cursor, cursor.sees(words.SPELLING)))
    for count in (2, 1):
        phrase = cursor.phrase(count)
        other = phrase and (words.nearest(phrase, among) or words.nearest(phrase, words.SPELLING))
        if other:
            return cursor.fault(say.MEANT, word=_written(cursor, count), other=other)
    return cursor.fault(say.UNKNOWN, word=token.echo)


def _misread_mark(cursor: Cursor, token: Token) -> RhythmError:
    if token.text and token.text in CURLY:
        return cursor.fault(say.CURLY)
    other = words.nearest(token.text, ())
    return cursor.fault(say.MEANT if other else say.UNKNOWN, word=token.echo, other=other or "")


def _written(cursor: Cursor, count: int) -> str:
    return " ".join(cursor.look(i).echo for i in range(count))


def _strange(token: Token) -> bool:
    """Is it nothing that the notation knows? (A word of it may be in the wrong place: that is told otherwise.)"""
    if token.kind is Kind.WORD:
        return token.key not in words.FIRST_WORDS and token.key not in words.HOURS
    return token.kind is Kind.MARK and token.text not in ",;()"


def no_item(cursor: Cursor, before: Item | None, verb: Token | None) -> RhythmError:
    """Nothing begins here that can be played."""
    here = cursor.look()
    if verb is not None and (here.kind is Kind.END or cursor.mark(",;)")):
        return cursor.fault(say.NO_ITEM, word=verb.echo)
    if cursor.mark(",;") or cursor.sees(words.THEN):
        return cursor.fault(say.SPARE_HERE, mark=say.separator(here))
    if cursor.mark(")"):
        return cursor.fault(say.NOT_OPENED)
    if cursor.sees(words.NOUNS):
        return cursor.fault(say.NO_NUMBER[words.NOUNS[cursor.phrase(cursor.sees(words.NOUNS))]])
    if cursor.sees(words.EVERY) and cursor.mark(",;", -1) and isinstance(before, Strokes | Blasts):
        return cursor.fault(say.COMMA_BEFORE_EVERY, word=_written(cursor, cursor.sees(words.EVERY)))
    return misread(cursor, STARTS)


def no_noun(cursor: Cursor, number: Token, before: Item | None) -> RhythmError:
    """A number, and then nothing that can be counted."""
    here = cursor.look()
    if cursor.skip(words.UNITS):
        length = cursor.since(number)
        if isinstance(before, Strokes):
            return cursor.fault(say.STRAY_EVERY, number, length=length, strokes=before.count)
        return cursor.fault(say.STRAY_DURATION, number, length=length)
    if cursor.sees(words.CROSS):
        return cursor.fault(say.TIMES_IN_FRONT, number, times=number.echo)
    if number.kind is Kind.WORD and here.key in words.NUMBERS:
        return cursor.fault(say.TEENS, number)
    if _strange(here):
        return misread(cursor, words.NOUNS)
    return cursor.fault(say.NO_NOUN, number=number.echo)


def no_duration(cursor: Cursor, kind: str, head: str) -> RhythmError:
    """`head` needs a duration, and here is none. `kind` is a key of NO_DURATION."""
    here = cursor.look()
    if here.key in words.NUMBERS and cursor.sees(words.UNITS, 1):
        return cursor.fault(say.IN_DIGITS)
    if _strange(here):
        return misread(cursor, ())
    return cursor.fault(say.NO_DURATION[kind], word=head)


def no_unit(cursor: Cursor, number: Token) -> RhythmError:
    """A number where a duration should be, and then no unit of time."""
    here = cursor.look()
    if cursor.sees(words.STROKE):
        return cursor.fault(say.NOT_AN_HOUR, word=here.echo)
    if here.key in words.HOURS:
        return cursor.fault(say.NO_HOURS, word=here.echo)
    if _strange(here):
        return misread(cursor, words.UNITS)
    return cursor.fault(say.NO_UNIT, number=number.echo)


def not_repeatable(cursor: Cursor, item: Item, start: Token) -> RhythmError:
    """`x 3` after something that does not stand in brackets."""
    part = cursor.since(start)
    count = cursor.look(1)
    times = count.echo if count.kind is Kind.NUMBER else "3"
    if item == Rolls(1, Length.USUAL):
        return cursor.fault(say.NOT_REPEATABLE_ROLL, times=times)
    short = part if len(part) <= 40 else "..."
    return cursor.fault(say.NOT_REPEATABLE, part=short, times=times)
