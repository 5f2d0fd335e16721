"""gongctl as scripts and people run it: orders and exit statuses, papers, the board; both languages; bad input."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gongd.core.condition import Sounds
from gongd.core.lexicon import Proof
from gongd.core.wire import Channel, Seal
from gongd.core.wire_form import to_json
from gongd.core.wire_report import Connection, Info, Presence, Step
from gongd.desk.collector import CONNECTED
from tests.desk.commune import eventually, needs_mosquitto
from tests.desk.records import HANOI, batch
from tests.desk.scripted import Commune, whole_commune

pytestmark = needs_mosquitto
ENGLISH = "en_US.UTF-8"


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("commands")) as made:
        yield made


def ask(commune: Commune, words: str, status: int = 0, language: str = "C.UTF-8", typed: str | None = None) -> str:
    """What a command says, once its exit status is as expected; never a traceback."""
    done = commune.gongctl(*words.split("|"), typed=typed, language=language)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stdout + done.stderr
    return done.stdout + done.stderr


def is_connected(collector: subprocess.Popen[str]) -> bool:
    """Has it just said so, in either language?"""
    assert collector.stdout is not None
    said = collector.stdout.readline()
    return CONNECTED.vi in said or CONNECTED.en in said


def last_heard(commune: Commune, box: str = "thon-3") -> tuple[str, str, str | None]:
    one = commune.boxes[box].heard[-1]
    return one.type.value, one.status.value, one.signal


# ── Orders ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "heard", "vi", "en"),
    [
        (
            "alert|fire|--to|3|--yes",
            ("alert", "actual", "fire"),
            "1/1 cụm loa đang phát.",
            "1 of 1 boxes are",
        ),
        ("drill|fire|--to|3|--yes", ("alert", "exercise", "fire"), "mọi cụm loa đã phát", "every box has sounded"),
        ("test|--to|3|--yes", ("alert", "test", "test"), "mọi cụm loa đã phát", "every box has sounded"),
        (
            "announce|Mai họp.|--to|3|--yes",
            ("announce", "actual", None),
            "mọi cụm loa đã phát",
            "every box has sounded",
        ),
        ("silence|--to|3", ("silence", "actual", None), "1/1 cụm loa đã nhận.", "1 of 1 boxes have taken it."),
    ],
)
def test_an_order_is_given_followed_and_answered_for_by_the_exit_status(
    commune: Commune, words: str, heard: tuple[str, str, str | None], vi: str, en: str
) -> None:
    assert vi in ask(commune, words)
    assert last_heard(commune) == heard
    assert en in ask(commune, words, language=ENGLISH)


def test_a_script_is_told_box_by_box_what_became_of_it(commune: Commune) -> None:
    told = json.loads(ask(commune, "alert|fire|--to|all|--yes|--json|--by|Trực ban|--note|Cháy ở cụm 2"))
    assert told["ok"] is True
    assert {box: facts["standing"] for box, facts in told["boxes"].items()} == {
        "thon-3": "sounding",
        "thon-5": "sounding",
    }
    order = commune.boxes["thon-5"].heard[-1]
    assert (order.by, order.note) == ("Trực ban", "Cháy ở cụm 2")


@pytest.mark.parametrize("reason", ["safe", "mistake", "pause"])
def test_what_was_raised_is_ended_for_its_reason(commune: Commune, reason: str) -> None:
    ask(commune, "alert|fire|--to|3|--yes")
    assert "đã nhận" in ask(commune, f"cancel|--reason|{reason}|--to|3")
    ended = commune.boxes["thon-3"].heard[-1]
    assert (ended.type.value, ended.reason and ended.reason.value) == ("cancel", reason)


def test_an_alarm_is_ended_in_one_village_and_goes_on_in_the_other(commune: Commune) -> None:
    ask(commune, "alert|fire|--to|all|--yes")
    before = len(commune.boxes["thon-3"].heard)
    assert "1/1 cụm loa đã nhận." in ask(commune, "cancel|--reason|safe|--to|5")
    assert last_heard(commune, "thon-5")[0] == "cancel"
    assert len(commune.boxes["thon-3"].heard) == before
    assert "Thôn 3" in ask(commune, "cancel|--reason|safe")


def test_whoever_follows_an_alarm_sees_it_to_its_end(commune: Commune) -> None:
    box, words = commune.boxes["thon-3"], ("alert", "fire", "--to", "3", "--yes", "--follow")
    argv = [sys.executable, "-m", "gongd.gongctl", "--folder", str(commune.folder.path), *words]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env={**os.environ, "LANG": "C.UTF-8"})
    assert process.stdout is not None
    said = iter(process.stdout.readline, "")
    assert any("Loa Thôn 3: bắt đầu phát" in line for line in said)
    assert process.poll() is None
    box.say(box.heard[-1].jti, Step.FINISHED, proof=Proof.DRIVEN)
    rest = list(said)
    assert any("Loa Thôn 3: phát xong" in line for line in rest), rest
    assert process.wait() == 0


def test_a_box_that_is_silent_is_named_with_whom_to_call_and_fails_the_order(commune: Commune) -> None:
    commune.boxes["thon-5"].deaf = True
    try:
        told = ask(commune, "alert|fire|--to|all|--yes|--wait|14", status=1)
    finally:
        commune.boxes["thon-5"].deaf = False
    assert "Loa Thôn 5: CHƯA TRẢ LỜI. Gọi Bà Hà, 0345677123, nhờ đánh kẻng tay." in told
    assert told.endswith("1/2 cụm loa đang phát. 1 chưa trả lời.\ncó cụm loa chưa phát\n")
    ours = [one.jti for one in commune.boxes["thon-5"].heard if one.jti == commune.boxes["thon-5"].heard[-1].jti]
    assert len(ours) >= 2, "signed again for the box that is silent"


def test_a_box_that_could_not_sound_fails_the_order(commune: Commune) -> None:
    box = commune.boxes["thon-3"]
    box.steps = (Step.RECEIVED, Step.FAILED)
    try:
        assert "có cụm loa chưa phát\n" in ask(commune, "alert|fire|--to|3|--yes", status=1)
    finally:
        box.steps = (Step.RECEIVED, Step.STARTED)


def test_a_damaged_record_of_one_box_stops_no_order(commune: Commune) -> None:
    path = commune.folder.boxes / "thon-5.json"
    held = path.read_bytes()
    path.write_bytes(b"{")
    try:
        assert "1/1 cụm loa đang phát." in ask(commune, "alert|fire|--to|3|--yes")
    finally:
        path.write_bytes(held)


BAD = (
    "alert|fire|--to|nowhere|--yes",
    "alert|fire|--yes",
    "alert|--to|3",
    "alert|fire|--to|3",
    "alert|fire|--to|3|--yes|--wait|soon",
    "alert|fire|--to|3|--yes|--passphrase-file|/nowhere",
    "drill|fire|--to||--yes",
    "announce|--to|3",
    "cancel|--reason|tired",
    "cancel",
    "silence",
    "rung|thon-3",
    "rung|thon-9|--by|An",
    "rung|thon-3|--by|An|--at|25:00",
    "rung|thon-3|--by|An|--night|yesterday",
    "events|--box|thon-9",
    "events|--days|0",
    "attendance|--format|pdf",
    "attendance|--format|xlsx",
    "attendance|--from|1/1/2020|--until|1/1/2026",
    "report|--month|13/2026",
    "enrol",
    "enrol|x|--code|12",
    "renew|--bax|thon-3",
    "frobnicate",
    "status|now",
)


@pytest.mark.parametrize("words", BAD)
def test_bad_input_gets_one_clear_line_in_each_language_and_exit_status_2(commune: Commune, words: str) -> None:
    before = {box.id: len(box.heard) for box in commune.boxes.values()}
    done = commune.gongctl(*words.split("|"))
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False), done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert {box.id: len(box.heard) for box in commune.boxes.values()} == before


IMPOSSIBLE = (
    "revoke|nobody|--yes",
    "renew|--box|thon-9",
    "neighbours|thon-9|--with|thon-3",
    "enrol|/nowhere",
    "move|thon-3|--to|/x",
)


@pytest.mark.parametrize("words", IMPOSSIBLE)
def test_what_cannot_be_done_is_one_line_and_exit_status_1(commune: Commune, words: str) -> None:
    assert len(ask(commune, words, status=1).splitlines()) == 1


# ── Papers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_night_rung_by_hand_is_written_down_and_stands_on_the_sheet(commune: Commune) -> None:
    night = datetime.now(HANOI).date() - timedelta(days=10)
    entry, which = "rung|thon-5|--by|Bà Hà|--at|22:03", f"{night:%d/%m/%Y}"
    told = ask(commune, f"{entry}|--night|{which}")
    assert "Đã ghi: Thôn 5 đánh tay lúc 22:03, người đánh Bà Hà, người ghi " in told
    sheet = json.loads(ask(commune, f"attendance|--from|{which}|--until|{which}|--format|json"))
    assert {row["box"]: row["marks"].get(f"{night}") for row in sheet["boxes"]}["thon-5"] == "T"
    assert "by Bà Hà; written by" in ask(commune, f"{entry}|--night|{which}", language=ENGLISH)


def test_a_night_that_has_not_come_was_rung_by_nobody(commune: Commune) -> None:
    today = datetime.now(HANOI).date()
    coming = [today + timedelta(days=1), today.replace(year=today.year + 1, day=1)]
    for night in coming:
        told = ask(commune, f"rung|thon-3|--by|An|--at|22:03|--night|{night:%d/%m/%Y}", status=2)
        assert told.startswith(f"Đêm {night:%d/%m/%Y} chưa đến, chưa ai đánh kẻng được.")
        sheet = json.loads(ask(commune, f"attendance|--from|{night:%d/%m/%Y}|--until|{night:%d/%m/%Y}|--format|json"))
        assert {row["box"]: row["marks"].get(f"{night}") for row in sheet["boxes"]}["thon-3"] != "T"


def test_the_forecast_names_the_villages_that_may_be_silent_and_whom_to_call(commune: Commune) -> None:
    assert "Đêm nay thôn nào cũng có kẻng 22 giờ." in ask(commune, "forecast")
    at = datetime.now(UTC)
    commune.boxes["thon-5"].tell(Presence(Connection.STOPPED, at=at))
    ask(commune, "doctor")
    told = re.sub(r" \d\d/\d\d\)", ")", ask(commune, "forecast", status=1))
    off = f"đã tắt lúc {at.astimezone(HANOI):%H:%M}"
    assert told == f"Đêm nay 1 thôn có thể không có kẻng 22 giờ: Thôn 5 ({off}).\nGọi: Bà Hà 0345677123.\n"
    assert off.capitalize() in ask(commune, "status", status=1)
    assert json.loads(ask(commune, "forecast|--json", status=1))["silent_tonight"]
    assert "may have no gong at 22:00" in ask(commune, "forecast", status=1, language=ENGLISH)
    commune.boxes["thon-5"].tell(Presence(Connection.LOST))
    ask(commune, "doctor")
    for command in ("status", "forecast"):
        assert "Mất liên lạc 1 cụm loa. Loa có thể vẫn tự đánh kẻng 22 giờ.\n" in ask(commune, command, status=1)
    shown = commune.gongctl(typed="8\n0\n").stdout
    assert shown.count("Loa có thể vẫn tự đánh kẻng 22 giờ.") == 1
    commune.boxes["thon-5"].tell(Presence(Connection.ONLINE, Sounds.YES, at=datetime.now(UTC)))


def test_records_that_a_box_sends_are_kept_and_read(commune: Commune) -> None:
    assert "Không có gì trong 1 ngày qua" in ask(commune, "events|--box|thon-3")
    process = subprocess.Popen(
        [sys.executable, "-m", "gongd.gongctl", "collect", "--folder", str(commune.folder.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        eventually(lambda: is_connected(process))
        commune.boxes["thon-3"].publish(Channel.EVENT, batch("thon-3", 1, 3), Seal.EVENT)
        eventually(lambda: ask(commune, "events|--box|thon-3|--days|400|--json").count("\n") == 3)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert "Máy: đã chạy" in ask(commune, "events|--box|thon-3|--days|400")
    assert "Machine: started" in ask(commune, "events|--days|400", language=ENGLISH)


def test_the_doctor_tries_every_part(commune: Commune) -> None:
    told = ask(commune, "doctor")
    assert "Máy chủ: đã kết nối" in told
    found = json.loads(ask(commune, "doctor|--json"))
    assert {one["part"] for one in found["findings"]} >= {"folder", "key", "certificates", "broker", "boxes", "lists"}
    assert "The broker: connected" in ask(commune, "doctor", language=ENGLISH)


def thon_3_holds(commune: Commune, number: int) -> None:
    """It has told which trust list it holds, and the desk has heard it."""
    box = commune.boxes["thon-3"]
    info = Info("thon-3", "nguyet-an", "Thôn 3", "1", "0" * 64, trust_number=number)
    assert box.caller.publish(box.topics.box("thon-3", Channel.INFO), to_json(info), retained=True)
    ask(commune, "doctor")


def test_the_roster_and_the_board_say_which_box_holds_an_old_trust_list(commune: Commune) -> None:
    thon_3_holds(commune, 1)
    for command in ("status", "roster", "doctor", "key|list"):
        assert "Còn giữ danh sách khóa cũ (mới nhất là số 3): Thôn 3 (1)" in commune.gongctl(*command.split("|")).stdout
    rows = json.loads(commune.gongctl("roster", "--json").stdout)
    assert {row["box"]: row["trust_number"] for row in rows} == {"thon-3": 1, "thon-5": None}


def test_a_folder_that_is_older_than_what_the_boxes_hold_is_told_with_the_way_out(commune: Commune) -> None:
    """Restored from a backup: the boxes would take no revocation from it, and nothing said so."""
    thon_3_holds(commune, 9)
    for command in ("status", "roster", "doctor", "key|list"):
        told = commune.gongctl(*command.split("|")).stdout
        assert "Giữ danh sách khóa mới hơn ở đây (số 3): Thôn 3 (9). Thư mục này là bản cũ" in told
        assert "gõ trước: gongctl skip 9\n" in told
    thon_3_holds(commune, 3)


def test_the_live_board_shows_the_boxes_again_and_again_until_it_is_left(commune: Commune) -> None:
    for box in commune.boxes.values():
        box.beat()
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gongd.gongctl", "watch", "--folder", str(commune.folder.path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    os.close(theirs)
    seen, deadline = "", time.monotonic() + 30
    try:
        while len(re.findall("BÀN TRỰC XÃ NGUYỆT ẤN", seen)) < 2 and time.monotonic() < deadline:
            if select.select([mine], [], [], 0.2)[0]:
                seen += os.read(mine, 65536).decode(errors="replace")
        frame = seen.split("\033[H\033[2J")[1]
        assert frame.index("Kêu được?") < frame.index("Cụm loa") < frame.index("Tin cuối")
        assert re.search(r"Thôn 3 .*\n", frame)
    finally:
        process.send_signal(signal.SIGINT)
        status = process.wait(20)
        os.close(mine)
    assert status == 0
    assert "Traceback" not in seen


def test_the_heads_of_the_board_are_in_the_language_of_who_reads(commune: Commune) -> None:
    done = commune.gongctl("status", language=ENGLISH)
    assert "Sounds?" in done.stdout
    assert "DESK OF" in done.stdout
