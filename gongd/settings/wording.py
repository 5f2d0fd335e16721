"""What is wrong with a sentence that the loudspeaker will say: language.md, section 1. All of it is only a warning,
except a `{word}` that nobody fills in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gongd.core.words import Text
from gongd.settings.finding import guess

ALARMING = ("cháy", "lũ", "lụt", "trộm", "cướp", "báo động", "khẩn cấp")
NEGATIONS = ("không", "đừng", "chớ", "chẳng", "chưa", "hết báo động")
LONGEST_S = 12.0
"""Rule 6."""
WORDS_PER_MINUTE = 140
"""espeak-ng's pace in language.md; a Vietnamese word is a syllable."""
PLACEHOLDERS = ("place", "phone")

_DIGITS = frozenset(
    ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười", "tư", "lăm", "mốt", "mươi")
)
_NAMED = re.compile(r"\{([^{}]*)\}|[{}]")

_ALARMING = Text(
    vi='Câu trấn an không được có từ gây hoảng "{word}": nói cách khác',
    en='A text that calms must not hold the alarming word "{word}": say it in another way',
)
_NEGATION = Text(
    vi='Có từ phủ định "{word}": trong mưa gió người nghe mất từ này; nói việc cần làm',
    en='The negation "{word}" is lost in wind and rain: say what to do instead',
)
_TOO_LONG = Text(
    vi="Câu dài khoảng {length} giây, nên nhiều nhất {most} giây",
    en="The text takes about {length} s; at most {most} s is good",
)
_NO_SUCH = Text(
    vi="Chỉ có {{place}} và {{phone}} được điền vào câu.{guess}",
    en="Only {{place}} and {{phone}} are filled into a text.{guess}",
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a sentence; `offset` counts its characters from 0."""

    offset: int
    text: Text
    warning: bool = True


def flaws(sentence: str, calms: bool) -> Iterator[Flaw]:
    """Every flaw of one sentence in Vietnamese."""
    yield from strangers(sentence)
    for word in ALARMING if calms else ():
        for found in _whole(word, sentence):
            yield Flaw(found.start(), _ALARMING.fill(word=word))
    for word in NEGATIONS:
        for found in _whole(word, sentence):
            if not _is_digit(found, sentence):
                yield Flaw(found.start(), _NEGATION.fill(word=word))
    length_s = spoken_s(sentence)
    if length_s > LONGEST_S:
        yield Flaw(0, _TOO_LONG.fill(length=round(length_s), most=round(LONGEST_S)))


def strangers(sentence: str) -> Iterator[Flaw]:
    """Names in { } that nobody fills in, and braces that stand alone."""
    for found in _NAMED.finditer(sentence):
        if found[1] not in PLACEHOLDERS:
            yield Flaw(found.start(), _NO_SUCH.fill(guess=guess(found[1] or "", PLACEHOLDERS)), warning=False)


def spoken_s(sentence: str) -> float:
    """About how long a sentence takes: two syllables for a place; the telephone number is extra, as in language.md."""
    plain = sentence.replace("{place}", "thôn ba").replace("{phone}", "")
    syllables = sum(len(word) if word.isdigit() else 1 for word in re.findall(r"\w+", plain))
    return syllables * 60 / WORDS_PER_MINUTE


def _whole(word: str, sentence: str) -> Iterator[re.Match[str]]:
    return re.finditer(r"\b" + r"\s+".join(map(re.escape, word.split())) + r"\b", sentence, re.IGNORECASE)


def _is_digit(found: re.Match[str], sentence: str) -> bool:
    """Is this *không* a zero, beside another digit?"""
    before = re.findall(r"\w+", sentence[: found.start()])[-1:]
    after = re.findall(r"\w+", sentence[found.end() :])[:1]
    return found[0].casefold() == "không" and bool(_DIGITS.intersection(word.casefold() for word in before + after))
