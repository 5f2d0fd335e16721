"""A simulator that cannot fail proves nothing: planted bugs are seen. `docs/simulation.md` has the table of all."""

import re
from pathlib import Path

import pytest

from tests.sim.bugs import BUGS, NOT_NOTED
from tests.sim.planting import by_name, catch_in_a_child

PAGE = Path(__file__).parents[2] / "docs" / "simulation.md"
QUICK = (
    "a miss is never filed",
    "a clock that was set is believed",
    "a signature is not looked at",
    "a retained order is obeyed",
    "whoever came first keeps the air",
    "the stage goes on past the cap",
    "a touch is a hold",
    "the journal counts one too many",
    "the desk is not told why",
    "the heartbeat knows of no lost card",
    "a pushed file is not taken back when no heartbeat comes",
    "a key that may only ask may push settings",
)
"""Those that the first seed shows."""


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_seen(name: str) -> None:
    seeds, rule = catch_in_a_child(by_name(name), 2)
    assert rule, f"{name} was not seen in {seeds} seeds"


def test_every_planted_bug_stands_in_the_table_and_was_caught() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (.+?) \| [a-z]+ \| \d+ \| (.+?) \|$", page, re.MULTILINE))
    assert set(rows) == {bug.name for bug in BUGS}
    assert "NOT CAUGHT" not in rows.values()


@pytest.mark.parametrize("bug", [*BUGS, NOT_NOTED], ids=lambda bug: bug.name)
def test_the_line_of_a_planted_bug_stands_in_the_product_once(bug: object) -> None:
    planted = next(each for each in (*BUGS, NOT_NOTED) if each is bug)
    path = Path(__file__).parents[2] / f"{planted.module.replace('.', '/')}.py"
    assert path.read_text(encoding="utf-8").count(planted.right) == 1
