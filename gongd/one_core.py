"""One core of the processor for the threads between an order and its relay: link, box, journal and stage.

They take turns: each wakes the next and waits, and Python lets one run at a time. On one core the next finds its
memory at hand and needs no second core woken for it, which takes longer than its own work. All other threads, and the
programs that they start, go where the kernel puts them.
"""

import logging
import os
import random
from collections.abc import Collection

ALL_CORES = frozenset(os.sched_getaffinity(0))
"""Those that this process had when it began."""
_OURS = random.choice(sorted(ALL_CORES))

log = logging.getLogger("gongd")


def stay_together() -> None:
    """The calling thread, and every thread that it starts from here on, keeps to this process's one core.

    Which core that is differs from start to start: where another program keeps one from us, the watchdog's restart
    finds another.
    """
    _keep_to({_OURS})


def go_free() -> None:
    """The calling thread, and every thread and program that it starts from here on, may use any core."""
    _keep_to(ALL_CORES)


def _keep_to(cores: Collection[int]) -> None:
    """A kernel or a sandbox that refuses costs some milliseconds, and nothing else."""
    try:
        os.sched_setaffinity(0, cores)
    except OSError as error:
        log.warning("cores %s: %s", sorted(cores), error.strerror)
