"""The officer's menu, as a person who has never seen a terminal uses it: keys, words, and what the screen says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongd.core.wire_command import CommandType
from gongd.gongctl.duty import on_duty
from gongd.gongctl.paper import NOT_KNOWN
from tests.desk.commune import needs_mosquitto
from tests.desk.records import beat
from tests.desk.scripted import Commune, found_commune, whole_commune

pytestmark = needs_mosquitto


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("menu")) as made:
        yield made


def typed(commune: Commune, *keys: str) -> str:
    """What the screen says to these lines."""
    for box in commune.boxes.values():
        box.heard.clear()
    done = commune.gongctl(typed="\n".join([*keys, "0", ""]))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def heard(commune: Commune, box: str = "thon-3") -> list[tuple[str, str, str | None]]:
    return [(one.type.value, one.status.value, one.signal) for one in commune.boxes[box].heard]


def test_the_head_and_the_choices_are_those_of_the_paper(commune: Commune) -> None:
    shown = typed(commune)
    assert shown.startswith("BÀN TRỰC XÃ NGUYỆT ẤN          ")
    assert "      2 cụm loa: 2 kêu được\n" in shown
    assert " 1  BÁO CHÁY        2  BÁO ĐỘNG AN NINH      3  BÁO LŨ\n" in shown
    assert " 4  Báo yên / dừng  5  Thông báo             6  Diễn tập      7  Thử loa\n" in shown
    assert " 8  Tình trạng      9  Bảng kẻng 22 giờ      0  Thoát\nChọn số: " in shown


def test_an_alarm_is_three_keystrokes_and_a_word_and_is_stopped_by_two(commune: Commune) -> None:
    shown = typed(commune, "1", "3", "CHAY", "4", "1")
    assert (
        "SẮP PHÁT THẬT: BÁO CHÁY ở Thôn 3 (1 thôn, 1 cụm loa). Loa nói: “Cháy! Cháy! Cháy ở Thôn 3!”. "
        "To nhất, tối đa 5 phút.\nGõ CHAY rồi Enter để phát. Chỉ Enter: không phát.\n"
    ) in shown
    assert "Đang chờ 1 cụm loa trả lời ...\n" in shown
    assert "Nhớ báo 114 và chỉ huy. Xong việc: chọn 4 để báo yên.\n" in shown
    assert (
        "Dừng báo cháy ở 1 thôn. Vì sao?  1 Đã an toàn (loa nói “An toàn”)  2 Báo nhầm (loa xin lỗi bà con)  "
        "3 Tắt tiếng, việc chưa xong"
    ) in shown
    assert heard(commune) == [("alert", "actual", "fire"), ("cancel", "actual", None)]
    assert heard(commune, "thon-5") == []


@pytest.mark.parametrize("word", ["cháy", "Chay", " CHÁY ", "FIRE"])
def test_diacritics_and_case_count_for_nothing(commune: Commune, word: str) -> None:
    typed(commune, "1", "3", word, "4", "3")
    assert heard(commune)[0] == ("alert", "actual", "fire")


@pytest.mark.parametrize("word", ["", "TAP", "chay chay", "y", "1", "LU"])
def test_any_other_word_sounds_nothing(commune: Commune, word: str) -> None:
    assert "Chưa phát gì.\n" in typed(commune, "1", "3", word)
    assert heard(commune) == []


def test_a_drill_is_confirmed_by_another_word_than_an_alarm(commune: Commune) -> None:
    shown = typed(commune, "6", "1", "3", "CHAY", "6", "1", "3", "TẬP", "4", "", "3")
    assert (
        "DIỄN TẬP báo cháy ở Thôn 3. Loa nói “Diễn tập” trước, trong và sau.\n"
        "Gõ TAP rồi Enter. Chỉ Enter: không phát.\n"
    ) in shown
    assert heard(commune)[0] == ("alert", "exercise", "fire")
    assert [kind for kind, _, _ in heard(commune)].count("alert") == 1


def test_all_villages_need_more_words(commune: Commune) -> None:
    assert "TẤT CẢ 2 thôn. Gõ TAT CA CHAY rồi Enter.\n" in typed(commune, "1", "TAT CA", "CHAY")
    assert heard(commune) == []
    typed(commune, "1", "tat ca", "tất cả cháy", "4", "3")
    assert heard(commune)[0] == heard(commune, "thon-5")[0] == ("alert", "actual", "fire")


def test_whoever_ends_all_reads_the_name_of_each(commune: Commune) -> None:
    shown = typed(commune, "1", "tat ca", "tat ca chay", "2", "3", "ANNINH", "4", "", "3")
    assert "Dừng báo động an ninh ở 1 thôn, báo cháy ở 2 thôn" in shown
    assert ". Vì sao?  1 Đã an toàn (loa nói “An toàn”)  2 " in shown
    assert heard(commune)[:3] == [
        ("alert", "actual", "fire"),
        ("alert", "actual", "security"),
        ("cancel", "actual", None),
    ]


def test_a_flood_may_be_a_watch_only(commune: Commune) -> None:
    shown = typed(commune, "3", "3", "CẢNH BÁO", "4", "3")
    assert "Mới cần chuẩn bị: gõ CANHBAO rồi Enter, chỉ phát cảnh báo lũ. Loa nói: “Chú ý! Chú ý!" in shown
    assert heard(commune)[0] == ("alert", "actual", "flood-watch")


def test_the_word_that_the_screen_names_for_a_watch_in_all_villages_is_the_one_that_raises_it(commune: Commune) -> None:
    shown = typed(commune, "3", "TAT CA", "CANHBAO", "3", "TAT CA", "TAT CA CANHBAO", "4", "3")
    assert "Mới cần chuẩn bị: gõ TAT CA CANHBAO rồi Enter, chỉ phát cảnh báo lũ. Loa nói: “Chú ý! Chú ý!" in shown
    assert [kind for kind in heard(commune) if kind[0] == "alert"] == [("alert", "actual", "flood-watch")]


def test_a_place_that_is_none_sounds_nothing_and_names_the_places(commune: Commune) -> None:
    shown = typed(commune, "1", "7")
    assert "Không có nơi “7”. Có: Thôn 3, Thôn 5, Khu trung tâm, TAT CA\nChưa phát gì.\n" in shown


def test_an_announcement_says_its_words_before_it_is_spoken(commune: Commune) -> None:
    shown = typed(commune, "5", "Mai họp thôn lúc 7 giờ.", "3", "THONGBAO")
    assert "THÔNG BÁO ở Thôn 3 (1 thôn, 1 cụm loa): “Mai họp thôn lúc 7 giờ.”\n" in shown
    assert commune.boxes["thon-3"].heard[0].type is CommandType.ANNOUNCE


def test_the_end_of_input_sounds_nothing(commune: Commune) -> None:
    done = commune.gongctl(typed="1\n3\n")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_letters_in_another_code_than_the_terminals_end_nothing_and_are_spoken_nowhere(commune: Commune) -> None:
    commune.boxes["thon-3"].heard.clear()
    done = subprocess.run(
        [sys.executable, "-m", "gongd.gongctl", "--folder", str(commune.folder.path)],
        input="Cháy\n5\nCháy\n1\nThôn 3\n1\n3\nCHAY\n0\n".encode("latin-1"),
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8:strict"},  # as vi_VN.UTF-8 has it
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Nội dung thông báo: có ký tự lạ không gửi được. Gõ lại. Chưa gửi gì.\n" in done.stdout.decode()
    assert heard(commune) == [("alert", "actual", "fire")]


def test_what_the_store_knows_is_read_without_a_word(commune: Commune) -> None:
    shown = typed(commune, "8", "9")
    assert "Kêu được?" in shown
    assert "BẢNG THEO DÕI TIẾNG KẺNG BÌNH YÊN LÚC 22 GIỜ\n" in shown


def test_the_menu_promises_no_gong_by_old_news_while_the_broker_is_away(ram: Path) -> None:
    folder, _ = found_commune(ram)
    at = datetime.now(UTC)
    with on_duty(folder.path) as duty:
        for box in ("thon-3", "thon-5"):
            duty.store.heard_heartbeat(box, beat(at=at.replace(microsecond=0)), at)
    alone = Commune(folder, 0, {})
    forecast, shown = alone.gongctl("forecast").stdout, alone.gongctl(typed="8\n0\n").stdout
    old, *_, last = forecast.splitlines()
    assert old.startswith("Máy trực mất kết nối với máy chủ 127.0.0.1:")
    assert last == NOT_KNOWN.vi
    assert 0 < shown.index(f"{old}\n") < shown.index(f"\n{last}\n")
    assert "thôn nào cũng có kẻng" not in shown
