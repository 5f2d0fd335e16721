"""The card is full when the gong is due, and the power goes within the grace: the gong does not ring again."""

import subprocess
import sys

import pytest

from gongd.sim.plan import GONG_S, Happening, Plan, What
from gongd.sim.run import Outcome, run

TONIGHT = "2026-01-01"
HOUR_S = 3600.0
SEED = 1
"""Its box has a battery, so it trusts its clock within the grace."""


def evening(*meanwhile: Happening, what: What = What.DISK_FULL, for_s: float = HOUR_S) -> Outcome:
    """The card takes nothing from ten minutes before the gong on, and the journal knows it."""
    card = Happening(GONG_S - 600.0, what, 1, for_s=for_s)
    first = Happening(GONG_S - 300.0, What.STATUS_BUTTON, 1)
    return run(Plan(SEED, 1, 1.0, "disk", (card, first, *meanwhile)))


def cut(after_s: float, for_s: float) -> Happening:
    """The power goes so long after the gong was due."""
    return Happening(GONG_S + after_s, What.POWER_CUT, 1, for_s)


def rings(outcome: Outcome) -> int:
    """How often the gong was heard."""
    return sum(one.signal == "peace" for one in outcome.commune.facts.soundings if one.began_at < GONG_S + HOUR_S)


def nights(outcome: Outcome) -> list[tuple[str, str | None]]:
    """What the journal says in the end."""
    [cabinet] = outcome.commune.cabinets
    records = [record for _, record in outcome.commune.journal_of(cabinet) if record.night is not None]
    return [(str(record.night), record.outcome) for record in records]


@pytest.mark.parametrize("after_s", [1.0, 8.0, 30.0, 60.0])
def test_a_gong_on_a_full_card_rings_once_though_the_power_goes_within_its_grace(after_s: float) -> None:
    outcome = evening(cut(after_s, 5.0))
    assert rings(outcome) == 1
    assert nights(outcome) == [(TONIGHT, "rung")]
    assert outcome.violations == ()


def test_nor_does_it_ring_again_though_the_power_goes_twice() -> None:
    outcome = evening(cut(5.0, 2.0), cut(45.0, 2.0))
    assert rings(outcome) == 1
    assert nights(outcome) == [(TONIGHT, "rung")]
    assert outcome.violations == ()


def test_a_full_card_does_not_hold_the_gong_up() -> None:
    [gong] = [one for one in evening().commune.facts.soundings if one.signal == "peace"]
    assert gong.began_at - GONG_S < 1.0


def test_a_card_that_refuses_every_byte_can_remember_nothing_and_the_rule_knows_it() -> None:
    outcome = evening(cut(8.0, 5.0), what=What.DISK_READ_ONLY)
    assert rings(outcome) == 2
    assert nights(outcome) == [(TONIGHT, "rung")]
    assert outcome.violations == ()


def test_one_that_is_well_again_before_the_power_goes_remembers() -> None:
    outcome = evening(cut(60.0, 5.0), what=What.DISK_READ_ONLY, for_s=630.0)
    assert rings(outcome) == 1
    assert outcome.violations == ()


_CHILD = """
from tests.sim.bugs import NOT_NOTED
from tests.sim.planting import plant
plant(NOT_NOTED)
from tests.sim.test_full_card import seen
print(seen())
"""


def seen() -> str:
    """Which rule sees a box in which the bug is planted."""
    return ", ".join(found.rule for found in evening(cut(30.0, 5.0)).violations)


def test_a_ring_that_is_not_noted_is_seen() -> None:
    done = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "what_sounds_is_new"
