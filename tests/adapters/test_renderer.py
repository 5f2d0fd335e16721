"""The renderer keeps the shelf full with a real child, and lives through what children do."""

import os
import queue
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gongd.adapters.renderer import Patience, Renderer
from gongd.adapters.shelf import Shelf
from gongd.core.job import Job, speech_job
from gongd.core.words import Language
from gongd.ports import PrintsChanged
from tests.studio.village import HOUSE, SOUNDS

FIRST = speech_job("Hết tập!", 60, HOUSE)
SECOND = speech_job("Cảm ơn bà con.", 60, HOUSE)
MUTE = replace(FIRST, speeches=(replace(FIRST.speeches[0], words=((Language.VI, "..."),), phrase=None),))
DEADLINE_S = 60.0
QUICK = Patience(silent_s=30.0, retry_s=(0.05,))

Inbox = queue.SimpleQueue[PrintsChanged]


@contextmanager
def renderer(folder: Path, *command: str, patience: Patience = QUICK) -> Iterator[tuple[Renderer, Inbox]]:
    """A renderer with the real child, or with a program of the test in its place."""
    inbox: Inbox = queue.SimpleQueue()

    def post(event: object) -> None:
        assert isinstance(event, PrintsChanged)
        inbox.put(event)

    child = command or (sys.executable, "-m", "gongd.studio")
    made = Renderer(folder, SOUNDS, post, patience, child)
    try:
        yield made, inbox
    finally:
        made.close()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def program(folder: Path, body: str) -> tuple[str, str]:
    """A child of our own making, which runs the real studio when it wants to."""
    path = folder / "child.py"
    path.write_text(f"import os, sys, time, pathlib, subprocess\nhere = pathlib.Path({str(folder)!r})\n{body}\n")
    return sys.executable, str(path)


REAL_STUDIO = "raise SystemExit(subprocess.run([sys.executable, '-m', 'gongd.studio', *sys.argv[1:]]).returncode)"


def at_first(body: str) -> str:
    """A child that does something else the first time, and the second time what it should."""
    return f"if not (here / 'seen').exists():\n    (here / 'seen').touch()\n    {body}\n{REAL_STUDIO}"


def standing(folder: Path, *jobs: Job) -> list[bool]:
    taken = [Shelf(folder).take(job.stem) for job in jobs]
    for track in taken:
        if track is not None:
            track.prove()
            track.close()
    return [track is not None for track in taken]


def test_what_is_asked_for_stands_on_the_shelf_and_is_told(tmp_path: Path) -> None:
    with renderer(tmp_path) as (made, inbox):
        made.request((FIRST, MUTE))
        told = inbox.get(timeout=DEADLINE_S)
    assert standing(tmp_path, FIRST, MUTE) == [True, False]
    assert set(told.failed) == {MUTE.stem}
    assert told.voiceless == {MUTE.stem}


def test_a_damaged_print_is_made_anew(tmp_path: Path) -> None:
    with renderer(tmp_path) as (made, inbox):
        made.request((FIRST,))
        inbox.get(timeout=DEADLINE_S)
        path = tmp_path / f"{FIRST.stem}.print"
        os.truncate(path, path.stat().st_size - 10)
        assert standing(tmp_path, FIRST) == [False]
        made.request((FIRST,))
        inbox.get(timeout=DEADLINE_S)
    assert standing(tmp_path, FIRST) == [True]


def test_a_child_that_crashes_is_tried_again_and_then_all_is_well(tmp_path: Path) -> None:
    with renderer(tmp_path / "prints", *program(tmp_path, at_first("sys.exit('broken memory')"))) as (made, inbox):
        made.request((FIRST,))
        first, second = (inbox.get(timeout=DEADLINE_S) for _ in range(2))
    assert "broken memory" in first.failed[FIRST.stem].en
    assert not second.failed
    assert standing(tmp_path / "prints", FIRST) == [True]


