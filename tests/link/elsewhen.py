"""A daemon on a machine that has another time, and may know it. `ELSEWHEN` names a JSON file that is read at every look
at the clock: `shift_s`, how far the wall is off, and `synchronised`, what the kernel says of it.

    python -m tests.link.elsewhen PYTHON -m gongd run ...
"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from gongd import bootstrap
from gongd.adapters.clock import SystemClock
from gongd.cli import main
from gongd.core.clock_trust import ClockState
from gongd.ports import ClockReading

NOTE = "ELSEWHEN"


class ShiftedClock(SystemClock):
    """The machine's clock, as far off as the note says."""

    def read(self) -> ClockReading:
        """One look."""
        note = json.loads(Path(os.environ[NOTE]).read_text(encoding="utf-8"))
        now = super().read()
        return ClockReading(now.wall + timedelta(seconds=note["shift_s"]), now.mono, note["synchronised"], False)


def never_assumed(_assumed: bool, holdover_s: float) -> ClockState:
    """Dry as it is, this machine believes its clock as a village's would."""
    return ClockState(False, holdover_s)


def run(words: Sequence[str]) -> int:
    """What stands behind `-m gongd`."""
    vars(bootstrap).update(SystemClock=ShiftedClock, ClockState=never_assumed)
    return main(list(words[3:]))


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
