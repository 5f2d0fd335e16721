"""Every error that gongd raises. Each is a GongdError and a builtin, and carries its sentence in both languages."""

from dataclasses import dataclass

from gongd.core.words import Language, Text


class GongdError(Exception):
    """The base of all. `text` is what a person reads; no traceback ever reaches a user."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


class RhythmError(GongdError, ValueError):
    """A rhythm that cannot be read. `column` counts characters of the NFC text, the first is 1."""

    def __init__(self, column: int, text: Text) -> None:
        super().__init__(text)
        self.column = column


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the settings file. `line` and `column` start at 1; `path` is as `signals.fire.rhythm`."""

    file: str
    line: int
    column: int
    path: str
    text: Text
    warning: bool = False

    def read(self, language: Language) -> str:
        """`file:line:column: path: sentence`."""
        where = f"{self.file}:{self.line}:{self.column}: "
        return where + (f"{self.path}: " if self.path else "") + self.text.read(language)


class ConfigError(GongdError, ValueError):
    """Settings that cannot be used: every problem at once, in the order of the file.

    `language` is the one that the file asks for as far as it can be seen, else Vietnamese.
    """

    def __init__(self, problems: tuple[Problem, ...], language: Language = Language.VI) -> None:
        vi = "\n".join(problem.read(Language.VI) for problem in problems)
        en = "\n".join(problem.read(Language.EN) for problem in problems)
        super().__init__(Text(vi=vi, en=en))
        self.problems = problems
        self.language = language


class SpeakerError(GongdError, OSError):
    """The loudspeaker cannot be opened or has gone."""


class NoSpeakerError(SpeakerError):
    """There is no such device, or no such program, at all."""


class PinsError(GongdError, OSError):
    """No real pins, or a pin that does not obey."""


class JournalError(GongdError, OSError):
    """The journal cannot be read or written."""


class ClockError(GongdError, OSError):
    """The clock cannot be read or set."""


class PrintError(GongdError, OSError):
    """A print is missing, torn, or does not match its checksum."""


class VoiceError(GongdError, LookupError):
    """No voice can speak a text."""


class PictureError(GongdError, OSError):
    """A picture cannot be drawn (no font that has Vietnamese) or not be written."""


class SocketError(GongdError, ConnectionError):
    """The local socket: no daemon answers, or another one already holds it."""


class WireError(GongdError, ValueError):
    """A name that must not stand on the wire: no id, reserved, or able to break out of its level of a topic."""


class KeyFileError(GongdError, OSError):
    """A key file that cannot be read, written or opened with that passphrase."""


class PassphraseError(KeyFileError):
    """The key file is sealed with another passphrase, or with one and none was given."""
