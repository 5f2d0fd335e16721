"""The table of `docs/performance.md`, made of what is kept of every part."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from bench.figure import NO_FLOOR
from bench.kept import Kept, KeptFigure
from bench.moment import BenchError
from bench.table import HEAD, machine_line
from gongd.core.words import Text

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
_NO_MARKS = Text(vi="{file} thiếu hai dòng đánh dấu", en="{file} lacks the two markers")


def write(file: Path, kept: Kept, failed: Mapping[str, str]) -> None:
    """Put the table between the markers. Raises BenchError when they are not there."""
    head, begin, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise BenchError(_NO_MARKS.fill(file=file))
    file.write_text(f"{head}{BEGIN}\n{markdown(kept, failed)}{END}{tail}", encoding="utf-8")


def markdown(kept: Kept, failed: Mapping[str, str]) -> str:
    """The table; what each floor is, what was missed, what could not be measured, and the machine of each part."""
    figures = [figure for part in kept.values() for figure in part.figures]
    rows = [HEAD, ("---", *("---:" for _ in HEAD[1:])), *(figure.row for figure in figures)]
    table = "\n".join("| " + " | ".join(one) + " |" for one in rows)
    return "\n\n".join([table, *_notes(figures, failed), *_machines(kept)]) + "\n"


def _notes(figures: list[KeptFigure], failed: Mapping[str, str]) -> list[str]:
    floors: dict[str, list[str]] = {}
    for figure in (each for each in figures if each.floor != NO_FLOOR):
        floors.setdefault(figure.floor, []).append(figure.name)
    told = {
        "Floors": [f"{floor}: {'; '.join(names)}" for floor, names in floors.items()],
        "Missed": [f"{figure.name}: {figure.cause}" for figure in figures if figure.cause],
        "Not measured in the last run": [f"{part}: {why}" for part, why in failed.items()],
    }
    return [f"{title}:\n\n" + "\n".join(f"- {one}" for one in lines) for title, lines in told.items() if lines]


def _machines(kept: Kept) -> list[str]:
    """One line for all parts that were measured in the same run."""
    lines = [
        (machine_line(machine), [name for name, _ in parts])
        for machine, parts in groupby(kept.items(), key=lambda item: item[1].machine)
    ]
    return [line if len(lines) == 1 else f"{', '.join(names)}. {line}" for line, names in lines]
