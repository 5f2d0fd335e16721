"""Our values as plain JSON values and back, directed by their own annotations. Nothing outside the type is let in."""

import math
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")

_KIND = "is"


def to_plain(value: object) -> Any:
    """A dataclass becomes an object that names its class under `is`; tuples become lists, frozensets sorted lists."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        named = {name: to_plain(getattr(value, name)) for name in _hints(type(value))}
        return {_KIND: type(value).__name__, **named}
    if isinstance(value, tuple):
        return [to_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(to_plain(each) for each in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} has no plain form")


def from_plain(kind: type[Value], plain: object) -> Value:
    """The value of type `kind` that `to_plain` made `plain` of. Raises ValueError for anything else."""
    value: Value = _read(kind, plain)
    return value


def _read(kind: Any, plain: object) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _first(get_args(kind), plain)
    if origin in (tuple, frozenset):
        return _several(origin, get_args(kind), plain)
    if is_dataclass(kind) and isinstance(kind, type):
        return _whole(kind, plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    return _simple(kind, plain)


def _first(kinds: tuple[Any, ...], plain: object) -> Any:
    for kind in kinds:
        try:
            return _read(kind, plain)
        except ValueError:
            continue
    raise ValueError(f"not one of {kinds}")


def _several(origin: Any, kinds: tuple[Any, ...], plain: object) -> Any:
    if not isinstance(plain, list):
        raise ValueError(f"a list is expected, not {type(plain).__name__}")
    if origin is frozenset or kinds[-1] is Ellipsis:
        return origin(_read(kinds[0], each) for each in plain)
    if len(kinds) != len(plain):
        raise ValueError(f"{len(kinds)} values are expected, not {len(plain)}")
    return tuple(_read(kind, each) for kind, each in zip(kinds, plain, strict=True))


def _whole(kind: type, plain: object) -> Any:
    hints = _hints(kind)
    if not isinstance(plain, dict) or plain.keys() != {_KIND, *hints} or plain[_KIND] != kind.__name__:
        raise ValueError(f"no {kind.__name__}")
    return kind(**{name: _read(hint, plain[name]) for name, hint in hints.items()})


@lru_cache(maxsize=256)
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _simple(kind: Any, plain: object) -> Any:
    if kind is float and isinstance(plain, int | float) and not isinstance(plain, bool):
        return _finite(plain)
    if kind in (bool, int, str, NoneType) and type(plain) is kind:
        return plain
    raise ValueError(f"{kind} is expected, not {type(plain).__name__}")


def _finite(number: float) -> float:
    try:
        value = float(number)
    except OverflowError as too_large:
        raise ValueError("too large") from too_large
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return value
