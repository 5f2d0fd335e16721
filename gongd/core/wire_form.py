"""How values stand in JSON on the wire: one codec for every body, directed by the annotations of its dataclass.

A field is `name: Annotated[type, Spelt(form, "what it is", key="on the wire")]`. A field with a default may be missing
or null, and is left out where it has its default. Unknown keys are ignored: a newer desk may say more.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, cast, get_type_hints

from gongd.core.wire_refusal import Reason, Refused

LARGEST_MESSAGE = 16 * 1024
"""Bytes of a message that a box takes, whoever sends it (wire.md); the trust list alone may be larger."""

LARGEST_REPORT = 256 * 1024
"""Bytes of a message that the desk takes from a box."""

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class Form:
    """How one value stands in JSON: `read` raises ValueError, `write` never raises; `schema` is its JSON Schema."""

    read: Callable[[object], Any]
    write: Callable[[Any], object]
    schema: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Spelt:
    """Marks a field of a body: its form, what it is (for people), and its key where that is not the field's name."""

    form: Form
    doc: str
    key: str | None = None


# ── Forms ────────────────────────────────────────────────────────────────────────────────────────────────────────

_TURNS_THE_LINE = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _same(value: Any) -> object:
    return value


def _plays_tricks(flat: str, lines: bool) -> bool:
    """Sign by sign where any is not printable, as few texts have."""
    return not flat.isprintable() and any(_unsightly(sign, lines) for sign in flat)


def _unsightly(sign: str, lines: bool) -> bool:
    """Signs that change what a terminal shows: control codes, halves of characters, marks that turn the line."""
    return (unicodedata.category(sign) in ("Cc", "Cs") and not (lines and sign == "\n")) or sign in _TURNS_THE_LINE


def text(most: int, lines: bool = False) -> Form:
    """Words for people: NFC, at most `most` characters, nothing that plays tricks on a screen."""

    def read(value: object) -> str:
        if type(value) is not str or len(value) > 4 * most:
            raise ValueError(f"text of at most {most} characters is expected")
        flat = unicodedata.normalize("NFC", value)
        if len(flat) > most or _plays_tricks(flat, lines):
            raise ValueError(f"text of at most {most} characters, without control codes, is expected")
        return flat

    return Form(read, _same, {"type": "string", "maxLength": most})


def matching(pattern: str) -> Form:
    """A word of one's own alphabet."""
    compiled = re.compile(pattern, re.ASCII)

    def read(value: object) -> str:
        if type(value) is not str or not compiled.fullmatch(value):
            raise ValueError(f"does not match {pattern}")
        return value

    return Form(read, _same, {"type": "string", "pattern": f"^(?:{pattern})$"})


def words(most: int) -> Form:
    """Any text of our own making: cut when it is written, so that a record is never lost for its length."""

    def read(value: object) -> str:
        if type(value) is not str or len(value) > most:
            raise ValueError(f"text of at most {most} characters is expected")
        value.encode()
        return value

    return Form(read, lambda value: str(value)[:most], {"type": "string", "maxLength": most})


def integer(low: int = 0, high: int = 2**53) -> Form:
    """A whole number; 2**53 is the largest that every JSON reader keeps exact."""

    def read(value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high} is expected")
        return value

    return Form(read, _same, {"type": "integer", "minimum": low, "maximum": high})


def number(low: float, high: float) -> Form:
    """A finite number."""

    def read(value: object) -> float:
        if type(value) not in (int, float) or not low <= cast(float, value) <= high:
            raise ValueError(f"a number from {low:g} to {high:g} is expected")
        return float(cast(float, value))

    return Form(read, _same, {"type": "number", "minimum": low, "maximum": high})


def choice(kind: type[Enum]) -> Form:
    """One word of a closed list."""
    return Form(kind, lambda value: value.value, {"enum": [each.value for each in kind]})


