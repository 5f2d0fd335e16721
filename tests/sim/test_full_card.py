"""The card is full when the gong is due, and the power goes within the grace: the gong does not ring again."""

import pytest

from gongd.sim.plan import GONG_S, Happening, Plan, What
from gongd.sim.run import Outcome, run

TONIGHT = "2026-01-01"
HOUR_S = 3600.0


def _evening(what: What, *meanwhile: Happening) -> Outcome:
    card = Happening(GONG_S - 600.0, what, 1, for_s=HOUR_S)
    first = Happening(GONG_S - 300.0, What.STATUS_BUTTON, 1)  # the journal learns how the card is
    return run(Plan(SEED, 1, 1.0, "disk", (card, first, *meanwhile)))


SEED = 1
"""Its box has a battery, so it trusts its clock within the grace."""


def _rings(outcome: Outcome) -> int:
    return sum(one.signal == "peace" for one in outcome.commune.facts.soundings if one.began_at < GONG_S + HOUR_S)


def _nights(outcome: Outcome) -> list[tuple[str, str | None]]:
    [cabinet] = outcome.commune.cabinets
    records = [record for _, record in outcome.commune.journal_of(cabinet) if record.night is not None]
    return [(str(record.night), record.outcome) for record in records]


def _cut(after_s: float, for_s: float) -> Happening:
    return Happening(GONG_S + after_s, What.POWER_CUT, 1, for_s)


@pytest.mark.parametrize("after_s", [1.0, 8.0, 30.0, 60.0])
def test_a_gong_on_a_full_card_rings_once_though_the_power_goes_within_its_grace(after_s: float) -> None:
    outcome = _evening(What.DISK_FULL, _cut(after_s, 5.0))
    assert _rings(outcome) == 1
    assert _nights(outcome) == [(TONIGHT, "rung")]
    assert outcome.violations == ()


def test_nor_does_it_ring_again_though_the_power_goes_twice() -> None:
    outcome = _evening(What.DISK_FULL, _cut(5.0, 2.0), _cut(45.0, 2.0))
    assert _rings(outcome) == 1
    assert _nights(outcome) == [(TONIGHT, "rung")]
    assert outcome.violations == ()
