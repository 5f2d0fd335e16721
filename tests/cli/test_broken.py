"""Broken settings, for every command: a clear error, exit status 1, and never a traceback."""

from pathlib import Path

import pytest

from tests.cli.box import Run, gongd, write_settings

NEED_SETTINGS = [
    ["check"],
    ["preview"],
    ["describe", "peace"],
    ["describe", "peace", "-o", "{folder}/x.png"],
    ["render", "peace", "-o", "{folder}/x.wav"],
    ["run", "--dry", "--out", "{folder}/out"],
]
NEED_DAEMON = [["play", "fire"], ["stop"], ["reload"], ["status"], ["press", "fire"]]
BROKEN = {
    "unknown key": "speker: {}\n",
    "no yaml": "box: [\n  {{{ : : :\n",
    "bytes": "\x00\x01\x02",
    "old letters": "signals: {peace: {title: \u00d0\u00dd}}\nx: y\n",
}


@pytest.mark.parametrize("more", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("command", NEED_SETTINGS, ids=" ".join)
def test_a_command_that_needs_settings_tells_what_is_wrong_with_them(
    run: Run, tmp_path: Path, command: list[str], more: str
) -> None:
    config = write_settings(tmp_path, more=more)
    said = run(*(word.format(folder=tmp_path) for word in command), "--config", config)
    assert said.status == 1
    assert f"{config}:" in said.out + said.err
    assert "Traceback" not in said.out + said.err
    assert "Xin lỗi" not in said.err


@pytest.mark.parametrize("more", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("command", NEED_DAEMON, ids=" ".join)
def test_a_command_that_needs_the_daemon_looks_for_it_all_the_same(
    run: Run, tmp_path: Path, command: list[str], more: str
) -> None:
    said = run(*command, "--config", write_settings(tmp_path, more=more))
    assert said.status == 1
    assert f"{tmp_path}/gongd.sock" in said.err
    assert "gongd check" in said.err
    assert "Xin lỗi" not in said.err


@pytest.mark.parametrize("path", ["/nonexistent/config.yaml", "/", "/proc/self/mem", "/dev/null"])
@pytest.mark.parametrize("command", ["check", "preview", "doctor"])
def test_a_settings_file_that_is_none_is_told(run: Run, command: str, path: str) -> None:
    said = run(command, "--config", path)
    assert said.status == 1
    assert path in said.out + said.err
    assert "Xin lỗi" not in said.err


@pytest.mark.parametrize("command", [["check"], ["status"], ["doctor"], ["preview"]], ids=" ".join)
def test_no_traceback_comes_out_of_a_real_process(tmp_path: Path, command: list[str]) -> None:
    done = gongd(*command, "--config", write_settings(tmp_path, more="speker: {}\n"))
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_the_commands_that_need_no_settings_do_not_ask_for_them(run: Run) -> None:
    assert run("schema", "--config", "/nonexistent").status == 0
    assert run("--help").status == 0