def test_a_child_that_hangs_is_ended_with_all_it_has_started(tmp_path: Path) -> None:
    body = "sleeper = subprocess.Popen(['sleep', '600'])\n(here / 'pid').write_text(str(sleeper.pid))\ntime.sleep(600)"
    patience = Patience(silent_s=0.7, retry_s=(600.0,))
    with renderer(tmp_path / "prints", *program(tmp_path, body), patience=patience) as (made, inbox):
        made.request((FIRST,))
        assert "hangs" in inbox.get(timeout=DEADLINE_S).failed[FIRST.stem].en
        sleeper = int((tmp_path / "pid").read_text())
        until(lambda: not _runs(sleeper))


def test_a_job_that_kills_the_child_goes_last_the_next_time(tmp_path: Path) -> None:
    body = (
        "jobs = sys.stdin.read().splitlines()\n"
        "import json, hashlib\n"
        "from gongd.core.job import read_job\n"
        "for job in map(read_job, jobs):\n"
        "    print(json.dumps({'begin': job.stem}), flush=True)\n"
        "    if job.volume == 1: os.abort()\n"
        "    print(json.dumps({'stem': job.stem, 'failed': None, 'voiceless': False, 'troubles': []}), flush=True)\n"
    )
    deadly = replace(FIRST, volume=1)
    with renderer(tmp_path / "prints", *program(tmp_path, body)) as (made, inbox):
        made.request((deadly, SECOND))
        first, second = (inbox.get(timeout=DEADLINE_S) for _ in range(2))
    assert set(first.failed) == {deadly.stem, SECOND.stem}
    assert set(second.failed) == {deadly.stem}


@pytest.mark.parametrize("body", ["print('nonsense')", "print('{}')", "print('[1]')"])
def test_a_child_that_talks_nonsense_is_no_end_of_the_renderer(tmp_path: Path, body: str) -> None:
    with renderer(tmp_path / "prints", *program(tmp_path, at_first(f"{body}; sys.exit(0)"))) as (made, inbox):
        made.request((FIRST,))
        assert FIRST.stem in inbox.get(timeout=DEADLINE_S).failed
        assert not inbox.get(timeout=DEADLINE_S).failed
    assert standing(tmp_path / "prints", FIRST) == [True]


def test_new_wishes_end_a_child_that_works_on_old_ones(tmp_path: Path) -> None:
    with renderer(tmp_path / "prints", *program(tmp_path, at_first("time.sleep(600)"))) as (made, inbox):
        made.request((FIRST,))
        until((tmp_path / "seen").exists)
        made.request((SECOND,))
        told = inbox.get(timeout=DEADLINE_S)
    assert not told.failed
    assert standing(tmp_path / "prints", SECOND) == [True]


def test_without_a_child_program_it_is_told(tmp_path: Path) -> None:
    with renderer(tmp_path, "/nowhere/python", patience=Patience(retry_s=(600.0,))) as (made, inbox):
        made.request((FIRST,))
        assert FIRST.stem in inbox.get(timeout=DEADLINE_S).failed


def test_close_ends_the_child_at_once(tmp_path: Path) -> None:
    body = "(here / 'pid').write_text(str(os.getpid()))\ntime.sleep(600)"
    with renderer(tmp_path / "prints", *program(tmp_path, body)) as (made, _):
        made.request((FIRST,))
        until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()))
    child = int((tmp_path / "pid").read_text())
    until(lambda: not _runs(child))


def test_the_child_dies_with_the_daemon(tmp_path: Path) -> None:
    body = "(here / 'pid').write_text(str(os.getpid()))\ntime.sleep(600)"
    child_program = program(tmp_path, body)
    daemon = (
        "import sys, time\nfrom pathlib import Path\nfrom gongd.adapters.renderer import Renderer\n"
        "from tests.adapters.test_renderer import FIRST\n"
        f"made = Renderer(Path({str(tmp_path / 'prints')!r}), Path('.'), print, command={child_program!r})\n"
        "made.request((FIRST,))\ntime.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", daemon], cwd=Path(__file__).parents[2]) as parent:
        until(lambda: (tmp_path / "pid").exists() and bool((tmp_path / "pid").read_text()))
        parent.kill()
    child = int((tmp_path / "pid").read_text())
    until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
