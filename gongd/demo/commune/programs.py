"""The real programs of a commune as child processes: gongd and gongctl, run as people and systemd run them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gongd.core.words import Text
from gongd.demo.daemon import END_S, FROM_SYSTEMD, dying_with_us
from gongd.demo.village import DemoError

PATIENCE_S = 120.0
_FAILED = Text("{command}: không xong (mã {status}). {last}", "{command} failed (exit status {status}). {last}")
_DIED = Text("{command} đã dừng giữa chừng. {last}", "{command} has died. {last}")


class Programs:
    """Runs commands, and keeps those that go on until `end`. All talk Vietnamese, as at the desk."""

    def __init__(self, out: Path, folder: Path) -> None:
        self._out, self._folder = out, folder
        self._going: list[tuple[str, subprocess.Popen[bytes]]] = []

    def gongd(self, *words: str) -> str:
        """What a command of the box says. Raises DemoError."""
        return self._run("gongd", words, "", good=(0,))

    def gongctl(self, *words: str, typed: str = "", good: Sequence[int] = (0,)) -> str:
        """What a command of the desk says. Raises DemoError."""
        return self._run("gongd.gongctl", [*words, "--folder", str(self._folder)], typed, good)

    def told(self, *words: str) -> list[dict[str, Any]]:
        """What a command of the desk tells a program: objects, one by one."""
        said, found = self.gongctl(*words, good=(0, 1)).strip(), list[dict[str, Any]]()
        while said:
            value, end = json.JSONDecoder().raw_decode(said)
            found += value if isinstance(value, list) else [value]
            said = said[end:].lstrip()
        return found

    def _run(self, module: str, words: Sequence[str], typed: str, good: Sequence[int]) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *words],
            input=typed,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            env=_environment(),
            check=False,
        )
        if done.returncode not in good:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise DemoError(_FAILED.fill(command=" ".join(words[:2]), status=done.returncode, last="".join(last)))
        return done.stdout

    def start(self, *words: str) -> None:
        """A command of the desk that goes on."""
        name = words[0]
        with (self._out / f"{name}.log").open("wb") as log:
            child = subprocess.Popen(
                [*dying_with_us(), sys.executable, "-m", "gongd.gongctl", *words, "--folder", str(self._folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=_environment(),
            )
        self._going.append((name, child))

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """A command of the desk whose lines are read as they come."""
        return subprocess.Popen(
            [*dying_with_us(), sys.executable, "-u", "-m", "gongd.gongctl", *words, "--folder", str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env=_environment(),
        )

    def check(self) -> None:
        """Raises DemoError when one of those that go on has died."""
        for name, child in self._going:
            if child.poll() is not None:
                last = (self._out / f"{name}.log").read_text("utf-8", "replace").strip().splitlines()[-1:]
                raise DemoError(_DIED.fill(command=name, last="".join(last)))

    def end(self) -> None:
        """The last that was started ends first."""
        while self._going:
            _, child = self._going.pop()
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
            try:
                child.wait(END_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in FROM_SYSTEMD and not key.startswith("LC_")}
    return {**kept, "LANG": "vi_VN.UTF-8", "PYTHONUTF8": "1"}
