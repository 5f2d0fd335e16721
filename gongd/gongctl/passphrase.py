"""Keys that are locked: a passphrase is read from a file, or asked for where somebody sits there to type it."""

import sys
from collections.abc import Callable
from contextlib import suppress
from getpass import getpass
from pathlib import Path
from typing import TypeVar

from gongd.cli.usage import MisuseError, NoError
from gongd.core.errors import PassphraseError
from gongd.core.words import Language, Text
from gongd.desk.commune_folder import FolderError, read

Made = TypeVar("Made")

WRONG = Text("Sai mật khẩu. Còn {n} lần.", "Wrong passphrase. {n} tries left.")
WRONG_FOR_GOOD = Text("Sai mật khẩu.", "Wrong passphrase.")
NEEDED = Text(
    "Cần mật khẩu mà không có ai gõ: chạy ở cửa sổ dòng lệnh, hoặc thêm --passphrase-file TỆP",
    "A passphrase is needed and nobody is there to type it: use a terminal, or add --passphrase-file FILE",
)
TRIES = 3
MOST_PASSPHRASE = 4096


def ask(prompt: Text, language: Language, nobody: Text = NEEDED) -> str:
    """What somebody types, unseen. Raises NoError where nobody does."""
    if not sys.stdin.isatty():
        raise NoError(nobody)
    try:
        return getpass(prompt.read(language))
    except EOFError:
        raise NoError(nobody) from None


def opened(deed: Callable[[str | None], Made], file: Path | None, prompt: Text, language: Language) -> Made:
    """Do what may need a passphrase: without one, or with the one in the file; then with what is typed, three times.

    Raises NoError, MisuseError, and what the deed raises.
    """
    if file is not None:
        return deed(read_passphrase(file))
    with suppress(PassphraseError):
        return deed(None)
    for left in range(TRIES - 1, -1, -1):
        try:
            return deed(ask(prompt, language))
        except PassphraseError:
            if left:
                print(WRONG.fill(n=left).read(language), file=sys.stderr)
    raise NoError(WRONG_FOR_GOOD)


def read_passphrase(file: Path) -> str:
    """The first line of a file. Raises MisuseError."""
    try:
        return read(file, MOST_PASSPHRASE).decode().split("\n")[0].rstrip("\r")
    except (FolderError, UnicodeDecodeError) as error:
        raise MisuseError(error.text if isinstance(error, FolderError) else Text(str(error), str(error))) from error
