"""The attendance sheet: marks, counts, the rate, the period; and the files that people take away."""

import csv
import io
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongd.core.wire_event import Event
from gongd.core.words import Language
from gongd.desk import sheet_file
from gongd.desk.attendance import HandRung, Mark, Sheet, first_nights, period, rate_words, sheet
from tests.desk.records import BOXES, HANOI, night
from tests.desk.scripted import Commune, found_commune

FIRST, LAST = date(2026, 10, 15), date(2026, 11, 14)
AFTER = datetime(2026, 11, 20, 8, tzinfo=HANOI)


def make(
    nights: list[tuple[str, Event]],
    became: dict[tuple[str, str], str] | None = None,
    hands: dict[tuple[str, date], HandRung] | None = None,
    now: datetime = AFTER,
    since: dict[str, date] | None = None,
) -> Sheet:
    return sheet(BOXES[:1], FIRST, LAST, now, nights, became or {}, hands or {}, since or {})


def mark(made: Sheet, day: date) -> Mark | None:
    return made.lines[0].cells[made.nights.index(day)].mark


def note(made: Sheet, day: date) -> str | None:
    found = made.lines[0].cells[made.nights.index(day)].note
    return found.vi if found else None


@pytest.mark.parametrize(
    ("day", "first_day", "first", "last"),
    [
        (date(2026, 11, 14), 15, FIRST, LAST),
        (date(2026, 10, 15), 15, FIRST, LAST),
        (date(2026, 12, 20), 15, date(2026, 12, 15), date(2027, 1, 14)),
        (date(2027, 1, 3), 15, date(2026, 12, 15), date(2027, 1, 14)),
        (date(2027, 2, 10), 1, date(2027, 2, 1), date(2027, 2, 28)),
    ],
)
def test_a_period_runs_from_the_15th_to_the_14th_unless_said(
    day: date, first_day: int, first: date, last: date
) -> None:
    assert period(day, first_day) == (first, last)


def test_a_night_that_rang_is_in_time() -> None:
    assert mark(make([("thon-3", night(FIRST))]), FIRST) is Mark.RUNG


def test_a_missed_night_bears_its_reason() -> None:
    made = make([("thon-3", night(FIRST, "missed", "no-power"))])
    assert (mark(made, FIRST), note(made, FIRST)) == (Mark.MISSED, "mất điện")


def test_a_day_off_is_not_a_miss() -> None:
    assert mark(make([("thon-3", night(FIRST, "missed", "excepted"))]), FIRST) is Mark.OFF


def test_a_night_of_which_nothing_is_known_is_shown_as_unknown_and_counts_as_not_rung() -> None:
    made = make([("thon-3", night(FIRST))])
    assert mark(made, FIRST + timedelta(days=1)) is Mark.UNKNOWN
    assert made.lines[0].rate_pct == pytest.approx(100 / 31)


def test_a_gong_that_began_and_could_not_sound_is_not_rung() -> None:
    made = make([("thon-3", night(FIRST))], {("thon-3", f"gong-{FIRST}"): "failed"})
    assert (mark(made, FIRST), note(made, FIRST)) == (Mark.MISSED, "loa hỏng")


def test_a_gong_that_gave_way_to_an_alarm_was_heard_and_says_so() -> None:
    made = make([("thon-3", night(FIRST))], {("thon-3", f"gong-{FIRST}"): "preempted"})
    assert (mark(made, FIRST), note(made, FIRST)) == (Mark.RUNG, "bị ngắt giữa chừng")


@pytest.mark.parametrize("events", [[], [("thon-3", night(FIRST, "missed", "no-power"))]])
def test_who_rings_by_hand_fills_in(events: list[tuple[str, Event]]) -> None:
    hand = HandRung("Ông An", datetime(2026, 10, 15, 22, 3, tzinfo=HANOI))
    made = make(events, hands={("thon-3", FIRST): hand})
    assert (mark(made, FIRST), note(made, FIRST)) == (Mark.BY_HAND, "đã đánh tay, Ông An, 22:03")


