"""Everything off when the daemon has died: `gongd relays-off`, run by systemd's ExecStopPost.

A Raspberry Pi keeps an output at its level when the process that drove it dies. The daemon leaves a note of its
outputs and of the level that means off; this program needs that note and the standard library, nothing else: no
settings, no gpiozero, not even another file of gongd.

Real pins are driven through the kernel's GPIO character device, version 2 of its interface (Linux 5.10 and later;
names, numbers and layouts from <linux/gpio.h>); dry pins through the files of the dry driver.
"""

import errno
import fcntl
import json
import os
import stat
import struct
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

CHIP_LABELS = (b"pinctrl-rp1", b"pinctrl-bcm2711", b"pinctrl-bcm2835")
"""What the header's GPIO chip calls itself on a Raspberry Pi 5, on a 4, and on all older ones."""
CHIP_NUMBERS = range(16)

GET_CHIPINFO = 0x8044B401
GET_LINEINFO = 0xC100B405
GET_LINE = 0xC250B407
GET_VALUES = 0xC010B40E

CHIPINFO = struct.Struct("=32s32sI")
"""struct gpiochip_info: name, label, lines."""
LINEINFO = struct.Struct("=32s32sIIQ176x")
"""struct gpio_v2_line_info: name, consumer, offset, num_attrs, flags."""
LINE_REQUEST = struct.Struct("=I252x32sQI20xIIQQ216xII20xi")
"""struct gpio_v2_line_request for one line: its offset, consumer, flags, num_attrs, the first attribute (id, padding,
values, mask), num_lines, event_buffer_size, and the descriptor that comes back."""
VALUES = struct.Struct("=QQ")
"""struct gpio_v2_line_values: bits, mask."""

FLAG_OUTPUT = 1 << 3
ATTR_OUTPUT_VALUES = 2

NOTE_NAME = "pins.json"
NOTE_LIMIT = 65_536
RUNTIME_DIRECTORY = "/run/gongd"
SETTLE_S = 0.005
"""How long every line is held before it is read back."""

WORDS = {
    "off": ("{name} (GPIO {pin}): đã tắt", "{name} (GPIO {pin}): off"),
    "on": ("{name} (GPIO {pin}): đã ra lệnh tắt mà chân vẫn bật", "{name} (GPIO {pin}): told to be off, still on"),
    "busy": ("{name} (GPIO {pin}): đang có chương trình khác giữ: {why}", "{name} (GPIO {pin}): busy, held by {why}"),
    "failed": ("{name} (GPIO {pin}): không tắt được: {why}", "{name} (GPIO {pin}): cannot be switched off: {why}"),
    "empty": ("không có rơ-le nào để tắt", "there are no relays to switch off"),
    "no-note": ("không đọc được {path}: {why}", "cannot read {path}: {why}"),
    "bad-note": ("{path} hỏng: {why}", "{path} is damaged: {why}"),
    "no-pins": ("không tắt được rơ-le: {why}", "relays cannot be switched off: {why}"),
    "usage": ("cách dùng: gongd relays-off [TỆP]", "usage: gongd relays-off [FILE]"),
}


class Output(NamedTuple):
    """One output: its name, its BCM pin, and the level (0 or 1) that is off."""

    name: str
    pin: int
    off: int


class Note(NamedTuple):
    """What the daemon left. `dry` is the dry driver's directory, None for real pins; `language` is vi, en or empty."""

    outputs: tuple[Output, ...]
    dry: str | None
    language: str


class Result(NamedTuple):
    """What became of one output: a key of WORDS, and why."""

    key: str
    why: str = ""


Drive = Callable[[Output], Callable[[], Result]]
"""Drives one output off; what it returns says, a little later, whether that held."""


def main(argv: list[str]) -> int:
    """Switch off all that the note at `argv[0]` names, or the note in the runtime directory. 0 when all is off."""
    if len(argv) > 1 or (argv and argv[0].startswith("-")):
        _say("", "usage")
        return 2
    path = argv[0] if argv else default_note()
    try:
        note = read_note(path)
    except OSError as error:
        _say("", "no-note", path=path, why=error.strerror)
        return 1
    except (ValueError, RecursionError) as error:
        _say("", "bad-note", path=path, why=error)
        return 1
    return _report(note)


def default_note() -> str:
    """The note in the runtime directory that systemd names, else in the usual one."""
    runtime = os.environ.get("RUNTIME_DIRECTORY", "").split(":")[0] or RUNTIME_DIRECTORY
    return os.path.join(runtime, NOTE_NAME)  # noqa: PTH118 - pathlib takes a fifth of the time that there is


def read_note(path: str) -> Note:
    """Read the note. Raises OSError when there is none, ValueError or RecursionError when it makes no sense."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("not a file")
        text = file.read(NOTE_LIMIT + 1)
    if len(text) > NOTE_LIMIT:
        raise ValueError("too long")
    whole = json.loads(text)
    outputs = whole.get("outputs") if isinstance(whole, dict) else None
    if not isinstance(outputs, list):
        raise ValueError("no outputs")
    dry, language = whole.get("dry"), whole.get("language")
    if not (dry is None or isinstance(dry, str)):
        raise ValueError("dry is not a directory")
    return Note(tuple(map(_read_output, outputs)), dry, language if language in ("vi", "en") else "")


def find_chip() -> int:
    """The number N of the /dev/gpiochipN that is the header of a Raspberry Pi. Raises OSError when there is none."""
    refused: OSError = FileNotFoundError(errno.ENOENT, "no /dev/gpiochip of a Raspberry Pi")
    for number in CHIP_NUMBERS:
        try:
            chip = os.open(f"/dev/gpiochip{number}", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        except OSError as error:
            refused = error
            continue
        try:
            if _label(chip) in CHIP_LABELS:
                return number
        finally:
            os.close(chip)
    raise refused


def request_off(output: Output) -> bytes:
    """The kernel's request for one line as an output that is off from its first instant."""
    offset, values, mask, lines = output.pin, output.off, 1, 1
    return LINE_REQUEST.pack(
        offset, b"gongd relays-off", FLAG_OUTPUT, 1, ATTR_OUTPUT_VALUES, 0, values, mask, lines, 0, -1
    )


