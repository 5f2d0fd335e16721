"""The local socket beside the journal: one JSON object a line, a request and its answer; and the lock beside it.

Open to owner and group only (mode 0660). Whatever else comes is answered with an error object,
`{"error": {"vi": ..., "en": ...}}`, and the connection is closed. No connection can hold the daemon up: each has its
own thread, there are at most `CONNECTIONS` of them, and the box is only ever posted to.
"""

import contextlib
import errno
import fcntl
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from gongd.core.errors import SocketError
from gongd.core.words import Text
from gongd.ports import Asked, Post

CONNECTIONS = 8
LINE_BYTES = 64 * 1024
ANSWER_S = 5.0
"""So long the box may take to answer."""
QUIET_S = 10.0
"""So long a connection may say nothing, or take to say or hear one line."""
MODE = 0o660

NOT_RUNNING = Text(
    vi="gongd chưa chạy (không thấy {path}). Chạy: sudo systemctl start gongd",
    en="gongd is not running (nobody answers at {path}). Run: sudo systemctl start gongd",
)
NOT_ALLOWED = Text(
    vi="Không có quyền dùng {path}. Chạy lại với sudo, hoặc thêm người dùng vào nhóm gongd",
    en="no permission to use {path}. Run it again with sudo, or add your user to the group gongd",
)
NO_ANSWER = Text(vi="gongd không trả lời trong {seconds} giây", en="gongd has not answered within {seconds} seconds")
NOT_AN_OBJECT = Text(
    vi="Yêu cầu không đọc được: cần một đối tượng JSON trên một dòng",
    en="the request cannot be read: one JSON object on one line is expected",
)
TOO_LONG = Text(vi="Yêu cầu dài quá {bytes} byte", en="the request is longer than {bytes} bytes")
BUSY = Text(vi="gongd đang bận: có {count} kết nối rồi", en="gongd is busy: there are {count} connections already")
BAD_ANSWER = Text(vi="Câu trả lời của gongd không đọc được", en="the answer of gongd cannot be read")
OTHER_DAEMON = Text(vi="Đã có một gongd trả lời ở {path}", en="another gongd already answers at {path}")
NOT_A_SOCKET = Text(
    vi="{path} đã có và không phải là cổng của gongd. Đổi tên hoặc xóa nó",
    en="{path} exists and is not a socket of gongd. Rename or remove it",
)
CANNOT_OPEN = Text(vi="Không mở được {path}: {why}", en="{path} cannot be opened: {why}")
LOCKED = Text(
    vi="Nhật ký này đã có một gongd khác dùng (tiến trình {pid}). Dừng nó trước: sudo systemctl stop gongd",
    en="another gongd already uses this journal (process {pid}). Stop it first: sudo systemctl stop gongd",
)

Object = Mapping[str, object]


def error_object(text: Text) -> dict[str, object]:
    """The answer that says what is wrong."""
    return {"error": {"vi": text.vi, "en": text.en}}


# ── The lock ─────────────────────────────────────────────────────────────────────────────────────────────────────


class LockedError(SocketError):
    """Another daemon holds it."""


class Lock:
    """Held as long as it is open: one daemon per journal. The kernel lets go when the process dies."""

    def __init__(self, path: Path) -> None:
        """Raises LockedError: another daemon holds it (its pid is named); SocketError: it cannot be opened."""
        try:
            self._fd = _open_lock(path)
        except OSError as error:
            raise SocketError(CANNOT_OPEN.fill(path=path, why=error.strerror)) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip() or "?"
            os.close(self._fd)
            raise LockedError(LOCKED.fill(pid=pid)) from error
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same, only nobody can read by whom
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let go. The file stays: removing it would let two daemons lock two files of one name."""
        os.close(self._fd)


def _open_lock(path: Path) -> int:
    """A disk that cannot be written still has a file to lock, or at least its folder. Raises OSError."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT):
            raise
    with contextlib.suppress(FileNotFoundError):
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def lock(path: Path) -> Lock:
    """Take the lock at `path`. Raises SocketError."""
    return Lock(path)


# ── The daemon's side ────────────────────────────────────────────────────────────────────────────────────────────


