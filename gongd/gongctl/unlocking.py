"""Keys that are locked: a passphrase is asked for, or read from a file, until it opens them."""

import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import TypeVar

from gongd.cli.screen import Screen
from gongd.cli.usage import NoError, Request
from gongd.core.errors import PassphraseError
from gongd.core.notation_words import fold
from gongd.core.words import Language, Text
from gongd.desk.membership import UNLOCKED, Passphrases
from gongd.gongctl.duty import TRIES, WRONG, WRONG_FOR_GOOD, read_passphrase

Made = TypeVar("Made")

NEW_PASSPHRASE = Text("Đặt mật khẩu: ", "New passphrase: ")
ONCE_MORE = Text("Gõ lại mật khẩu: ", "Once more: ")
DIFFERENT = Text("Hai lần gõ khác nhau", "The two are not the same")
ROOT_PASSPHRASE = Text("Mật khẩu khóa của xã: ", "Passphrase of the commune's keys: ")


def typed_is(*words: str) -> bool:
    """Is one of these typed? Diacritics and case count for nothing."""
    try:
        return fold(input("> ").strip()) in words
    except EOFError:
        return False


def new_passphrase(language: Language) -> str:
    """A passphrase that was typed twice. Raises NoError."""
    first = getpass(NEW_PASSPHRASE.read(language))
    if first != getpass(ONCE_MORE.read(language)) or not first:
        raise NoError(DIFFERENT)
    return first


def unlocked(deed: Callable[[Passphrases], Made], request: Request, screen: Screen) -> Made:
    """Do it; where a key is locked, take its passphrase from --passphrase-file or ask. Raises what the deed raises."""
    file: Path | None = request.values.get("passphrase-file")
    try:
        return deed(Passphrases.one(read_passphrase(file)) if file else UNLOCKED)
    except PassphraseError:
        if file or not sys.stdin.isatty():
            raise
    for left in range(TRIES - 1, -1, -1):
        try:
            return deed(Passphrases.one(getpass(ROOT_PASSPHRASE.read(screen.language))))
        except PassphraseError:
            told = WRONG.fill(n=left) if left else WRONG_FOR_GOOD
            print(told.read(screen.language), file=sys.stderr)
    raise NoError(WRONG_FOR_GOOD)
