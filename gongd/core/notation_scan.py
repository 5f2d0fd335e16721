"""The text of a rhythm cut into numbers, words and marks; and a cursor that walks over them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import TypeVar

from gongd.core.errors import RhythmError
from gongd.core.notation_words import fold
from gongd.core.words import Text

T = TypeVar("T")

LONGEST_ECHO = 30
"""Characters of a wrong word that an error repeats."""

_PIECE = re.compile(
    r"(?P<blank>[\s\u200b\u2060\ufeff]+)"
    r"|(?P<number>[0-9]+(?:[.,][0-9]+)?)"
    r"|(?P<word>(?:[^\W\d_][\u0300-\u036f]*)+)"
    r"|(?P<mark>.)",
    re.DOTALL,
)


class Kind(Enum):
    """What a token is. END stands once, after the last one."""

    NUMBER = auto()
    WORD = auto()
    MARK = auto()
    END = auto()


_KINDS: Mapping[str | None, Kind] = {"number": Kind.NUMBER, "word": Kind.WORD}


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as written (NFC), `key` folded; it begins at character `start` of the NFC text (0 is the first)."""

    kind: Kind
    text: str
    key: str
    start: int

    @property
    def column(self) -> int:
        """Where an editor shows it: the first column is 1."""
        return self.start + 1

    @property
    def echo(self) -> str:
        """The text, short enough to stand in a sentence."""
        return self.text if len(self.text) <= LONGEST_ECHO else self.text[:LONGEST_ECHO] + "…"

    @property
    def value(self) -> Decimal:
        """The number it is; a decimal comma counts as a point."""
        return Decimal(self.text.replace(",", "."))


def scan(text: str) -> list[Token]:
    """Every token of an NFC text, and END just behind the last of them. A comma inside a number is decimal."""
    tokens = [_token(match) for match in _PIECE.finditer(text) if match.lastgroup != "blank"]
    end = tokens[-1].start + len(tokens[-1].text) if tokens else 0
    return [*tokens, Token(Kind.END, "", "", end)]


def _token(match: re.Match[str]) -> Token:
    text = match.group()
    if text == "×":
        return Token(Kind.WORD, text, "x", match.start())
    return Token(_KINDS.get(match.lastgroup, Kind.MARK), text, fold(text), match.start())


class Cursor:
    """Where the reader is in the tokens of `text` (brought to NFC)."""

    def __init__(self, text: str) -> None:
        self.text = unicodedata.normalize("NFC", text).removeprefix("\ufeff")
        self.tokens = scan(self.text)
        self.at = 0

    def look(self, ahead: int = 0) -> Token:
        """The token here, or some further on; END for ever behind the last."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def step(self) -> Token:
        """The token here, and go on."""
        token = self.look()
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    @property
    def ended(self) -> bool:
        """Is nothing left?"""
        return self.look().kind is Kind.END

    def phrase(self, words: int, ahead: int = 0) -> str:
        """The next words, folded and joined; empty where one of them is no word."""
        tokens = self.tokens[self.at + ahead : self.at + ahead + words]
        return " ".join(token.key for token in tokens) if all(token.kind is Kind.WORD for token in tokens) else ""

    def sees(self, table: Mapping[str, object], ahead: int = 0) -> int:
        """How many words the phrase of `table` that stands here has: 2, 1 or 0. The longer goes first."""
        return next((words for words in (2, 1) if self.phrase(words, ahead) in table), 0)

    def take(self, table: Mapping[str, T]) -> T | None:
        """What the phrase here means in `table`, stepping over it; None and no step where none stands."""
        words = self.sees(table)
        if not words:
            return None
        meaning = table[self.phrase(words)]
        self.at += words
        return meaning

    def skip(self, table: Mapping[str, object]) -> bool:
        """Step over a phrase of `table`, if one stands here."""
        words = self.sees(table)
        self.at += words
        return words > 0

    def mark(self, marks: str, ahead: int = 0) -> bool:
        """Is one of these marks here?"""
        token = self.look(ahead)
        return token.kind is Kind.MARK and token.text in marks

    def skip_mark(self, marks: str) -> bool:
        """Step over one of these marks, if it is here."""
        found = self.mark(marks)
        self.at += found
        return found

    def since(self, start: Token) -> str:
        """What is written from `start` to the last token passed."""
        last = self.tokens[self.at - 1]
        return self.text[start.start : last.start + len(last.text)]

    def fault(self, text: Text, at: Token | None = None, **values: object) -> RhythmError:
        """An error at a token (else here)."""
        return RhythmError((at or self.look()).column, text.fill(**values))
