"""Plants one bug, in this process and before anything is loaded; then runs seeds until a rule is broken.

python -m tests.sim.planting NAME [SEEDS]    prints how many seeds it took, and which rule saw it
python -m tests.sim.planting all             the table for docs/simulation.md

A seed here is twelve days of two boxes, in which as much happens as else in five months.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

from tests.sim.bugs import BUGS, Bug

SEEDS = 40
DAYS = 12.0
BOXES = 2
DENSITY = 12.0


class NotThereError(LookupError):
    """The line of the product has changed: the bug must be planted anew."""


class _Gardener(importlib.machinery.SourceFileLoader):
    """Loads one module with one line changed."""

    bug: Bug

    def get_code(self, fullname: str) -> CodeType:
        text = self.get_source(fullname) or ""
        if text.count(self.bug.right) != 1:
            raise NotThereError(f"{self.bug.name}: its line stands {text.count(self.bug.right)} times in {fullname}")
        return compile(text.replace(self.bug.right, self.bug.wrong), self.get_filename(fullname), "exec")


class _Garden(importlib.abc.MetaPathFinder):
    """Finds that one module before anybody else does."""

    def __init__(self, bug: Bug) -> None:
        self._bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del target
        if fullname != self._bug.module:
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path)
        if found is None or found.origin is None:
            return None
        loader = _Gardener(fullname, found.origin)
        loader.bug = self._bug
        return importlib.util.spec_from_file_location(fullname, found.origin, loader=loader)


@dataclass(frozen=True, slots=True)
class Caught:
    """A planted bug, and after how many seeds which rule saw it; `rule` None: never."""

    bug: Bug
    seeds: int
    rule: str | None


def plant(bug: Bug) -> None:
    """Plant it here, before its module is loaded."""
    sys.meta_path.insert(0, _Garden(bug))


def catch(bug: Bug, seeds: int) -> Caught:
    """Plant it here, and look for it."""
    plant(bug)
    run: Any = importlib.import_module("gongd.sim.run")
    plans: Any = importlib.import_module("gongd.sim.plan")
    profiles: Any = importlib.import_module("gongd.sim.profile")
    profile = profiles.PROFILES[bug.profile]
    for count in range(1, seeds + 1):
        outcome = run.run(plans.make_plan(count, BOXES, DAYS, profile, DENSITY * bug.times), until_broken=True)
        if outcome.violations:
            return Caught(bug, count, outcome.violations[0].rule)
    return Caught(bug, seeds, None)


def by_name(name: str) -> Bug:
    """One of the bugs."""
    return next(bug for bug in BUGS if bug.name == name)


def catch_in_a_child(bug: Bug, seeds: int = SEEDS) -> tuple[int, str]:
    """The same in a process of its own: the seeds it took, and the rule; an empty rule: it was not caught."""
    command = [sys.executable, "-m", "tests.sim.planting", bug.name, str(seeds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(done.stderr[-2000:])
    count, _, rule = done.stdout.strip().partition(" ")
    return int(count), rule


def table() -> str:
    """All of them, for the documents."""
    rows = ["| planted bug | profile | seeds | seen by |", "|---|---|---|---|"]
    for bug in BUGS:
        count, rule = catch_in_a_child(bug)
        rows.append(f"| {bug.name} | {bug.profile} | {count} | {rule.replace('_', ' ') or 'NOT CAUGHT'} |")
        print(rows[-1], file=sys.stderr, flush=True)
    return "\n".join(rows)


def main(words: Sequence[str]) -> None:
    """See the top of this file."""
    if words[0] == "all":
        print(table())
        return
    caught = catch(by_name(words[0]), int((words[1:2] or [str(SEEDS)])[0]))
    print(caught.seeds, caught.rule or "")


if __name__ == "__main__":
    main(sys.argv[1:])
