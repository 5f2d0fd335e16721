"""Kinds of words that only gongctl's command line has."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum

from gongd.cli.usage import Kind, Unfit
from gongd.core.catalogue import Status
from gongd.core.wire_command import CommandType
from gongd.core.wire_name import is_id
from gongd.core.words import Text

FORMATS = ("table", "csv", "xlsx", "json")
LONGEST_WAIT_S = 86400
ALL = frozenset({"all"})
"""What is typed for all of them, also those that are not known yet."""


def _seconds(text: str) -> float:
    if not (text.isascii() and text.isdigit()) or int(text) > LONGEST_WAIT_S:
        raise Unfit
    return float(text)


def _format(text: str) -> str:
    if text not in FORMATS:
        raise Unfit
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65535:
        raise Unfit
    return int(text)


SECONDS = Kind(_seconds, Text("số giây", "a number of seconds"))
FORMAT = Kind(_format, Text(" | ".join(FORMATS), " | ".join(FORMATS)), FORMATS)
PORT = Kind(_port, Text("số cổng", "a port number"))


def _code(text: str) -> str:
    digits = "".join(text.replace("-", " ").split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 8):
        raise Unfit
    return f"{digits[:4]}-{digits[4:]}"


def _several(known: tuple[str, ...] | None = None, or_all: bool = False) -> Callable[[str], frozenset[str]]:
    """Words with commas; of those that are known, or plain ids. `or_all`: or all."""

    def read(text: str) -> frozenset[str]:
        words = frozenset(word.strip() for word in text.split(",") if word.strip())
        if or_all and words == ALL:
            return words
        if not words or not all(word in known if known is not None else is_id(word) for word in words):
            raise Unfit
        return words

    return read


def _listed(options: type[StrEnum]) -> Kind:
    known = tuple(option.value for option in options)
    shown = ", ".join(known)
    text = Text(f"một hay nhiều trong: {shown}; hoặc all", f"one or more of: {shown}; or all")
    return Kind(_several(known, or_all=True), text, known)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= len(text) <= 9:
        raise Unfit
    return int(text)


def _month(text: str) -> date:
    for form in ("%m/%Y", "%Y-%m"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a month has no zone
        except ValueError:
            continue
    raise Unfit


def _name(text: str) -> str:
    if not is_id(text):
        raise Unfit
    return text


NAME = Kind(_name, Text("một mã: chữ thường, số, dấu -", "an id: lower case, digits, -"))
MONTH = Kind(_month, Text("tháng, ví dụ 11/2026", "a month, as 11/2026"))
CODE = Kind(_code, Text("mã 8 số, ví dụ 4821-9930", "a code of 8 digits, as 4821-9930"))
DEEDS = _listed(CommandType)
STATUSES = _listed(Status)
IDS = Kind(_several(), Text("một hay nhiều mã, cách nhau dấu phẩy", "one or more ids, with commas"))
IDS_OR_ALL = Kind(_several(or_all=True), Text(f"{IDS.expected.vi}; hoặc all", f"{IDS.expected.en}; or all"))
NUMBER = Kind(_number, Text("một số", "a number"))
