"""Settings from the desk through a real broker: in force, refused with every problem, taken back, whenever it dies."""

import hashlib
import json
from pathlib import Path
from typing import Any

from gongd.core.wire import Channel
from gongd.core.wire_blob import cut
from gongd.core.wire_command import CommandType, count_pieces
from gongd.core.wire_report import Answer, Step
from tests.link.conftest import NewWorld
from tests.link.world import Desk, World, alert, order, says, within
from tests.promises.daemon import until

SOFTER = "limits: {per_hour: 7}\n"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def blob(data: bytes) -> dict[str, Any]:
    return {"sha256": digest(data), "size": len(data), "pieces": count_pieces(len(data))}


def send_pieces(desk: Desk, data: bytes, retained: bool = False) -> None:
    for number, piece in enumerate(cut(data)):
        desk.client.publish(desk.topics.blob(digest(data), number), piece, 1, retained)


def push(world: World, desk: Desk, data: bytes, replaces: str | None = None) -> str:
    """Order it, and send its pieces once the box asks for them; the order's name."""
    told = replaces or digest(world.box.config.read_bytes())
    asked = desk.give(order(CommandType.SETTINGS, replaces=told, **blob(data)))
    within(lambda: waits(world, desk, asked, "pieces"), "the box asks for pieces")
    send_pieces(desk, data)
    return asked


def waits(world: World, desk: Desk, jti: str, what: str) -> list[Answer]:
    return [one for one in world.answers(desk, jti) if (one.step, one.reason) == (Step.WAITING, what)]


def ends(world: World, desk: Desk, jti: str) -> list[Answer]:
    final = (Step.FINISHED, Step.REFUSED, Step.FAILED)
    return [one for one in world.answers(desk, jti) if one.step in final and not one.detail.get("repeated")]


def softer(world: World) -> bytes:
    return world.box.config.read_bytes() + SOFTER.encode()


def outcomes(world: World) -> list[str]:
    return [row["outcome"] for row in world.box.rows("settings") if row["activation"]]


def in_force(world: World) -> str:
    return str(world.box.status()["settings"]["digest"])


def test_settings_are_taken_proven_and_told_and_a_start_uses_them(world: World, desk: Desk) -> None:
    new = softer(world)
    asked = push(world, desk, new)
    within(lambda: ends(world, desk, asked), "the end")
    assert world.steps(desk, asked) == [Step.RECEIVED, Step.WAITING, Step.FINISHED]
    assert [one.reason for one in world.answers(desk, asked)] == [None, "pieces", "heartbeat", None]
    assert in_force(world) == digest(new)
    assert outcomes(world) == ["applied", "proven"]
    within(lambda: says(desk, Channel.INFO, "settings")[-1] == digest(new), "info")
    assert says(desk, Channel.INFO, "replaced")[-1] == digest(world.box.config.read_bytes())
    told = world.box.status()["settings"]
    assert (told["replaced"], told["proven"]) == (digest(world.box.config.read_bytes()), True)
    world.box.kill()
    world.box.start()
    assert in_force(world) == digest(new)
    last_good = world.box.state / "last-good.yaml"
    within(lambda: last_good.read_bytes() == new, "the last good copy")


def test_a_technicians_edit_wins_over_what_was_pushed(world: World, desk: Desk) -> None:
    asked = push(world, desk, softer(world))
    within(lambda: ends(world, desk, asked), "the end")
    world.box.config.write_text(world.box.config.read_text() + "limits: {per_hour: 5}\n")
    assert world.box.ask("reload")["ok"]
    edited = digest(world.box.config.read_bytes())
    assert in_force(world) == edited
    within(lambda: not list(world.box.state.glob("pushed*")), "it is forgotten")
    assert len(ends(world, desk, asked)) == 1


def test_every_problem_is_told_and_nothing_changes(world: World, desk: Desk) -> None:
    before = in_force(world)
    bad = world.box.config.read_bytes().replace(b"id: thon-3", b"id: thon-4").replace(b"pin: 27", b"pin: 99")
    asked = push(world, desk, bad + b"limits: {per_hour: many}\ntrust: {require: broker}\n")
    within(lambda: ends(world, desk, asked), "the refusal")
    (answer,) = ends(world, desk, asked)
    assert (answer.step, answer.reason, answer.detail["n"]) == (Step.REFUSED, "settings-invalid", 4)
    problems: Any = answer.detail["problems"]
    assert [one["path"] for one in problems] == ["box", "relays.striker.pin", "limits.per_hour", "trust"]
    assert all(one["line"] and one["vi"] and one["en"] for one in problems)
    assert in_force(world) == before
    assert outcomes(world) == ["refused"]


def test_settings_for_another_file_are_refused(world: World, desk: Desk) -> None:
    asked = push(world, desk, softer(world), replaces="1" * 64)
    within(lambda: ends(world, desk, asked), "the refusal")
    assert [(one.step, one.reason) for one in ends(world, desk, asked)] == [(Step.REFUSED, "settings-differ")]


def test_settings_wait_until_nothing_sounds(world: World, desk: Desk) -> None:
    claims = alert()
    desk.give(claims)
    within(lambda: Step.STARTED in world.steps(desk, claims.jti), "the alarm")
    asked = push(world, desk, softer(world))
    within(lambda: waits(world, desk, asked, "silence"), "it waits")
    assert "applied" not in outcomes(world)
    world.box.press("silence")
    within(lambda: ends(world, desk, asked), "the end")
    assert ends(world, desk, asked)[0].step is Step.FINISHED


def test_settings_are_taken_back_when_no_heartbeat_comes(new_world: NewWorld) -> None:
    world = new_world()
    world.broker.start()
    world.box.start()
    world.wait_for_link()
    desk = world.desk()
    before, new = in_force(world), softer(world)
    claims = alert()
    desk.give(claims)
    within(lambda: Step.STARTED in world.steps(desk, claims.jti), "the alarm holds it up")
    asked = push(world, desk, new)
    within(lambda: waits(world, desk, asked, "silence"), "it waits")
    world.broker.kill()
    world.box.press("silence")
    within(lambda: in_force(world) == digest(new), "in force")
    until(lambda: "rolled-back" in outcomes(world), "taken back", 90.0)
    assert in_force(world) == before
    assert outcomes(world) == ["applied", "rolled-back"]
    assert not list(world.box.state.glob("pushed*"))


def test_a_start_does_not_use_what_was_not_proven(world: World, desk: Desk) -> None:
    before, new = in_force(world), softer(world)
    world.box.kill()
    lay(world.box.state, new, digest(world.box.config.read_bytes()))
    world.box.start()
    assert in_force(world) == before
    within(lambda: ends(world, desk, "j" * 16), "the answer")
    (answer,) = ends(world, desk, "j" * 16)
    assert (answer.step, answer.reason, answer.detail["why"]) == (Step.FAILED, "rolled-back", "restarted")
    within(lambda: not list(world.box.state.glob("pushed*")), "it is forgotten")


def lay(state: Path, data: bytes, replaces: str) -> None:
    """What a daemon leaves that died before the heartbeat came back."""
    (state / f"pushed-{digest(data)[:16]}.yaml").write_bytes(data)
    last = {"is": "Push", "id": "j" * 16, "digest": digest(data), "replaces": replaces}
    (state / "pushed.json").write_text(json.dumps({"is": "Note", "last": last, "proven": False, "before": None}))
