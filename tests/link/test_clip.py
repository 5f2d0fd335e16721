"""Recordings from the desk through a real broker: played as an announcement, or refused; and pieces that are none."""

import io
import wave
from typing import Any

import pytest

from gongd.core.catalogue import Status
from gongd.core.wire_blob import cut
from gongd.core.wire_command import PIECE, CommandClaims, CommandType
from gongd.core.wire_report import Step
from tests.link.conftest import NewWorld
from tests.link.test_pushed import blob, digest, ends, send_pieces, waits
from tests.link.world import Desk, World, order, within
from tests.promises.daemon import until


def recording(seconds: float = 1.0) -> bytes:
    """A tone as WAV: 16 kHz, 32 KiB a second."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(bytes(bytearray((step * 40) % 256 for step in range(int(seconds * 32000)))))
    return made.getvalue()


def announcement(data: bytes, **how: Any) -> CommandClaims:
    return order(CommandType.ANNOUNCE, **blob(data), **how)


def asks(world: World, desk: Desk, claims: CommandClaims) -> None:
    desk.give(claims)
    within(lambda: waits(world, desk, claims.jti, "pieces"), "the box asks for pieces")


def within_patience(world: World, desk: Desk, jti: str) -> None:
    """The studio first renders the alarms."""
    until(lambda: ends(world, desk, jti), "the answer", 90.0)


def refused(world: World) -> Any:
    return world.link()["pieces_refused"]


@pytest.fixture
def rendering(new_world: NewWorld) -> World:
    """A world whose box has a place for its prints."""
    made = new_world()
    (made.box.state / "prints").unlink()
    made.broker.start()
    made.box.start()
    made.wait_for_link()
    return made


def test_a_recording_is_played_as_an_announcement(rendering: World) -> None:
    desk, data = rendering.desk(), recording(2.0)
    claims = announcement(data)
    asks(rendering, desk, claims)
    send_pieces(desk, data)
    until(lambda: Step.FINISHED in rendering.steps(desk, claims.jti), "finished", 90.0)
    steps = [Step.RECEIVED, Step.WAITING, Step.STARTED, Step.FINISHED]
    assert rendering.steps(desk, claims.jti) == steps
    assert rendering.box.outcomes("speech") == ["started", "finished"]


def test_a_drills_recording_says_so_before_and_after(rendering: World) -> None:
    desk, data = rendering.desk(), recording(0.5)
    claims = announcement(data, status=Status.EXERCISE)
    asks(rendering, desk, claims)
    send_pieces(desk, data)
    until(lambda: Step.FINISHED in rendering.steps(desk, claims.jti), "finished", 90.0)
    (row,) = [row for row in rendering.box.rows("activation") if row["outcome"] == "finished"]
    assert row["status"] == "exercise"
    assert row["detail"]["sounded_s"] > 5  # the words of language.md take ten seconds


def test_what_is_no_recording_is_not_played(rendering: World) -> None:
    desk = rendering.desk()
    for data in (b"#EXTM3U\nfile:///etc/passwd\n", b"RIFF\0\0\0\0WAVE" + b"nonsense" * 40):
        claims = announcement(data)
        asks(rendering, desk, claims)
        send_pieces(desk, data)
        within_patience(rendering, desk, claims.jti)
        assert [(one.step, one.reason) for one in ends(rendering, desk, claims.jti)] == [
            (Step.FAILED, "clip-unreadable")
        ]
    assert rendering.box.outcomes("speech")[-1] == "failed"


def test_pieces_that_are_not_the_file_are_found_out(world: World, desk: Desk) -> None:
    data = recording()
    claims = announcement(data)
    asks(world, desk, claims)
    for number, piece in enumerate(cut(data)):
        desk.client.publish(desk.topics.blob(digest(data), number), bytes(len(piece)), 1)
    within(lambda: ends(world, desk, claims.jti), "the answer")
    assert [(one.step, one.reason) for one in ends(world, desk, claims.jti)] == [(Step.FAILED, "pieces-wrong")]


def test_what_is_missing_is_asked_for_again_and_given_up(world: World, desk: Desk) -> None:
    data = recording()
    claims = announcement(data)
    asks(world, desk, claims)
    for number, piece in enumerate(cut(data)[:-1]):
        desk.client.publish(desk.topics.blob(digest(data), number), piece, 1)
    within(lambda: waits(world, desk, claims.jti, "pieces")[-1].detail == {"missing": [[2, 2]]}, "it asks again")
    until(lambda: ends(world, desk, claims.jti), "it gives up", 60.0)
    (answer,) = ends(world, desk, claims.jti)
    assert (answer.step, answer.reason, answer.detail["missing"]) == (Step.FAILED, "pieces-missing", [[2, 2]])


def test_retained_wrong_and_repeated_pieces_are_counted_and_not_taken(world: World, desk: Desk) -> None:
    data = recording()
    claims = announcement(data)
    topic = desk.topics.blob(digest(data), 0)
    asks(world, desk, claims)
    desk.client.publish(topic, bytes(PIECE), 1, True)
    desk.client.publish(topic, b"short", 1)
    desk.client.publish(topic, bytes(100_000), 1)
    for _ in range(2000):
        desk.client.publish(topic, cut(data)[0], 1)
    until(lambda: refused(world)["repeated"] >= 1999, "the flood is counted", 60.0)
    counted = refused(world)
    assert (counted["retained"], counted["wrong"]) == (1, 2)
    desk.client.publish(topic, b"", 1, True)
    asked = desk.give(order(CommandType.QUERY))
    within(lambda: Step.FINISHED in world.steps(desk, asked), "orders are obeyed all the while")


def test_no_piece_comes_where_nobody_waits(world: World, desk: Desk) -> None:
    data = recording()
    send_pieces(desk, data)
    asked = desk.give(order(CommandType.QUERY))
    within(lambda: Step.FINISHED in world.steps(desk, asked), "a later order")
    assert set(refused(world).values()) == {0}
