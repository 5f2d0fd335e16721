"""The whole box under a time server that lies: what one of more than three days leaps over rings when it comes."""

import pytest

from gongd.sim.commune import BEGAN
from gongd.sim.plan import DAY_S, Happening, Plan, What
from gongd.sim.run import Outcome, run

DAYS = 24.0
NOON_S = 1.1 * DAY_S
"""The lie begins early in the afternoon, and is over before the gong."""
KILLED = Happening(NOON_S + 1200.0, What.KILL, 1)
CUT = Happening(NOON_S + 1200.0, What.POWER_CUT, 1, for_s=300.0)
CUT_LONG = Happening(NOON_S + 1200.0, What.POWER_CUT, 1, for_s=9000.0)


def _lied_to(size_s: float, *meanwhile: Happening, for_s: float = 7200.0) -> Outcome:
    lie = Happening(NOON_S, What.NTP_SPOOFED, 1, for_s, size_s)
    return run(Plan(5, 1, DAYS, "clock", (lie, *meanwhile)))


def _assert_costs_nothing(outcome: Outcome) -> None:
    assert outcome.violations == ()
    commune = outcome.commune
    heard = [one for one in commune.facts.soundings if one.signal == "peace"]
    assert len(heard) >= int(DAYS)
    [cabinet] = commune.cabinets
    nights = [record.night for _, record in commune.journal_of(cabinet) if record.night is not None]
    assert min(nights) == BEGAN.date()


def _missed(outcome: Outcome) -> list[str]:
    return [night for (_, night), words in outcome.commune.facts.nights.items() if words[-1][1] == "missed"]


@pytest.mark.parametrize("days", [-1800, -20, -1, 20, 1800])
@pytest.mark.parametrize("meanwhile", [(), (KILLED,), (CUT_LONG,)])
def test_a_lie_of_some_hours_costs_no_night_and_invents_none(days: float, meanwhile: tuple[Happening, ...]) -> None:
    _assert_costs_nothing(_lied_to(days * DAY_S, *meanwhile))


@pytest.mark.parametrize("days", [-1800, -20, -1])
def test_nor_does_a_lie_about_the_past_that_a_box_wakes_to(days: float) -> None:
    _assert_costs_nothing(_lied_to(days * DAY_S, CUT))


def test_a_lie_of_a_day_costs_that_day_for_it_is_believed_like_a_correction() -> None:
    outcome = _lied_to(DAY_S)
    assert outcome.violations == ()
    assert _missed(outcome) == ["2026-01-02"]


def test_a_lie_that_a_box_wakes_to_costs_its_nights_for_it_may_have_been_dark_so_long() -> None:
    outcome = _lied_to(20 * DAY_S, CUT)
    assert outcome.violations == ()
    assert _missed(outcome) == [f"2026-01-{day:02}" for day in range(2, 22)]


def test_a_night_within_the_lie_is_the_only_one_that_is_lost() -> None:
    outcome = _lied_to(20 * DAY_S + 3600.0, for_s=12 * 3600.0)
    assert outcome.violations == ()
    rung = {word for words in outcome.commune.facts.nights.values() for _, word, _ in words}
    assert rung == {"rung", "missed"}
    assert _missed(outcome) == ["2026-01-02"]
