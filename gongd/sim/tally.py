"""What came of seeds, counted: small enough to travel between processes, and to be added up."""

from collections import Counter
from dataclasses import dataclass, field

from gongd.sim import furniture
from gongd.sim.facts import Violation
from gongd.sim.plan import Plan
from gongd.sim.run import Outcome

QUICKEST = 0.5
SLOWEST = 0.99


@dataclass(frozen=True, slots=True)
class Failure:
    """A seed in which a rule did not hold: its plan, and what was seen first."""

    plan: Plan
    violations: tuple[Violation, ...]


@dataclass(slots=True)
class Tally:
    """`nights` counts what was written of them: `rung`, or why not. `grid`: one letter a night, by (seed, box)."""

    seeds: int = 0
    box_years: float = 0.0
    nights: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    latencies_s: list[float] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    grid: dict[tuple[int, str], str] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """And those."""
        self.seeds += other.seeds
        self.box_years += other.box_years
        self.nights += other.nights
        self.alarms += other.alarms
        self.survived += other.survived
        self.latencies_s += other.latencies_s
        self.failures += other.failures
        self.grid |= other.grid
        self.digests |= other.digests

    def latency_s(self, share: float) -> float | None:
        """So many of the alarms sounded within this."""
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


LETTERS = {
    "rung": "r",
    "no-power": "p",
    "clock-untrusted": "c",
    "late": "l",
    "preempted": "a",
    "muted": "m",
    "speaker-failed": "s",
    "disabled": "d",
    "unknown": "u",
}
"""How a night is marked in the grid; `-` where nothing is known."""


def tally(outcome: Outcome) -> Tally:
    """Count one seed."""
    commune, plan = outcome.commune, outcome.plan
    facts = commune.facts
    found = Tally(seeds=1, box_years=plan.boxes * plan.days / 365.0, survived=Counter(facts.survived))
    for cabinet in commune.cabinets:
        letters = ""
        for night in commune.nights_of(cabinet):
            words = facts.nights.get((cabinet.id, night.isoformat()), [])
            word = (words[-1][2] or words[-1][1]) if words else "unknown"
            found.nights[word] += 1
            letters += LETTERS.get(word, "-")
        found.grid[plan.seed, cabinet.id] = letters
    found.alarms = _alarms(outcome)
    found.latencies_s = list(facts.latencies_s)
    found.digests[plan.seed] = commune.history.digest
    if outcome.violations:
        found.failures.append(Failure(plan, outcome.violations))
    return found


def _alarms(outcome: Outcome) -> Counter[str]:
    facts = outcome.commune.facts
    pressed = sum(hold.counts_at is not None and hold.button in ("fire", "flood") for hold in facts.holds)
    right = [order for order in facts.orders.values() if order.right]
    wrong = len(facts.orders) - len(right)
    sounded = {
        (one.box, one.activation) for one in facts.soundings if not one.activation.startswith(furniture.SCHEDULE)
    }
    return Counter(
        {
            "pressed": pressed,
            "ordered": len(right),
            "forged": wrong,
            "accepted": len(facts.accepted),
            "sounded": len(sounded),
        }
    )
