"""One seed makes one history: whatever the hash seed, the process, the Python."""

import os
import subprocess
import sys

from gongd.sim.plan import make_plan
from gongd.sim.profile import PROFILES
from gongd.sim.run import run

SEED, BOXES, DAYS, DENSITY = 3, 2, 25.0, 12.0
DIGEST = "1350a0ca8acb3ade567e418fd7075f496367022fa2a47e2f74c86d36ff8db487"
"""Of that history, on every Python: where the simulator or the box decides otherwise on purpose, write the new one."""

_CHILD = f"from tests.sim.test_history import digest; print(digest({SEED}))"


def digest(seed: int) -> str:
    """Of the history of a seed in which everything happens."""
    return run(make_plan(seed, BOXES, DAYS, PROFILES["everything"], DENSITY)).commune.history.digest


def _in_a_child(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    return done.stdout.strip()


def test_two_runs_of_a_seed_are_the_same_to_the_byte() -> None:
    assert _in_a_child("1") == _in_a_child("2") == DIGEST


def test_another_seed_is_another_history() -> None:
    assert digest(SEED + 1) != DIGEST
