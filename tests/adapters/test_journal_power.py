"""A real process killed in the middle of writing, again and again: nothing acknowledged is lost, no number lacks."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from tests.adapters.journal_desk import counts, numbers, opened

ROUNDS = 12

WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from gongd.adapters.journal import SqliteJournal
    from tests.adapters.journal_desk import press
    journal = SqliteJournal(Path(sys.argv[1]), lambda event: print("trouble", event, flush=True), "boot")
    count = int(sys.argv[2])
    print("began", flush=True)
    while True:
        tickets = [(n, journal.append([press(n)])) for n in range(count, count + 5)]
        count += 5
        journal.seen(press().at, {"a": float(count)})
        for number, ticket in tickets:
            assert ticket.wait(30)
            print(number, flush=True)
""")


def acknowledged_until_killed(path: Path, start: int, after_s: float) -> list[int]:
    """What a child was told to be durable before SIGKILL."""
    child = subprocess.Popen([sys.executable, "-c", WRITER, path, str(start)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "began\n"
    deadline = time.monotonic() + after_s
    lines = []
    while time.monotonic() < deadline:
        lines.append(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    rest, _ = child.communicate()
    told = "".join([*lines, rest]).splitlines()
    assert not [line for line in told if "trouble" in line]
    return [int(line) for line in told]


def test_nothing_acknowledged_is_lost_to_a_kill_and_no_number_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    chance = random.Random(22)
    acknowledged: list[int] = []
    for start in range(0, ROUNDS * 1_000_000, 1_000_000):
        acknowledged += acknowledged_until_killed(path, start, after_s=chance.uniform(0.0, 0.15))
        assert numbers(path) == list(range(1, len(numbers(path)) + 1))
        assert set(acknowledged) <= set(counts(path))
    assert len(acknowledged) > ROUNDS
    with opened(path) as journal:
        memory = journal.remember()
    assert memory.set_aside is None
    assert memory.last_seen_at is not None
