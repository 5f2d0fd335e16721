"""What only denser runs have met: rare things that fall together, an evening each. The world breaks no rule by them."""

from gongd.sim.plan import GONG_S, Happening, Plan, What
from gongd.sim.run import Outcome, run


def _run(seed: int, days: float, *happenings: Happening, boxes: int = 1) -> Outcome:
    return run(Plan(seed, boxes, days, "everything", happenings))


def _starts(outcome: Outcome) -> int:
    return sum(line.endswith("writes boot started") for line in outcome.commune.history.lines)


def test_a_journal_that_is_lost_without_power_starts_no_second_machine() -> None:
    dark = Happening(GONG_S, What.POWER_CUT, 1, 60.0)
    lost = Happening(GONG_S + 30.0, What.DISK_CORRUPT, 1)
    outcome = _run(1, 1.0, dark, lost)
    assert _starts(outcome) == 2
