"""The monthly report as people take it away: text on a screen, CSV, XLSX, JSON."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from gongd.core.words import Language, Text
from gongd.desk.report import Cell, Report, Section
from gongd.desk.sheet_file import BOM, harmless, save


def plain(cell: Cell, language: Language) -> str | int | float:
    """What stands in a cell."""
    if isinstance(cell, Text):
        return cell.read(language)
    return "" if cell is None else cell


def _spelt(cell: Cell, language: Language) -> str:
    value = plain(cell, language)
    return f"{value}".replace(".", ",") if isinstance(value, float) and language is Language.VI else f"{value}"


def as_lines(report: Report, language: Language) -> list[str]:
    """For a terminal."""
    lines = [text.read(language) for text in report.heading]
    for section in report.sections:
        lines += ["", section.title.read(language), *_table(section, language)]
    return [*lines, "", *(text.read(language) for text in report.ending)]


def _table(section: Section, language: Language) -> list[str]:
    if not section.rows:
        return [section.empty.read(language)]
    rows = [[head.read(language) for head in section.heads]]
    rows += [[_spelt(cell, language) for cell in row] for row in section.rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(section.heads))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def as_csv(report: Report, language: Language) -> str:
    """UTF-8 with BOM, for Excel; a decimal comma in Vietnamese."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    for row in _rows(report, language):
        writer.writerow([harmless(_spelt(cell, language)) for cell in row])
    return BOM + paper.getvalue()


def _rows(report: Report, language: Language) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [[text] for text in report.heading]
    for section in report.sections:
        rows += [[], [section.title]]
        rows += [section.heads, *section.rows] if section.rows else [[section.empty]]
    return [*rows, [], *([text] for text in report.ending)]


def write_xlsx(report: Report, language: Language, path: Path) -> None:
    """An Excel workbook of one sheet, ready to print. Raises OSError."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = f"{report.last:%Y-%m}"
    titles = {section.title.read(language) for section in report.sections}
    for row in _rows(report, language):
        page.append([harmless(plain(cell, language)) for cell in row])
        cell = page.cell(page.max_row, 1)
        if cell.value in titles:
            cell.font = Font(bold=True)
    for number in range(1, len(report.heading) + 1):
        page.cell(number, 1).font = Font(bold=True)
    for letter, width in zip("ABCDEFGH", (24, 24, 20, 24, 20, 16, 16, 12), strict=True):
        page.column_dimensions[letter].width = width
    for line in page.iter_rows(min_row=len(report.heading) + 1):
        for cell in line[1:]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    save(book, path)


def as_object(report: Report, language: Language) -> dict[str, object]:
    """For programs: each part as a list of rows by the heads of its columns."""
    return {
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "heading": [text.read(language) for text in report.heading],
        "sections": [
            {
                "title": section.title.read(language),
                "rows": [
                    {head.read(language): plain(cell, language) for head, cell in zip(section.heads, row, strict=True)}
                    for row in section.rows
                ],
            }
            for section in report.sections
        ],
    }
