"""What was measured last, part by part: `docs/performance.json`. The table of the document is made of it, and a run is
held against it: a ratio that has grown by more than a fifth is a regression."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench.figure import Figure, quantile
from bench.moment import BenchError
from bench.table import row
from gongd.core.words import Text

MOST_WORSE = 1.2
_DAMAGED = Text(vi="{file} hỏng: {why}", en="{file} is damaged: {why}")


@dataclass(frozen=True, slots=True)
class KeptFigure:
    """One figure as it is kept. `row` are its cells in the table."""

    name: str
    unit: str
    median: float
    p99: float
    ratio: float | None
    met: bool | None
    floor: str
    cause: str | None
    row: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One part: its figures, and the machine on which they were measured."""

    machine: Mapping[str, str]
    figures: tuple[KeptFigure, ...]


Kept = Mapping[str, KeptPart]
"""By the name of the part."""


def keep(figures: Sequence[Figure], machine: Mapping[str, str]) -> KeptPart:
    """What is kept of a part."""
    return KeptPart(machine, tuple(_kept(figure) for figure in figures))


def _kept(figure: Figure) -> KeptFigure:
    return KeptFigure(
        figure.name,
        figure.unit,
        median(figure.ours),
        quantile(figure.ours, 0.99),
        figure.ratio,
        figure.is_met,
        figure.floor_name,
        figure.cause,
        row(figure),
    )


def load(file: Path) -> Kept:
    """What is kept; nothing where there is no file. Raises BenchError."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {name: _part(part) for name, part in found.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BenchError(_DAMAGED.fill(file=file, why=error)) from error


def _part(found: Mapping[str, object]) -> KeptPart:
    machine, figures = found["machine"], found["figures"]
    assert isinstance(machine, dict)
    assert isinstance(figures, list)
    return KeptPart(machine, tuple(KeptFigure(**{**one, "row": tuple(one["row"])}) for one in figures))


def save(file: Path, kept: Kept) -> None:
    """Write it."""
    told = {name: asdict(part) for name, part in kept.items()}
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def regressions(before: Kept, after: Kept) -> list[str]:
    """Every ratio that has grown by more than a fifth, a line each."""
    held = {figure.name: figure.ratio for part in before.values() for figure in part.figures}
    return [
        f"regression: {figure.name}: {figure.ratio:.2f} times its floor, {was:.2f} before"
        for part in after.values()
        for figure in part.figures
        if (was := held.get(figure.name)) and figure.ratio and figure.ratio > MOST_WORSE * was
    ]
