"""Kinds of values: how a node of the file becomes a value, and how an editor is told about it.

One table of fields (table.py) makes both the loader and the JSON Schema, so they cannot disagree. A kind notes what is
wrong and raises Spoilt; groups go on with their other keys, so that all problems are seen at once.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from gongd.core.words import Language, Text
from gongd.settings.finding import Findings, Spoilt, Spot, clip_words, guess
from gongd.settings.node import Branch, Broken, Leaf, Node, Place, Row

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

MOST_NAMES = 200
"""Signals, relays or buttons of one box; a village has about ten of each."""

Schema = dict[str, Any]
Values = dict[str, Any]

_INSTEAD = Text(vi="Cần {expected}, không phải {found}.{guess}", en="Expected {expected}, not {found}.{guess}")
_EMPTY = Text(vi="Cần {expected}, nhưng để trống", en="Expected {expected}, but it is empty")
_TOO_MANY = Text(vi="Nhiều nhất {most} mục", en="At most {most} of them")
_UNKNOWN = Text(vi='Không có mục "{key}".{guess}', en='There is no key "{key}".{guess}')
_KNOWN = Text(vi=" Dùng được: {names}", en=" Known: {names}")
_MISSING = Text(vi='Thiếu mục "{key}": {doc}', en='Key "{key}" is missing: {doc}')
_GROUP = Text(vi="nhóm mục", en="a group of keys")
_NAMES_GROUP = Text(vi="nhóm mục, mỗi mục một tên", en="a group of keys, each a name")
_NO_SPACE = Text(vi=" Thiếu dấu cách sau dấu hai chấm", en=" A space is missing after the colon")
_A_LIST = Text(vi="một danh sách", en="a list")
_A_GROUP = Text(vi="một nhóm mục", en="a group of keys")


class Unfit(Exception):  # noqa: N818 - becomes a problem with its place in `Scalar.read`
    """A text that does not mean what it should. `text` replaces the usual sentence; `offset` counts from 0."""

    def __init__(self, text: Text | None = None, offset: int = 0, hint: Text | None = None) -> None:
        super().__init__(text.en if text else "")
        self.text = text
        self.offset = offset
        self.hint = hint


class Kind(Protocol[T_co]):
    """One kind of value."""

    @property
    def expected(self) -> Text:
        """What is expected here, as it stands in a sentence."""
        ...

    def read(self, node: Node, spot: Spot, findings: Findings) -> T_co:
        """The value of a node. Raises Spoilt once its problem is noted."""
        ...

    def schema(self) -> Schema:
        """Its JSON Schema, without descriptions."""
        ...


def refuse(node: Node, expected: Text, spot: Spot, findings: Findings, hint: Text | None = None) -> Spoilt:
    """Note that a node is not what was expected; the caller raises what this returns."""
    nothing = Text(vi="", en="")
    match node:
        case Broken():
            return Spoilt()
        case Leaf() if node.empty:
            findings.note(node.place, spot.path, _EMPTY.fill(expected=expected))
            return Spoilt()
        case Leaf():
            found: Text | str = f'"{clip_words(node.text)}"'
        case Row():
            found = _A_LIST
        case Branch():
            found = _A_GROUP
    text = _INSTEAD.fill(expected=expected, found=found, guess=hint or nothing)
    findings.note(node.place, spot.path, Text(vi=text.vi.removesuffix("."), en=text.en.removesuffix(".")))
    return Spoilt()


@dataclass(frozen=True, slots=True)
class Scalar(Generic[T]):
    """One text, read by `parse` (which raises Unfit)."""

    parse: Callable[[str], T]
    expected: Text
    shape: Mapping[str, Any]

    def read(self, node: Node, spot: Spot, findings: Findings) -> T:
        if not isinstance(node, Leaf) or node.empty:
            raise refuse(node, self.expected, spot, findings)
        try:
            return self.parse(node.text)
        except Unfit as unfit:
            if unfit.text is None:
                raise refuse(node, self.expected, spot, findings, unfit.hint) from unfit
            findings.note(node.place_of(unfit.offset), spot.path, unfit.text)
            raise Spoilt from unfit

    def schema(self) -> Schema:
        return dict(self.shape)


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One word of a few. `meant` leads words that people try (folded to lower case) to the right one."""

    options: Mapping[str, T]
    meant: Mapping[str, str] = field(default_factory=dict)

    @property
    def expected(self) -> Text:
        names = " | ".join(self.options)
        return Text(vi=names, en=names)

    def read(self, node: Node, spot: Spot, findings: Findings) -> T:
        if not isinstance(node, Leaf) or node.empty:
            raise refuse(node, self.expected, spot, findings)
        if node.text in self.options:
            return self.options[node.text]
        typed = node.text.strip().casefold()
        known = self.meant.get(typed, typed)
        raise refuse(node, self.expected, spot, findings, guess(known, self.options))

    def schema(self) -> Schema:
        return {"enum": list(self.options)}


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    """A list; where `alone`, one value without brackets is a list of one."""

    item: Kind[T]
    alone: bool = False
    most: int = 400

    @property
    def expected(self) -> Text:
        word = self.item.expected
        return Text(vi=f"danh sách [{word.vi}, ...]", en=f"a list [{word.en}, ...]")

    def read(self, node: Node, spot: Spot, findings: Findings) -> tuple[T, ...]:
        """The items that can be read; the problems of the others are noted."""
        if isinstance(node, Leaf) and node.empty and not self.alone:
            return ()
        if not isinstance(node, Row):
            if self.alone:
                return (self.item.read(node, spot, findings),)
            raise refuse(node, self.expected, spot, findings)
        if len(node.items) > self.most:
            findings.note(node.place, spot.path, _TOO_MANY.fill(most=self.most))
            raise Spoilt
        read: list[T] = []
        for index, item in enumerate(node.items):
            try:
                read.append(self.item.read(item, spot.down(index, item.place), findings))
            except Spoilt:
                continue
        return tuple(read)

    def schema(self) -> Schema:
        one = self.item.schema()
        many = {"type": "array", "items": one, "maxItems": self.most}
        return {"anyOf": [one, many]} if self.alone else {**many, "type": ["array", "null"]}


