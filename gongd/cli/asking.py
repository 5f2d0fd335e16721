"""Asking the daemon over its local socket, and reading its answers."""

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass

from gongd.adapters.control import ask
from gongd.cli.placard import title_of
from gongd.cli.screen import Screen, from_both
from gongd.cli.site import Site, find, warn
from gongd.cli.usage import MisuseError, NoError, Request
from gongd.core.errors import SocketError
from gongd.core.lexicon import REFUSALS, SIGNALS
from gongd.core.words import Language, Text
from gongd.settings.place import control_path

Answer = Mapping[str, object]

NOT_UNDERSTOOD = Text("Câu trả lời của gongd không đọc được", "the answer of gongd cannot be read")
WHAT_TO_DO = Text("{what}. {remedy}", "{what}. {remedy}")


@dataclass(frozen=True, slots=True)
class Talk:
    """One question to the daemon of a box, and its answer."""

    site: Site
    answer: Answer

    @property
    def is_yes(self) -> bool:
        """Has the daemon done it?"""
        return self.answer.get("ok", "error" not in self.answer) is True

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        code = self.answer.get("code")
        return code if isinstance(code, str) else None

    @property
    def refusal(self) -> Text:
        """Why not, and what to do."""
        told = from_both(self.answer.get("error")) or NOT_UNDERSTOOD
        known = REFUSALS.get(self.code or "")
        return WHAT_TO_DO.fill(what=_without_dot(told), remedy=known.remedy) if known else told

    def title(self, name: object) -> Text:
        """What people call a signal."""
        signal = self.site.signals.get(str(name))
        if signal:
            return Text(title_of(signal, Language.VI), title_of(signal, Language.EN))
        known = SIGNALS.get(str(name)) or Text(str(name), str(name))
        return Text(known.vi[:1].upper() + known.vi[1:], known.en[:1].upper() + known.en[1:])


def talk(request: Request, screen: Screen, question: Answer) -> Talk:
    """Ask the daemon. Raises SocketError."""
    site = find(request.config, screen)
    try:
        answer = ask(control_path(site.journal), question)
    except SocketError:
        warn(site, screen)
        raise
    return Talk(site, answer)


def finish(request: Request, screen: Screen, told: Talk, done: Text, misuse: MisuseError | None = None) -> int:
    """Show the answer: `done` for a yes, the reason for a no. `misuse` stands where the question was a wrong one."""
    if request.wants_json:
        screen.json(told.answer)
    elif told.is_yes:
        screen.say(done)
    elif misuse is not None:
        raise misuse
    else:
        raise NoError(told.refusal)
    return 0 if told.is_yes else 1


def person() -> str:
    """Who types, for the journal."""
    try:
        return os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _without_dot(text: Text) -> Text:
    return Text(text.vi.rstrip(". "), text.en.rstrip(". "))
