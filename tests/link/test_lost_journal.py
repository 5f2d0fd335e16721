"""A journal that was lost must not let an order be played again: the box cannot know any more what it has obeyed."""

from dataclasses import replace

from gongd.core.wire_report import Step
from tests.link.world import Desk, World, alert, within
from tests.promises.daemon import until


def spoil(world: World) -> None:
    """The card has lost the journal's pages."""
    for path in world.box.state.glob("journal.db*"):
        if path.suffix in (".db", ".db-wal"):
            path.write_bytes(b"\xff" * path.stat().st_size)


def test_an_order_is_not_played_again_after_its_record_was_lost(world: World, desk: Desk) -> None:
    claims = alert(at_most_s=1.0)
    token = desk.sign(claims)
    desk.send(token)
    until(lambda: "finished" in world.box.outcomes("fire"), "finished")
    world.box.kill()
    spoil(world)
    for _ in range(2):
        world.box.start()
        world.wait_for_link()
        desk.send(token)
        within(lambda: world.link()["refused"].get("clock-untrusted"), "the refusal")
        world.box.kill()
    assert list(world.box.state.glob("journal.db.corrupt-*"))
    assert world.box.rows("activation") == []


def test_an_alarm_of_those_minutes_is_heard_with_the_boxs_challenge(world: World, desk: Desk) -> None:
    world.box.kill()
    spoil(world)
    claims = alert(at_most_s=1.0)
    world.box.start()
    world.wait_for_link()
    desk.give(claims)
    within(lambda: [answer for answer in world.answers(desk, claims.jti) if answer.challenge], "the challenge")
    (refused,) = world.answers(desk, claims.jti)
    desk.give(replace(claims, challenges={"thon-3": str(refused.challenge)}))
    within(lambda: Step.FINISHED in world.steps(desk, claims.jti), "finished")
