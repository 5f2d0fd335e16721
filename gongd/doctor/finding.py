"""What the doctor says of one part, and what he knows of the patient before he looks. Values only."""

import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gongd.core.errors import ConfigError
from gongd.core.fault import FAULTS, FaultCode, Severity
from gongd.core.words import Text
from gongd.settings.model import Settings


class Level(StrEnum):
    """How a part is."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"


LEVELS: Mapping[Level, Text] = {
    Level.GOOD: Text("tốt", "good"),
    Level.WARNING: Text("cần chú ý", "warning"),
    Level.FAULT: Text("lỗi", "fault"),
}

_OF_SEVERITY = {Severity.FAULT: Level.FAULT, Severity.WARNING: Level.WARNING}
_DETAILED = Text("{name}: {detail}", "{name}: {detail}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `code` names the part or the fault, `text` what was tried and found, `remedy` what to do."""

    code: str
    level: Level
    text: Text
    remedy: Text | None = None


def good(code: str, text: Text) -> Finding:
    """All is well."""
    return Finding(code, Level.GOOD, text)


def warning(code: str, text: Text, remedy: Text | None = None) -> Finding:
    """Somebody should look."""
    return Finding(code, Level.WARNING, text, remedy)


def fault(code: str, text: Text, remedy: Text | None = None) -> Finding:
    """Something is taken away."""
    return Finding(code, Level.FAULT, text, remedy)


def known(code: FaultCode, detail: Text | None = None, subject: str = "?") -> Finding:
    """A fault of the table, in its own words; a detail that says as much itself stands alone."""
    row = FAULTS[code]
    name = row.name.fill(name=subject, n="?")
    says_it = detail is not None and detail.vi.startswith(name.vi)
    text = name if detail is None else detail if says_it else _DETAILED.fill(name=name, detail=detail)
    return Finding(code.value, _OF_SEVERITY[row.severity], text, row.remedy)


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the machine shows itself; other folders in tests."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")
    dev: Path = Path("/dev")
    systemd: Path = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True)
class Patient:
    """The box before it is looked at. `report` is what its daemon says (see `gongd status`), None when none answers;
    `silence` is then why."""

    config: Path
    journal: Path
    settings: Settings | None = None
    trouble: ConfigError | None = None
    report: Mapping[str, Any] | None = None
    silence: Text | None = None
    machine: Machine = field(default=Machine())

    @property
    def faults(self) -> tuple[Mapping[str, Any], ...]:
        """The faults that the daemon reports."""
        told = self.report.get("faults", ()) if self.report else ()
        return tuple(one for one in told if isinstance(one, dict)) if isinstance(told, list) else ()

    def suffers(self, *codes: FaultCode) -> bool:
        """Does the daemon report one of these?"""
        return any(one.get("code") in codes for one in self.faults)


Check = Callable[[Patient], Iterable[Finding]]
"""Looks at one part. Raises nothing that it can foresee."""

NO_SETTINGS = Text("{part}: chưa thử được vì cấu hình có lỗi", "{part}: not tried, for the settings have errors")
TRY_S = 10.0


def untried(code: str, part: Text) -> Finding:
    """What cannot be tried without settings."""
    return warning(code, NO_SETTINGS.fill(part=part), Text("Chạy: gongd check", "Run: gongd check"))


def tell(command: Sequence[str], timeout_s: float = TRY_S) -> tuple[int, str] | None:
    """Run a program and listen: its exit status and its words; None when there is none, or it hangs."""
    program = shutil.which(command[0], path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.returncode, done.stdout.decode(errors="replace").strip()