@dataclass(frozen=True, slots=True)
class MapOf(Generic[T]):
    """A group whose keys are names that people choose. `known` are names that an editor offers."""

    item: Kind[T]
    name: Kind[str]
    known: tuple[str, ...] = ()
    expected: Text = _NAMES_GROUP

    def read(self, node: Node, spot: Spot, findings: Findings) -> dict[str, T]:
        """The pairs that can be read; the problems of the others are noted."""
        if isinstance(node, Leaf) and node.empty:
            return {}
        if not isinstance(node, Branch):
            raise refuse(node, self.expected, spot, findings)
        if len(node.pairs) > MOST_NAMES:
            findings.note(node.place, spot.path, _TOO_MANY.fill(most=MOST_NAMES))
            raise Spoilt
        read: dict[str, T] = {}
        for key, value in node.pairs:
            below = spot.down(key.text, key.place)
            try:
                name = self.name.read(key, below, findings)
                read[name] = self.item.read(value, below, findings)
            except Spoilt:
                continue
        return read

    def schema(self) -> Schema:
        one = self.item.schema()
        return {
            "type": ["object", "null"],
            "properties": dict.fromkeys(self.known, one),
            "maxProperties": MOST_NAMES,
            "propertyNames": self.name.schema(),
            "additionalProperties": one,
        }


REQUIRED = object()
"""The default of a key that must be written."""
ABSENT = object()
"""The default of a key whose value, when left out, is found later: it is then not among the values at all."""


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a section: its name, its kind, what it is for, and its value when it is left out."""

    name: str
    kind: Kind[Any]
    doc: Text
    default: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Section(Generic[T]):
    """A group of known keys. `build` makes the value; it may note problems of sense and raise Spoilt.

    Where `partial`, the value is built from the keys that can be read.
    """

    fields: tuple[Field, ...]
    build: Callable[[Values, Spot, Findings], T]
    partial: bool = False
    expected: Text = _GROUP

    def read(self, node: Node, spot: Spot, findings: Findings) -> T:
        if isinstance(node, Leaf) and node.empty:
            node = Branch((), node.place)
        if not isinstance(node, Branch):
            tight = isinstance(node, Leaf) and re.fullmatch(r"[\w-]+:\S+", node.text)
            raise refuse(node, self.expected, spot, findings, _NO_SPACE if tight else None)
        self._name_strangers(node, spot, findings)
        values: Values = {}
        spoilt = False
        for one in self.fields:
            try:
                self._read_field(one, node, spot, findings, values)
            except Spoilt:
                spoilt = True
        if spoilt and not self.partial:
            raise Spoilt
        inside = {key.text: start_of(value, key.place) for key, value in node.pairs}
        return self.build(values, replace(spot, inside=inside), findings)

    def _read_field(self, one: Field, node: Branch, spot: Spot, findings: Findings, values: Values) -> None:
        for key, value in node.pairs:
            if key.text == one.name:
                values[one.name] = one.kind.read(value, spot.down(one.name, key.place), findings)
                return
        if one.default is REQUIRED:
            doc = Text(vi=_first_sentence(one.doc.vi), en=_first_sentence(one.doc.en))
            findings.note(spot.place, (*spot.path, one.name), _MISSING.fill(key=one.name, doc=doc))
            raise Spoilt
        if one.default is not ABSENT:
            values[one.name] = one.default

    def _name_strangers(self, node: Branch, spot: Spot, findings: Findings) -> None:
        names = [one.name for one in self.fields]
        for key, _ in node.pairs:
            if key.text not in names:
                hint = guess(key.text, names)
                if not hint.vi:
                    hint = _KNOWN.fill(names=", ".join(names))
                text = _UNKNOWN.fill(key=clip_words(key.text), guess=hint)
                findings.note(key.place, (*spot.path, key.text), text)

    def schema(self) -> Schema:
        required = [one.name for one in self.fields if one.default is REQUIRED]
        shape: Schema = {
            "type": "object" if required else ["object", "null"],
            "additionalProperties": False,
            "properties": {one.name: described(one) for one in self.fields},
        }
        return {**shape, "required": required} if required else shape


def described(one: Field) -> Schema:
    """The schema of one key, with its description in Vietnamese and in English."""
    text = f"{one.doc.read(Language.VI)}\n\n{one.doc.read(Language.EN)}"
    return {"description": text, **one.kind.schema()}


def start_of(node: Node, key: Place) -> Place:
    """Where to point for a whole value: a text's own place, else its key's."""
    return node.place if isinstance(node, Leaf) else key


def _first_sentence(text: str) -> str:
    return text.split(". ", 1)[0].rstrip(".")
