"""What a command prints: to stdout what was asked for, to stderr what went wrong; in one language, or as JSON."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from gongd.cli import streams
from gongd.core.words import Language, Text


@dataclass(slots=True)
class Screen:
    """The terminal. `language` is the box's as soon as it is known."""

    language: Language

    def say(self, words: Text | str = "") -> None:
        """One line, or several, of the answer: seen at once, also in a log."""
        print(words.read(self.language) if isinstance(words, Text) else words, flush=True)

    def say_on(self, words: Text | str = "") -> None:
        """The same on the way of something that must not end because nobody reads it: an alarm that is being given.
        That it could not be read is said when it is over (`front.serve`)."""
        try:
            self.say(words)
        except OSError:
            if streams.loss() is None:
                raise
            streams.nobody_reads()

    def complain(self, words: Text) -> None:
        """What went wrong."""
        sys.stdout.flush()
        print(words.read(self.language), file=sys.stderr)

    def json(self, value: object) -> None:
        """One JSON value on one line."""
        print(json.dumps(value, ensure_ascii=False, default=str))


def both(text: Text) -> dict[str, str]:
    """A sentence in an answer for a program."""
    return {"vi": text.vi, "en": text.en}


def no_json(text: Text) -> dict[str, object]:
    """The answer for a program when there is none."""
    return {"ok": False, "error": both(text)}


def from_both(plain: object) -> Text | None:
    """The sentence that a daemon has sent, if it is one."""
    match plain:
        case {"vi": str(vi), "en": str(en)}:
            return Text(vi, en)
    return None


def language_of_user(environment: Mapping[str, str] = os.environ) -> Language:
    """English for whoever asks for it by LC_ALL, LC_MESSAGES or LANG; Vietnamese else."""
    asked = next((value for key in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(key))), "")
    return Language.EN if asked.startswith("en") else Language.VI
