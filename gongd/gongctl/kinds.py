"""Kinds of words that only gongctl's command line has."""

from gongd.cli.usage import Kind, Unfit
from gongd.core.words import Text

FORMATS = ("table", "csv", "xlsx", "json")
LONGEST_WAIT_S = 86400


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
