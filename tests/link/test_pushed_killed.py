"""A box killed between any two steps of a change of settings: in force and told so, or not in force and told so."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.link.test_pushed import blob, digest, in_force, outcomes, send_pieces, softer, waits
from tests.link.world import Desk, World, order, within
from tests.promises.daemon import until

Seen = Callable[[World, Desk, str], object]


def is_noted(world: World, proven: bool) -> bool:
    note = world.box.state / "pushed.json"
    return note.exists() and json.loads(note.read_text())["proven"] is proven


MOMENTS: dict[str, Seen] = {
    "accepted": lambda world, desk, jti: world.box.rows("command"),
    "received": lambda world, desk, jti: world.answers(desk, jti),
    "laid down": lambda world, desk, jti: list(world.box.state.glob("pushed-*")),
    "noted": lambda world, desk, jti: list(world.box.state.glob("pushed.json")),
    "in force": lambda world, desk, jti: "applied" in outcomes(world),
    "told to wait": lambda world, desk, jti: waits(world, desk, jti, "heartbeat"),
    "proven": lambda world, desk, jti: is_noted(world, True),
    "recorded": lambda world, desk, jti: "proven" in outcomes(world),
}
"""After what the box is killed, as soon as it is seen from outside."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_any_kill_what_is_told_is_what_is_in_force(world: World, desk: Desk, moment: str) -> None:
    before, new = in_force(world), softer(world)
    told = digest(world.box.config.read_bytes())
    claims = order(CommandType.SETTINGS, replaces=told, **blob(new))
    desk.give(claims)
    if moment not in ("accepted", "received"):
        within(lambda: waits(world, desk, claims.jti, "pieces"), "the box asks for pieces")
        send_pieces(desk, new)
    until(lambda: MOMENTS[moment](world, desk, claims.jti), moment)
    world.box.kill()
    world.box.start()
    world.wait_for_link()
    now = datetime.now(UTC)
    desk.give(replace(claims, sent=now, expires=now + timedelta(minutes=2)))
    within(lambda: world.answers(desk, claims.jti)[-1].step in (Step.FINISHED, Step.FAILED), "its last word")
    last = world.answers(desk, claims.jti)[-1].step
    assert in_force(world) == (digest(new) if last is Step.FINISHED else before)
    ended = [row for row in outcomes(world) if row in ("proven", "rolled-back", "failed")]
    assert len(ended) == 1
