"""One seed, from its plan to its verdict."""

import gc
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gongd.sim.cabinet import Cabinet
from gongd.sim.chance import Chance
from gongd.sim.commune import SETTLING_S, Commune
from gongd.sim.facts import Violation
from gongd.sim.mishaps import Mishaps
from gongd.sim.people import People
from gongd.sim.plan import DAY_S, GONG_S, Happening, Plan
from gongd.sim.profile import PROFILES
from gongd.sim.pushing import Pushing

MEMORY = Path("/dev/shm")
LOOK_S = 90.0
PULSE_S = 3600.0
DOUBT_S = 2.2 * DAY_S
"""A box that has believed a time far in the past doubts the true one for two days, and writes no miss meanwhile."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a plan. `commune` is the world as it ended."""

    plan: Plan
    violations: tuple[Violation, ...]
    commune: Commune

    @property
    def is_good(self) -> bool:
        """Did every rule hold?"""
        return not self.violations


@contextmanager
def _folder() -> Iterator[Path]:
    """A card for every box, in memory where the machine has any."""
    where = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="gongd-sim-", dir=where) as name:
        yield Path(name)


def run(plan: Plan, until_broken: bool = False) -> Outcome:
    """Run one plan to its end, or until the first rule is broken."""
    log = logging.getLogger("gongd")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    gc.disable()
    try:
        return _run(plan, until_broken)
    finally:
        gc.enable()
        log.setLevel(level)


def _run(plan: Plan, until_broken: bool) -> Outcome:
    with _folder() as folder:
        commune = Commune(plan, folder)
        world, mishaps, people = commune.world, Mishaps(commune), People(commune)
        others = {**mishaps.deeds(), **people.deeds()}
        deeds = {**others, **Pushing(commune, others).deeds()}
        _switch_on(commune, mishaps)
        _watch_gongs(commune)
        _feel_pulses(commune)
        for happening in plan.happenings:
            world.at(happening.at, _deed(commune, deeds[happening.what], happening))
        commune.until_broken = until_broken
        commune.run_until(plan.days * DAY_S)
        if not commune.is_over:
            _settle(commune, mishaps)
            commune.judge_the_end()
        commune.console.store.close()
        return Outcome(plan, tuple(commune.violations), commune)


def _deed(commune: Commune, deed, happening: Happening):  # type: ignore[no-untyped-def]
    def do() -> None:
        commune.history.note("world", str(happening))
        commune.facts.survived[happening.what] = commune.facts.survived.get(happening.what, 0) + 1
        deed(happening)

    return do


def _switch_on(commune: Commune, mishaps: Mishaps) -> None:
    chance = Chance(commune.plan.seed, "batteries")
    for cabinet in commune.cabinets:
        cabinet.has_battery = chance.happens(PROFILES[commune.plan.profile].batteries)
        cabinet.died = lambda how, cabinet=cabinet: mishaps.died(cabinet, how)  # type: ignore[misc]
        commune.facts.shake(cabinet.id, 0.0)
        cabinet.power_on(0.0 if cabinet.has_battery else -3600.0)
        mishaps.sync_soon(cabinet)


def _watch_gongs(commune: Commune) -> None:
    """At every gong: who is well?"""

    def look() -> None:
        for cabinet in commune.cabinets:
            if cabinet.is_well:
                commune.facts.well.setdefault(cabinet.id, set()).add(commune.world.now)

    for day in range(int(commune.plan.days) + 1):
        commune.world.at(day * DAY_S + GONG_S, look)


def _feel_pulses(commune: Commune) -> None:
    """Every so often: do the boxes know how they are?"""
    world = commune.world

    def feel() -> None:
        commune.feel_pulses()
        world.after(PULSE_S, feel)

    world.after(PULSE_S, feel)


def _is_doubting(cabinet: Cabinet) -> bool:
    if cabinet.daemon is None:
        return True
    parts = cabinet.daemon.box.parts
    belief = parts.nights.ledger.belief if parts.nights.ledger is not None else None
    return belief is None or belief.doubts(parts.timekeeper.now())


def _beat(commune: Commune) -> None:
    """A heartbeat of every box, which in the field comes twice a minute: it tells the desk how far its journal goes."""
    for cabinet in commune.cabinets:
        if cabinet.daemon is not None and cabinet.daemon.box.parts.line is not None:
            cabinet.daemon.box.parts.line.prove()
            cabinet.poke()


def _settle(commune: Commune, mishaps: Mishaps) -> None:
    """Everything is mended; then the boxes and the desk get their time."""
    world = commune.world
    mishaps.mend()
    patience_ends_at = world.now + DOUBT_S
    while any(map(_is_doubting, commune.cabinets)) and world.now < patience_ends_at:
        commune.run_until(world.now + PULSE_S)
        for cabinet in commune.cabinets:
            cabinet.poke()
    end = world.now + SETTLING_S
    world.after(SETTLING_S / 3, lambda: _beat(commune))
    while world.now < end:
        for cabinet in commune.cabinets:
            cabinet.poke()
        commune.console.look()
        commune.run_until(world.now + LOOK_S)
