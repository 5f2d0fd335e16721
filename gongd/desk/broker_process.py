"""The commune's broker as a process: kept up, and started again when its files have changed. `gongctl broker`.

Mosquitto 2.0 can read its lists again on SIGHUP, but whoever is away at that moment pays: nothing more is kept for them
until they come back, what they have left to be said (`lost`) is forgotten, and of a session that has an end it reads
freed memory. A new start keeps what waits for them. It cuts everybody off, and says `lost` for each, until they are
back within their pause (1 to 15 s).
"""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from gongd.core.words import Text
from gongd.desk import mosquitto
from gongd.desk.mosquitto import BrokerError
from gongd.tie import dying_with_us

PROCESS = "mosquitto.pid"
"""Who keeps the broker of this folder up; locked for as long as he does."""
READ = "mosquitto.read"
"""What the files were when they were read last."""
PAUSE_S = 1.0
"""Before a broker that has died is started again."""
SHORT_LIFE_S = 2.0
"""Where it dies so soon after the first start, it cannot live: its port is taken, or its files are wrong."""
MOST_END_S = 20.0
"""So long it may write its store before it is killed."""

NO_FOLDER = Text("{folder} không phải thư mục máy chủ của một xã", "{folder} is not the broker's folder of a commune")
RUNS_ALREADY = Text("Máy chủ của {folder} đang chạy rồi", "The broker of {folder} is running already")
DIED = Text("Máy chủ đã dừng ({how}). Chạy lại ngay.", "The broker has died ({how}). It is started again.")

_END = frozenset({signal.SIGTERM, signal.SIGINT})
_WATCHED = _END | {signal.SIGHUP, signal.SIGCHLD}


def keep_up(folder: Path, say: Callable[[Text], None]) -> int:
    """Run the broker, in the foreground, until SIGTERM or SIGINT: 0. SIGHUP starts it again.

    Where it ends at once, what it ended with. Raises BrokerError.
    """
    if not (folder / mosquitto.CONFIGURATION).is_file():
        raise BrokerError(NO_FOLDER.fill(folder=folder))
    argv = [*dying_with_us(), *mosquitto.command()]
    try:
        with _alone(folder):
            os.chdir(folder)
            signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
            return _keep_up(argv, say)
    except BrokerError:
        raise
    except OSError as error:
        raise BrokerError(Text(str(error), str(error))) from error


def tell(folder: Path) -> bool:
    """Have the broker of this folder read its files, if they have changed; False when none runs from there."""
    try:
        with (folder / PROCESS).open() as note:
            if not _is_locked(note.fileno()):
                return False
            if _digest(folder) != (folder / READ).read_text(encoding="ascii"):
                os.kill(int(note.read()), signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True


def is_kept_up(folder: Path) -> bool:
    """Does somebody keep the broker of this folder up? Then it is back in a moment, should it be away."""
    try:
        with (folder / PROCESS).open() as note:
            return _is_locked(note.fileno())
    except OSError:
        return False


def _keep_up(argv: list[str], say: Callable[[Text], None]) -> int:
    child, lives_by = _start(argv), time.monotonic() + SHORT_LIFE_S
    while True:
        match signal.sigwait(_WATCHED):
            case signal.SIGHUP:
                _end(child)
                child = _start(argv)
            case signal.SIGCHLD:
                status = _status_of(child)
                if status is None:
                    continue
                if time.monotonic() < lives_by:
                    return max(1, status)
                if signal.sigtimedwait(_END, PAUSE_S):
                    return 0
                say(DIED.fill(how=signal.Signals(-status).name if status < 0 else status))
                child = _start(argv)
            case _:
                _end(child)
                return 0


def _start(argv: list[str]) -> int:
    with suppress(OSError):
        Path(READ).write_text(_digest(Path()), encoding="ascii")
    return os.posix_spawn(argv[0], argv, os.environ, setsigmask=())


def _end(child: int) -> None:
    """It writes its store, and is gone."""
    os.kill(child, signal.SIGTERM)
    ends_by = time.monotonic() + MOST_END_S
    while _status_of(child) is None:
        if time.monotonic() > ends_by:
            os.kill(child, signal.SIGKILL)
        signal.sigtimedwait({signal.SIGCHLD}, 0.5)


def _status_of(child: int) -> int | None:
    """What it ended with, the number of a signal below zero; None: it lives."""
    ended, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / PROCESS).open("a+") as note:
        if _is_locked(note.fileno()):
            raise BrokerError(RUNS_ALREADY.fill(folder=folder))
        with suppress(OSError):  # on a full disk it runs all the same, and nobody can tell it anything
            note.truncate(0)
            os.write(note.fileno(), b"%d\n" % os.getpid())
        yield


def _is_locked(handle: int) -> bool:
    """By somebody else. Else it is by us, from now on."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _digest(folder: Path) -> str:
    """Of all that the broker reads."""
    found = sha256()
    for name in mosquitto.READS:
        path = folder / name
        found.update(sha256(path.read_bytes() if path.exists() else b"").digest())
    return found.hexdigest()
