"""Whoever is not there, does not know the passphrase, or presses Ctrl-C: gongctl says so, and nothing is sounded."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gongd
from gongd.desk.membership import Passphrases
from tests.desk.commune import make_commune, make_village, needs_mosquitto
from tests.desk.desk_terminal import CTRL_C, CTRL_D, at_terminal
from tests.desk.scripted import Commune, whole_commune

pytestmark = needs_mosquitto
CONFIRM = "Chỉ Enter: không phát.\n> "
CHOOSE = "0  Thoát\nChọn số: "
NOT_LEFT = "Còn 1 cụm loa chưa trả lời: thoát thì máy thôi gửi lại. Gõ THOAT để thoát.\n"


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("terminal")) as made:
        yield made


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commune whose keys have the passphrase `mo`."""
    ram, keys = tmp_path_factory.mktemp("locked"), Passphrases.one("mo")
    folder = make_commune(ram, passphrases=keys)
    make_village(ram).join(folder, keys)
    return folder.path


def shell(folder: Path, words: str, streams: str = "") -> subprocess.CompletedProcess[str]:
    """gongctl without a terminal, its streams as the shell has them."""
    line = f"'{sys.executable}' -m gongd.gongctl --folder '{folder}' {words} {streams}"
    return subprocess.run(
        ["setsid", "-w", "bash", "-c", line],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )


# ── Streams ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("stdin", ["<&-", "</dev/null"])
def test_without_stdin_nobody_is_there_to_be_asked(commune: Commune, stdin: str) -> None:
    commune.boxes["thon-3"].heard.clear()
    done = shell(commune.folder.path, "alert fire --to 3", stdin)
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (2, "", "Không có ai để hỏi lại: thêm --yes")
    left = shell(commune.folder.path, "", stdin)
    assert (left.returncode, left.stderr) == (0, "")
    assert "Chọn số: " in left.stdout
    assert not [one for one in commune.boxes["thon-3"].heard if one.signal]


@pytest.mark.parametrize(("stdout", "why"), [(">&-", "đã đóng"), (">/dev/full", "đĩa đầy")])
def test_an_alarm_is_given_also_where_nobody_can_read_of_it(commune: Commune, stdout: str, why: str) -> None:
    commune.boxes["thon-3"].heard.clear()
    done = shell(commune.folder.path, "alert fire --to 3 --yes", stdout)
    assert (done.returncode, done.stderr) == (1, f"Không in ra được (stdout): {why}\n")
    assert [one.signal for one in commune.boxes["thon-3"].heard] == ["fire"]
    assert shell(commune.folder.path, "status", stdout).stderr == done.stderr
    commune.gongctl("cancel", "--reason", "safe")


@pytest.mark.parametrize("paper", ["attendance", "report"])
def test_a_workbook_that_a_full_disk_does_not_take_is_told_in_one_line(commune: Commune, paper: str) -> None:
    done = shell(commune.folder.path, f"{paper} --format xlsx -o /dev/full")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Không ghi được /dev/full: đĩa đầy\n")


def test_a_warning_that_cannot_be_written_stops_no_alarm(ram: Path) -> None:
    with whole_commune(ram) as made:
        (made.folder.path / "desk.db").write_bytes(b"torn" * 5000)
        (made.folder.path / "roster.yaml").write_text("boxes: [", encoding="utf-8")
        done = shell(made.folder.path, "alert fire --to all --yes", "2>/dev/full")
        assert (done.returncode, "2/2 cụm loa đang phát." in done.stdout) == (0, True)
        assert [one.signal for one in made.boxes["thon-3"].heard] == ["fire"]


# ── Ctrl-C ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D, "\n"])
def test_whoever_does_not_confirm_reads_that_nothing_was_sounded(commune: Commune, key: str) -> None:
    commune.boxes["thon-3"].heard.clear()
    with at_terminal(commune.folder.path, "alert", "fire", "--to", "3") as terminal:
        terminal.await_words(CONFIRM)
        terminal.type(key)
        assert terminal.finish() == 1
        assert terminal.seen.endswith("Chưa phát gì.\n")
    assert commune.boxes["thon-3"].heard == []


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D, "0\n"])
def test_the_menu_is_left_by_these_keys_as_by_0(commune: Commune, key: str) -> None:
    with at_terminal(commune.folder.path) as terminal:
        terminal.await_words(CHOOSE)
        terminal.type(key)
        assert terminal.finish() == 0
        assert "Traceback" not in terminal.seen


