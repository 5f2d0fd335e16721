"""The technician's pages tell the truth: wires, faults, reasons, rhythms and answers are those of the code."""

import importlib.util
import re
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from gongd import adopt
from gongd.core.errors import RhythmError
from gongd.core.fault import FAULTS, FaultCode, Severity
from gongd.core.lexicon import MISSED, REFUSALS
from gongd.core.notation import parse
from gongd.core.rhythm import DEFAULT_TEMPO
from gongd.core.schedule import Reason
from gongd.core.sentence import describe
from gongd.desk.roster import Person, read_roster
from gongd.gongctl.table import COMMANDS
from gongd.settings import load
from gongd.settings.defaults import SIGNALS
from gongd.settings.finding import Findings
from gongd.settings.table import ROOT as SETTINGS

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs/vi"


def read(page: str) -> str:
    return (PAGES / page).read_text(encoding="utf-8")


def rows(page: str, after: str) -> list[list[str]]:
    """The table below a heading, cell by cell, without its head."""
    lines = read(page).split(f"\n## {after}\n")[1].split("\n## ")[0].split("\n")
    table = [line for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def faults_under(heading: str) -> dict[str, list[str]]:
    return {row[0].strip("`"): row[1:] for row in rows("loi.md", heading)}


def draw_header() -> str:
    path = ROOT / "docs/drawing/header.py"
    spec = importlib.util.spec_from_file_location("header", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.draw())


def test_the_drawing_of_the_header_is_that_of_the_shipped_settings() -> None:
    assert (ROOT / "docs/drawing/chan-cam.svg").read_text(encoding="utf-8") == draw_header()


def test_no_drawing_is_large() -> None:
    assert [path.name for path in (ROOT / "docs").rglob("*.*") if path.stat().st_size > 100_000] == []


def test_the_wiring_table_is_that_of_the_shipped_settings() -> None:
    settings = load(ROOT / "config.example.yaml")
    wanted = {(relay.pin, f"`relays.{relay.name}`") for relay in settings.relays}
    for button in settings.buttons:
        wanted |= {(pin, f"`buttons.{button.name}`") for pin in (button.pin, button.lamp) if pin is not None}
    assert {(int(row[0]), row[3]) for row in rows("lap-dat.md", "Đấu dây")} == wanted


def test_the_places_on_the_header_are_those_of_the_raspberry_pi() -> None:
    header = MockFactory().board_info.headers["J8"].pins
    assert [row for row in rows("lap-dat.md", "Đấu dây") if header[int(row[1])].name != f"GPIO{row[0]}"] == []
    supplies = [header[place].name for place in (1, 3, 5, 9, 6, 39)]
    assert supplies == ["3V3", "GPIO2", "GPIO3", "GND", "GND", "GND"]


def test_every_fault_has_its_row_with_its_words_and_its_remedy() -> None:
    told = faults_under("Lỗi") | faults_under("Cần chú ý") | faults_under("Lỗi của những phần chưa có")
    assert set(told) == {code.value for code in FAULTS}
    for code, fault in FAULTS.items():
        name, still, remedy = told[code.value]
        assert (name, bool(still), bool(remedy)) == (fault.name.vi, True, True)
        assert fault.remedy is None or remedy == fault.remedy.vi


def test_faults_and_warnings_stand_apart() -> None:
    for heading, severity in (("Lỗi", Severity.FAULT), ("Cần chú ý", Severity.WARNING)):
        assert {FAULTS[FaultCode(code)].severity for code in faults_under(heading)} == {severity}


def test_a_fault_that_no_part_raises_is_told_to_be_still_to_come() -> None:
    sources = [path for path in (ROOT / "gongd").rglob("*.py") if path.name != "fault.py"]
    outside = "".join(path.read_text(encoding="utf-8") for path in sources if path.parent.name != "doctor")
    doctor = "".join(path.read_text(encoding="utf-8") for path in sources if path.parent.name == "doctor")
    raised = {one for one in FaultCode if f"FaultCode.{one.name}" in outside or f"known(FaultCode.{one.name}" in doctor}
    assert set(faults_under("Lỗi của những phần chưa có")) == set(FaultCode) - raised


def test_every_reason_of_a_missed_night_is_told_in_its_words() -> None:
    told = {row[0].strip("`"): row[1] for row in rows("loi.md", "Vì sao đêm qua không có kẻng")}
    assert told == {code: words.vi for code, words in MISSED.items()}
    assert {reason.value for reason in Reason} <= set(told)


@pytest.mark.parametrize("row", rows("cach-danh.md", "Ví dụ, và máy hiểu thế nào"), ids=lambda row: str(row[0]))
def test_each_rhythm_is_described_as_the_page_says(row: list[str]) -> None:
    rhythm = parse(row[0].strip("`"))
    told = describe("X", rhythm, DEFAULT_TEMPO).vi
    assert told.startswith(f"X: {row[1]}.")


@pytest.mark.parametrize("row", rows("cach-danh.md", "Viết sai thì máy nói"), ids=lambda row: str(row[0]))
def test_each_wrong_rhythm_is_refused_in_the_words_of_the_page(row: list[str]) -> None:
    with pytest.raises(RhythmError) as refused:
        parse(row[0].strip("`"))
    assert refused.value.text.vi == row[1]


@pytest.mark.parametrize("row", rows("cach-danh.md", "Các phần"), ids=lambda row: str(row[0]))
def test_each_form_of_the_notation_is_understood(row: list[str]) -> None:
    for written in re.findall(r"`([^`]+)`", row[0]):
        sample = {"chậm": "9 tiếng chậm", "dồn dập": "9 tiếng dồn dập", "( ... ) x 10": "(1 tiếng) x 10"}
        parse(sample.get(written, written))


def test_the_page_of_settings_names_every_section_and_every_built_in_signal() -> None:
    page = read("cau-hinh.md")
    assert [field.name for field in SETTINGS.fields if not re.search(rf"\b{field.name}\b", page)] == []
    assert [name for name in SIGNALS if f"`{name}`" not in page] == []


def test_the_spoken_answers_to_a_stick_are_those_of_the_code() -> None:
    page = read("cau-hinh.md")
    refused = adopt.REFUSED.fill(n=5, lines="dòng 4, dòng 6, dòng 8", loa="{loa}", s="")
    for answer in (adopt.TAKEN, adopt.SAME, refused, adopt.WEAKER, adopt.UNSTORED):
        assert f"“{answer.fill(loa='Loa Thôn 3').vi}”" in page


def test_the_roster_of_the_page_is_read_whole() -> None:
    page = read("danh-ba.md")
    example = page.split("\n```\n")[1]
    roster = read_roster(example, Findings("danh-ba.md"))
    assert (roster.name, roster.phone, roster.first_day) == ("Nguyệt Ấn", "0373 123 456", 15)
    assert roster.recipients == ("UBND huyện", "Công an huyện")
    assert [(box.id, box.village, box.name, box.zones) for box in roster.boxes] == [
        ("thon-3", "Thôn 3", "Thôn 3", ("trung-tam", "doc-suoi")),
        ("thon-5-ban-moi", "Thôn 5", "Thôn 5, bản Mới", ("doc-suoi",)),
    ]
    assert roster.boxes[0].by_hand[0] == Person("Ông Lê Văn An", "0912 345 678")
    told = {row[0].strip("`") for row in rows("danh-ba.md", "Từng mục")}
    assert set(re.findall(r"^ *(\w+):", example, re.MULTILINE)) - told == set()


def test_every_reason_of_a_refusal_is_told_in_its_words_with_what_to_do() -> None:
    told = {row[0].strip("`"): row[1:] for row in rows("lenh-ban-truc.md", "Cụm loa từ chối · What a box refuses")}
    assert told == {
        code: [f"{said.words.vi} · {said.words.en}", f"{said.remedy.vi} · {said.remedy.en}"]
        for code, said in REFUSALS.items()
    }


def test_every_command_of_the_desk_stands_on_a_page() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in PAGES.glob("*.md"))
    told = {
        one.name for one in COMMANDS if re.search(rf"(?:`|^)(?:sudo -u gongctl )?gongctl {one.name}\b", pages, re.M)
    }
    assert {one.name for one in COMMANDS} - told == set()


def test_every_page_is_in_the_list_of_pages() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", read("README.md")))
    assert linked == {page.name for page in PAGES.glob("*.md")} - {"README.md"}
