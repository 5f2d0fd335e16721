"""The clock of the bench: the same one that the daemon stamps its edges with."""

import time
from collections.abc import Callable

from gongd.core.errors import GongdError
from gongd.core.words import Text


class BenchError(GongdError, RuntimeError):
    """Something that was to be measured did not happen."""


NEVER = Text(vi="Chờ {seconds:.0f} giây mà không thấy {what}", en="{what} has not come within {seconds:.0f} s")


def boot_seconds() -> float:
    """Seconds since the machine was switched on."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def until(condition: Callable[[], bool], what: str, seconds: float = 10.0, look_s: float = 0.001) -> None:
    """Wait until it holds. Raises BenchError when it has not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise BenchError(NEVER.fill(what=what, seconds=seconds))
        time.sleep(look_s)
