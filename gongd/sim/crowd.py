"""Many seeds, on all cores: each seed is a process's own affair, and only its tally comes back."""

import gc
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass

from gongd.sim.plan import Plan, make_plan
from gongd.sim.profile import profile_for
from gongd.sim.run import run
from gongd.sim.tally import Tally, tally

DAYS_A_YEAR = 365.0


def _settle_in() -> None:
    """What a process needs for every seed is loaded by now: no look for garbage goes through that again."""
    gc.freeze()


@dataclass(frozen=True, slots=True)
class Crowd:
    """Which seeds: `count` of them from `first` on; `years` each, of `boxes` boxes."""

    first: int
    count: int
    years: float
    boxes: int
    profile: str
    jobs: int

    def plan(self, seed: int) -> Plan:
        """The plan of one of them."""
        return make_plan(seed, self.boxes, self.years * DAYS_A_YEAR, profile_for(self.profile, seed))

    def tally(self, seed: int) -> Tally:
        """Run one of them. What is left of the one before, whose world holds itself together, is given back first."""
        gc.collect()
        return tally(run(self.plan(seed)))

    def run(self) -> Iterator[Tally]:
        """Run them all; each tally as it comes, not in order."""
        seeds = range(self.first, self.first + self.count)
        if self.jobs == 1 or self.count == 1:
            yield from map(self.tally, seeds)
            return
        with multiprocessing.get_context("spawn").Pool(self.jobs, _settle_in) as pool:
            yield from pool.imap_unordered(self.tally, seeds)
