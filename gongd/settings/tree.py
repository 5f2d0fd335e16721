"""Text to tree. YAML's events are taken as they come and nothing is guessed: every scalar stays what was typed.

So `22:00`, `05:30`, `on` and `0345677123` are what they look like, whatever YAML 1.1 makes of them; what a scalar
means is decided by the key it stands under. Anchors, aliases, tags, merge keys, second documents and keys that stand
twice are refused: in a file that a technician edits at night everything is said once, where it counts.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from gongd.core.words import Text
from gongd.settings.ailment import CURLY_OPEN, SIGN, Ailment, Mend, curly, diagnose, path_to, too_big
from gongd.settings.finding import Findings, clip_words
from gongd.settings.node import Branch, Broken, Leaf, Node, Place, Row, Trail
from gongd.settings.source import OLD_CODE, REFUSED, looks_old

DEEPEST = 12
"""Levels of nesting; the deepest that settings need is 6."""
MOST_MENDS = 20
_QUICK_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_TOO_DEEP = Text(vi="Lồng nhau quá sâu", en="Nested too deep")
_TOO_MANY = Text(
    vi="Quá nhiều chỗ YAML không đọc được: sửa các chỗ trên trước",
    en="Too many places that YAML cannot read: mend those above first",
)
_TWICE = Text(vi='Mục "{key}" viết hai lần (lần đầu ở dòng {line})', en='Key "{key}" twice (first in line {line})')
_SECOND = Text(vi="Chỉ một tài liệu trong tệp: bỏ dòng ---", en="One document a file: delete the --- line")
_BAD_KEY = Text(vi="Tên mục phải là một từ", en="A key must be a word")
_HIDDEN = Text(
    vi="Ký tự ẩn U+{code:04X} lẫn trong chữ: xóa đi, gõ lại", en="A hidden character U+{code:04X}: type it again"
)
_COMMA = Text(
    vi='Có dấu phẩy trong ngoặc {{ }}: đặt {what} trong dấu nháy: "{whole}"',
    en='A comma inside {{ }}: put {what} in quotation marks: "{whole}"',
)
_THE_RHYTHM = Text(vi="cách đánh", en="the rhythm")
_THE_SENTENCE = Text(vi="cả câu", en="the whole sentence")
_THE_VALUE = Text(vi="cả giá trị", en="the whole value")
_SPOKEN = frozenset({"say", "say_short", "title", "name", "place", "vi", "en"})
_NO_COLON = Text(vi='Thiếu dấu hai chấm sau "{word}"', en='No colon after "{word}"')

_HIDDEN_SIGNS = re.compile(rf"[\u00ad\u200b\u200c\u200d\u2060\ufeff]|{REFUSED.pattern}")


def grow(text: str, findings: Findings, *, quick: bool = True) -> Node | None:
    """The tree of a file, or None when YAML cannot be read to its end. Problems are noted either way.

    Where `quick`, a sound file is read by libyaml, 20 times faster; what it refuses is read again by PyYAML itself,
    whose words and marks the diagnoses know.
    """
    lines = text.split("\n")
    last = Place(1, 1)
    for _ in range(MOST_MENDS):
        draft = Findings(findings.file, mended=findings.mended)
        try:
            root = _attempt(lines, draft, quick)
        except Ailment as ailment:
            last = ailment.place
            if ailment.text is not None:
                path = () if ailment.lost else path_to(lines, ailment.place)
                findings.mend(ailment.place, path, ailment.text)
            if not ailment.mends:
                return None
            for mend in ailment.mends:
                _apply(mend, lines)
        else:
            findings.problems.extend(draft.problems)
            return root
    findings.note(last, (), _TOO_MANY)
    return None


def _apply(mend: Mend, lines: list[str]) -> None:
    line = lines[mend.place.line - 1]
    lines[mend.place.line - 1] = line[: mend.place.column - 1] + mend.sign + line[mend.place.column :]


def _attempt(lines: list[str], findings: Findings, quick: bool) -> Node:
    if quick:
        try:
            events = yaml.parse("\n".join(lines), Loader=_QUICK_LOADER)
            return _Builder(lines, findings, events).document()
        except (yaml.YAMLError, ValueError):
            findings.problems.clear()
    return _Builder(lines, findings, _events(lines)).document()


def _events(lines: list[str]) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse("\n".join(lines), Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise diagnose(error, lines) from error
    except (ValueError, OverflowError) as error:  # the library's own: numbers in escapes and directives
        raise too_big(lines) from error


class _Builder:
    """Builds one tree from one stream of events."""

    def __init__(self, lines: list[str], findings: Findings, events: Iterator[yaml.Event]) -> None:
        self._lines = lines
        self._findings = findings
        self._events = events

    def document(self) -> Node:
        root: Node = Leaf("", Place(1, 1))
        seen = False
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    raise Ailment(_place(event), _SECOND)
                seen = True
                root = self._node(next(self._events), (), 0)
        return root

    def _node(self, event: yaml.Event, path: Trail, depth: int) -> Node:
        place = _place(event)
        if depth > DEEPEST:
            raise Ailment(place, _TOO_DEEP)
        broken = self._refuse_sign(event, place, path)
        node: Node
        match event:
            case yaml.ScalarEvent():
                node = self._leaf(event, place, path)
            case yaml.SequenceStartEvent():
                node = self._row(place, path, depth)
            case yaml.MappingStartEvent():
                node = self._branch(event, place, path, depth)
            case _:
                node = Broken(place)
        return Broken(place) if broken else node

    def _refuse_sign(self, event: yaml.Event, place: Place, path: Trail) -> bool:
        if isinstance(event, yaml.AliasEvent):
            sign = "*"
        elif getattr(event, "anchor", None) is not None:
            sign = "&"
        elif getattr(event, "tag", None) is not None:
            sign = "!"
        else:
            return False
        self._findings.note(place, path, SIGN.fill(sign=sign))
        return True

    def _leaf(self, event: yaml.ScalarEvent, place: Place, path: Trail) -> Leaf | Broken:
        text = unicodedata.normalize("NFC", event.value)
        quote = event.style or ""
        if not quote and text[:1] in CURLY_OPEN:
            raise curly(place, self._lines)
        hidden = _HIDDEN_SIGNS.search(text)
        if hidden or looks_old(text):
            words = _HIDDEN.fill(code=ord(hidden.group())) if hidden else OLD_CODE
            self._findings.note(place, path, words)
            return Broken(place)
        start, end = _start(event), _end(event)
        if start.line != end.line:
            return Leaf(text, place, quote)
        line = self._lines[start.line] if start.line < len(self._lines) else ""
        _, sharp, lost = line[end.column :].partition(" #")
        comment = lost.strip() if sharp and not quote and text else ""
        return Leaf(text, place, quote, line[start.column : end.column], comment)

    def _row(self, place: Place, path: Trail, depth: int) -> Row:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return Row(tuple(items), place)

    def _branch(self, start: yaml.MappingStartEvent, place: Place, path: Trail, depth: int) -> Branch:
        pairs: list[tuple[Leaf, Node]] = []
        first: dict[str, Place] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, path, depth + 1)
            name = key.text if isinstance(key, Leaf) else "?"
            below = next(self._events)
            orphan = start.flow_style and _has_no_value(event, below)
            value = self._node(below, (*path, name), depth + 1)
            if not isinstance(key, Leaf):
                if not isinstance(key, Broken):
                    self._findings.note(key.place, path, _BAD_KEY)
            elif orphan:
                self._orphan(key, event, pairs, path)
            elif name in first:
                self._findings.note(key.place, (*path, name), _TWICE.fill(key=clip_words(name), line=first[name].line))
            else:
                first[name] = key.place
                pairs.append((key, value))
        return Branch(tuple(pairs), place)

    def _orphan(self, key: Leaf, event: yaml.Event, pairs: list[tuple[Leaf, Node]], path: Trail) -> None:
        """A word between commas inside { } that has no value: the rest of a sentence without quotation marks."""
        owner, value = pairs[-1] if pairs else (None, None)
        cut = (isinstance(value, Leaf) and not value.quote) or isinstance(value, Broken)
        if owner is None or value is None or not cut or value.place.line != key.place.line:
            self._findings.note(key.place, path, _NO_COLON.fill(word=clip_words(key.text)))
            return
        line = self._lines[key.place.line - 1]
        whole = line[value.place.column - 1 : _end(event).column]
        what = _THE_RHYTHM if owner.text == "rhythm" else _THE_SENTENCE if owner.text in _SPOKEN else _THE_VALUE
        where = (*path, owner.text)
        text = _COMMA.fill(what=what, whole=whole)
        known = self._findings.problems
        known[:] = [one for one in known if (one.line, one.column) != (value.place.line, value.place.column)]
        self._findings.note(value.place, where, text)
        pairs[-1] = (owner, Broken(value.place))


def _has_no_value(key: yaml.Event, value: yaml.Event) -> bool:
    """In a flow mapping: is there not even a colon?"""
    bare = isinstance(key, yaml.ScalarEvent) and isinstance(value, yaml.ScalarEvent) and not value.value
    return bare and _start(value).offset == _end(value).offset == _end(key).offset


def _place(event: yaml.Event) -> Place:
    return Place(_start(event).line + 1, _start(event).column + 1)


class _Mark(NamedTuple):
    """A point of the text; line and column from 0, as the YAML library counts."""

    line: int = 0
    column: int = 0
    offset: int = 0


def _start(event: yaml.Event) -> _Mark:
    mark = event.start_mark
    return _Mark(mark.line, mark.column, mark.index) if mark else _Mark()


def _end(event: yaml.Event) -> _Mark:
    mark = event.end_mark
    return _Mark(mark.line, mark.column, mark.index) if mark else _Mark()
