"""The help pages, made from the table: Vietnamese first, English beside it."""

from collections.abc import Iterable

from gongd import __version__
from gongd.cli.screen import Screen
from gongd.cli.table import COMMANDS, GLOBAL
from gongd.cli.usage import Command, Option, Request
from gongd.core.words import Text

TITLE = Text(
    "gongd: cụm loa của thôn, kẻng bình yên hằng đêm và báo động ngay khi cần",
    "gongd: the village loudspeaker box, the peace gong every night and an alarm when it is needed",
)
STATUSES = Text("Mã kết thúc: 0 xong, 1 không được, 2 gõ sai lệnh", "Exit status: 0 done, 1 the answer is no, 2 misuse")
MORE = Text("Xem từng lệnh: gongd LỆNH --help", "More on a command: gongd COMMAND --help")
HEADINGS = {
    "usage": Text("Cách dùng", "Usage"),
    "commands": Text("Lệnh", "Commands"),
    "arguments": Text("Cần ghi", "Arguments"),
    "options": Text("Tùy chọn", "Options"),
}
NOT_IN_PAGES = frozenset({"version"})


def front_page() -> str:
    """The page of all commands."""
    rows = [(command.usage.removeprefix("gongd "), command.text) for command in COMMANDS]
    usage = f"{_heading('usage')}: gongd COMMAND ... [--config FILE]"
    parts = [*_both(TITLE), "", usage, "", f"{_heading('commands')}:", *_rows(rows), "", *_options(GLOBAL), ""]
    return "\n".join([*parts, *_both(MORE), *_both(STATUSES)])


def page(command: Command) -> str:
    """The page of one command."""
    parts = [f"{_heading('usage')}: {command.usage} [--config FILE]", "", *_both(command.text), ""]
    if command.arguments:
        rows = [(argument.name.upper(), argument.text) for argument in command.arguments]
        parts += [f"{_heading('arguments')}:", *_rows(rows), ""]
    shown = [option for option in GLOBAL if option.name not in NOT_IN_PAGES]
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
