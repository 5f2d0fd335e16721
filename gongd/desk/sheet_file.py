"""The attendance sheet as people take it away: a table on a screen, CSV, XLSX, JSON."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gongd.core.words import Language, Text
from gongd.desk.attendance import Line, Mark, Sheet, rate_words

if TYPE_CHECKING:
    from openpyxl import Workbook

TITLE = Text("BẢNG THEO DÕI TIẾNG KẺNG BÌNH YÊN LÚC 22 GIỜ", "ATTENDANCE OF THE PEACE GONG AT 22:00")
PERIOD = Text("Kỳ báo cáo: từ {first} đến {last}", "Period: from {first} to {last}")
COMMUNE = Text("Xã {name}", "Commune {name}")
BEFORE = (Text("TT", "No."), Text("Thôn", "Village"), Text("Cụm loa", "Box"))
AFTER = (
    Text("Số đêm trong kỳ", "Nights"),
    Text("Đúng giờ", "In time"),
    Text("Đánh tay", "By hand"),
    Text("Không đánh", "Not rung"),
    Text("Chưa có số liệu", "No data"),
    Text("Tỷ lệ (%)", "Rate (%)"),
    Text("Nguyên nhân, ghi chú", "Reasons, notes"),
)
LEGEND = Text(
    "X đúng giờ · T đánh tay · K không đánh · ? chưa có số liệu · N nghỉ theo lịch",
    "X in time · T by hand · K not rung · ? no data · N off by schedule",
)
BOM = "\ufeff"
"""Excel takes a CSV for UTF-8 only with it."""


def heading(sheet: Sheet, commune: str, language: Language) -> list[str]:
    """The lines above the table."""
    span = PERIOD.fill(first=f"{sheet.first:%d/%m/%Y}", last=f"{sheet.last:%d/%m/%Y}")
    named = [COMMUNE.fill(name=commune).read(language)] if commune else []
    return [TITLE.read(language), *named, span.read(language)]


def columns(sheet: Sheet, language: Language) -> list[str]:
    """The head of the table."""
    nights = [f"{night:%d/%m}" for night in sheet.nights]
    return [*(text.read(language) for text in BEFORE), *nights, *(text.read(language) for text in AFTER)]


def cells(line: Line, number: int, sheet: Sheet, language: Language) -> list[str | int | float | None]:
    """One row; numbers as numbers."""
    marks = [cell.mark.value if cell.mark else None for cell in line.cells]
    counts = [line.count(mark) for mark in (Mark.RUNG, Mark.BY_HAND, Mark.MISSED, Mark.UNKNOWN)]
    rate = None if line.rate_pct is None else round(line.rate_pct, 1)
    notes = "; ".join(note.read(language) for note in line.notes(sheet.nights))
    return [number, line.box.village, line.box.name, *marks, line.nights, *counts, rate, notes]


def as_csv(sheet: Sheet, commune: str, language: Language) -> str:
    """UTF-8 with BOM, for Excel; a decimal comma in Vietnamese."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    for said in heading(sheet, commune, language):
        writer.writerow([said])
    writer.writerow(columns(sheet, language))
    for number, line in enumerate(sheet.lines, 1):
        row = cells(line, number, sheet, language)
        row[-2] = rate_words(line.rate_pct, language)
        writer.writerow([harmless(value) for value in row])
    writer.writerow([LEGEND.read(language)])
    return BOM + paper.getvalue()


def harmless(value: str | float | None) -> str | float | None:
    """A name that begins like a formula must not become one in a spreadsheet."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value


def write_xlsx(sheet: Sheet, commune: str, language: Language, path: Path) -> None:
    """An Excel workbook of one sheet. Raises OSError."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = f"{sheet.first:%Y-%m-%d}"
    head = heading(sheet, commune, language)
    names = columns(sheet, language)
    for said in head:
        page.append([said])
    page["A1"].font = Font(bold=True, size=14)
    page.append(names)
    for cell in page[len(head) + 1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, horizontal="center", vertical="center")
    for number, line in enumerate(sheet.lines, 1):
        page.append([harmless(value) for value in cells(line, number, sheet, language)])
    page.append([LEGEND.read(language)])
    for at, width in enumerate(_widths(names), 1):
        page.column_dimensions[get_column_letter(at)].width = width
    page.freeze_panes = page.cell(len(head) + 2, len(BEFORE) + 1)
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    save(book, path)


def save(book: "Workbook", path: Path) -> None:
    """Made whole before it is written: on a full disk zipfile would print a traceback behind our sentence. Raises
    OSError."""
    whole = io.BytesIO()
    book.save(whole)
    path.write_bytes(whole.getvalue())


def _widths(names: Sequence[str]) -> list[int]:
    nights = len(names) - len(BEFORE) - len(AFTER)
    return [5, 16, 16, *[6] * nights, *[10] * (len(AFTER) - 1), 40]


def as_object(sheet: Sheet) -> dict[str, object]:
    """For programs."""
    return {
        "first": sheet.first.isoformat(),
        "last": sheet.last.isoformat(),
        "boxes": [_line_object(line, sheet) for line in sheet.lines],
    }


def _line_object(line: Line, sheet: Sheet) -> dict[str, object]:
    marks = {
        night.isoformat(): cell.mark.value
        for night, cell in zip(sheet.nights, line.cells, strict=True)
        if cell.mark is not None
    }
    notes = {
        night.isoformat(): {"vi": cell.note.vi, "en": cell.note.en}
        for night, cell in zip(sheet.nights, line.cells, strict=True)
        if cell.note is not None
    }
    return {
        "box": line.box.id,
        "village": line.box.village,
        "name": line.box.name,
        "nights": line.nights,
        "rung": line.count(Mark.RUNG),
        "by_hand": line.count(Mark.BY_HAND),
        "missed": line.count(Mark.MISSED),
        "unknown": line.count(Mark.UNKNOWN),
        "off": line.count(Mark.OFF),
        "rate_pct": None if line.rate_pct is None else round(line.rate_pct, 1),
        "marks": marks,
        "notes": notes,
    }


def as_table(sheet: Sheet, commune: str, language: Language) -> list[str]:
    """For a terminal: the days of the month as the head, one letter a night."""
    name_width = max([len(line.box.name) for line in sheet.lines] + [8])
    days = "".join(f"{night.day:>3}" for night in sheet.nights)
    short = ("X", "T", "K", "?", "%")
    out = [*heading(sheet, commune, language), "", f"{'':<{name_width}} {days}  " + " ".join(f"{s:>4}" for s in short)]
    for line in sheet.lines:
        marks = "".join(f"{cell.mark.value if cell.mark else '·':>3}" for cell in line.cells)
        counts = [line.count(mark) for mark in (Mark.RUNG, Mark.BY_HAND, Mark.MISSED, Mark.UNKNOWN)]
        figures = " ".join(f"{value:>4}" for value in (*counts, rate_words(line.rate_pct, language)))
        out.append(f"{line.box.name:<{name_width}} {marks}  {figures}")
    notes = [(line, note) for line in sheet.lines for note in line.notes(sheet.nights)]
    out += ["", LEGEND.read(language)]
    return out + [f"{line.box.name} {note.read(language)}" for line, note in notes]