def _read_output(item: object) -> Output:
    match item:
        case {"name": str(name), "pin": int(pin), "off": 0 | 1 as off} if (
            0 <= pin < 64 and type(pin) is type(off) is int
        ):
            return Output("".join(c if c.isprintable() else "?" for c in name[:80]), pin, off)
    raise ValueError(f"not an output: {ascii(item)[:80]}")


def _report(note: Note) -> int:
    try:
        with _dry_pins(note.dry) if note.dry is not None else _real_pins() as drive:
            checks = [(output, drive(output)) for output in note.outputs]
            time.sleep(SETTLE_S)
            results = [(output, check()) for output, check in checks]
    except (OSError, ValueError) as error:
        _say(note.language, "no-pins", why=error)
        return 1
    for output, result in results:
        _say(note.language, result.key, name=output.name, pin=output.pin, why=result.why)
    if not results:
        _say(note.language, "empty")
    return 0 if all(result.key == "off" for _, result in results) else 1


@contextmanager
def _real_pins() -> Iterator[Drive]:
    chip = os.open(f"/dev/gpiochip{find_chip()}", os.O_RDWR | os.O_CLOEXEC)
    lines: list[int] = []

    def drive(output: Output) -> Callable[[], Result]:
        request = bytearray(request_off(output))
        try:
            fcntl.ioctl(chip, GET_LINE, request)
        except OSError as error:
            result = _refused(chip, output, error)
            return lambda: result
        line: int = LINE_REQUEST.unpack(request)[-1]
        lines.append(line)
        return lambda: _read_back(line, output)

    try:
        yield drive
    finally:
        for line in lines:
            os.close(line)
        os.close(chip)


def _refused(chip: int, output: Output, error: OSError) -> Result:
    info = bytearray(LINEINFO.pack(b"", b"", output.pin, 0, 0))
    if error.errno != errno.EBUSY:
        return Result("failed", str(error.strerror))
    try:
        fcntl.ioctl(chip, GET_LINEINFO, info)
    except OSError:
        return Result("busy", "?")
    return Result("busy", _text(LINEINFO.unpack(info)[1]).decode("ascii", "replace") or "?")


def _read_back(line: int, output: Output) -> Result:
    values = bytearray(VALUES.pack(0, 1))
    try:
        fcntl.ioctl(line, GET_VALUES, values)
    except OSError as error:
        return Result("failed", str(error.strerror))
    return Result("off" if VALUES.unpack(values)[0] & 1 == output.off else "on")


@contextmanager
def _dry_pins(directory: str) -> Iterator[Drive]:
    levels = _open_dry(f"{directory}/pins.levels", os.O_RDWR)
    log = -1
    try:
        log = _open_dry(f"{directory}/pins.jsonl", os.O_WRONLY | os.O_APPEND)
        busy = _is_locked(levels)

        def drive(output: Output) -> Callable[[], Result]:
            if busy:
                return lambda: Result("busy", "gongd --dry")
            _drive_dry(levels, log, output)
            return lambda: Result("off" if os.pread(levels, 1, output.pin) == b"%d" % output.off else "on")

        yield drive
    finally:
        os.close(levels)
        if log >= 0:
            os.close(log)


def _open_dry(path: str, flags: int) -> int:
    file = os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(file).st_mode):
        return file
    os.close(file)
    raise ValueError(f"{path}: not a file")


def _is_locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _drive_dry(levels: int, log: int, output: Output) -> None:
    digit = b"%d" % output.off
    if os.pread(levels, 1, output.pin) == digit:
        return
    os.pwrite(levels, digit, output.pin)
    line = json.dumps({"at": time.monotonic(), "pin": output.pin, "level": output.off})
    os.write(log, line.encode() + b"\n")


def _label(chip: int) -> bytes:
    info = bytearray(CHIPINFO.size)
    try:
        fcntl.ioctl(chip, GET_CHIPINFO, info)
    except OSError:
        return b""
    return _text(CHIPINFO.unpack(info)[1])


def _text(field: bytes) -> bytes:
    return field.split(b"\0")[0]


def _say(language: str, key: str, **values: object) -> None:
    """Say a sentence in that language, or in both where it is not known: on stderr where nothing goes into stdout. What
    the relays do is the answer, whether it can be read or not."""
    vi, en = (sentence.format(**values) for sentence in WORDS[key])
    line = {"vi": vi, "en": en}.get(language, f"{vi} / {en}")
    for stream in filter(None, (sys.stdout, sys.stderr)):
        encoding = stream.encoding or "ascii"
        try:
            print(line.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # Python writes it once more as it ends
            continue
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
