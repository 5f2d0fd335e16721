"""The real daemon as a child process: started, asked over its socket, and ended whatever happens."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping

from gongd.adapters.control import ask
from gongd.core.errors import SocketError
from gongd.core.words import Text
from gongd.demo.village import DemoError, Village

END_S = 5.0
"""SIGTERM must end it well within that."""
FROM_SYSTEMD = (
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "WATCHDOG_PID",
    "STATE_DIRECTORY",
    "RUNTIME_DIRECTORY",
    "CACHE_DIRECTORY",
)

_DIED = Text(
    "gongd đã dừng giữa chừng ({status}). Lời cuối: {last}", "gongd has died ({status}). Its last words: {last}"
)
_REFUSED = Text("gongd từ chối {request}: {why}", "gongd refuses {request}: {why}")
_NOTHING = Text("không có", "none")


class Daemon:
    """`gongd run --dry`, in a session of its own, so that Ctrl-C reaches the demo first."""

    def __init__(self, village: Village) -> None:
        self._village = village
        self._log = village.out / "gongd.log"
        asked = ["run", "--dry", "--out", str(village.out), "--config", str(village.config)]
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                [*dying_with_us(), sys.executable, "-m", "gongd", *asked],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={key: value for key, value in os.environ.items() if key not in FROM_SYSTEMD},
            )

    def check(self) -> None:
        """Raises DemoError when it has died."""
        status = self._child.poll()
        if status is not None:
            last = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise DemoError(_DIED.fill(status=_how(status), last=last[0] if last else _NOTHING))

    def ask(self, **request: object) -> Mapping[str, object]:
        """One request over the local socket. Raises SocketError, and DemoError when it says no."""
        self.check()
        answer = ask(self._village.socket, request)
        if not answer.get("ok"):
            raise DemoError(_REFUSED.fill(request=request, why=answer.get("error", answer)))
        return answer

    def status(self) -> Mapping[str, object] | None:
        """What `gongd status` says; None while nobody answers yet. Raises DemoError when it has died."""
        try:
            return self.ask(do="status")
        except SocketError:
            self.check()
            return None

    def end(self) -> int:
        """SIGTERM, and SIGKILL for one that does not obey. Its exit status."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
        try:
            return self._child.wait(END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()


def dying_with_us() -> list[str]:
    """Where util-linux is there, the kernel ends the daemon even when the demo itself is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _how(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit {status}"
