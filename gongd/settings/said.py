"""What `say` and `title` may hold: sentences, recorded clips, or both."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from gongd.core.catalogue import CALM, Utterance
from gongd.core.words import Language, Text
from gongd.settings.ailment import COMMENT
from gongd.settings.clip import CLIP_SUFFIXES
from gongd.settings.finding import Findings, Spoilt, Spot, clip_words
from gongd.settings.kind import Scalar, Schema, Unfit, refuse
from gongd.settings.node import Branch, Leaf, Node, Row
from gongd.settings.scalar import WORDS
from gongd.settings.wording import flaws, strangers

_SENTENCE = Text(
    vi='câu nói, {vi: "câu nói"}, hoặc danh sách tệp âm thanh và câu nói',
    en='a sentence, {vi: "a sentence"}, or a list of sound files and sentences',
)
_ONE_SENTENCE = Text(vi="câu nói", en="a sentence")
_TWO_TEXTS = Text(vi='Tiếng "{language}" có hai câu', en='Two texts for the language "{language}"')
_NOT_A_CLIP = Text(
    vi='Trong danh sách phải là tệp âm thanh (.wav .ogg .mp3 .flac) hoặc {{vi: "câu nói"}}, không phải "{found}"',
    en='A list holds sound files (.wav .ogg .mp3 .flac) or {{vi: "a sentence"}}, not "{found}"',
)

_LANGUAGE_SHAPE = {"type": "string", "enum": [language.value for language in Language]}
LONGEST_TEXT = 1000


def _language(text: str) -> str:
    if text not in tuple(Language):
        raise Unfit
    return text


_LANGUAGES = Text(
    vi='"vi" hoặc "en" (tiếng khác thì dùng bản thu)',
    en='"vi" or "en" (another language needs a recorded clip)',
)
_LANGUAGE = Scalar(_language, _LANGUAGES, _LANGUAGE_SHAPE)


def note_comment(node: Node, spot: Spot, findings: Findings) -> None:
    """Warn of a comment after an unquoted sentence: perhaps it was meant to be spoken."""
    if isinstance(node, Leaf) and node.comment:
        text = COMMENT.fill(lost=clip_words(node.comment))
        findings.note(node.place, spot.path, text, warning=True)


@dataclass(frozen=True, slots=True)
class Title:
    """A few words on one line that people read."""

    expected: Text = WORDS.expected

    def read(self, node: Node, spot: Spot, findings: Findings) -> str:
        note_comment(node, spot, findings)
        return WORDS.read(node, spot, findings)

    def schema(self) -> Schema:
        return WORDS.schema()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One text for the synthetic voice. Its warnings are those of language.md, section 1."""

    language: Language = Language.VI
    expected: Text = _ONE_SENTENCE

    def read(self, node: Node, spot: Spot, findings: Findings) -> str:
        if not isinstance(node, Leaf) or node.empty or len(node.text) > LONGEST_TEXT or not node.text.strip():
            raise refuse(node, self.expected, spot, findings)
        note_comment(node, spot, findings)
        spoilt = False
        vietnamese = self.language is Language.VI
        for flaw in flaws(node.text, _calms(spot)) if vietnamese else strangers(node.text):
            findings.note(node.place_of(flaw.offset), spot.path, flaw.text, warning=flaw.warning)
            spoilt |= not flaw.warning
        if spoilt:
            raise Spoilt
        return " ".join(node.text.split())

    def schema(self) -> Schema:
        return {"type": "string", "maxLength": LONGEST_TEXT}


def _calms(spot: Spot) -> bool:
    return len(spot.path) > 1 and spot.path[1] in CALM


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance. A bare sentence is Vietnamese; a bare name of a sound file is a clip; an empty list is silence."""

    expected: Text = _SENTENCE

    def read(self, node: Node, spot: Spot, findings: Findings) -> Utterance:
        match node:
            case Leaf() if node.empty:
                return Utterance()
            case Leaf() if is_clip(node.text):
                return Utterance(clips=(node.text.strip(),))
            case Leaf():
                return Utterance(words=((Language.VI, Sentence().read(node, spot, findings)),))
            case Branch():
                return Utterance(words=_texts(node, spot, findings))
            case Row():
                return self._list(node, spot, findings)
        raise refuse(node, self.expected, spot, findings)

    def _list(self, row: Row, spot: Spot, findings: Findings) -> Utterance:
        clips: list[str] = []
        words: dict[Language, str] = {}
        for index, item in enumerate(row.items):
            below = spot.down(index, item.place)
            if isinstance(item, Branch):
                _merge(words, dict(_texts(item, below, findings)), below, findings)
            elif isinstance(item, Leaf) and is_clip(item.text):
                clips.append(item.text.strip())
            elif isinstance(item, Leaf) and not item.empty:
                findings.note(item.place, below.path, _NOT_A_CLIP.fill(found=clip_words(item.text)))
            else:
                refuse(item, self.expected, below, findings)
        return Utterance(tuple(clips), tuple(words.items()))

    def schema(self) -> Schema:
        texts = {
            "type": "object",
            "properties": {language.value: Sentence(language).schema() for language in Language},
            "additionalProperties": False,
        }
        clip = {"type": "string", "pattern": r"\.([wW][aA][vV]|[oO][gG][gG]|[mM][pP]3|[fF][lL][aA][cC])\s*$"}
        return {
            "anyOf": [
                Sentence().schema(),
                texts,
                {"type": "array", "items": {"anyOf": [clip, texts]}},
                {"type": "null"},
            ]
        }


def is_clip(text: str) -> bool:
    """Is this the name of a sound file, and not a sentence?"""
    return PurePosixPath(text.strip()).suffix.lower() in CLIP_SUFFIXES


def _texts(node: Branch, spot: Spot, findings: Findings) -> tuple[tuple[Language, str], ...]:
    kinds: Mapping[Language, Sentence] = {language: Sentence(language) for language in Language}
    read: list[tuple[Language, str]] = []
    for key, value in node.pairs:
        below = spot.down(key.text, key.place)
        try:
            language = Language(_LANGUAGE.read(key, below, findings))
            read.append((language, kinds[language].read(value, below, findings)))
        except Spoilt:
            continue
    return tuple(read)


def _merge(words: dict[Language, str], more: dict[Language, str], spot: Spot, findings: Findings) -> None:
    for language, text in more.items():
        if language in words:
            findings.note(spot.place, spot.path, _TWO_TEXTS.fill(language=language.value))
        words.setdefault(language, text)
