"""check, preview, describe and schema: what needs no daemon."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
import yaml

from tests.cli.box import Run, write_settings

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


# ── check ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_good_settings_are_called_good(run: Run, config: Path) -> None:
    said = run("check", "--config", config)
    assert (said.status, said.out, said.err) == (0, f"{config}: tốt\n", "")


def test_the_shipped_example_is_good(run: Run) -> None:
    assert run("check", "--config", EXAMPLE).status == 0


def test_every_problem_is_told_with_its_place_and_then_the_verdict(run: Run, tmp_path: Path) -> None:
    config = write_settings(tmp_path, more="speker: {}\nlimits: {per_hour: many}\n")
    said = run("check", "--config", config)
    first, second, verdict = said.out.splitlines()
    assert said.status == 1
    assert first.startswith(f"{config}:8:1: ")
    assert 'Có phải "speaker"?' in first
    assert second.startswith(f"{config}:9:20: limits.per_hour: ")
    assert verdict == f"{config}: KHÔNG dùng được, 2 lỗi"


def test_a_warning_is_told_and_the_settings_are_usable(run: Run, tmp_path: Path) -> None:
    more = 'signals:\n  all-clear: {say: "An toàn! Hết cháy."}\n'
    said = run("check", "--config", write_settings(tmp_path, "en", more))
    assert said.status == 0
    assert said.out.startswith("warning: ")
    assert said.out.endswith("usable, 1 warnings\n")


def test_a_program_gets_every_problem_as_json(run: Run, tmp_path: Path) -> None:
    config = write_settings(tmp_path, more="speker: {}\n")
    said = run("check", "--json", "--config", config)
    told = json.loads(said.out)
    assert said.status == 1
    assert told["ok"] is False
    [problem] = told["problems"]
    assert (problem["line"], problem["column"], problem["level"]) == (8, 1, "error")
    assert problem["vi"] != problem["en"]


def test_problems_are_told_in_the_language_of_the_broken_file(run: Run, tmp_path: Path) -> None:
    said = run("check", "--config", write_settings(tmp_path, "en", "speker: {}\n"))
    assert "Did you mean" in said.out
    assert "NOT usable" in said.out


# ── preview ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_night_of_the_days_to_come_is_shown(run: Run, config: Path) -> None:
    said = run("preview", "--days", "3", "--config", config)
    assert said.status == 0
    assert len(said.out.splitlines()) == 3
    assert all(line.endswith("22:00  Kẻng bình yên (nightly)") for line in said.out.splitlines())


def test_an_excepted_night_is_shown_with_its_reason(run: Run, tmp_path: Path) -> None:
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    nights = [today + timedelta(days=step) for step in (0, 1, 2, 3)]
    listed = ", ".join(f"{night:%Y-%m-%d}" for night in nights)
    more = f'schedules:\n  - {{id: nightly, signal: peace, at: "22:00", except: [{listed}]}}\n'
    config = write_settings(tmp_path, more=more)
    lines = run("preview", "--days", "3", "--config", config).out.splitlines()
    assert len(lines) == 3
    assert all(line.endswith("KHÔNG đánh: ngày nghỉ kẻng theo lịch") for line in lines)
    told = json.loads(run("preview", "--days", "3", "--json", "--config", config).out)
    assert [(one["rings"], one["reason"]) for one in told] == [(False, "excepted")] * 3


def test_a_box_out_of_use_shows_that_it_will_not_ring(run: Run, tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    text = config.read_text(encoding="utf-8").replace("language: vi", "language: vi, disabled_until: 2099-01-01")
    config.write_text(text, encoding="utf-8")
    assert "KHÔNG đánh: tạm ngừng dùng" in run("preview", "--config", config).out


def test_a_box_without_schedules_says_so(run: Run, tmp_path: Path) -> None:
    said = run("preview", "--config", write_settings(tmp_path, more="schedules: []\n"))
    assert (said.status, said.out) == (0, "Không có gì theo lịch trong 7 ngày tới\n")


# ── describe ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_notice_beside_the_gong_is_that_of_the_design(run: Run, config: Path) -> None:
    said = run("describe", "peace", "--config", config)
    assert said.out == (
        "Kẻng bình yên (22 giờ hằng đêm): đánh 1 hồi từ chậm đến nhanh dần, rồi 9 tiếng rời, "
        "mỗi tiếng cách nhau 1,5 giây. Dài khoảng 25 giây.\n"
    )


def test_an_alarms_notice_says_what_the_loudspeaker_says(run: Run, config: Path) -> None:
    said = run("describe", "fire", "--config", config)
    assert "đánh lại đến khi có người tắt, tối đa 5 phút. Loa nói: “Cháy! Cháy! Cháy ở Thôn 3!”." in said.out


def test_the_notice_is_had_in_english_too(run: Run, config: Path) -> None:
    said = run("describe", "fire", "--lang", "en", "--config", config)
    assert said.out.startswith("Fire alarm: beat without a pause, hurriedly, for 20 seconds")


def test_a_program_gets_both_languages(run: Run, config: Path) -> None:
    told = json.loads(run("describe", "peace", "--json", "--config", config).out)
    assert told["vi"].startswith("Kẻng bình yên")
    assert told["en"].startswith("Peace gong")


@pytest.mark.parametrize("command", [["describe"], ["render", "-o", "x.wav"]])
def test_a_misspelt_signal_is_wrong_usage_and_gets_a_suggestion(run: Run, config: Path, command: list[str]) -> None:
    said = run(*command, "--config", config, "pece")
    assert said.status == 2
    assert said.err.splitlines() == [
        'Không có hiệu lệnh “pece”. Có phải "peace"?',
        'There is no signal “pece”. Did you mean "peace"?',
    ]


# ── schema ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_schema_accepts_the_shipped_example(run: Run) -> None:
    schema = json.loads(run("schema").out)
    jsonschema.Draft7Validator.check_schema(schema)
    example = yaml.load(EXAMPLE.read_text(encoding="utf-8"), yaml.BaseLoader)
    assert set(example) <= set(schema["properties"])
