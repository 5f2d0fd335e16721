"""The page of `gongd status`."""

from pathlib import Path

from tests.cli.box import Answer, Run, answering, write_settings

REPORT: dict[str, object] = {
    "ok": True,
    "sounds": "relays-only",
    "condition": "sounding",
    "box": "thon-3",
    "name": "Thôn 3, xã Nguyệt Ấn",
    "version": "0.1.0",
    "sounding": {"activation": "a", "signal": "fire", "status": "actual", "origin": "button", "phase": "sounding"},
    "waiting": [{"activation": "b", "signal": "peace", "status": "actual", "origin": "schedule", "phase": "waiting"}],
    "faults": [
        {
            "code": "under-voltage",
            "subject": None,
            "severity": "warning",
            "vi": "Điện yếu",
            "en": "The voltage is low",
            "since": "2026-11-21T22:01:00+07:00",
            "remedy": {"vi": "Thay bộ nguồn, dây nguồn", "en": "Replace the power supply"},
        },
        {
            "code": "speaker-missing",
            "subject": None,
            "severity": "fault",
            "vi": "Không thấy bộ âm thanh",
            "en": "No sound device",
            "since": "2026-11-21T22:00:00+07:00",
            "remedy": {"vi": "Kiểm tra dây USB âm thanh", "en": "Check the USB audio cable"},
        },
    ],
    "clock": {"wall": "2026-11-21T22:05:00.5+07:00", "trusted": True, "why": "kernel", "vi": "Đúng", "en": "Right"},
    "next": [{"at": "2026-11-22T22:00:00+07:00", "schedule": "nightly", "signal": "peace"}],
    "journal": {"id": "0d6b"},
    "prints": {"missing": [f"s{number} actual" for number in range(7)]},
    "settings": {"digest": "a" * 64, "waiting": True},
}


def page(run: Run, folder: Path, report: Answer, language: str = "vi") -> list[str]:
    config = write_settings(folder, language)
    with answering(folder, status=report):
        said = run("status", "--config", config)
    assert (said.status, said.err) == (0, "")
    return said.out.splitlines()


def test_the_first_line_says_whether_it_can_sound_and_the_rest_is_in_order(run: Run, tmp_path: Path) -> None:
    assert page(run, tmp_path, REPORT) == [
        "Loa hỏng, còn búa gõ: Thôn 3, xã Nguyệt Ấn (thon-3)",
        "Tình trạng: Đang phát Báo cháy",
        "Đang phát: Báo cháy (thật, bấm nút)",
        "Đang chờ: Kẻng bình yên (thật, theo lịch)",
        "Lỗi:",
        "  Không thấy bộ âm thanh (từ T7 21/11/2026 22:00)",
        "      Kiểm tra dây USB âm thanh",
        "Cần chú ý:",
        "  Điện yếu (từ T7 21/11/2026 22:01)",
        "      Thay bộ nguồn, dây nguồn",
        "Đồng hồ: T7 21/11/2026 22:05. Đúng",
        "Sắp tới:",
        "  CN 22/11/2026 22:00  Kẻng bình yên (nightly)",
        "Âm thanh: còn 7 cái chưa dựng xong: s0 actual, s1 actual, s2 actual, s3 actual, s4 actual ...",
        "Nhật ký: 0d6b",
        "Cấu hình: aaaaaaaaaaaa (bản mới chờ loa phát xong)",
        "gongd 0.1.0",
    ]


def test_a_quiet_box_that_lacks_nothing_has_a_short_page(run: Run, tmp_path: Path) -> None:
    quiet = REPORT | {"sounds": "yes", "condition": "quiescent", "sounding": None, "waiting": [], "faults": []}
    quiet |= {"next": [], "prints": {"missing": []}, "journal": {"id": None}}
    lines = page(run, tmp_path, quiet, "en")
    assert lines[:2] == ["It sounds: Thôn 3, xã Nguyệt Ấn (thon-3)", "Condition: Ready"]
    assert "Next: nothing is scheduled within two days" in lines
    assert "Sounds: all are rendered" in lines
    assert "Journal: not open yet" in lines


def test_a_report_of_another_version_is_shown_as_far_as_it_goes(run: Run, tmp_path: Path) -> None:
    strange: Answer = {"ok": True, "sounds": "maybe", "faults": [7, {"severity": "fault"}], "clock": "late", "next": 3}
    lines = page(run, tmp_path, strange)
    assert lines[0].startswith("KHÔNG KÊU ĐƯỢC")


def test_a_fault_names_the_part_it_is_about_once(run: Run, tmp_path: Path) -> None:
    faults = [
        {"code": "relay-disagrees", "subject": "striker", "severity": "fault", "vi": "Rơ-le không đóng", "en": "No"},
        {"code": "button-stuck", "subject": "fire", "severity": "fault", "vi": "Nút fire bị kẹt", "en": "Stuck"},
    ]
    lines = page(run, tmp_path, REPORT | {"faults": faults})
    assert any(line.startswith("  Rơ-le không đóng (striker)") for line in lines)
    assert any(line.startswith("  Nút fire bị kẹt (") and "(fire)" not in line for line in lines)
    found = page(run, tmp_path, REPORT | {"faults": faults}, "en")
    assert any(line.startswith("  No (striker)") for line in found)


def test_without_its_settings_a_signal_has_its_name_of_the_glossary(run: Run, tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    config.write_text(config.read_text("utf-8") + "nonsense: {\n", "utf-8")
    with answering(tmp_path, status=REPORT):
        said = run("status", "--config", config)
    assert "  CN 22/11/2026 22:00  Kẻng bình yên (nightly)" in said.out.splitlines()
