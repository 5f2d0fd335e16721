"""The three streams of a program, also where whoever started it has closed one, or nothing more goes into one."""

import errno
import io
import os
import sys
from typing import Any, Literal, TextIO

_SHOWN = "backslashreplace"


class _Out(io.FileIO):
    """Stdout, and what was wrong when it could not be written."""

    trouble: OSError | None = None

    def write(self, data: Any, /) -> int:
        """Into the file. Raises OSError."""
        try:
            return super().write(data)
        except OSError as error:
            self.trouble = error
            raise


class _Err(io.FileIO):
    """Stderr. What cannot be written there is lost: a word of warning ends nothing, least of all an alarm."""

    def write(self, data: Any, /) -> int:
        """Into the file, if it can be."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def make_usable() -> None:
    """Streams as every command takes them to be. One that is closed leads nowhere: nobody types, nobody reads. A
    terminal that cannot show a letter shows its code; letters that are typed in another code than the terminal's are as
    strange as they are among the words of the command line, and end nothing.

    The lowest free number is that of the stream itself, so no file that is opened later gets it.
    """
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = _through(_Out, sys.stdout) if sys.stdout else _closed()
    sys.stderr = _through(_Err, sys.stderr) if sys.stderr else _nowhere("w")
    for stream, errors in {sys.stdin: "surrogateescape", sys.stdout: _SHOWN, sys.stderr: _SHOWN}.items():
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _nowhere(mode: Literal["r", "w"]) -> TextIO:
    return open(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8")  # noqa: PTH123 - the number, not the name


def _closed() -> TextIO:
    out = _Out(os.open(os.devnull, os.O_WRONLY), "w")
    out.trouble = OSError(errno.EBADF, os.strerror(errno.EBADF))
    return io.TextIOWrapper(io.BufferedWriter(out), "utf-8")


def _through(kind: type[_Out | _Err], stream: TextIO) -> TextIO:
    """The same, seen to; what is no file of the system (a test's) is left alone."""
    inner = getattr(stream, "buffer", None)
    raw = getattr(inner, "raw", inner)
    if type(raw) is not io.FileIO or not isinstance(stream, io.TextIOWrapper):
        return stream
    out = io.BufferedWriter(kind(raw.fileno(), "w", closefd=False))
    return io.TextIOWrapper(out, stream.encoding, line_buffering=stream.line_buffering or stream.write_through)


def loss() -> OSError | None:
    """Why what was printed cannot be read, or not all of it."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.trouble if isinstance(raw, _Out) else None


def nobody_reads() -> None:
    """Stdout leads nowhere from now on; Python must not stumble over it once more as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
