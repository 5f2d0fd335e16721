"""The monthly report: what the boxes' own records say of a period, in every form in which it is taken away."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongd.core.wire_event import Event, EventBatch
from gongd.core.words import Language, Text
from gongd.desk.attendance import period_of, sheet
from gongd.desk.report import Report, report
from gongd.desk.report_file import as_csv, as_lines, as_object, write_xlsx
from gongd.desk.store import Store
from tests.desk.records import BOXES, HANOI, ROSTER, night
from tests.desk.scripted import Commune, found_commune

FIRST, LAST = date(2026, 10, 15), date(2026, 11, 14)
FIRE_AT = datetime(2026, 11, 2, 2, 14, tzinfo=HANOI)
Told = list[tuple[str, Event]]


def activation(number: int, outcome: str, name: str = "a1", **more: object) -> Event:
    made = Event(number, FIRE_AT + timedelta(seconds=number), "activation", "fire", activation=name, outcome=outcome)
    made = replace(made, origin="command", status="actual", detail={"by": "Trực ban"})
    return replace(made, **more)  # type: ignore[arg-type]


def about(number: int, kind: str, outcome: str, **more: object) -> Event:
    return replace(Event(number, FIRE_AT, kind, outcome=outcome), **more)  # type: ignore[arg-type]


def a_month() -> Told:
    return [
        ("thon-3", night(date(2026, 11, 1))),
        ("thon-3", activation(1, "started")),
        ("thon-5", activation(1, "started")),
        ("thon-3", activation(600, "cancelled", reason="safe")),
        ("thon-3", activation(700, "started", "a1.end", signal="all-clear")),
        ("thon-5", activation(800, "started", "d1", status="exercise", signal="flood")),
        ("thon-5", activation(900, "started", "n1", signal="peace", origin="schedule")),
        ("thon-3", about(7, "fault", "raised", reason="speaker-failed")),
        ("thon-3", about(8, "fault", "cleared", reason="speaker-failed")),
        ("thon-5", about(9, "fault", "raised", reason="button-stuck", detail={"subject": "fire"})),
        ("thon-3", about(10, "check-in", "pressed")),
        ("thon-3", about(11, "check-in", "pressed")),
    ]


def made(told: Told | None = None) -> Report:
    told = a_month() if told is None else told
    over = datetime(2026, 11, 20, tzinfo=HANOI)
    nights = sheet(BOXES, FIRST, LAST, over, [one for one in told if one[1].night], {}, {}, {"thon-9": LAST})
    return report(nights, told, replace(ROSTER, recipients=("UBND huyện", "Công an huyện")))


def rows(paper: Report, part: int) -> list[list[object]]:
    return [[cell.vi if isinstance(cell, Text) else cell for cell in row] for row in paper.sections[part].rows]


def test_the_form_is_that_of_the_decree() -> None:
    lines = as_lines(made(), Language.VI)
    assert lines[:5] == [
        "ỦY BAN NHÂN DÂN XÃ NGUYỆT ẤN",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: .../BC-UBND",
        "BÁO CÁO",
    ]
    assert lines[5].startswith("Kết quả thực hiện phong trào “Tiếng kẻng bình yên” và mô hình “Tổ liên gia an toàn")
    assert lines[5].endswith("tháng 11/2026")
    assert lines[6] == "Kỳ báo cáo: từ 15/10/2026 đến 14/11/2026"
    assert lines[-1] == "Nơi nhận: UBND huyện; Công an huyện"
    assert [section.title.vi for section in made().sections] == [
        "I. Kết quả đánh kẻng 22 giờ",
        "II. Các vụ việc đã báo động",
        "III. Diễn tập, thử loa",
        "IV. Tình trạng cụm loa, hư hỏng, sửa chữa",
        "V. Tuần tra",
        "VI. Khó khăn, kiến nghị",
    ]


def test_nights_are_counted_by_village_and_in_all() -> None:
    assert rows(made(), 0) == [
        ["Thôn 3", "Thôn 3", 31, 1, 0, 0, 30, 3.2],
        ["Thôn 5", "Thôn 5", 31, 0, 0, 0, 31, 0.0],
        ["Thôn 9", "Thôn 9", 1, 0, 0, 0, 1, 0.0],
        ["Cộng", "", 63, 1, 0, 0, 62, 1.6],
    ]


def test_an_alarm_is_one_line_whatever_boxes_it_had_and_its_all_clear_is_none() -> None:
    ((when, where, signal, by, sounded, calm),) = rows(made(), 1)
    assert (when, where, signal) == ("02/11/2026 02:14", "Thôn 3, Thôn 5", "báo cháy")
    assert str(by).endswith(", Trực ban")
    assert (sounded, calm) == (2, "02:24 02/11")


def test_what_was_only_spoken_is_no_incident() -> None:
    """Boxes record an announcement, and the words that pause an alarm, as speech."""
    spoken = [
        ("thon-3", activation(901, "started", "w1", signal="speech")),
        ("thon-3", activation(902, "started", "a1.end", signal="speech")),
        ("thon-5", activation(903, "started", "w2", signal="announcement")),
    ]
    assert rows(made([*a_month(), *spoken]), 1) == rows(made(), 1)


def test_drills_stand_apart_from_alarms() -> None:
    ((_, where, signal, kind, _, sounded),) = rows(made(), 2)
    assert (where, signal, kind, sounded) == ("Thôn 5", "báo lũ", "diễn tập", 1)


def test_what_a_box_says_of_itself_is_no_test_of_the_loudspeakers() -> None:
    """A check code, or the status button: its box records it as speech, to be on the safe side as a test."""
    said = [
        ("thon-3", activation(901, "started", "s1", signal="speech", status="test", origin="local")),
        ("thon-3", activation(902, "started", "s2", signal="speech", status="test", origin="button")),
    ]
    assert rows(made([*a_month(), *said]), 2) == rows(made(), 2)
    ordered = ("thon-3", activation(903, "started", "s3", signal="speech", status="exercise"))
    assert len(rows(made([*a_month(), ordered]), 2)) == len(rows(made(), 2)) + 1


def test_the_test_signal_stands_among_the_tests_also_where_it_was_ordered_for_real() -> None:
    told = [("thon-3", activation(901, "started", "t1", signal="test", status="actual"))]
    ((_, where, signal, kind, _, sounded),) = rows(made(told), 2)
    assert (where, signal, kind, sounded) == ("Thôn 3", "thử loa", "thử loa", 1)
    assert rows(made(told), 1) == []


def test_faults_are_told_with_their_first_and_their_end_and_patrols_are_counted() -> None:
    assert rows(made(), 3) == [
        ["Thôn 3", "Loa không phát được", 1, "02:14 02/11", "02:14 02/11"],
        ["Thôn 5", "Nút fire bị kẹt hoặc dây bị chập", 1, "02:14 02/11", "chưa hết"],
    ]
    assert rows(made(), 4) == [["Thôn 3", 2, 1]]


def test_a_month_in_which_nothing_happened_is_said_so() -> None:
    assert as_lines(made([]), Language.EN).count("None.") == 4


def test_every_form_has_every_row(tmp_path: Path) -> None:
    paper = made()
    table = list(csv.reader(io.StringIO(as_csv(paper, Language.VI).removeprefix("\ufeff"))))
    assert ["Thôn 3", "Thôn 3", "31", "1", "0", "0", "30", "3,2"] in table
    write_xlsx(paper, Language.VI, tmp_path / "report.xlsx")
    page = load_workbook(tmp_path / "report.xlsx").active
    assert page is not None
    cells = [[cell for cell in row if cell is not None] for row in page.iter_rows(values_only=True)]
    assert ["Thôn 3", "Thôn 3", 31, 1, 0, 0, 30, 3.2] in cells
    plain = json.loads(json.dumps(as_object(paper, Language.EN)))
    assert plain["sections"][1]["rows"][0]["Boxes that sounded"] == 2


@pytest.mark.parametrize(
    ("month", "first_day", "span"),
    [
        (date(2026, 11, 1), 15, (FIRST, LAST)),
        (date(2026, 1, 1), 15, (date(2025, 12, 15), date(2026, 1, 14))),
        (date(2026, 2, 1), 1, (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 3, 1), 28, (date(2026, 2, 28), date(2026, 3, 27))),
    ],
)
def test_a_month_names_the_period_that_ends_in_it(month: date, first_day: int, span: tuple[date, date]) -> None:
    assert period_of(month, first_day) == span


def test_it_is_written_from_the_store_by_one_command(ram: Path) -> None:
    folder, _ = found_commune(ram)
    commune = Commune(folder, 0, {})
    store = Store(folder.path / "desk.db")
    for box in ("thon-3", "thon-5"):
        mine = [event for whose, event in a_month() if whose == box]
        numbered = tuple(replace(event, number=at) for at, event in enumerate(mine, 1))
        store.add_batch(EventBatch(box, "j1", numbered), datetime.now(UTC))
    store.close()
    out = ram / "bao-cao.json"
    done = commune.gongctl("report", "--month", "11/2026", "--format", "json", "-o", str(out))
    assert (done.returncode, done.stdout) == (0, f"Đã ghi {out}\n"), done.stderr
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["first"], told["last"]) == ("2026-10-15", "2026-11-14")
    assert [len(part["rows"]) for part in told["sections"]] == [3, 1, 1, 2, 1, 0]
    assert "BÁO CÁO\n" in commune.gongctl("report").stdout