def test_whoever_leaves_the_menu_at_a_question_reads_that_nothing_was_sounded(commune: Commune) -> None:
    with at_terminal(commune.folder.path) as terminal:
        terminal.await_words(CHOOSE)
        terminal.type("1\n3\n")
        terminal.await_words(CONFIRM)
        terminal.type(CTRL_C)
        assert terminal.finish() == 0
        assert terminal.seen.endswith("\nChưa phát gì.\n")


def test_ctrl_c_leaves_no_box_unanswered_without_a_question(commune: Commune) -> None:
    commune.boxes["thon-5"].deaf = True
    try:
        with at_terminal(commune.folder.path) as terminal:
            terminal.await_words(CHOOSE)
            terminal.type("1\n5\n")
            terminal.await_words(CONFIRM)
            terminal.type("CHAY\n")
            terminal.await_words("Đang chờ 1 cụm loa trả lời ...\n")
            terminal.type(CTRL_C)
            terminal.await_words(NOT_LEFT)
            terminal.await_words("> ")
            terminal.type("o\n")
            terminal.await_words(CHOOSE)
            terminal.type(CTRL_C)
            terminal.await_words(NOT_LEFT)
            terminal.await_words("> ")
            terminal.type(CTRL_C)
            assert terminal.finish() == 0
    finally:
        commune.boxes["thon-5"].deaf = False
        commune.gongctl("cancel", "--reason", "safe")


# ── Passphrases ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "words",
    [
        "silence --to all",
        "",
        "key collector",
        "init xa-c --host h --passphrase",
    ],
)
def test_without_a_terminal_it_is_said_that_a_passphrase_is_needed_and_how_it_is_given(
    locked: Path, tmp_path: Path, words: str
) -> None:
    folder = tmp_path / "xa-c" if words.startswith("init") else locked
    for stdin in ("</dev/null", "<&-"):
        done = shell(folder, words, stdin)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            "Cần mật khẩu mà không có ai gõ: chạy ở cửa sổ dòng lệnh, hoặc thêm --passphrase-file TỆP\n"
        )
    assert not (tmp_path / "xa-c").exists()


@pytest.mark.parametrize(
    ("words", "prompt"), [(("silence", "--to", "all"), "trực ban"), (("key", "collector"), "của xã")]
)
def test_a_wrong_passphrase_is_told_once_a_try(locked: Path, words: tuple[str, ...], prompt: str) -> None:
    with at_terminal(locked, *words) as terminal:
        for _ in range(3):
            terminal.await_words(f"Mật khẩu khóa {prompt}: ")
            told, terminal.seen = terminal.seen, ""
            terminal.type("sai\n")
        assert terminal.finish() == 1
    assert told == ""
    assert terminal.seen.strip().splitlines() == ["Sai mật khẩu."]


def test_ctrl_d_at_a_passphrase_is_nobody_who_types_one(locked: Path) -> None:
    with at_terminal(locked, "key", "collector") as terminal:
        terminal.await_words("Mật khẩu khóa của xã: ")
        terminal.type(CTRL_D)
        assert terminal.finish() == 1
        assert "Cần mật khẩu mà không có ai gõ" in terminal.seen
        assert "EOFError" not in terminal.seen


# ── Somebody else's folder ───────────────────────────────────────────────────────────────────────────────────────


NO_MORE_THAN_ANYBODY = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--")
"""Root without its powers: a folder of somebody else's is as shut as it is for anybody."""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_gongctl_starts_in_a_home_folder_that_its_user_may_not_look_into(tmp_path: Path) -> None:
    """`sudo -u gongctl gongctl` stays in the officer's own folder, which is nobody else's on Debian."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    os.chown(home, 65534, 65534)
    done = subprocess.run(
        [*NO_MORE_THAN_ANYBODY, sys.executable, "-m", "gongd.gongctl", "--version"],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(gongd.__file__).parents[1])},
    )
    assert (done.returncode, done.stderr) == (0, "")
