"""The broker dies or is not there: the village notices nothing, and nothing is lost."""

import pytest

from gongd.core.wire import Channel
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.desk.commune import Caller
from tests.link.conftest import NewWorld
from tests.link.world import SOON_S, Desk, World, alert, order, says, within
from tests.promises.daemon import STRIKER, until


def _has_all(world: World, desk: Desk) -> bool:
    numbers = [row["number"] for row in world.box.rows()]
    return [number for _, number in sorted(world.events(desk))] == numbers


@pytest.mark.parametrize("keeps_its_store", [True, False])
def test_a_broker_that_is_killed_loses_no_record(world: World, keeps_its_store: bool) -> None:
    desk = world.desk()
    world.box.ask("reload")
    world.broker.kill()
    desk.trouble.get(timeout=SOON_S)
    for _ in range(5):
        world.box.ask("reload")
    until(lambda: len(world.box.rows("settings")) >= 6, "the records")
    if not keeps_its_store:
        world.broker.forget()
    world.broker.start()
    until(desk.client.is_connected, "the desk")
    desk.listen("gong/nguyet-an/#")
    until(lambda: says(desk, Channel.STATE, "state"), "the box", 40)
    within(lambda: (world.link().get("published") or 0) >= world.box.rows()[-1]["number"], "all published")
    desk.give(order(CommandType.QUERY, since=1))
    within(lambda: _has_all(world, desk), "every record")


def test_the_box_is_complete_without_a_broker(new_world: NewWorld) -> None:
    world = new_world()
    world.box.start()
    world.box.press("fire")
    world.box.wait_for_relay(STRIKER)
    world.box.press("silence")
    until(world.box.is_dark, "silence")
    assert until(world.link, "the line")["connected"] is False
    assert world.box.terminate() == 0


def test_an_order_given_while_the_box_was_dead_sounds_when_it_is_back(world: World, desk: Desk) -> None:
    world.box.kill()
    claims = alert(at_most_s=1.0)
    desk.give(claims)
    world.box.start()
    within(lambda: Step.FINISHED in world.steps(desk, claims.jti), "finished")
    assert world.box.outcomes("fire") == ["started", "finished"]


def test_a_box_killed_while_it_sounds_goes_on_and_answers(world: World, desk: Desk) -> None:
    claims = alert()
    desk.give(claims)
    within(lambda: Step.STARTED in world.steps(desk, claims.jti), "started")
    world.box.kill()
    world.box.start()
    within(lambda: Step.RESUMED in world.steps(desk, claims.jti), "resumed")
    desk.give(order(CommandType.SILENCE))
    within(lambda: Step.SILENCED in world.steps(desk, claims.jti), "silenced")


def test_another_machine_with_the_boxs_name_is_a_fault(world: World) -> None:
    papers = world.papers
    thief = Caller(papers.authorities, papers.certificate, papers.tls_key, world.port)
    with thief:
        until(lambda: "id-taken" in world.box.faults(), "the fault")
