"""The local socket: a request, its answer, and everything that does not deserve one."""

import json
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongd.adapters.control import CONNECTIONS, LINE_BYTES, ControlSocket, ask
from gongd.core.errors import SocketError
from gongd.ports import Asked
from tests.adapters.ear import until

LONG_S = 20.0
NOBODY = 65534


class Box:
    """Answers what it is asked; `held` requests wait."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.holding = False

    def post(self, event: object) -> None:
        assert isinstance(event, Asked)
        self.asked.append(event)
        if not self.holding:
            event.answer({"heard": dict(event.request)})


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gongd.sock"


@pytest.fixture
def control(path: Path, box: Box) -> Iterator[ControlSocket]:
    control = ControlSocket(path, box.post, answer_s=LONG_S, quiet_s=LONG_S)
    yield control
    control.close()


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(LONG_S)
    connection.connect(str(path))
    return connection


def _all(connection: socket.socket) -> list[dict[str, object]]:
    """Every answer until the daemon closes."""
    with connection, connection.makefile("rb") as lines:
        return [json.loads(line) for line in lines]


def _send(path: Path, data: bytes, close: bool = True) -> list[dict[str, object]]:
    connection = _connect(path)
    connection.sendall(data)
    if close:
        connection.shutdown(socket.SHUT_WR)
    return _all(connection)


def _error(answers: list[dict[str, object]]) -> str:
    error = answers[-1]["error"]
    assert isinstance(error, Mapping)
    assert error["vi"] != error["en"]
    return str(error["en"])


def test_a_request_is_posted_and_its_answer_comes_back(control: ControlSocket, path: Path, box: Box) -> None:
    request = {"do": "play", "signal": "báo cháy", "status": "test"}
    assert ask(path, request) == {"heard": request}
    assert box.asked[0].request == request


def test_one_connection_may_ask_several_times(control: ControlSocket, path: Path) -> None:
    assert _send(path, b'{"n":1}\n{"n":2}\n{"n":3}\n') == [{"heard": {"n": n}} for n in (1, 2, 3)]


def test_a_last_line_without_its_end_is_a_request_too(control: ControlSocket, path: Path) -> None:
    assert _send(path, b'{"n":1}') == [{"heard": {"n": 1}}]


def test_owner_and_group_may_ask_and_nobody_else(control: ControlSocket, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "line",
    [
        b"hello", b"[1]", b'"text"', b"{", b"\xff\xfe\x00", b"\x00" * 100, b"null", b'{"a":NaN}', b'{"a":"\\ud800"}',
        b"[" * 60_000, b'{"a":' * 10_000, b"GET / HTTP/1.1\r", b'{"n":' + b"9" * 5000 + b"}", b" ", b"",
    ],
)  # fmt: skip
def test_what_is_no_json_object_is_answered_with_an_error_and_closed(
    control: ControlSocket, path: Path, box: Box, line: bytes
) -> None:
    assert "one JSON object on one line" in _error(_send(path, line + b'\n{"n":1}\n', close=False))
    assert box.asked == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_no_bytes_at_all_bring_it_down(control: ControlSocket, path: Path, data: bytes) -> None:
    assert all(isinstance(answer, dict) for answer in _send(path, data))
    assert ask(path, {"still": "here"}) == {"heard": {"still": "here"}}


def test_a_line_that_never_ends_is_cut_off(control: ControlSocket, path: Path) -> None:
    connection = _connect(path)
    connection.sendall(b"x" * (LINE_BYTES + 1))
    assert f"longer than {LINE_BYTES} bytes" in _error(_all(connection))


def test_the_longest_line_is_still_read(control: ControlSocket, path: Path) -> None:
    text = "x" * (LINE_BYTES - len('{"text": ""}\n'))
    assert ask(path, {"text": text}) == {"heard": {"text": text}}


def test_a_box_that_does_not_answer_is_an_error_to_the_caller(path: Path, box: Box) -> None:
    box.holding = True
    control = ControlSocket(path, box.post, answer_s=0.05)
    assert "has not answered within 0.05 seconds" in _error([dict(ask(path, {}))])
    box.asked[0].answer({"too": "late"})
    control.close()


def test_an_answer_may_come_from_any_thread_and_only_the_first_counts(
    control: ControlSocket, path: Path, box: Box
) -> None:
    box.holding = True
    answers: list[Mapping[str, object]] = []
    caller = threading.Thread(target=lambda: answers.append(ask(path, {}, timeout_s=LONG_S)))
    caller.start()
    until(lambda: box.asked, "the request")
    box.asked[0].answer({"n": 1})
    box.asked[0].answer({"n": 2})
    caller.join(LONG_S)
    assert answers == [{"n": 1}]


def test_a_caller_who_has_gone_is_nobodys_trouble(control: ControlSocket, path: Path, box: Box) -> None:
    box.holding = True
    connection = _connect(path)
    connection.sendall(b'{"n":1}\n')
    until(lambda: box.asked, "the request")
    connection.close()
    box.asked[0].answer({"n": 1})
    box.holding = False
    assert ask(path, {"n": 2}) == {"heard": {"n": 2}}


def test_a_caller_who_says_nothing_is_shown_out(path: Path, box: Box) -> None:
    control = ControlSocket(path, box.post, quiet_s=0.05)
    assert _all(_connect(path)) == []
    control.close()


def test_a_caller_who_drips_is_shown_out_all_the_same(path: Path, box: Box) -> None:
    control = ControlSocket(path, box.post, quiet_s=0.2)
    connection = _connect(path)
    dripping = threading.Event()

    def drip() -> None:
        while not dripping.wait(0.02):
            try:
                connection.send(b"x")
            except OSError:
                return

    dripper = threading.Thread(target=drip)
    dripper.start()
    until(lambda: _is_closed(connection), "the end")
    dripping.set()
    dripper.join()
    connection.close()
    control.close()


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_more_callers_than_there_is_room_for_are_told_so_and_room_comes_back(
    control: ControlSocket, path: Path
) -> None:
    callers = [_connect(path) for _ in range(CONNECTIONS)]
    for caller in callers:
        caller.sendall(b'{"n":1}\n')
        assert caller.recv(4096)
    assert f"{CONNECTIONS} connections" in _error(_all(_connect(path)))
    for caller in callers:
        caller.close()
    until(lambda: ask(path, {}) == {"heard": {}}, "room")


def test_the_socket_goes_with_the_daemon(path: Path, box: Box) -> None:
    ControlSocket(path, box.post).close()
    assert not path.exists()
    with pytest.raises(SocketError, match="not running"):
        ask(path, {})


def test_a_socket_left_over_by_a_dead_daemon_is_taken_over(path: Path, box: Box) -> None:
    dead = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    dead.bind(str(path))
    dead.close()
    with pytest.raises(SocketError, match="not running"):
        ask(path, {})
    control = ControlSocket(path, box.post)
    assert ask(path, {}) == {"heard": {}}
    control.close()


def test_a_daemon_that_answers_keeps_its_socket(control: ControlSocket, path: Path, box: Box) -> None:
    with pytest.raises(SocketError, match="another gongd already answers"):
        ControlSocket(path, box.post)
    assert ask(path, {}) == {"heard": {}}


def test_something_else_of_that_name_is_left_alone(path: Path, box: Box) -> None:
    path.write_text("precious")
    with pytest.raises(SocketError, match="not a socket"):
        ControlSocket(path, box.post)
    assert path.read_text() == "precious"


def test_a_daemon_does_not_remove_the_socket_of_its_successor(path: Path, box: Box) -> None:
    first = ControlSocket(path, box.post)
    path.unlink()
    second = ControlSocket(path, box.post)
    first.close()
    assert ask(path, {}) == {"heard": {}}
    second.close()


def test_a_path_that_is_too_long_for_a_socket_is_an_error(tmp_path: Path, box: Box) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    with pytest.raises(SocketError, match="cannot be opened"):
        ControlSocket(folder / "gongd.sock", box.post)


@pytest.mark.parametrize("answer", [b"", b"nonsense\n", b"[1]\n", b"\xff\n"])
def test_an_answer_that_cannot_be_read_is_an_error(path: Path, answer: bytes) -> None:
    with Answering(path, lambda connection: connection.sendall(answer)), pytest.raises(SocketError):
        ask(path, {})


def test_a_daemon_that_hangs_is_an_error_to_the_caller(path: Path) -> None:
    released = threading.Event()
    with Answering(path, lambda _: released.wait(LONG_S)):
        with pytest.raises(SocketError, match=r"not answered within 0\.05 seconds"):
            ask(path, {}, timeout_s=0.05)
        released.set()


def test_a_caller_without_the_right_is_told_which_group_to_join(
    control: ControlSocket, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    path.chmod(0)
    with _as_nobody(), pytest.raises(SocketError, match="group gongd"):
        ask(Path(path.name), {})


@contextmanager
def _as_nobody() -> Iterator[None]:
    """Root may do everything, so root is somebody else meanwhile."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


class Answering:
    """A daemon that does one thing with its first caller."""

    def __init__(self, path: Path, deed: Callable[[socket.socket], object]) -> None:
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        self.listener.listen(1)
        self.deed = deed
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(4096)
            self.deed(connection)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.thread.join(LONG_S)
        self.listener.close()
