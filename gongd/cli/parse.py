"""From the words of a command line to a Request, or to what is wrong with them. Knows the table and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gongd.cli.table import GONGD
from gongd.cli.usage import Argument, Book, Command, Kind, MisuseError, Option, Request, Unfit, unknown
from gongd.core.words import Text

COMMAND = Text("lệnh", "command")
OPTION = Text("tùy chọn", "option")
NOT_ASKED = Text("Thiếu lệnh. Xem: {program} --help", "A command is missing. See: {program} --help")
MISSING = Text("Thiếu {name}. Cách dùng: {usage}", "{name} is missing. Usage: {usage}")
TOO_MANY = Text("Thừa “{word}”. Cách dùng: {usage}", "“{word}” is too much. Usage: {usage}")
NO_VALUE = Text("{name} cần {expected}", "{name} needs {expected}")
NOT_A = Text("{name}: “{word}” không phải {expected}.{hint}", "{name}: “{word}” is not {expected}.{hint}")
TAKES_NONE = Text("{name} không nhận giá trị", "{name} takes no value")
NOTHING = Text("", "")


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    words: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    loose: list[str] = field(default_factory=list)

    def options(self, known: Mapping[str, Option], until_loose: bool = False) -> None:
        """Read options, and words that stand by themselves; `--` ends the options."""
        while self.words and not (until_loose and self.loose):
            word = self.words.pop(0)
            if word == "--":
                self.loose += self.words
                self.words.clear()
            elif word.startswith("-") and len(word) > 1:
                self._option(word, known)
            else:
                self.loose.append(word)

    def _option(self, word: str, known: Mapping[str, Option]) -> None:
        name, given, value = word.partition("=")
        option = known.get(name)
        if option is None:
            raise unknown(OPTION, name, tuple(key for key in known if key.startswith("--")))
        if option.kind is None:
            if given:
                raise MisuseError(TAKES_NONE.fill(name=name))
            self.values[option.name] = True
            return
        if not given and not self.words:
            raise MisuseError(NO_VALUE.fill(name=name, expected=option.kind.expected))
        self.values[option.name] = _read(option.kind, value if given else self.words.pop(0), name)


def parse(words: Sequence[str], book: Book = GONGD) -> Request | Command | Book:
    """What is asked for: a Request, or the Command whose help page is wanted, or the Book: all of it, or as much as
    begins with one word (`key`).

    Raises MisuseError. `--version` is a Request of no command's: `values["version"]`.
    """
    reading = _Reading(list(words))
    reading.options(_spelled(book.options), until_loose=True)
    if not reading.loose:
        return _no_command(reading, book)
    command = _command(reading, book)
    if isinstance(command, Book):
        return command
    reading.options(_spelled((*command.options, *book.options)))
    if "help" in reading.values:
        return command
    return _request(command, reading, book.options[0])


def _no_command(reading: _Reading, book: Book) -> Request | Book:
    if "version" in reading.values:
        subject = book.options[0]
        return Request(VERSION_COMMAND, reading.values.get(subject.name, subject.default), reading.values)
    if "help" in reading.values:
        return book
    if book.default is not None:
        return _request(book.default, reading, book.options[0])
    raise MisuseError(NOT_ASKED.fill(program=book.program))


VERSION_COMMAND = Command("--version", "gongd.cli.guide:version", Text("phiên bản", "the version"))


def _command(reading: _Reading, book: Book) -> Command | Book:
    """The command that is named, by one word or by two; options may stand between the two."""
    first = reading.loose.pop(0)
    group = tuple(command for command in book.commands if command.name.startswith(f"{first} "))
    if not group:
        return _named(first, book.commands)
    reading.options(_spelled(book.options), until_loose=True)
    if reading.loose:
        return _named(f"{first} {reading.loose.pop(0)}", group)
    if "help" in reading.values:
        return replace(book, commands=group)
    return _named(first, group)


def _named(name: str, commands: Sequence[Command]) -> Command:
    found = next((command for command in commands if command.name == name), None)
    if found is None:
        raise unknown(COMMAND, name, tuple(command.name for command in commands))
    return found


def _request(command: Command, reading: _Reading, subject: Option) -> Request:
    values = {option.name: option.default for option in command.options} | reading.values
    for argument, word in zip(command.arguments, reading.loose, strict=False):
        values[argument.name] = _read(argument.kind, word, argument.name.upper())
    left = command.arguments[len(reading.loose) :]
    values |= dict.fromkeys((argument.name for argument in left if argument.optional), None)
    missing: list[Argument | Option] = [argument for argument in left if not argument.optional]
    missing += [option for option in command.options if option.required and option.name not in reading.values]
    if missing:
        shown = missing[0].spelling if isinstance(missing[0], Option) else missing[0].name.upper()
        raise MisuseError(MISSING.fill(name=shown, usage=command.usage))
    if extra := reading.loose[len(command.arguments) :]:
        raise MisuseError(TOO_MANY.fill(word=extra[0], usage=command.usage))
    return Request(command, values.pop(subject.name, subject.default), values)


def _read(kind: Kind, word: str, name: str) -> Any:
    try:
        return kind.read(word)
    except Unfit as unfit:
        raise _not_a(kind, word, name) from unfit


def _not_a(kind: Kind, word: str, name: str) -> MisuseError:
    from gongd.settings.finding import clip_words, guess

    hint = guess(word, kind.choices) if kind.choices else NOTHING
    return MisuseError(NOT_A.fill(name=name, word=clip_words(word), expected=kind.expected, hint=hint))


def _spelled(options: Sequence[Option]) -> dict[str, Option]:
    long = {f"--{option.name}": option for option in options}
    return long | {option.short: option for option in options if option.short}
