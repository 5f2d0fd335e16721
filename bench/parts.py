"""The parts of the bench: each measures some figures, and can be run without the others."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.box import Box, Yard
from bench.commune import free_port, running
from bench.crowd import alerts
from bench.effort import Effort
from bench.figure import Figure
from bench.fleet import fleet
from bench.floor import Bare
from bench.idle import Watched, idle
from bench.ledger import collecting
from bench.night import nights
from bench.relay import Rest, preemptions, triggers
from bench.sound import Card, sounds
from bench.start import BareProgram, starts
from bench.together import together
from bench.weight import toll
from bench.wire import BARE, BOX, linked_yard, proven, subscriber, wire


@dataclass(frozen=True, slots=True)
class Run:
    """What every part is given."""

    yard: Yard
    effort: Effort
    rest: Rest


def relay(run: Run) -> list[Figure]:
    """Triggers, preemption and schedule, beside the bare floors."""
    bare = Bare(run.yard.root / "floor", run.yard.dry / "floor")
    with Box(run.yard) as box:
        box.wait_ready()
        figures = triggers(box, bare, run.rest, run.effort.triggers)
        figures += preemptions(box, bare, run.rest, run.effort.gongs)
        figures += nights(box, run.yard, bare, run.effort.nights)
    run.yard.write()
    bare.close()
    return figures


def resting(run: Run) -> list[Figure]:
    """A box, and one with its link, left alone; both at the same time."""
    gate, other = free_port(), free_port()
    mine, commune = linked_yard(run.yard, "idle", (BOX, BARE), gate)
    mine.write()
    with contextlib.ExitStack() as stack:
        stack.enter_context(running(commune))
        box_toll = stack.enter_context(toll(gate, commune.port))
        bare_toll = stack.enter_context(toll(other, commune.port))
        box = stack.enter_context(Box(run.yard))
        bare = stack.enter_context(BareProgram(run.yard, "wait"))
        linked = stack.enter_context(Box(mine))
        listener = stack.enter_context(subscriber(commune, mine.root, mine.dry / BARE, other))
        box.wait_ready()
        proven(linked)
        return idle(
            Watched(box.pid),
            Watched(bare.pid),
            Watched(linked.pid, box_toll),
            Watched(listener, bare_toll),
            run.effort.idle_s,
        )


def crowd(run: Run) -> list[Figure]:
    """One box, and many; and the death of their broker."""
    return [
        figure
        for boxes, rounds in run.effort.crowds
        for figure in alerts(run.yard.root, run.yard.dry, boxes, rounds, run.effort)
    ]


PARTS: Mapping[str, Callable[[Run], list[Figure]]] = {
    "start": lambda run: starts(run.yard, run.effort.starts),
    "relay": relay,
    "together": lambda run: together(run.yard, run.rest, run.effort.rings),
    "sound": lambda run: sounds(run.yard, Card(run.yard.root), run.effort.sounds),
    "wire": lambda run: wire(run.yard, run.rest, run.effort.orders),
    "crowd": crowd,
    "collector": lambda run: collecting(run.yard, run.effort.messages),
    "fleet": lambda run: fleet(run.yard, run.effort.fleet, run.effort.fleet_s),
    "idle": resting,
}
"""By the name under which it can be asked for, in the order in which they run."""
