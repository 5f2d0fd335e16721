"""What the tests of the command line stand on: a settings file, and a small box that answers at a real socket."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gongd.adapters.control import ControlSocket
from gongd.cli import main
from gongd.ports import Asked

Answer = Mapping[str, object]

SETTINGS = """\
box: {{id: thon-3, commune: nguyet-an, name: "Thôn 3, xã Nguyệt Ấn", timezone: Asia/Ho_Chi_Minh, language: {language}}}
relays:
  striker: {{pin: 27, on: stroke}}
buttons:
  fire: {{pin: 5, hold: 100ms, sound: fire}}
journal: {{path: {folder}/journal.db}}
prints: {{path: {folder}/prints}}
"""


def write_settings(folder: Path, language: str = "vi", more: str = "") -> Path:
    """A settings file whose journal and prints lie in `folder`."""
    path = folder / "config.yaml"
    path.write_text(SETTINGS.format(folder=folder, language=language) + more, encoding="utf-8")
    return path


@dataclass(slots=True)
class AnsweringBox:
    """Answers every request with what was laid down for it, and keeps what it was asked."""

    answers: Mapping[str, Answer]
    asked: list[Answer] = field(default_factory=list)

    def post(self, event: object) -> None:
        assert isinstance(event, Asked)
        self.asked.append(event.request)
        event.answer(self.answers[str(event.request["do"])])


@contextmanager
def answering(folder: Path, **answers: Answer) -> Iterator[AnsweringBox]:
    """A box beside the journal of `write_settings(folder)`."""
    box = AnsweringBox(answers)
    socket = ControlSocket(folder / "gongd.sock", box.post)
    try:
        yield box
    finally:
        socket.close()


ALL_LOADED = """
import importlib, pkgutil
import gongd.cli, gongd.core, gongd.settings
for room in (gongd.cli, gongd.core, gongd.settings):
    for each in pkgutil.iter_modules(room.__path__, room.__name__ + "."):
        importlib.import_module(each.name)
"""
"""The start of a script that becomes nobody: what nobody may not read (a clone under /root) is loaded by then."""


def gongd(*words: object, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command as a real child process."""
    return subprocess.run(
        [sys.executable, "-m", "gongd", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONUTF8": "1", **(environment or {})},
    )


Run = Callable[..., "Said"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


def refusal(vi: str, en: str, code: str | None = None) -> dict[str, object]:
    """A box's no."""
    return {"ok": False, "error": {"vi": vi, "en": en}} | ({"code": code} if code else {})


__all__ = ["AnsweringBox", "Run", "Said", "answering", "gongd", "main", "refusal", "write_settings"]