def listed(form: Form, most: int) -> Form:
    """Several of a kind, as a tuple."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(f"a list of at most {most} is expected")
        return tuple(form.read(each) for each in value)

    schema = {"type": "array", "items": dict(form.schema), "maxItems": most}
    return Form(read, lambda value: [form.write(each) for each in value], schema)


def a_set(form: Form, most: int) -> Form:
    """Several of a kind whose order says nothing, as a frozenset; written sorted."""
    several = listed(form, most)
    return Form(
        lambda value: frozenset(several.read(value)),
        lambda value: sorted(cast(str, form.write(each)) for each in value),
        {**several.schema, "uniqueItems": True},
    )


def one_or_more(form: Form, most: int) -> Form:
    """One alone or a list, as a tuple that is never empty; one alone is written without its list (as `aud` is)."""
    several = listed(form, most)

    def read(value: object) -> tuple[Any, ...]:
        found = several.read(value) if isinstance(value, list) else (form.read(value),)
        if not found:
            raise ValueError("at least one is expected")
        return found

    def write(value: tuple[Any, ...]) -> object:
        return form.write(value[0]) if len(value) == 1 else several.write(value)

    return Form(read, write, {"oneOf": [dict(form.schema), {**several.schema, "minItems": 1}]})


def table(key: Form, form: Form, most: int) -> Form:
    """A mapping of names."""

    def read(value: object) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > most:
            raise ValueError(f"an object of at most {most} keys is expected")
        return {key.read(name): form.read(each) for name, each in value.items()}

    schema = {"type": "object", "additionalProperties": dict(form.schema), "propertyNames": dict(key.schema)}
    return Form(read, lambda value: {name: form.write(each) for name, each in value.items()}, schema)


def nested(kind: type[Any]) -> Form:
    """Another body inside this one."""
    return Form(lambda value: from_object(kind, value), to_object, schema(kind))


def _read_bool(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError("true or false is expected")
    return value


_INSTANT = re.compile(
    r"2[01]\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)", re.ASCII
)  # RFC 3339, in the centuries in which no arithmetic on it overflows


def _read_instant(value: object) -> datetime:
    if type(value) is not str or not _INSTANT.fullmatch(value):
        raise ValueError("an instant such as 2026-11-21T21:14:03.120+07:00 is expected")
    return datetime.fromisoformat(value)


def _read_date(value: object) -> date:
    if type(value) is not str or not re.fullmatch(r"2[01]\d\d-\d\d-\d\d", value, re.ASCII):
        raise ValueError("a date such as 2026-11-21 is expected")
    return date.fromisoformat(value)


def _read_detail(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("an object is expected")
    json.dumps(value, ensure_ascii=False).encode()
    return cast(dict[str, object], _tame(value))


def _tame(value: object) -> object:
    """What JSON and every reader of it can hold: no NaN, no endless integer; the unknown becomes its text."""
    match value:
        case None | bool() | str():
            return value
        case Enum():
            return _tame(value.value)
        case int():
            return value if abs(value) <= 2**53 else str(value)
        case float():
            return value if math.isfinite(value) else None
        case Mapping():
            return {str(name): _tame(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_tame(each) for each in value]
        case _:
            return str(value)


BOOL = Form(_read_bool, _same, {"type": "boolean"})
INSTANT = Form(_read_instant, lambda value: value.isoformat(), {"type": "string", "format": "date-time"})
DATE = Form(_read_date, lambda value: value.isoformat(), {"type": "string", "format": "date"})
DETAIL = Form(_read_detail, _tame, {"type": "object"})
"""An object of any JSON values."""


# ── The codec ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Column:
    """`default` MISSING: a body must have it."""

    name: str
    key: str
    form: Form
    doc: str
    default: Any


def _columns(kind: type[Any]) -> tuple[_Column, ...]:
    return _columns_of(cast(Hashable, kind))


@lru_cache(maxsize=64)
def _columns_of(kind: Any) -> tuple[_Column, ...]:
    hints = get_type_hints(kind, include_extras=True)
    found = []
    for each in (field for field in fields(kind) if field.init):
        (spelt,) = (mark for mark in hints[each.name].__metadata__ if isinstance(mark, Spelt))
        default = each.default if each.default_factory is MISSING else each.default_factory()
        found.append(_Column(each.name, spelt.key or each.name, spelt.form, spelt.doc, default))
    return tuple(found)


def to_object(body: Any) -> dict[str, object]:
    """A body as a JSON object, keys in the order of its fields; what has its default is left out."""
    columns = _columns(type(body))
    return {c.key: c.form.write(value) for c in columns if (value := getattr(body, c.name)) != c.default}


def from_object(kind: type[Body], plain: object) -> Body:
    """The body of that kind. Raises ValueError, naming the key, for whatever it cannot be."""
    if not isinstance(plain, dict):
        raise ValueError("an object is expected")
    found = {}
    for column in _columns(kind):
        value = plain.get(column.key)
        if value is not None:
            found[column.name] = _value(column, value)
        elif column.default is MISSING:
            raise ValueError(f"{column.key} is missing")
    return kind(**found)


def _value(column: _Column, plain: object) -> Any:
    try:
        return column.form.read(plain)
    except ValueError as reason:
        raise ValueError(f"{column.key}: {reason}") from reason


def to_json(body: Any) -> bytes:
    """A body as compact JSON in UTF-8. Half characters, which UTF-8 has not, become question marks."""
    return _COMPACT.encode(to_object(body)).encode("utf-8", "replace")


def from_json(kind: type[Body], data: bytes, most: int = LARGEST_MESSAGE) -> Body | Refused:
    """The body of that kind, or why it is none: `too-large` or `malformed`. Never raises, whatever the bytes."""
    if len(data) > most:
        return Refused(Reason.TOO_LARGE, f"{len(data)} bytes, at most {most}")
    try:
        return from_object(kind, parse(data))
    except ValueError as reason:
        return Refused(Reason.MALFORMED, str(reason)[:200])


def parse(data: bytes) -> dict[str, object]:
    """A JSON object, strictly: UTF-8, no key twice, finite numbers. Raises ValueError for anything else."""
    try:
        plain = _STRICT.decode(data.decode())
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(plain, dict):
        raise ValueError("an object is expected")
    return plain


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is no number")


def _finite(figures: str) -> float:
    value = float(figures)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _short(figures: str) -> int:
    if len(figures) > 20:
        raise ValueError("a number is too large")
    return int(figures)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_number, parse_float=_finite, parse_int=_short)
"""One of each for every body: to make one takes as long as to read a small body."""


def schema(kind: type[Any]) -> dict[str, object]:
    """The JSON Schema of a body, for the AsyncAPI document."""
    columns = _columns(kind)
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split("\n\n")[0].split()),
        "properties": {c.key: {**c.form.schema, "description": c.doc} for c in columns},
        "required": [c.key for c in columns if c.default is MISSING],
    }
