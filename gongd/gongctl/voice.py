"""The menu's voice: one terminal for the officer, who types, and for the lines that come meanwhile."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from gongd.cli.screen import Screen
from gongd.core.words import Text


@dataclass(slots=True)
class Voice:
    """The terminal, for two hands: lines that come while the officer types stand on lines of their own."""

    screen: Screen
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked: str = ""
    """The prompt that waits for the officer: it is shown again after a line that has come meanwhile."""
    is_asking: bool = False
    is_left: bool = False
    """Ctrl-C was pressed where nothing was asked: it is the answer to the next question."""

    def say(self, text: Text | str = "") -> None:
        """One line."""
        with self.lock:
            if self.asked:
                self.screen.say()
            self.screen.say(text)
            print(self.asked, end="", flush=True)

    def ask(self, prompt: Text) -> str | None:
        """What is typed; None at the end of input, and at Ctrl-C."""
        with self.lock:
            self.asked = prompt.read(self.screen.language)
            print(self.asked, end="", flush=True)
        try:
            return self._typed()
        except (EOFError, KeyboardInterrupt):
            with self.lock:
                self.screen.say()
            return None
        finally:
            with self.lock:
                self.asked = ""

    def _typed(self) -> str:
        try:
            self.is_asking = True
            if self.is_left:
                raise KeyboardInterrupt
            return input().strip()
        finally:
            self.is_asking = self.is_left = False

    @contextmanager
    def hearing_ctrl_c(self) -> Iterator[None]:
        """Ctrl-C ends a question from here on, and breaks into nothing else: no lock, no wait for the other hand."""
        before = signal.signal(signal.SIGINT, self._leave)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _leave(self, _number: int, _frame: object) -> None:
        if self.is_asking:
            raise KeyboardInterrupt
        self.is_left = True
