"""The machine: one qemu, switched on and off like a box at the wall, and the wires that go into it."""

import contextlib
import itertools
import json
import os
import queue
import shlex
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from machine.disk import BLOCK, Disk, Server

CACHE = Path(os.environ.get("MACHINE", "build/machine"))
PROCESSOR = "-accel tcg -icount shift=1 -cpu Nehalem"
"""An emulated one, whose clock is its instructions (2 ns each; waiting takes its real time): in the machine a second is
a second, however slowly a busy host brings it about. A host that is starved cannot make a watchdog bite."""
MEMORY_MB = 768
OFF_S = 10
"""So long a power cut lasts, by the hardware clock."""
PATIENCE_S = 1200.0
"""So long a test waits before it gives up: an emulated processor on a busy machine boots in minutes."""
T = TypeVar("T")


def until(look: Callable[[], T | None], what: str, deadline_s: float = PATIENCE_S, every_s: float = 0.5) -> T:
    """Poll until it is there. What is asked of the machine costs it time: not too often."""
    end = time.monotonic() + deadline_s
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} has not come")
        time.sleep(every_s)
    return found


class GuestError(AssertionError):
    """The machine does not do what a test needs."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended in the machine."""

    status: int
    out: str
    err: str


@dataclass
class Stream:
    """A command that goes on in the machine; `lines` are those that it has told so far, with our own monotonic time."""

    lines: list[str] = field(default_factory=list)


class Line:
    """What is asked of the agent in the machine, over a virtual serial port.

    `told_at`: what the machine's clock was when it told something last, in seconds since the epoch.
    """

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.Queue[Done]] = {}
        self._streams: dict[int, Stream] = {}
        self._lock = threading.Lock()
        self.hello = threading.Event()
        self.told_at = 0.0
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, deadline_s: float = PATIENCE_S, **words: object) -> Done:
        """`run`, a shell's text, or a question to `gongd`; back when it has ended."""
        number, box = next(self._numbers), queue.Queue[Done]()
        self._waiting[number] = box
        self._send({"id": number, **words})
        try:
            return box.get(timeout=deadline_s)
        except queue.Empty as error:
            raise GuestError(f"no answer: {words}") from error

    def follow(self, text: str) -> Stream:
        """Run a shell's text and gather its lines."""
        number = next(self._numbers)
        stream = self._streams[number] = Stream()
        self._send({"id": number, "run": text, "follow": True})
        return stream

    def close(self) -> None:
        """Hang up; the reader ends with it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _send(self, words: dict[str, object]) -> None:
        with self._lock, contextlib.suppress(OSError):
            self._socket.sendall(json.dumps(words).encode() + b"\n")

    def _listen(self) -> None:
        with contextlib.suppress(OSError), self._socket.makefile("rb") as lines:
            for line in lines:
                with contextlib.suppress(ValueError):  # a line that the power cut has torn
                    self._take(json.loads(line))

    def _take(self, told: dict[str, Any]) -> None:
        self.told_at = told["at"]
        match told:
            case {"hello": True}:
                self.hello.set()
            case {"id": int(number), "line": str(line)} if number in self._streams:
                self._streams[number].lines.append(line)
            case {"id": int(number), "status": int(status), "out": str(out), "err": str(err)}:
                if number in self._waiting:
                    self._waiting.pop(number).put(Done(status, out, err))


class Monitor:
    """qemu's own words (QMP): which events there were."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self.events: list[str] = []
        self._socket.sendall(b'{"execute": "qmp_capabilities"}\n')
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._socket.makefile("rb") as lines:
            for line in lines:
                if event := json.loads(line).get("event"):
                    self.events.append(str(event))


class Guest:
    """One machine with its disk. Its hardware clock goes on while it is off, as one with a battery does.

    `wall` is what that clock shows while the machine is off.
    """

    def __init__(self, folder: Path, wall: datetime) -> None:
        self.folder = folder
        self.disk = Disk(CACHE / "disk")
        self._server = Server(self.disk, folder / "disk.sock")
        self.process: subprocess.Popen[bytes] | None = None
        self.wall = wall

    # ── The switch on the wall ───────────────────────────────────────────────────────────────────────────────────

    def switch_on(self) -> "Guest":
        """Power; back when the agent answers."""
        for name in ("line", "qmp"):
            (self.folder / name).unlink(missing_ok=True)
        self.process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stderr=self._log())
        self.monitor = Monitor(until(lambda: self._there("qmp"), "qemu", 60))
        self.line = Line(until(lambda: self._there("line"), "qemu", 60))
        self.wait_up()
        return self

    def wait_up(self) -> None:
        """Until the agent is there, after a start or a reset."""
        if not self.line.hello.wait(PATIENCE_S):
            raise GuestError("the machine does not boot: " + str(self.folder / "console"))

    def cut_power(self, chance: Random) -> int:
        """Off, in the middle of whatever it does; how many blocks the disk has lost with its cache."""
        assert self.process
        self.process.kill()
        self.process.wait()
        self.line.close()
        self.disk.power_is_off()
        self._server.wait_idle()
        self.wall = datetime.fromtimestamp(self.line.told_at + OFF_S, UTC)
        return self.disk.cut_power(chance)

    def close(self) -> None:
        """Whatever a test has left."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.disk.power_is_off()
        self._server.close()
        self._server.wait_idle()
        self.disk.close()

    def _there(self, name: str) -> Path | None:
        assert self.process
        if self.process.poll() is not None:
            raise GuestError((self.folder / "qemu.log").read_text())
        path = self.folder / name
        return path if path.exists() else None

    def _log(self) -> Any:
        return (self.folder / "qemu.log").open("ab")

    def _command(self) -> list[str]:
        base = self.wall.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        disk = f"file.driver=nbd,file.server.type=unix,file.server.path={self.folder}/disk.sock"
        words = f"""
            qemu-system-x86_64 {PROCESSOR} -m {MEMORY_MB} -smp 1 -machine pc
            -nodefaults -display none -nic none -no-user-config
            -kernel {CACHE}/kernel -initrd {CACHE}/initrd
            -rtc base={base},clock=vm
            -device i6300esb -action watchdog=reset
            -blockdev driver=raw,node-name=disk,{disk}
            -device virtio-blk-pci,drive=disk,logical_block_size={BLOCK},physical_block_size={BLOCK}
            -device virtio-serial-pci -chardev socket,id=line,path={self.folder}/line,server=on,wait=off
            -device virtserialport,chardev=line,name=machine
            -chardev socket,id=qmp,path={self.folder}/qmp,server=on,wait=off -mon chardev=qmp,mode=control
            -serial file:{self.folder}/console
        """
        append = "root=/dev/vda rw console=ttyS0 loglevel=4 panic=0 mitigations=off systemd.show_status=no"
        return [*shlex.split("setpriv --pdeathsig KILL nice -n 10"), *shlex.split(words), "-append", append]

    # ── Inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, text: str) -> str:
        """A shell's text, that has to succeed; what it printed."""
        done = self.ask(text)
        if done.status:
            raise GuestError(f"{text}: status {done.status}\n{done.out}{done.err}")
        return done.out

    def ask(self, text: str) -> Done:
        """A shell's text, whatever comes of it."""
        return self.line.ask(run=text)

    def follow(self, text: str) -> Stream:
        """A shell's text that goes on."""
        return self.line.follow(text)

    def let_pass(self, seconds: float) -> None:
        """So long by the machine's clock, however slow it is."""
        self.run(f"sleep {seconds:.3f}")

    def now(self) -> datetime:
        """What the machine believes that the time is."""
        return datetime.fromtimestamp(float(self.run("date +%s.%N")), UTC)
