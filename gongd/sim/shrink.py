"""A failing plan, made short: whatever can be left out while the same rule still fails is left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gongd.sim.plan import DAY_S, Happening, Plan
from gongd.sim.run import Outcome, run

MOST_RUNS = 60
AFTER_S = 2 * DAY_S


@dataclass(slots=True)
class Shrinker:
    """Tries shorter plans, at most `runs_left` of them."""

    rule: str
    runs_left: int = MOST_RUNS

    def fails(self, plan: Plan) -> Outcome | None:
        """The outcome, if it still fails in the same way."""
        if self.runs_left <= 0:
            return None
        self.runs_left -= 1
        outcome = run(plan)
        return outcome if any(each.rule == self.rule for each in outcome.violations) else None


def shrink(plan: Plan, at: float, rule: str, told: Callable[[str], None] = lambda _line: None) -> Plan:
    """The shortest plan found that breaks the rule. `at` is when it was first seen broken."""
    shrinker = Shrinker(rule)
    shorter = plan.until(min(plan.days * DAY_S, at + AFTER_S))
    best = shorter if shrinker.fails(shorter) else plan
    left: Sequence[Happening] = best.happenings
    parts = 2
    while len(left) > 1 and shrinker.runs_left > 0:
        size = max(1, len(left) // parts)
        for start in range(0, len(left), size):
            kept = (*left[:start], *left[start + size :])
            if shrinker.fails(best.with_only(kept)):
                left, parts = kept, max(2, parts - 1)
                told(f"{len(left)} happenings are left")
                break
        else:
            if size == 1:
                break
            parts = min(len(left), parts * 2)
    return best.with_only(left)
