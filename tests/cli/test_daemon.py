"""Commands that ask the daemon, against a small box that answers at a real socket."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gongd.adapters.control import ControlSocket
from tests.cli.box import ALL_LOADED, Run, answering, gongd, refusal, write_settings

YES: dict[str, object] = {"ok": True}


def test_a_played_signal_is_told_with_no_more_proof_than_there_is(run: Run, config: Path, tmp_path: Path) -> None:
    with answering(tmp_path, play={"ok": True, "activation": "local-1", "outcome": "started"}) as box:
        said = run("play", "fire", "--config", config)
    assert (said.status, said.out) == (0, "Báo cháy (thử loa): bắt đầu phát (đã ra lệnh phát)\n")
    [asked] = box.asked
    assert (asked["do"], asked["signal"], asked["status"]) == ("play", "fire", "test")
    assert asked["by"]


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ({"ok": True, "outcome": "waiting", "detail": {"behind": "flood"}}, 0, "đang chờ Báo lũ"),
        ({"ok": True, "outcome": "joined", "detail": {}}, 0, "nhập vào hiệu lệnh đang có"),
        ({"ok": True}, 0, "đã nhận lệnh"),
        ({"ok": False, "outcome": "expired", "detail": {}}, 1, "quá hạn, không phát"),
        ({"ok": False, "outcome": "failed", "detail": {"what": "stalled"}}, 1, "không phát được: máy bị treo"),
        ({"ok": True, "outcome": "new-word"}, 0, "đã nhận lệnh"),
    ],
)
def test_what_became_of_a_request_is_told_in_words(
    run: Run, config: Path, tmp_path: Path, answer: dict[str, object], status: int, words: str
) -> None:
    with answering(tmp_path, play=answer):
        said = run("play", "peace", "--status", "actual", "--config", config)
    assert said.status == status
    assert f"Kẻng bình yên (thật): {words}" in said.out + said.err


def test_a_refusal_says_why_and_what_to_do(run: Run, config: Path, tmp_path: Path) -> None:
    no = refusal("chưa có giọng đọc nên không phát diễn tập", "no voice", "drill-needs-voice")
    with answering(tmp_path, play=no):
        said = run("play", "fire", "--status", "exercise", "--config", config)
    assert (said.status, said.out) == (1, "")
    assert said.err == "chưa có giọng đọc nên không phát diễn tập. Chép bản thu hoặc cài giọng đọc\n"


def test_a_signal_that_the_daemon_does_not_know_gets_a_suggestion(run: Run, config: Path, tmp_path: Path) -> None:
    with answering(tmp_path, play=refusal("không có", "none", "unknown-signal")):
        said = run("play", "fier", "--config", config)
    assert said.status == 2
    assert 'Có phải "fire"?' in said.err


def test_a_button_that_the_daemon_does_not_know_gets_a_suggestion(run: Run, config: Path, tmp_path: Path) -> None:
    with answering(tmp_path, press=refusal("không có", "none")):
        said = run("press", "fier", "--config", config)
    assert said.status == 2
    assert 'Did you mean "fire"?' in said.err


@pytest.mark.parametrize(("typed", "seconds"), [("2s", 2.0), ("300ms", 0.3), ("1,5s", 1.5), ("1m", 60.0), ("4", 4.0)])
def test_a_mock_button_is_held_as_long_as_asked(
    run: Run, config: Path, tmp_path: Path, typed: str, seconds: float
) -> None:
    with answering(tmp_path, press=YES) as box:
        assert run("press", "fire", "--for", typed, "--config", config).status == 0
    assert box.asked == [{"do": "press", "button": "fire", "for_s": seconds}]


def test_silence_is_asked_for_by_name(run: Run, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "lan")
    with answering(tmp_path, stop=YES) as box:
        said = run("stop", "--config", config)
    assert (said.status, said.out) == (0, "Đã tắt tiếng: bỏ mọi thứ đang phát hoặc đang chờ\n")
    assert box.asked == [{"do": "stop", "by": "lan"}]


@pytest.mark.parametrize(("waiting", "words"), [(False, "Đã dùng cấu hình mới"), (True, "sẽ dùng khi loa phát xong")])
def test_a_reload_says_when_the_new_settings_count(
    run: Run, config: Path, tmp_path: Path, waiting: bool, words: str
) -> None:
    with answering(tmp_path, reload={"ok": True, "waiting": waiting}):
        said = run("reload", "--config", config)
    assert said.status == 0
    assert words in said.out


def test_a_reload_of_bad_settings_shows_what_is_wrong(run: Run, config: Path, tmp_path: Path) -> None:
    with answering(tmp_path, reload=refusal("config.yaml:3:1: sai", "config.yaml:3:1: wrong", "settings-invalid")):
        said = run("reload", "--config", config)
    assert said.status == 1
    assert "config.yaml:3:1: sai. Sửa theo danh sách" in said.err


@pytest.mark.parametrize("command", [["play", "fire"], ["stop"], ["reload"], ["status"], ["press", "fire"]])
def test_without_a_daemon_it_is_said_how_to_start_it(run: Run, config: Path, command: list[str]) -> None:
    said = run(*command, "--config", config)
    assert (said.status, said.out) == (1, "")
    assert "gongd chưa chạy" in said.err
    assert "sudo systemctl start gongd" in said.err
    as_json = run(*command, "--json", "--config", config)
    assert as_json.status == 1
    assert json.loads(as_json.out)["ok"] is False


@pytest.mark.parametrize("command", [["play", "fire"], ["stop"], ["reload"], ["status"], ["press", "fire"]])
def test_a_program_gets_the_daemons_own_answer(run: Run, config: Path, tmp_path: Path, command: list[str]) -> None:
    no = refusal("không", "no", "malformed")
    with answering(tmp_path, play=no, stop=no, reload=no, status=no, press=no):
        said = run(*command, "--json", "--config", config)
    assert (said.status, json.loads(said.out), said.err) == (1, no, "")


def test_an_alarm_is_stopped_even_where_the_settings_are_broken(run: Run, tmp_path: Path) -> None:
    config = write_settings(tmp_path, more="speker: {}\n")
    with answering(tmp_path, stop=YES) as box:
        said = run("stop", "--config", config)
    assert said.status == 0
    assert len(box.asked) == 1


def test_where_neither_settings_nor_daemon_are_found_both_are_told(run: Run, tmp_path: Path) -> None:
    said = run("stop", "--config", write_settings(tmp_path, more="speker: {}\n"))
    assert said.status == 1
    assert "Cấu hình" in said.err
    assert "gongd chưa chạy" in said.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_who_may_not_use_the_socket_is_told_how_to_get_it(config: Path, tmp_path: Path) -> None:
    own = (folder for folder in tmp_path.parents if folder.name.startswith(("pytest-", "popen-")))
    for folder in (tmp_path, *own):  # never the machine's own folder for temporary files
        folder.chmod(0o755)
    script = (
        f"{ALL_LOADED}\nimport os, sys\n"
        "from gongd.cli import main\n"
        f"main(['status', '--config', {str(config)!r}])\n"  # an interpreter that nobody may read is loaded by now
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        f"sys.exit(main(['stop', '--config', {str(config)!r}]))\n"
    )
    with answering(tmp_path, stop=YES, status=YES):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "sudo" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_daemon_that_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    config = write_settings(tmp_path, more="speker: {}\n")
    done = gongd("run", "--dry", "--out", tmp_path / "out", "--config", config)
    assert done.returncode == 1
    assert 'Có phải "speaker"?' in done.stderr
    assert "Traceback" not in done.stderr


def test_who_grows_tired_of_waiting_gets_no_traceback(config: Path, tmp_path: Path) -> None:
    heard = threading.Event()
    socket = ControlSocket(tmp_path / "gongd.sock", lambda asked: heard.set())
    words = [sys.executable, "-m", "gongd", "stop", "--config", str(config)]
    try:
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as command:
            assert heard.wait(20.0)
            command.send_signal(signal.SIGINT)
            out, err = command.communicate(timeout=20.0)
    finally:
        socket.close()
    assert (command.returncode, out, err) == (1, "", "")


def test_a_settings_file_is_taken_from_a_folder(config: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    done = gongd("adopt", "--from", stick, "--config", config)
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert "usage:" not in done.stderr
