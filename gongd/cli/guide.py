"""The help pages, made from the table: Vietnamese first, English beside it."""

from collections.abc import Iterable

from gongd import __version__
from gongd.cli.screen import Screen
from gongd.cli.table import GONGD
from gongd.cli.usage import Book, Command, Option, Request
from gongd.core.words import Text

STATUSES = Text("Mã kết thúc: 0 xong, 1 không được, 2 gõ sai lệnh", "Exit status: 0 done, 1 the answer is no, 2 misuse")
MORE = Text("Xem từng lệnh: {program} LỆNH --help", "More on a command: {program} COMMAND --help")
HEADINGS = {
    "usage": Text("Cách dùng", "Usage"),
    "commands": Text("Lệnh", "Commands"),
    "arguments": Text("Cần ghi", "Arguments"),
    "options": Text("Tùy chọn", "Options"),
}
NOT_IN_PAGES = frozenset({"version"})


def front_page(book: Book = GONGD) -> str:
    """The page of all commands."""
    rows = [(command.usage.removeprefix(f"{book.program} "), command.text) for command in book.commands]
    usage = f"{_heading('usage')}: {book.program} COMMAND ... [{book.options[0].spelling}]"
    parts = [*_both(book.title), "", usage, "", f"{_heading('commands')}:", *_rows(rows), ""]
    ending = [*_options(book.options), "", *_both(MORE.fill(program=book.program)), *_both(STATUSES)]
    return "\n".join([*parts, *ending])


def page(command: Command, book: Book = GONGD) -> str:
    """The page of one command."""
    parts = [f"{_heading('usage')}: {command.usage} [{book.options[0].spelling}]", "", *_both(command.text), ""]
    if command.arguments:
        rows = [(argument.name.upper(), argument.text) for argument in command.arguments]
        parts += [f"{_heading('arguments')}:", *_rows(rows), ""]
    shown = [option for option in book.options if option.name not in NOT_IN_PAGES]
    return "\n".join([*parts, *_options((*command.options, *shown))])


def version(_request: Request, screen: Screen) -> int:
    """`gongd --version`."""
    screen.say(f"gongd {__version__}")
    return 0


def _options(options: Iterable[Option]) -> list[str]:
    rows = [(option.spelling, option.text) for option in options]
    return [f"{_heading('options')}:", *_rows(rows)]


def _rows(rows: Iterable[tuple[str, Text]]) -> list[str]:
    return [line for name, text in rows for line in (f"  {name}", f"      {text.vi}", f"      {text.en}")]


def _heading(name: str) -> str:
    return f"{HEADINGS[name].vi} / {HEADINGS[name].en}"


def _both(text: Text) -> tuple[str, str]:
    return text.vi, text.en
