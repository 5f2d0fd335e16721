"""Streams that are closed or full: no traceback, one line where it can be read, and the exit status 1."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.box import write_settings
from tests.cli.test_relays_off import leave_a_daemons_note
from tests.test_relays_off import levels


def shell(words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command line of the shell, where `PY` is this Python."""
    line = words.replace("PY", f"'{sys.executable}'")
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "RUNTIME_DIRECTORY": str(folder)}
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=60, check=False, env=environment
    )


@pytest.mark.parametrize("program", ["gongd", "gongd.gongctl"])
@pytest.mark.parametrize("words", ["--help", "--version"])
@pytest.mark.parametrize(("stream", "why"), [(">&-", "đã đóng"), (">/dev/full", "đĩa đầy")])
def test_an_answer_that_nobody_can_read_is_told_in_one_line(
    tmp_path: Path, program: str, words: str, stream: str, why: str
) -> None:
    done = shell(f"PY -m {program} {words} {stream}", tmp_path)
    assert (done.returncode, done.stderr) == (1, f"Không in ra được (stdout): {why}\n")


def test_an_answer_that_is_cut_off_by_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    for python in ("PY", "PY -u"):
        done = shell(f"{python} -m gongd schema >/dev/full", tmp_path)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert done.stderr.startswith("Không in ra được")


def test_a_long_answer_whose_reader_goes_away_says_nothing(tmp_path: Path) -> None:
    done = shell("PY -m gongd schema | true; echo ${PIPESTATUS[0]}", tmp_path)
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize("streams", ["<&-", "2>&-", "<&- 2>&-"])
def test_an_answer_needs_neither_stdin_nor_stderr(tmp_path: Path, streams: str) -> None:
    done = shell(f"PY -m gongd check --config '{write_settings(tmp_path)}' {streams}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_where_every_stream_is_closed_the_exit_status_is_all_there_is(tmp_path: Path) -> None:
    done = shell("PY -m gongd --help <&- >&- 2>&-; echo $?", tmp_path)
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize("stream", [">&-", ">/dev/full"])
def test_relays_are_off_whoever_reads_it_and_the_status_is_theirs(tmp_path: Path, stream: str) -> None:
    leave_a_daemons_note(tmp_path)
    done = shell(f"PY -m gongd relays-off {stream}", tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert "striker" in done.stderr
    assert levels(tmp_path / "out") == {27: False, 23: True, 22: False}
    assert shell(f"PY -m gongd relays-off {stream} 2>&-", tmp_path).returncode == 0
