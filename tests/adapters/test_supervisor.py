"""What systemd hears, over a real datagram socket."""

import os
import socket
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.adapters.supervisor import Systemd
from gongd.ports import Supervisor


class Ear:
    """The side of systemd."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.settimeout(10)

    def hear(self) -> list[str]:
        return self.socket.recv(4096).decode().split("\n")


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    ear = Ear(str(tmp_path / "notify"))
    yield ear
    ear.socket.close()


@pytest.fixture
def systemd(ear: Ear, tmp_path: Path) -> Iterator[Systemd]:
    systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    yield systemd
    systemd.close()


def test_each_turn_of_life_is_told_in_the_words_of_systemd(systemd: Systemd, ear: Ear) -> None:
    systemd.ready("Sẵn sàng, còn 2 lỗi")
    assert ear.hear() == ["READY=1", "STATUS=Sẵn sàng, còn 2 lỗi"]
    systemd.alive()
    assert ear.hear() == ["WATCHDOG=1"]
    systemd.status("Đang phát Báo cháy")
    assert ear.hear() == ["STATUS=Đang phát Báo cháy"]
    systemd.stopping()
    assert ear.hear() == ["STOPPING=1"]


def test_a_reload_tells_the_instant_at_which_it_began(systemd: Systemd, ear: Ear) -> None:
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    systemd.reloading()
    word, instant = ear.hear()
    assert word == "RELOADING=1"
    assert before <= int(instant.removeprefix("MONOTONIC_USEC=")) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


def test_a_status_of_several_lines_cannot_smuggle_in_another_word(systemd: Systemd, ear: Ear) -> None:
    systemd.status("one\nSTOPPING=1")
    assert ear.hear() == ["STATUS=one STOPPING=1"]


def test_an_abstract_socket_is_understood() -> None:
    name = f"gongd-test-{uuid.uuid4()}"
    ear = Ear("\0" + name)
    Systemd({"NOTIFY_SOCKET": "@" + name}).alive()
    assert ear.hear() == ["WATCHDOG=1"]
    ear.socket.close()


def test_without_systemd_nothing_is_told_and_nothing_fails() -> None:
    nobody: Supervisor = Systemd({})
    nobody.ready("x")
    nobody.reloading()
    nobody.alive()
    nobody.status("x")
    nobody.stopping()
    assert Systemd({"WATCHDOG_USEC": "30000000"}).watchdog_s is None


def test_a_systemd_that_has_gone_is_logged_and_harms_nobody(
    systemd: Systemd, ear: Ear, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ear.socket.close()
    (tmp_path / "notify").unlink()
    systemd.alive()
    assert "was not told WATCHDOG=1" in caplog.text


def test_a_sign_of_life_never_waits_for_a_systemd_that_does_not_listen(systemd: Systemd, ear: Ear) -> None:
    for _ in range(2000):  # far more than a datagram queue holds
        systemd.alive()
    assert ear.hear() == ["WATCHDOG=1"]


@pytest.mark.parametrize(
    ("environment", "watchdog_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": str(os.getpid())}, 1.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_heard_of_where_it_is_meant_for_us(
    environment: dict[str, str], watchdog_s: float | None, tmp_path: Path
) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify"), **environment})
    assert systemd.watchdog_s == watchdog_s
    systemd.close()
