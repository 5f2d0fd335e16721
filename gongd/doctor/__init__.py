"""The doctor: tries every part of the box, without a sound, and says of each how it is and what to do."""

from collections.abc import Iterator

from gongd.core.words import Text
from gongd.doctor import daemon, link, machine, sound
from gongd.doctor.finding import LEVELS, Check, Finding, Level, Machine, Patient, fault

__all__ = ["CHECKS", "LEVELS", "Finding", "Level", "Machine", "Patient", "examine"]

CHECKS: tuple[Check, ...] = (
    daemon.settings,
    daemon.daemon,
    daemon.faults,
    sound.pins,
    sound.speaker,
    sound.voice,
    sound.ffmpeg,
    sound.clips,
    sound.prints,
    machine.clock,
    machine.hardware_clock,
    machine.disk,
    machine.journal,
    machine.power,
    machine.heat,
    machine.watchdog,
    daemon.unit,
    daemon.groups,
    machine.versions,
    link.link,
)
"""All that is looked at, in the order in which it is told."""

FAILED = Text("Không thử được {part}: {error}", "{part} could not be tried: {error}")
REPORT = Text("Báo kỹ thuật dòng này", "Tell the technician this line")


def examine(patient: Patient, checks: tuple[Check, ...] = CHECKS) -> Iterator[Finding]:
    """Look at every part. A check that fails itself is a finding too."""
    for check in checks:
        try:
            yield from tuple(check(patient))
        except Exception as error:  # noqa: BLE001 - one check that breaks must not hide what the others find
            told = f"{type(error).__name__}: {error}"
            name = getattr(check, "__name__", "?").replace("_", "-")
            yield fault(name, FAILED.fill(part=name, error=told), REPORT)
