"""Keys of a commune that are locked: opened with a passphrase, or given a new one; and a word that must be typed."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gongd.cli.screen import Screen
from gongd.cli.usage import NoError, Request
from gongd.core.notation_words import fold
from gongd.core.passphrase import secret_of
from gongd.core.words import Language, Text
from gongd.desk.membership import UNLOCKED, Passphrases
from gongd.gongctl.passphrase import ask, opened

Made = TypeVar("Made")

NEW_PASSPHRASE = Text("Đặt mật khẩu: ", "New passphrase: ")
ONCE_MORE = Text("Gõ lại mật khẩu: ", "Once more: ")
DIFFERENT = Text("Hai lần gõ khác nhau", "The two are not the same")
NEEDS_TERMINAL = Text(
    "Không có ai gõ mật khẩu mới: chạy lệnh này ở cửa sổ dòng lệnh",
    "Nobody is there to type the new passphrase: use a terminal",
)
ROOT_PASSPHRASE = Text("Mật khẩu khóa của xã: ", "Passphrase of the commune's keys: ")


def typed(prompt: str = "> ") -> str:
    """What is typed; nothing where nobody types any more, or Ctrl-C is pressed."""
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        print()
        return ""


def typed_is(*words: str) -> bool:
    """Is one of these typed? Diacritics and case count for nothing."""
    return fold(typed().strip()) in words


def new_passphrase(language: Language, nobody: Text = NEEDS_TERMINAL) -> str:
    """A passphrase that was typed twice. Raises NoError; `nobody` is said where there is no terminal."""
    first = ask(NEW_PASSPHRASE, language, nobody)
    if secret_of(first) != secret_of(ask(ONCE_MORE, language, nobody)) or not first:
        raise NoError(DIFFERENT)
    return first


def unlocked(deed: Callable[[Passphrases], Made], request: Request, screen: Screen) -> Made:
    """Do it; where a key is locked, take its passphrase from --passphrase-file or ask. Raises what the deed raises."""
    file: Path | None = request.values.get("passphrase-file")

    def done(passphrase: str | None) -> Made:
        return deed(UNLOCKED if passphrase is None else Passphrases.one(passphrase))

    return opened(done, file, ROOT_PASSPHRASE, screen.language)
