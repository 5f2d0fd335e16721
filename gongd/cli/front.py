"""One request from its words to its exit status. The one place that catches everything: no user sees a traceback."""

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence

from gongd.cli.parse import parse
from gongd.cli.screen import Screen, language_of_user, never_fail_to_print, no_json
from gongd.cli.table import GONGD
from gongd.cli.usage import Book, Command, MisuseError, Request
from gongd.core.errors import GongdError
from gongd.core.words import Text

OUR_MISTAKE = Text(
    "Xin lỗi, gongd gặp lỗi của chính nó: {error}. Nhờ báo lại theo CONTRIBUTING.md (GONGD_DEBUG=1 cho thêm chi tiết)",
    "Sorry, gongd has made a mistake of its own: {error}. Please report it: CONTRIBUTING.md (GONGD_DEBUG=1 tells more)",
)

Deed = Callable[[Request, Screen], int]
"""What a command does: 0 done, 1 the answer is no. Raises GongdError."""


def serve(words: Sequence[str], book: Book = GONGD) -> int:
    """Run one command line of a program."""
    never_fail_to_print()
    screen = Screen(language_of_user())
    try:
        status = _answer(words, screen, book)
        sys.stdout.flush()
    except MisuseError as error:
        print(error.text.vi, error.text.en, sep="\n", file=sys.stderr)
        return 2
    except BrokenPipeError:
        _nobody_reads()
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost catch
        return _apologise(error, screen)
    return status


def _answer(words: Sequence[str], screen: Screen, book: Book) -> int:
    request = parse(words, book)
    if not isinstance(request, Request):
        return _show_page(request, book)
    try:
        return _deed(request.command)(request, screen)
    except MisuseError:
        raise
    except GongdError as error:
        if request.wants_json:
            screen.json(no_json(error.text))
        else:
            screen.complain(error.text)
        return 1


def _show_page(command: Command | None, book: Book) -> int:
    from gongd.cli import guide

    print(guide.page(command, book) if command else guide.front_page(book))
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


def _nobody_reads() -> None:
    """Whoever read our output has gone; Python must not stumble over that once more as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
