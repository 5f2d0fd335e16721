"""What a command line may say, as values: commands, their arguments and options, and a request that was understood.

Why no argparse: what it finds wrong it says in English only, and it knows no "did you mean". This is a table
(`table.py`), a reader of it (`parse.py`) and its pages (`guide.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongd.core.errors import GongdError
from gongd.core.words import Text


class MisuseError(GongdError, ValueError):
    """Wrong usage: exit status 2. It is said in both languages."""


class NoError(GongdError, RuntimeError):
    """The answer is no: exit status 1."""


class Unfit(Exception):  # noqa: N818 - no error of ours: whoever reads the command line says what was expected
    """A word that is not of its kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a word must be. `read` raises Unfit; `choices` is for "did you mean"."""

    read: Callable[[str], Any]
    expected: Text
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Argument:
    """A word that stands by itself, by its place."""

    name: str
    kind: Kind
    text: Text
    optional: bool = False

    @property
    def shown(self) -> str:
        """As the usage line has it."""
        return f"[{self.name.upper()}]" if self.optional else self.name.upper()


@dataclass(frozen=True, slots=True)
class Option:
    """`--name VALUE`, or a switch where `kind` is None. `short` is `-o`."""

    name: str
    text: Text
    kind: Kind | None = None
    shown: str = ""
    short: str | None = None
    default: Any = None
    required: bool = False

    @property
    def spelling(self) -> str:
        """As a person types it."""
        flags = f"{self.short}, --{self.name}" if self.short else f"--{self.name}"
        return f"{flags} {self.shown}" if self.kind else flags


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table. `where` is `module:function`, imported when the command is asked for."""

    name: str
    where: str
    text: Text
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    program: str = "gongd"

    @property
    def usage(self) -> str:
        """`gongd play SIGNAL [--status STATUS]`."""
        shown = [argument.shown for argument in self.arguments]
        for option in self.options:
            spelling = f"{option.short or '--' + option.name} {option.shown}".strip()
            shown.append(spelling if option.required else f"[{spelling}]")
        return " ".join([self.program, self.name, *shown])


@dataclass(frozen=True, slots=True)
class Book:
    """A whole program as its command line shows it. The first of `options`, which go with every command, says what the
    program works on: it becomes `Request.config`. `default` is what runs when no command is named."""

    program: str
    title: Text
    commands: tuple[Command, ...]
    options: tuple[Option, ...]
    default: Command | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A command line that was understood. `values` has every argument and option of the command by name."""

    command: Command
    config: Path
    values: Mapping[str, Any]

    @property
    def wants_json(self) -> bool:
        """Is the answer for a program?"""
        return bool(self.values.get("json"))


def unknown(what: Text, typed: str, known: tuple[str, ...]) -> MisuseError:
    """Nothing of that name: what it could have been, or what there is. `what` is as `lệnh`, `command`."""
    from gongd.settings.finding import clip_words, guess

    hint = guess(typed, known)
    listed = Text(" Có: {known}", " There are: {known}").fill(known=", ".join(known) or "–")
    text = Text("Không có {what} “{typed}”.{hint}", "There is no {what} “{typed}”.{hint}")
    return MisuseError(text.fill(what=what, typed=clip_words(typed), hint=hint if hint.vi else listed))
