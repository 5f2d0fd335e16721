"""A daemon that is killed (SIGKILL, by itself) at a chosen call of one of its own methods, once an order has come.

    python -m tests.survival.doomed MODULE:CLASS.METHOD:before|after:N:WORD PYTHON -m gongd run ...

The N-th call counts from the delivery of the order on; with a WORD, only calls in whose arguments it stands. `-` for
the whole first argument kills nobody. `WILL_DELAY_S` of the environment shortens the delay of the will.
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from gongd import line
from gongd.box.gate import Gate
from gongd.cli import main
from gongd.core.wire import WILL_DELAY_S
from gongd.ports_link import Delivery

_ordered = threading.Event()


def arm() -> None:
    """From the first order on, calls count."""
    came = Gate.came

    def watched(gate: Gate, delivery: Delivery) -> None:
        if delivery.topic.endswith("/command"):
            _ordered.set()
        came(gate, delivery)

    Gate.came = watched  # type: ignore[assignment, method-assign]


def doom(place: str) -> None:
    """Put the trap in its place."""
    module, dotted, when, count, word = place.split(":")
    owner = getattr(importlib.import_module(module), dotted.split(".")[0])
    name = dotted.split(".")[1]
    real: Callable[..., Any] = getattr(owner, name)
    left = [int(count)]

    def trapped(*told: Any, **more: Any) -> Any:
        mine = _ordered.is_set() and word in repr(told[1:])
        left[0] -= mine
        if mine and left[0] == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*told, **more)
        if mine and left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(owner, name, trapped)


if __name__ == "__main__":
    vars(line)["WILL_DELAY_S"] = int(os.environ.get("WILL_DELAY_S", WILL_DELAY_S))
    if sys.argv[1] != "-":
        doom(sys.argv[1])
        arm()
    sys.exit(main(sys.argv[5:]))
