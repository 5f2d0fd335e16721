"""One daemon per journal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gongd.adapters.control import lock
from gongd.core.errors import SocketError

HOLDER = """
import sys, time
from pathlib import Path
from gongd.adapters.control import lock
held = lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(1000)
"""


def test_a_second_daemon_is_refused_and_told_who_holds_the_journal(tmp_path: Path) -> None:
    held = lock(tmp_path / "journal.lock")
    with pytest.raises(SocketError) as caught:
        lock(tmp_path / "journal.lock")
    assert f"(tiến trình {os.getpid()})" in caught.value.text.vi
    assert f"(process {os.getpid()})" in caught.value.text.en
    held.close()


def test_a_lock_that_was_let_go_can_be_taken(tmp_path: Path) -> None:
    lock(tmp_path / "journal.lock").close()
    lock(tmp_path / "journal.lock").close()


def test_a_daemon_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(SocketError, match=str(holder.pid)):
        lock(path)
    holder.kill()
    holder.communicate()
    lock(path).close()


def test_a_child_that_the_daemon_has_started_does_not_hold_its_lock(tmp_path: Path) -> None:
    held = lock(tmp_path / "journal.lock")
    child = subprocess.Popen(["sleep", "1000"])
    held.close()
    lock(tmp_path / "journal.lock").close()
    child.kill()
    child.wait()


def test_a_lock_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    with pytest.raises(SocketError, match="No such file or directory"):
        lock(tmp_path / "nowhere" / "journal.lock")
