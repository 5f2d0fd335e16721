"""A box that was revoked: no order waits for it, and the board says so where the roster still has it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongd.core.wire import Channel
from gongd.core.wire_form import to_json
from gongd.core.wire_report import Info
from gongd.gongctl.duty import on_duty
from tests.desk.commune import needs_mosquitto
from tests.desk.desk_terminal import at_terminal
from tests.desk.records import beat
from tests.desk.scripted import ROSTER, Commune, whole_commune

pytestmark = needs_mosquitto
WITHOUT_5 = ROSTER[: ROSTER.index("  thon-5:")]


@pytest.fixture
def commune(ram: Path) -> Iterator[Commune]:
    """Box thon-5 has spoken, is revoked, and stands in the roster."""
    with whole_commune(ram) as made:
        box = made.boxes["thon-5"]
        info = Info("thon-5", "nguyet-an", "Thôn 5, xã Nguyệt Ấn", "1", "0" * 64)
        assert box.caller.publish(box.topics.box("thon-5", Channel.INFO), to_json(info), retained=True)
        assert made.gongctl("doctor").returncode == 0
        with on_duty(made.folder.path) as duty:
            duty.store.heard_heartbeat("thon-5", beat(), datetime.now(UTC))
        assert made.gongctl("revoke", "thon-5", "--yes").returncode == 0
        yield made


def is_well(commune: Commune, *words: str) -> str:
    done = commune.gongctl(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_box_that_no_list_names_is_gone_once_the_roster_has_it_no_more(commune: Commune) -> None:
    (commune.folder.path / "roster.yaml").write_text(WITHOUT_5, encoding="utf-8")
    assert "1/1 cụm loa đang phát." in is_well(commune, "alert", "fire", "--to", "all", "--yes", "--wait", "20")
    assert "1/1 cụm loa đang phát." in is_well(commune, "alert", "fire", "--to", "trung-tam", "--yes", "--wait", "20")
    for words in (["status"], ["roster"], ["doctor"], ["forecast"]):
        assert "Thôn 5" not in commune.gongctl(*words).stdout
    assert [row["box"] for row in json.loads(is_well(commune, "status", "--json"))] == ["thon-3"]
    refused = commune.gongctl("alert", "fire", "--to", "5", "--yes")
    assert (refused.returncode, refused.stderr.startswith("Không có nơi “5”.")) == (2, True)


def test_a_revoked_box_in_the_roster_is_waited_for_by_no_order_and_is_said_to_be_revoked(commune: Commune) -> None:
    assert "1/1 cụm loa đang phát." in is_well(commune, "alert", "fire", "--to", "all", "--yes", "--wait", "20")
    assert "1/1 cụm loa đang phát." in is_well(commune, "alert", "fire", "--to", "trung-tam", "--yes", "--wait", "20")
    shown = is_well(commune, "status")
    assert "2 cụm loa: 1 kêu được, 1 đã hủy khóa" in shown
    assert "Đã hủy khóa  Thôn 5" in shown
    assert "Danh bạ trực còn cụm loa đã hủy khóa, loa không nhận lệnh: Thôn 5" in is_well(commune, "doctor")
    assert "Thôn 5 (đã hủy khóa)" in commune.gongctl("forecast").stdout
    refused = commune.gongctl("alert", "fire", "--to", "3, 5", "--yes")
    assert refused.returncode == 2
    assert refused.stderr.startswith("Khóa của Loa Thôn 5 đã bị hủy: loa không nhận lệnh nào.")


def test_an_order_to_a_revoked_box_goes_to_no_other_that_is_called_alike(commune: Commune) -> None:
    path = commune.folder.path / "roster.yaml"
    path.write_text(ROSTER.replace("village: Thôn 3", "village: Xóm 5 mới"), encoding="utf-8")
    commune.boxes["thon-3"].heard.clear()
    refused = commune.gongctl("alert", "fire", "--to", "5", "--yes", "--wait", "20")
    assert (refused.returncode, commune.boxes["thon-3"].heard) == (2, [])
    assert refused.stderr.startswith("“5” có thể là: Xóm 5 mới, Thôn 5. Gõ rõ hơn")


def test_what_a_revoked_box_told_before_is_still_read_and_its_village_rings_by_hand(commune: Commune) -> None:
    assert "Đã ghi: Thôn 5 đánh tay lúc 22:03" in is_well(
        commune, *["rung", "thon-5", "--by", "Bà Hà", "--at", "22:03", "--night", "20/11/2026"]
    )
    (commune.folder.path / "roster.yaml").write_text(WITHOUT_5, encoding="utf-8")
    is_well(commune, "events", "--box", "thon-5")
    nights = ["--from", "20/11/2026", "--until", "20/11/2026", "--format", "json"]
    sheet = json.loads(is_well(commune, "attendance", *nights))
    assert [row["box"] for row in sheet["boxes"]] == ["thon-3", "thon-5"]
    later = [word.replace("20/11", "21/11") for word in nights]
    assert [row["box"] for row in json.loads(is_well(commune, "attendance", *later))["boxes"]] == ["thon-3"]


def test_a_menu_that_has_waited_meanwhile_knows_the_boxes_of_now(ram: Path) -> None:
    with whole_commune(ram) as made, at_terminal(made.folder.path) as terminal:
        terminal.await_words("Chọn số: ")
        assert made.gongctl("revoke", "thon-5", "--yes").returncode == 0
        terminal.type("1\n")
        terminal.await_words("TAT CA): ")
        terminal.type("TAT CA\n")
        terminal.await_words("TẤT CẢ 1 thôn.")
        terminal.await_words("> ")
        terminal.type("TAT CA CHAY\n")
        terminal.await_words("1/1 cụm loa đang phát.")


LEFT_OUT = "Thôn 5: KHÔNG nhận được lệnh từ đây, khóa của loa đã bị hủy."
RINGS = f"{LEFT_OUT} Gọi Bà Hà, 0345677123, nhờ đánh kẻng tay.\n"


@pytest.mark.parametrize("place", ["all", "trung-tam"])
def test_whoever_alarms_a_place_reads_who_hears_nothing_and_whom_to_call(commune: Commune, place: str) -> None:
    shown = is_well(commune, "alert", "fire", "--to", place, "--yes", "--wait", "20")
    assert shown.endswith(f"{RINGS}1/1 cụm loa đang phát.\nmọi cụm loa được gọi đã phát\n")
    with at_terminal(commune.folder.path, "alert", "fire", "--to", place) as terminal:
        terminal.await_words(RINGS)
        terminal.await_words("> ")
    told = json.loads(is_well(commune, "alert", "fire", "--to", place, "--yes", "--wait", "20", "--json"))
    assert (told["ok"], set(told["boxes"])) == (True, {"thon-3"})
    assert told["revoked"] == {
        "thon-5": {"village": "Thôn 5", "call": [{"name": "Bà Hà", "phone": "0345677123"}], "ring_by_hand": True}
    }


def test_the_menu_says_it_before_the_word_is_typed_and_after_the_answers(commune: Commune) -> None:
    with at_terminal(commune.folder.path) as terminal:
        terminal.await_words("Chọn số: ")
        terminal.type("1\n")
        terminal.await_words("TAT CA): ")
        terminal.type("TAT CA\n")
        terminal.await_words(RINGS)
        terminal.await_words("> ")
        terminal.type("TAT CA CHAY\n")
        terminal.await_words(RINGS)
        terminal.await_words("1/1 cụm loa đang phát.")


def test_nobody_is_sent_to_the_gong_of_a_revoked_box_for_a_test(commune: Commune) -> None:
    shown = is_well(commune, "test", "--to", "all", "--yes", "--wait", "20")
    assert LEFT_OUT in shown
    assert "đánh kẻng tay" not in shown
    assert LEFT_OUT in is_well(commune, "silence", "--to", "all", "--wait", "20")


def test_a_list_with_a_revoked_box_is_refused_with_what_can_be_typed_instead(commune: Commune) -> None:
    refused = commune.gongctl("alert", "fire", "--to", "3, 5", "--yes")
    assert refused.stderr.startswith(
        "Khóa của Loa Thôn 5 đã bị hủy: loa không nhận lệnh nào. Chưa gửi gì. "
        "Gọi Bà Hà, 0345677123, hoặc đăng ký lại cụm loa. Các nơi còn lại thì gõ: thon-3"
    )
    alone = commune.gongctl("alert", "fire", "--to", "5", "--yes")
    assert "Các nơi còn lại" not in alone.stderr
