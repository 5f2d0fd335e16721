"""One request from its words to its exit status. The one place that catches everything: no user sees a traceback."""

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from gongd.cli import streams
from gongd.cli.parse import parse
from gongd.cli.screen import Screen, language_of_user, no_json
from gongd.cli.table import GONGD
from gongd.cli.usage import Book, Command, MisuseError, Request
from gongd.core.errors import GongdError
from gongd.core.words import Text

OUR_MISTAKE = Text(
    "Xin lỗi, gongd gặp lỗi của chính nó: {error}. Nhờ báo lại theo CONTRIBUTING.md (GONGD_DEBUG=1 cho thêm chi tiết)",
    "Sorry, gongd has made a mistake of its own: {error}. Please report it: CONTRIBUTING.md (GONGD_DEBUG=1 tells more)",
)
NOT_SHOWN = Text("Không in ra được (stdout): {why}", "Nothing can be printed (stdout): {why}")

Deed = Callable[[Request, Screen], int]
"""What a command does: 0 done, 1 the answer is no. Raises GongdError."""


def serve(words: Sequence[str], book: Book = GONGD) -> int:
    """Run one command line of a program."""
    streams.make_usable()
    screen = Screen(language_of_user())
    try:
        status = _answer(words, screen, book)
        sys.stdout.flush()
    except MisuseError as error:
        print(error.text.vi, error.text.en, sep="\n", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - the outermost catch
        if streams.loss() is None:
            return _apologise(error, screen)
        status = 1
    return status if (lost := streams.loss()) is None else _unread(lost, screen)


def _answer(words: Sequence[str], screen: Screen, book: Book) -> int:
    try:
        request = parse(words, book)
        if not isinstance(request, Request):
            return _show_page(request, book)
        return _deed(request.command)(request, screen)
    except GongdError as error:
        is_misuse = isinstance(error, MisuseError)
        if _is_for_a_program(words):
            screen.json(no_json(error.text))
        elif is_misuse:
            raise
        else:
            screen.complain(error.text)
        return 2 if is_misuse else 1


def _is_for_a_program(words: Sequence[str]) -> bool:
    """Is JSON asked for, also where the rest of the line cannot be understood?"""
    return "--json" in words[: words.index("--") if "--" in words else None]


def _show_page(wanted: Command | Book, book: Book) -> int:
    from gongd.cli import guide

    print(guide.page(wanted, book) if isinstance(wanted, Command) else guide.front_page(wanted))
    return 0


def _deed(command: Command) -> Deed:
    module, name = command.where.split(":")
    deed: Deed = getattr(importlib.import_module(module), name)
    return deed


def _apologise(error: Exception, screen: Screen) -> int:
    if os.environ.get("GONGD_DEBUG"):
        traceback.print_exc()
    told = error.text if isinstance(error, GongdError) else f"{type(error).__name__}: {error}"
    screen.complain(OUR_MISTAKE.fill(error=told))
    return 1


def _unread(lost: OSError, screen: Screen) -> int:
    """Nothing of the answer, or not all of it, could be read. A reader that has gone away knows that itself."""
    streams.nobody_reads()
    if not isinstance(lost, BrokenPipeError):
        from gongd.core.lexicon import why_not

        screen.complain(NOT_SHOWN.fill(why=why_not(lost)))
    return 1