class ControlSocket:
    """Listens at `path` and posts each request as Asked."""

    def __init__(self, path: Path, post: Post, answer_s: float = ANSWER_S, quiet_s: float = QUIET_S) -> None:
        """Raises SocketError: another daemon answers there, something else is in the way, or it cannot be opened."""
        self._path = path
        self._post = post
        self._answer_s = answer_s
        self._quiet_s = quiet_s
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        self._closing = False
        self._listener = _listen(path)
        self._inode = path.stat().st_ino
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more, and remove the socket if it is still ours."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(1.0)
        self._listener.close()
        with contextlib.suppress(OSError):
            if self._path.stat().st_ino == self._inode:
                self._path.unlink()

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if not self._closing:
                    threading.Event().wait(0.1)  # out of descriptors: the next may be luckier
                continue
            connection.settimeout(self._quiet_s)
            if self._room.acquire(blocking=False):
                threading.Thread(target=self._serve, args=(connection,), name="caller", daemon=True).start()
            else:
                _say(connection, error_object(BUSY.fill(count=CONNECTIONS)))
                connection.close()

    def _serve(self, connection: socket.socket) -> None:
        heard = bytearray()
        try:
            with connection:
                while line := _hear(connection, heard, self._quiet_s):
                    request = _request(line)
                    answer = error_object(request) if isinstance(request, Text) else self._ask(request)
                    if not _say(connection, answer) or isinstance(request, Text):
                        return
        except OSError:
            return  # the caller has gone, or was silent for too long
        finally:
            self._room.release()

    def _ask(self, request: Object) -> Object:
        """Post the request and wait for its answer; the first one counts."""
        answers: list[Object] = []
        answered = threading.Event()

        def answer(value: Object) -> None:
            answers.append(value)
            answered.set()

        self._post(Asked(request, answer))
        if not answered.wait(self._answer_s):
            return error_object(NO_ANSWER.fill(seconds=f"{self._answer_s:g}"))
        return answers[0]


def _hear(connection: socket.socket, heard: bytearray, quiet_s: float) -> bytes:
    """The next line, within `quiet_s` as a whole, or what came before the end or beyond the longest line; what was
    heard beyond it stays in `heard`. Raises OSError."""
    until = time.monotonic() + quiet_s
    while b"\n" not in heard and len(heard) <= LINE_BYTES:
        connection.settimeout(max(0.001, until - time.monotonic()))
        piece = connection.recv(4096)
        if not piece:
            break
        heard += piece
    end = heard.find(b"\n") + 1 or len(heard)
    line = bytes(heard[:end])
    del heard[:end]
    connection.settimeout(quiet_s)
    return line


def _request(line: bytes) -> Object | Text:
    if len(line) > LINE_BYTES:
        return TOO_LONG.fill(bytes=LINE_BYTES)
    try:
        request = json.loads(line, parse_constant=_no_number)
        json.dumps(request, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return NOT_AN_OBJECT
    return request if isinstance(request, dict) else NOT_AN_OBJECT


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _say(connection: socket.socket, value: Object) -> bool:
    """Send one line; False when the caller has gone."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"
    try:
        connection.sendall(line.encode("utf-8", "backslashreplace"))
    except OSError:
        return False
    return True


def _listen(path: Path) -> socket.socket:
    """A listening socket at `path`. It comes into being under another name, so it is never there with wider doors."""
    _make_way(path)
    new = path.with_name(path.name + ".new")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        new.unlink(missing_ok=True)
        listener.bind(str(new))
        new.chmod(MODE)
        listener.listen(CONNECTIONS)
        new.rename(path)
    except OSError as error:
        listener.close()
        raise SocketError(CANNOT_OPEN.fill(path=path, why=error.strerror or error)) from error
    return listener


def _make_way(path: Path) -> None:
    """A socket file that nobody answers at is left over from a daemon that died; anything else stays."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise SocketError(NOT_A_SOCKET.fill(path=path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        trial.settimeout(1.0)
        try:
            trial.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return
        except OSError as error:
            raise SocketError(CANNOT_OPEN.fill(path=path, why=error.strerror or error)) from error
    raise SocketError(OTHER_DAEMON.fill(path=path))


# ── The caller's side ────────────────────────────────────────────────────────────────────────────────────────────


def ask(path: Path, request: Object, timeout_s: float = ANSWER_S + 1.0) -> Object:
    """Ask the daemon that listens at `path`. Its answer may be an error object. Raises SocketError."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(path))
            connection.sendall(json.dumps(request).encode() + b"\n")
            with connection.makefile("rb") as lines:
                line = lines.readline()
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as error:
        raise SocketError(NOT_RUNNING.fill(path=path)) from error
    except PermissionError as error:
        raise SocketError(NOT_ALLOWED.fill(path=path)) from error
    except TimeoutError as error:
        raise SocketError(NO_ANSWER.fill(seconds=f"{timeout_s:g}")) from error
    except OSError as error:
        raise SocketError(CANNOT_OPEN.fill(path=path, why=error.strerror or error)) from error
    return _answer(line)


def _answer(line: bytes) -> Object:
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise SocketError(BAD_ANSWER) from error
    if not isinstance(answer, dict):
        raise SocketError(BAD_ANSWER)
    return answer
