"""`gongd doctor`: every part has its line, a level and what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from gongd.doctor import CHECKS
from tests.cli.box import Answer, Run, answering, refusal, write_settings
from tests.cli.test_status import REPORT

PARTS = {"settings", "daemon", "pins", "speaker", "ffmpeg", "clips", "prints", "hardware-clock", "disk", "journal"}
PARTS |= {"power", "heat", "watchdog", "unit", "groups", "versions", "link"}
WELL: dict[str, object] = {**REPORT, "sounds": "yes", "condition": "quiescent", "sounding": None, "faults": []}
WELL |= {"settings": {}, "clock": {"trusted": True, "vi": "Đồng hồ đúng: đã đồng bộ", "en": "The clock is right"}}


def findings(run: Run, folder: Path, *words: str, report: Answer = WELL, more: str = "") -> dict[str, dict[str, Any]]:
    """What is found beside a daemon, by code."""
    config = write_settings(folder, more=more)
    with answering(folder, status=report, play={"ok": True, "outcome": "started"}):
        said = run("doctor", "--json", *words, "--config", config)
    told = json.loads(said.out)
    assert told["ok"] is (said.status == 0)
    assert said.status == any(one["level"] == "fault" for one in told["findings"])
    return {one["code"]: one for one in told["findings"]}


def test_every_part_has_a_line_in_both_languages(run: Run, tmp_path: Path) -> None:
    found = findings(run, tmp_path)
    assert set(found) >= PARTS - {"clips", "prints"}
    for one in found.values():
        assert one["vi"]
        assert one["en"]
        assert one["level"] in ("good", "warning", "fault")


def test_beside_a_daemon_card_and_pins_are_left_to_it(run: Run, tmp_path: Path) -> None:
    found = findings(run, tmp_path)
    assert (found["speaker"]["level"], found["pins"]["level"]) == ("good", "good")
    assert "gongd đang giữ" in found["speaker"]["vi"]
    assert "gongd đang giữ" in found["pins"]["vi"]
    assert found["clock"]["vi"] == "Đồng hồ đúng: đã đồng bộ"


def test_the_daemons_own_faults_are_told_with_their_remedies(run: Run, tmp_path: Path) -> None:
    found = findings(run, tmp_path, report=REPORT)
    assert found["speaker-missing"]["level"] == "fault"
    assert found["speaker-missing"]["remedy"]["vi"] == "Kiểm tra dây USB âm thanh"
    assert found["under-voltage"]["level"] == "warning"
    assert found["speaker"]["level"] == "fault"
    assert found["daemon"]["level"] == "fault"


def test_a_clock_that_the_daemon_does_not_trust_is_a_fault(run: Run, tmp_path: Path) -> None:
    found = findings(run, tmp_path, report=WELL | {"clock": {"trusted": False, "vi": "chưa", "en": "not"}})
    assert found["clock-untrusted"]["level"] == "fault"
    assert "sudo gongd clock set" in found["clock-untrusted"]["remedy"]["vi"]


def test_settings_that_are_not_in_force_yet_are_told(run: Run, tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    with answering(tmp_path, status=WELL | {"settings": {"digest": "0" * 64}}):
        said = run("doctor", "--config", config)
    assert "gongd reload" in said.out


def test_without_a_daemon_that_is_a_fault_and_everything_else_is_still_tried(run: Run, config: Path) -> None:
    said = run("doctor", "--json", "--config", config)
    found = {one["code"]: one for one in json.loads(said.out)["findings"]}
    assert said.status == 1
    assert found["daemon"]["level"] == "fault"
    assert {"disk", "versions", "link"} <= set(found)


def test_with_broken_settings_the_machine_is_still_tried(run: Run, tmp_path: Path) -> None:
    found = findings(run, tmp_path, more="speker: {}\n")
    assert found["settings-bad"]["remedy"]["en"] == "See them all: gongd check"
    assert found["speaker"]["level"] == "warning"
    assert found["disk"]["level"] == "good"


def test_a_bench_is_not_taken_for_a_village(run: Run, tmp_path: Path) -> None:
    found = findings(run, tmp_path, more="clock: {trust: assume}\nspeaker: {backend: file}\n")
    assert found["clock"]["level"] == "warning"
    assert found["speaker"]["level"] == "warning"


def test_a_box_without_loudspeaker_and_pins_is_not_called_ill(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    text = write_settings(tmp_path, more="speaker: {backend: none}\n").read_text(encoding="utf-8").splitlines()
    kept = [line for line in text if not line.startswith(("relays", "buttons", "  "))]
    config.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with answering(tmp_path, status=WELL):
        told = json.loads(run("doctor", "--json", "--config", config).out)["findings"]
    found = {one["code"]: one["level"] for one in told}
    assert (found["speaker"], found["pins"]) == ("good", "good")


def test_a_ruined_journal_is_a_fault(run: Run, tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"no database " * 1000)
    assert findings(run, tmp_path)["journal-corrupt"]["level"] == "fault"


def test_nothing_is_sounded_unless_asked(run: Run, config: Path, tmp_path: Path) -> None:
    with answering(tmp_path, status=WELL, play=refusal("không", "no")) as box:
        run("doctor", "--config", config)
        assert [one["do"] for one in box.asked] == ["status"]


def test_aloud_asks_the_daemon_for_its_test(run: Run, config: Path, tmp_path: Path) -> None:
    with answering(tmp_path, status=WELL, play={"ok": True, "outcome": "started"}) as box:
        said = run("doctor", "--aloud", "--config", config)
    assert [one["do"] for one in box.asked] == ["status", "play"]
    assert (box.asked[1]["signal"], box.asked[1]["status"]) == ("test", "test")
    assert "Có nghe thấy tiếng không?" in said.out
    with answering(tmp_path, status=WELL, play=refusal("đang bận", "busy")):
        assert "đang bận" in run("doctor", "--aloud", "--config", config).out
    assert "Thử loa cần gongd đang chạy" in run("doctor", "--aloud", "--config", config).out


@pytest.mark.parametrize(("language", "level"), [("vi", "tốt"), ("en", "good")])
def test_a_person_reads_level_finding_and_remedy(run: Run, tmp_path: Path, language: str, level: str) -> None:
    said = run("doctor", "--config", write_settings(tmp_path, language))
    assert said.out.startswith(level)
    assert "→ " in said.out
    last = said.out.splitlines()[-1]
    assert last[0].isdigit()


def test_every_check_has_its_place_once() -> None:
    assert len(set(CHECKS)) == len(CHECKS) == 20
