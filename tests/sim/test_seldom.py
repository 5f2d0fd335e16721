"""What only denser runs have met: rare things that fall together, an evening each. The world breaks no rule by them."""

import pytest

from gongd.core.catalogue import Status
from gongd.core.record import RUNG, Kind, Record
from gongd.sim import furniture
from gongd.sim.commune import BEGAN
from gongd.sim.evidence import has_rested
from gongd.sim.facts import Facts
from gongd.sim.plan import GONG_S, Happening, Plan, What
from gongd.sim.run import Outcome, run
from gongd.sim.witness import Sounding

BOX = "thon-1"
WHOLE_S, REST_S = 28.4, 500.0


def _run(seed: int, days: float, *happenings: Happening, boxes: int = 1) -> Outcome:
    return run(Plan(seed, boxes, days, "everything", happenings))


def _starts(outcome: Outcome) -> int:
    return sum(line.endswith("writes boot started") for line in outcome.commune.history.lines)


def test_a_journal_that_is_lost_without_power_starts_no_second_machine() -> None:
    dark = Happening(GONG_S, What.POWER_CUT, 1, 60.0)
    lost = Happening(GONG_S + 30.0, What.DISK_CORRUPT, 1)
    outcome = _run(1, 1.0, dark, lost)
    assert _starts(outcome) == 2


def test_an_alarm_in_the_tail_of_a_flood_takes_nothing_of_what_the_flood_may_still_sound() -> None:
    flood = Happening(305468.842, What.ALARM_BUTTON, 1, choice=0.6077)
    security = Happening(306128.386, What.CANCEL, 0, choice=0.0178)
    outcome = _run(19, 4.0, flood, security, boxes=2)
    stretches = [one for one in outcome.commune.facts.soundings if one.signal == "flood"]
    assert [one.own_end for one in stretches] == [True, False, True, True]
    assert outcome.violations == ()


def _stretch(began_at: float, lasts_s: float, signal: str = "flood", own_end: bool = False) -> Sounding:
    return Sounding(BOX, signal, Status.ACTUAL, began_at, True, "one", began_at + lasts_s, own_end)


@pytest.mark.parametrize(
    ("one", "then_s", "rested"),
    [
        (_stretch(0.0, 29.0), 600.0, True),
        (_stretch(0.0, 5.0, own_end=True), 40.0, True),
        (_stretch(0.0, 20.0), 600.0, False),
        (_stretch(0.0, 29.0), 40.0, False),
        (_stretch(0.0, 29.0, signal="fire"), 600.0, False),
    ],
    ids=["whole, and a rest", "the stage said so", "cut short", "no rest", "a fire never rests"],
)
def test_a_flood_has_rested_only_after_all_its_time(one: Sounding, then_s: float, rested: bool) -> None:
    assert has_rested(one, _stretch(then_s, 29.0, one.signal), WHOLE_S, REST_S) is rested


def test_a_gong_that_the_power_cut_short_by_a_clock_a_day_behind_need_not_be_heard() -> None:
    outcome = _run(
        24,
        5.0,
        Happening(103397.727, What.CUT_AT_RELAY, 2, 3511.5, choice=0.3418),
        Happening(113167.246, What.NTP_GONE, 2, 826374.5, choice=0.9736),
        Happening(232984.175, What.CLOCK_VOUCHED, 2, choice=0.4379),
        Happening(295199.506, What.CUT_AT_RELAY, 2, 338.7, choice=0.0557),
        boxes=2,
    )
    assert outcome.violations == ()


def test_when_a_night_was_first_written_as_rung_is_known() -> None:
    facts, night = Facts(), BEGAN.date()
    assert facts.rung_at(BOX, night) == float("inf")
    for at, outcome in ((10.0, "missed"), (20.0, RUNG), (30.0, RUNG)):
        record = Record(BEGAN, Kind.NIGHT, schedule=furniture.SCHEDULE, night=night, outcome=outcome)
        facts.wrote(BOX, at, [record], None)  # type: ignore[arg-type]
    assert facts.rung_at(BOX, night) == 20.0
