"""Pins for real drivers on machines that have none: gpio_kernel.c, preloaded into a program of its own."""

import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("gpio_kernel.c")
HEADER = Path("/usr/include/linux/gpio.h")
EDGE = struct.Struct("=QIIII24x")
"""struct gpio_v2_line_event: timestamp_ns, id (1 rising, 2 falling), offset, seqno, line_seqno."""


def need_compiler() -> str:
    """The C compiler; skips the test where there is none, or no header."""
    compiler = shutil.which("gcc")
    if compiler is None or not HEADER.exists():
        pytest.skip("needs gcc and linux/gpio.h (linux-libc-dev)")
    return compiler


class GpioKernel:
    """A Raspberry Pi 4's GPIO chip in a directory."""

    def __init__(self, home: Path, label: str = "pinctrl-bcm2711", number: int = 0) -> None:
        self.home = home
        self._library = home / "gpio_kernel.so"
        command = [need_compiler(), "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)
        (home / f"gpiochip{number}").write_text(label)
        (home / "revision").write_bytes(bytes.fromhex("00c03111"))
        (home / "levels").write_text("-" * 54)
        (home / "inputs").write_text("1" * 54)
        (home / "log").write_text("")

    def environment(self) -> dict[str, str]:
        return {**os.environ, "LD_PRELOAD": str(self._library), "GPIO_KERNEL": str(self.home)}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a Python program on these pins."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment(),
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a Python program on these pins to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=30)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def log(self) -> list[str]:
        """All that happened to the lines, in order."""
        return (self.home / "log").read_text().splitlines()

    def set_level(self, pin: int, level: str) -> None:
        """Leave an output at a level, as a process that has died did."""
        self._write("levels", pin, level)

    def hold_up(self, for_ms: int) -> None:
        """The driver's own thread stays in the kernel for so long, whenever it waits for edges (below a second)."""
        (self.home / "held-up").write_text(str(for_ms))

    def move_contact(self, pin: int, closed: bool, ago_s: float = 0.0) -> None:
        """Close or open a contact to ground; the edge is stamped `ago_s` before now."""
        self._write("inputs", pin, "0" if closed else "1")
        line = os.open(self.home / f"line{pin}", os.O_WRONLY | os.O_NONBLOCK)
        try:
            stamp = time.monotonic_ns() - int(ago_s * 1e9)
            os.write(line, EDGE.pack(stamp, 2 if closed else 1, pin, 1, 1))
        finally:
            os.close(line)

    def _write(self, name: str, pin: int, character: str) -> None:
        with (self.home / name).open("r+b") as file:
            file.seek(pin)
            file.write(character.encode())
