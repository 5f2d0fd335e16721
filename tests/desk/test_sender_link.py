"""Orders over a real Mosquitto with TLS: what the officer sees, what the boxes hear, and the exit status."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.core.catalogue import Why
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from gongd.desk.link import Dial, reaches
from tests.desk.commune import make_commune, needs_mosquitto
from tests.desk.scripted import Commune, eventually, found_commune, whole_commune

pytestmark = needs_mosquitto
PATIENCE_S = 20.0


@pytest.fixture
def commune(ram: Path) -> Iterator[Commune]:
    with whole_commune(ram) as made:
        yield made


def test_an_alarm_to_one_village_is_heard_by_that_village_alone(commune: Commune) -> None:
    done = commune.gongctl("alert", "fire", "--to", "3", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Loa Thôn 3: đã nhận lệnh" in done.stdout
    assert "(đã đóng rơ-le)\n1/1 cụm loa đang phát.\nmọi cụm loa đã phát\n" in done.stdout
    assert [claims.signal for claims in commune.boxes["thon-3"].heard] == ["fire"]
    assert commune.boxes["thon-5"].heard == []


def test_a_start_that_is_answered_twice_is_one_line(commune: Commune) -> None:
    commune.boxes["thon-3"].steps = (Step.RECEIVED, Step.STARTED, Step.STARTED)
    done = commune.gongctl("alert", "fire", "--to", "3", "--yes")
    assert (done.returncode, done.stdout.count("Loa Thôn 3: bắt đầu phát")) == (0, 1)


@pytest.mark.parametrize("command", ["status", "forecast"])
def test_without_a_broker_the_first_line_says_so_and_what_follows_is_old(ram: Path, command: str) -> None:
    folder, _ = found_commune(ram)
    alone, began = Commune(folder, 0, {}), time.monotonic()
    done = alone.gongctl(command)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("Máy trực mất kết nối với máy chủ 127.0.0.1:")
    told = json.loads(alone.gongctl(command, "--json").stdout)
    assert [row["broker"] for row in (told if isinstance(told, list) else [told])] in ([False, False], [False])
    assert time.monotonic() - began < PATIENCE_S


def test_nobody_is_promised_a_gong_by_old_news(ram: Path) -> None:
    done = Commune(make_commune(ram), 0, {}).gongctl("forecast")
    assert (done.returncode, "thôn nào cũng có kẻng" in done.stdout) == (1, False)
    assert done.stdout.endswith("Chưa biết được đêm nay thôn nào có thể không có kẻng 22 giờ.\n")


def test_a_broker_that_says_nothing_is_no_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port, tls = mute.getsockname()[1], ssl.create_default_context()
        began = time.monotonic()
        assert not reaches(Dial("127.0.0.1", port, "x", tls), 0.3)
        assert time.monotonic() - began < PATIENCE_S
        assert reaches(Dial("127.0.0.1", port, "x"), PATIENCE_S)
    assert not reaches(Dial("127.0.0.1", port, "x"), PATIENCE_S)


def test_with_a_broker_status_and_forecast_say_nothing_of_it(commune: Commune) -> None:
    for command in ("status", "forecast"):
        told = json.loads(commune.gongctl(command, "--json").stdout)
        assert all(row["broker"] for row in (told if isinstance(told, list) else [told]))
        assert "mất kết nối" not in commune.gongctl(command).stdout


@pytest.mark.parametrize("place", ["all", "tất cả", "Khu trung tâm", "3, 5"])
def test_a_zone_a_list_and_all_reach_every_box_with_one_name(commune: Commune, place: str) -> None:
    done = commune.gongctl("alert", "security", "--to", place, "--yes", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], set(told["boxes"])) == (0, True, {"thon-3", "thon-5"})
    assert {claims.jti for box in commune.boxes.values() for claims in box.heard} == {told["jti"]}


def test_a_box_without_a_trusted_clock_is_sent_the_same_order_with_its_challenge(commune: Commune) -> None:
    box = commune.boxes["thon-3"]
    box.wants_challenge = "c" * 32
    done = commune.gongctl("alert", "fire", "--to", "3", "--yes")
    assert done.returncode == 0, done.stdout
    assert len({claims.jti for claims in box.heard}) == 1
    assert box.heard[-1].challenges == {"thon-3": "c" * 32}
    assert "từ chối" not in done.stdout


def test_a_box_that_comes_back_is_sent_the_order_again_and_sounds(commune: Commune) -> None:
    box = commune.boxes["thon-5"]
    box.deaf = True

    def come_back() -> None:
        eventually(lambda: box.heard)
        box.deaf = False

    back = threading.Thread(target=come_back)
    back.start()
    done = commune.gongctl("alert", "fire", "--to", "all", "--yes")
    back.join()
    assert done.returncode == 0, done.stdout
    assert "Loa Thôn 5: CHƯA TRẢ LỜI. Gọi Bà Hà, 0345677123, nhờ đánh kẻng tay." in done.stdout
    assert len(box.heard) >= 2
    assert len({claims.sent for claims in box.heard}) == len(box.heard)
    assert len({claims.jti for claims in box.heard}) == 1


def test_a_box_that_refuses_makes_the_status_1_and_says_what_to_do(commune: Commune) -> None:
    commune.boxes["thon-3"].steps = (Step.REFUSED,)
    done = commune.gongctl("alert", "fire", "--to", "3", "--yes")
    assert done.returncode == 1
    assert "Loa Thôn 3 từ chối" in done.stdout
    assert "có cụm loa chưa phát" in done.stdout


def test_a_cancel_names_what_was_raised_and_is_not_sent_twice(commune: Commune) -> None:
    commune.gongctl("alert", "fire", "--to", "3", "--yes")
    done = commune.gongctl("cancel", "--reason", "mistake")
    assert done.returncode == 0, done.stdout
    alert, cancel = commune.boxes["thon-3"].heard
    assert (cancel.type, cancel.references, cancel.reason) == (CommandType.CANCEL, (alert.jti,), Why.MISTAKE)
    again = commune.gongctl("cancel", "--reason", "safe")
    assert (again.returncode, "Không có hiệu lệnh nào đang phát." in again.stderr) == (1, True)


def test_a_cancel_that_no_box_has_answered_is_given_again_and_its_alarm_is_not(commune: Commune) -> None:
    box = commune.boxes["thon-3"]
    assert commune.gongctl("alert", "fire", "--to", "3", "--yes").returncode == 0
    box.deaf = True
    unheard = commune.gongctl("cancel", "--reason", "safe", "--wait", "3")
    assert (unheard.returncode, "1 chưa trả lời" in unheard.stdout) == (1, True), unheard.stdout + unheard.stderr
    box.deaf = False
    again = commune.gongctl("cancel", "--reason", "safe")
    assert again.returncode == 0, again.stdout + again.stderr
    alert, *cancels = box.heard
    assert alert.type is CommandType.ALERT
    assert {(each.type, each.references) for each in cancels} == {(CommandType.CANCEL, (alert.jti,))}
    assert len({each.jti for each in cancels}) == 2
    done = commune.gongctl("cancel", "--reason", "safe")
    assert (done.returncode, "Không có hiệu lệnh nào đang phát." in done.stderr) == (1, True)


def test_a_drill_a_test_an_announcement_and_silence_say_what_they_are(commune: Commune) -> None:
    for words in (("drill", "fire"), ("test",), ("announce", "Mai họp thôn."), ("silence",)):
        done = commune.gongctl(*words, "--to", "3", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
    told = [(claims.type.value, claims.status.value, claims.text) for claims in commune.boxes["thon-3"].heard]
    assert told == [
        ("alert", "exercise", None),
        ("alert", "test", None),
        ("announce", "actual", "Mai họp thôn."),
        ("silence", "actual", None),
    ]


def test_nothing_is_sounded_without_a_word_and_without_a_place(commune: Commune) -> None:
    for words in (("--to", "3"), ("--to", "7", "--yes"), ()):
        assert commune.gongctl("alert", "fire", *words).returncode == 2
    assert commune.boxes["thon-3"].heard == []


def test_answers_that_another_has_signed_are_not_believed(commune: Commune) -> None:
    honest, thief = commune.boxes["thon-3"], commune.boxes["thon-5"]
    honest.deaf = True
    honest.key = thief.key

    def forge() -> None:
        eventually(lambda: honest.heard)
        honest.say(honest.heard[0].jti, Step.STARTED)

    forger = threading.Thread(target=forge)
    forger.start()
    done = commune.gongctl("alert", "fire", "--to", "3", "--yes", "--wait", "4")
    forger.join()
    assert done.returncode == 1
    assert "0/1 cụm loa đang phát. 1 chưa trả lời." in done.stdout


def test_without_a_broker_the_officer_is_told_whom_to_telephone(ram: Path) -> None:
    folder, _ = found_commune(ram)
    done = Commune(folder, 1, {}).gongctl("alert", "fire", "--to", "all", "--yes", "--wait", "1")
    assert done.returncode == 1
    assert "Máy trực mất kết nối: KHÔNG cụm loa nào nhận được lệnh. Gọi điện cho các thôn:\n" in done.stdout
    assert "  Thôn 3: Ông Lê Văn An, 0912 345 678\n  Thôn 5: Bà Hà, 0345677123\n" in done.stdout
