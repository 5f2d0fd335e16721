"""One core: the threads between an order and its relay keep together; everybody else goes where the kernel likes."""

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import cast

import pytest

from gongd import one_core
from gongd.adapters.aplay import CardWatch
from gongd.adapters.clips import ClipFolder
from gongd.adapters.pushes import Thread
from tests.link.world import World

ON_THE_WAY = ("link", "the main thread, which decides", "journal", "stage")
ONLY_CORE = len(one_core.ALL_CORES) == 1


def in_a_thread(do: Callable[[], object]) -> object:
    """What it returns, done by a thread that ends with it: a core that it keeps to is nobody else's."""
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(do()))
    thread.start()
    thread.join()
    return found[0]


def _settings_clerk(_folder: Path, look: Callable[[], None]) -> None:
    Thread().do(look)


def _clip_folder(folder: Path, look: Callable[[], None]) -> None:
    ClipFolder(folder).put(b"RIFF", ".wav", lambda _clip: look())


def _card_watch(_folder: Path, look: Callable[[], None]) -> None:
    def cards() -> str:
        look()
        return ""

    CardWatch(probe=lambda: None, look=cards).close()


def cores_of_a_program() -> object:
    look = "import json, os; print(json.dumps(sorted(os.sched_getaffinity(0))))"
    return json.loads(subprocess.run([sys.executable, "-c", look], check=True, capture_output=True).stdout)


def test_a_thread_that_stays_has_one_core_and_its_threads_the_same() -> None:
    def look() -> object:
        one_core.stay_together()
        return os.sched_getaffinity(0), in_a_thread(lambda: os.sched_getaffinity(0))

    mine, child = cast(tuple[set[int], set[int]], in_a_thread(look))
    assert len(mine) == 1
    assert mine == child


def test_whoever_stays_in_one_process_stays_on_the_same_core() -> None:
    def look() -> object:
        one_core.stay_together()
        return os.sched_getaffinity(0)

    assert in_a_thread(look) == in_a_thread(look)


def test_a_thread_that_goes_free_has_all_cores_and_so_have_its_programs() -> None:
    def look() -> object:
        one_core.stay_together()
        one_core.go_free()
        return os.sched_getaffinity(0), cores_of_a_program()

    assert in_a_thread(look) == (one_core.ALL_CORES, sorted(one_core.ALL_CORES))


def test_a_kernel_that_refuses_is_told_and_costs_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(one_core, "_OURS", 10_000)
    in_a_thread(one_core.stay_together)
    assert "cores [10000]: Invalid argument" in caplog.text


@pytest.mark.parametrize("begin", [_settings_clerk, _clip_folder, _card_watch])
def test_what_the_deciding_thread_starts_later_goes_free(
    begin: Callable[[Path, Callable[[], None]], None], tmp_path: Path
) -> None:
    seen: SimpleQueue[set[int]] = SimpleQueue()

    def look() -> object:
        one_core.stay_together()
        begin(tmp_path, lambda: seen.put(os.sched_getaffinity(0)))
        return None

    in_a_thread(look)
    assert seen.get(timeout=10.0) == one_core.ALL_CORES


@pytest.mark.skipif(ONLY_CORE, reason="all threads are on the only core")
def test_of_the_daemons_threads_those_on_an_alarms_way_keep_to_one_core_and_all_others_are_free(world: World) -> None:
    assert world.box.process
    threads = [int(each.name) for each in Path(f"/proc/{world.box.process.pid}/task").iterdir()]
    cores = Counter(frozenset(os.sched_getaffinity(thread)) for thread in threads)
    free = cores.pop(one_core.ALL_CORES)
    assert [(len(one), threads) for one, threads in cores.items()] == [(1, len(ON_THE_WAY))]
    assert free
