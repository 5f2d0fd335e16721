"""systemd's readiness and watchdog protocol (sd_notify(3)): datagrams to the socket named in the environment.

Written here because it is these few lines; the package for it (sdnotify 0.3.2) is ten lines and rests since 2017.
"""

import logging
import os
import socket
import time
from collections.abc import Mapping

TURN_S = 0.5
"""So long a turn of our life (ready, reloading, stopping) may wait for room; a sign of life never waits."""

log = logging.getLogger(__name__)


class Systemd:
    """Tells systemd how we are; does nothing where nobody listens (no NOTIFY_SOCKET). Implements Supervisor.

    `watchdog_s` is WatchdogSec= in seconds (call `alive` at half of it or more often), None without a watchdog.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._socket = _socket() if self._address else None
        self.watchdog_s = _watchdog_s(environment) if self._socket else None

    def ready(self, status: str) -> None:
        """We sound from now on. Also ends a reload."""
        self._tell("READY=1", _status(status), wait_s=TURN_S)

    def reloading(self) -> None:
        """We are reading the settings again (Type=notify-reload wants the instant, sd_notify(3))."""
        micros = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._tell("RELOADING=1", f"MONOTONIC_USEC={micros}", wait_s=TURN_S)

    def alive(self) -> None:
        """The watchdog's sign of life."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """We are going down on purpose."""
        self._tell("STOPPING=1", wait_s=TURN_S)

    def status(self, status: str) -> None:
        """One line for `systemctl status`."""
        self._tell(_status(status))

    def close(self) -> None:
        """Give the socket back; nothing is told any more."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _tell(self, *lines: str, wait_s: float = 0.0) -> None:
        """Send one datagram. Trouble is logged and no more: a systemd that hears nothing acts by itself."""
        if self._socket is None:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            self._socket.settimeout(wait_s)
            self._socket.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("systemd was not told %s: %s", lines[0], error)


def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)


def _status(status: str) -> str:
    return "STATUS=" + " ".join(status.split())


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """WATCHDOG_USEC, where it is meant for this process (WATCHDOG_PID)."""
    micros, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not micros.isdecimal() or int(micros) == 0 or (pid and pid != str(os.getpid())):
        return None
    return int(micros) / 1_000_000
