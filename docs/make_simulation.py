"""Writes the recorded run into simulation.md: `PYTHONPATH=. .venv/bin/python docs/make_simulation.py [planted]`.

`planted` writes the table of planted bugs instead.
"""

import os
import platform
import re
import sys
import time
from pathlib import Path

from gongd.core.words import Language
from gongd.sim.crowd import Crowd
from gongd.sim.profile import ALL
from gongd.sim.report import lines
from gongd.sim.tally import Tally
from tests.sim.planting import table

PAGE = Path(__file__).with_name("simulation.md")
SEEDS, YEARS, BOXES = 200, 1.0, 2


def recorded() -> str:
    """Four hundred box-years: the proof that the page above names."""
    jobs = len(os.sched_getaffinity(0))
    found, began_at = Tally(), time.monotonic()
    for each in Crowd(1, SEEDS, YEARS, BOXES, ALL, jobs).run():
        found.add(each)
    gone_s = time.monotonic() - began_at
    told = "\n".join(line.read(Language.EN) for line in lines(found))
    on = f"{gone_s:.0f} s with {jobs} processes, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    return f"```\n$ gongd simulate --years {YEARS:g} --seeds {SEEDS} --boxes {BOXES}\n{told}\n```\n\n{on}."


def put(name: str, text: str) -> None:
    """Put it between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    PAGE.write_text(pattern.sub(lambda _match: f"{begin}{text}\n{end}", page), encoding="utf-8")


if __name__ == "__main__":
    if "planted" in sys.argv[1:]:
        put("planted", table())
    else:
        put("run", recorded())
