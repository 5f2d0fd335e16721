"""Machines for the tests, and the report of the run."""

import os
import platform
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from machine.box import Box
from machine.guest import CACHE, PROCESSOR, Guest
from machine.report import Report

PAGE = Path(__file__).parents[1] / "docs" / "machine.md"
AFTERNOON = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
"""Three in Viet Nam: nothing is due for hours."""
Maker = Callable[[datetime], Guest]


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """What is found goes into build/machine/report.md; if all is green, with MACHINE_RECORD=1 into docs/machine.md."""
    made = Report()
    yield made
    about = f"Processor by {_emulator()}, on {platform.machine()} with {os.cpu_count()} cores"
    (CACHE / "report.md").write_text(made.markdown(about), encoding="utf-8")
    if os.environ.get("MACHINE_RECORD") and not request.session.testsfailed:
        made.write_into(PAGE, about)


@dataclass
class Pace:
    """How long the machine takes from power to READY, by its own clock: so much before ten a test switches it on."""

    ready_s: float = 40.0


@pytest.fixture(scope="session")
def pace() -> Pace:
    """Measured by whichever test boots first."""
    return Pace()


@pytest.fixture(scope="module")
def make_guest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """New machines, switched off; they are gone when the module's tests are done. What their consoles said stays."""
    made: list[Guest] = []

    def make(wall: datetime) -> Guest:
        guest = Guest(tmp_path_factory.mktemp("machine"), wall)
        made.append(guest)
        return guest

    yield make
    for guest in made:
        guest.close()


@pytest.fixture(scope="module")
def box(make_guest: Maker, pace: Pace, report: Report) -> Box:
    """A box in the afternoon, ready: the tests of a file share it, in their order."""
    made = Box(make_guest(AFTERNOON).switch_on()).wait_ready()
    pace.ready_s = (made.guest.now() - AFTERNOON).total_seconds()
    report.add("from power to READY", f"{pace.ready_s:.0f} s")
    return made


def _emulator() -> str:
    told = subprocess.run(["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True).stdout
    return f"qemu {told.split()[3].split('(')[0]} ({PROCESSOR})"
