"""What officers write freely: it reaches the boxes whole, or it is refused before anything is sent."""

import os
from collections.abc import Iterator

import pytest

from gongd.cli.usage import MisuseError
from gongd.core.wire_command import LONGEST_TEXT
from gongd.gongctl.free_text import on_one_line
from tests.desk.commune import needs_mosquitto
from tests.desk.scripted import Commune, whole_commune

LINES = "Mai họp thôn.\n\tMời bà con\tđến   nhà văn hóa.\n"
ONE_LINE = "Mai họp thôn. Mời bà con đến nhà văn hóa."


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("words")) as made:
        yield made


@needs_mosquitto
def test_lines_and_gaps_are_joined_and_every_box_hears_the_text(commune: Commune) -> None:
    done = commune.gongctl("announce", LINES, "--to", "all", "--yes", "--by", "Ông\tAn")
    assert (done.returncode, done.stderr) == (0, "")
    for box in commune.boxes.values():
        assert (box.heard[-1].text, box.heard[-1].by) == (ONE_LINE, "Ông An")
    done = commune.gongctl("alert", "fire", "--to", "3", "--yes", "--note", "Bếp\nnhà ông Hà")
    assert commune.boxes["thon-3"].heard[-1].note == "Bếp nhà ông Hà", done.stdout + done.stderr


@needs_mosquitto
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("announce", "a" * 501), "Nội dung thông báo: dài quá 500 chữ (đang là 501)."),
        (("announce", "chuông \a kêu"), "Nội dung thông báo: có ký tự lạ"),
        (("alert", "fire", "--note", "a" * 20_000), "Ghi chú (--note): dài quá 300 chữ (đang là 20000)."),
        (("drill", "fire", "--note", "a" * 301), "Ghi chú (--note): dài quá 300 chữ"),
        (("alert", "fire", "--by", "a" * 3_000), "Tên người (--by): dài quá 100 chữ"),
        (("silence", "--by", "\x1b[2J"), "Tên người (--by): có ký tự lạ"),
        (("alert", "Cháy nhà"), "Không cụm loa nào có hiệu lệnh “Cháy nhà”."),
    ],
)
def test_what_a_box_would_not_take_is_refused_and_nothing_is_sent(
    commune: Commune, words: tuple[str, ...], told: str
) -> None:
    commune.boxes["thon-3"].heard.clear()
    done = commune.gongctl(*words, "--to", "3", "--yes")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 2), done.stdout + done.stderr
    assert done.stderr.startswith(told)
    assert commune.boxes["thon-3"].heard == []


@needs_mosquitto
def test_the_menu_refuses_it_in_the_same_words_before_it_asks_where(commune: Commune) -> None:
    done = commune.gongctl(typed=f"5\n{'a' * 501}\n0\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Nội dung thông báo: dài quá 500 chữ (đang là 501). Rút gọn. Chưa gửi gì.\n" in done.stdout
    assert "Nơi phát" not in done.stdout


def test_a_text_is_as_long_as_it_is_when_its_letters_are_whole() -> None:
    assert on_one_line("text", "e\u0301" * LONGEST_TEXT) == "é" * LONGEST_TEXT
    with pytest.raises(MisuseError):
        on_one_line("text", "é" * (LONGEST_TEXT + 1))


@needs_mosquitto
@pytest.mark.parametrize(
    ("user", "by"),
    [
        ("a" * 150, "a" * 100),
        ("tr\x1b[2J\u202euc\nban", "tr[2Juc ban"),
        ("\x07", None),
        ("trực\udcff", "trực"),
    ],
)
def test_an_odd_name_of_the_user_spoils_no_order(
    commune: Commune, monkeypatch: pytest.MonkeyPatch, user: str, by: str | None
) -> None:
    monkeypatch.setenv("SUDO_USER", user)
    done = commune.gongctl("alert", "fire", "--to", "3", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    monkeypatch.delenv("SUDO_USER")
    assert commune.boxes["thon-3"].heard[-1].by == (by or str(os.getuid()))
