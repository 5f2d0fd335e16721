"""The rows of a table of commands of gongctl, and what many of them share."""

from gongd.cli.kinds import FILE, TEXT
from gongd.cli.usage import Argument, Command, Kind, Option
from gongd.core.words import Text

PASSPHRASE_FILE = Option(
    "passphrase-file",
    Text("tệp chứa mật khẩu khóa trực ban, cho máy gọi", "a file with the desk key's passphrase, for programs"),
    FILE,
    "FILE",
)
JSON = Option("json", Text("trả lời bằng JSON, cho máy đọc", "answer in JSON, for programs"))
YES = Option("yes", Text("không hỏi lại", "do not ask"))
BY = Option("by", Text("ai ra lệnh", "who gives the order"), TEXT, "NAME")


def command(
    name: str,
    where: str,
    vi: str,
    en: str,
    arguments: tuple[Argument, ...] = (),
    options: tuple[Option, ...] = (),
) -> Command:
    """A row: its name, `module:function` in this room, and what it is, in both languages."""
    return Command(name, f"gongd.gongctl.{where}", Text(vi, en), arguments, options, program="gongctl")


def option(name: str, vi: str, en: str, kind: Kind | None = None, shown: str = "", required: bool = False) -> Option:
    """An option of a row; a switch where it has no kind."""
    return Option(name, Text(vi, en), kind, shown, required=required)
