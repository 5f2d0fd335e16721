"""The machine under the bench, in words. No name and no path of it."""

import os
import platform
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.figure import quantile


def load() -> str:
    """How many wanted a processor in the last 1, 5 and 15 minutes."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


def machine(load_before: str, late_s: Sequence[float]) -> dict[str, str]:
    """What the figures depend on."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M %Z"),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.1f} GB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "load average before": load_before,
        "load average after": load(),
        "a bare sleeper wakes late by": ", ".join(
            f"{1000 * late:.3g} ms ({name})"
            for name, late in (("median", median(late_s)), ("p99", quantile(late_s, 0.99)), ("max", max(late_s)))
        ),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()