def test_a_village_where_both_rang_is_in_time() -> None:
    hand = HandRung("Ông An", datetime(2026, 10, 15, 22, 3, tzinfo=HANOI))
    assert mark(make([("thon-3", night(FIRST))], hands={("thon-3", FIRST): hand}), FIRST) is Mark.RUNG


def test_nights_to_come_are_blank_and_count_nowhere() -> None:
    made = make([("thon-3", night(FIRST))], now=datetime(2026, 10, 16, 21, tzinfo=HANOI))
    assert [cell.mark for cell in made.lines[0].cells[:2]] == [Mark.RUNG, None]
    assert (made.lines[0].nights, made.lines[0].rate_pct) == (1, 100.0)


def test_nights_before_a_box_was_there_are_blank() -> None:
    adopted = Event(1, AFTER, "settings", schedule="nightly", outcome="adopted", detail={"first": "2026-11-01"})
    made = make([], since=first_nights([("thon-3", adopted)]))
    assert (mark(made, date(2026, 10, 31)), mark(made, date(2026, 11, 1))) == (None, Mark.UNKNOWN)
    assert made.lines[0].nights == 14


def test_the_rate_leaves_days_off_out() -> None:
    nights = [("thon-3", night(FIRST + timedelta(days=step))) for step in range(30)]
    nights += [("thon-3", night(LAST, "missed", "excepted"))]
    assert make(nights).lines[0].rate_pct == 100.0


def test_the_rate_has_the_comma_of_its_language() -> None:
    assert (rate_words(96.66, Language.VI), rate_words(96.66, Language.EN), rate_words(None, Language.VI)) == (
        "96,7",
        "96.7",
        "",
    )


def test_the_csv_opens_in_excel_and_has_the_columns_of_the_paper() -> None:
    text = sheet_file.as_csv(make([("thon-3", night(FIRST))]), "Nguyệt Ấn", Language.VI)
    assert text.startswith("\ufeffBẢNG THEO DÕI TIẾNG KẺNG BÌNH YÊN LÚC 22 GIỜ\r\n")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[2] == ["Kỳ báo cáo: từ 15/10/2026 đến 14/11/2026"]
    assert rows[3][:4] == ["TT", "Thôn", "Cụm loa", "15/10"]
    assert rows[3][-7:] == [
        "Số đêm trong kỳ",
        "Đúng giờ",
        "Đánh tay",
        "Không đánh",
        "Chưa có số liệu",
        "Tỷ lệ (%)",
        "Nguyên nhân, ghi chú",
    ]
    assert rows[4][:5] == ["1", "Thôn 3", "Thôn 3", "X", "?"]
    assert rows[4][-7:-1] == ["31", "1", "0", "0", "30", "3,2"]


def test_the_workbook_has_numbers_as_numbers(tmp_path: Path) -> None:
    sheet_file.write_xlsx(make([("thon-3", night(FIRST))]), "Nguyệt Ấn", Language.VI, tmp_path / "bang.xlsx")
    page = load_workbook(tmp_path / "bang.xlsx").active
    assert page is not None
    rows = list(page.values)
    assert rows[0][0] == "BẢNG THEO DÕI TIẾNG KẺNG BÌNH YÊN LÚC 22 GIỜ"
    assert rows[4][3:5] == ("X", "?")
    assert rows[4][-3:-1] == (30, 3.2)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        (["--until", "13/11/2025"], ("2025-10-15", "2025-11-13")),
        (["--until", "15/11/2025"], ("2025-11-15", "2025-11-15")),
        (["--from", "13/11/2025"], ("2025-11-13", "2025-11-14")),
    ],
)
def test_an_end_alone_means_the_period_that_it_is_in(ram: Path, words: list[str], span: tuple[str, str]) -> None:
    done = Commune(found_commune(ram)[0], 0, {}).gongctl("attendance", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["first"], made["last"]) == span
