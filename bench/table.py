"""The table: for a terminal and for a program (the document's: `bench/document.py`)."""

import json
from collections.abc import Mapping, Sequence
from statistics import median

from bench.figure import Figure, Measure, quantile

HEAD = ("figure", "n", "median", "p99", "max", "floor: median", "p99", "ratio", "target", "verdict")
Machine = Mapping[str, str]


def row(figure: Figure) -> tuple[str, ...]:
    """One figure in words. A figure of one sample has no quantiles."""
    one, unit = len(figure.ours) == 1, figure.unit
    return (
        figure.name,
        str(len(figure.ours)),
        f"{_plain(median(figure.ours))} {unit}",
        "" if one else _plain(quantile(figure.ours, 0.99)),
        "" if one else _plain(max(figure.ours)),
        f"{_plain(median(figure.floor))} {unit}" if figure.has_floor else "",
        "" if one or not figure.has_floor else _plain(quantile(figure.floor, 0.99)),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        _target(figure),
        {None: "", True: "met", False: "MISSED"}[figure.is_met],
    )


def text(figures: Sequence[Figure], machine: Machine) -> str:
    """For a terminal: columns, then what each floor is, each miss with its cause, and the machine."""
    rows = [HEAD, *(row(figure) for figure in figures)]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(_pad(cell, width, at) for at, (cell, width) in enumerate(zip(one, widths, strict=True)))
        for one in rows
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    notes = [f"{title}\n" + "\n".join(f"  {name}: {what}" for name, what in told) for title, told in _notes(figures)]
    return "\n\n".join(["\n".join(line.rstrip() for line in lines), *notes, machine_line(machine)]) + "\n"


def as_json(figures: Sequence[Figure], machine: Machine) -> str:
    """For a program: every sample."""
    told = [
        {
            "name": figure.name,
            "unit": figure.unit,
            "ours": figure.ours,
            "floor": figure.floor,
            "floor_name": figure.floor_name,
            "ratio": figure.ratio,
            "measure": figure.target and figure.target.measure.value,
            "at_most": figure.target and figure.target.at_most,
            "reached": figure.reached,
            "met": figure.is_met,
            "cause": figure.cause,
        }
        for figure in figures
    ]
    return json.dumps({"machine": machine, "figures": told}, ensure_ascii=False, indent=1)


def _notes(figures: Sequence[Figure]) -> list[tuple[str, list[tuple[str, str]]]]:
    floors: dict[str, list[str]] = {}
    for figure in (each for each in figures if each.has_floor):
        floors.setdefault(figure.floor_name, []).append(figure.name)
    missed = [(figure.name, figure.cause) for figure in figures if figure.cause]
    told = [("Floors", [(floor, "; ".join(names)) for floor, names in floors.items()]), ("Missed", missed)]
    return [(title, rows) for title, rows in told if rows]


def machine_line(machine: Machine) -> str:
    """In one line."""
    return "Machine: " + "; ".join(f"{name} {value}" for name, value in machine.items()) + "."


def _target(figure: Figure) -> str:
    match figure.target:
        case None:
            return ""
        case target if target.measure is Measure.RATIO:
            return f"ratio ≤ {target.at_most:g}"
        case target if target.measure is Measure.P99:
            return f"p99 ≤ {target.at_most:g}"
        case target:
            return f"≤ {target.at_most:g}"


def _plain(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _pad(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column in (0, len(HEAD) - 1) else cell.rjust(width)
