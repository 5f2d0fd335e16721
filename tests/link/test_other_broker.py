"""A box that is given another broker is done with the first: what becomes of that is no business of the new line."""

from gongd.core.wire import Channel
from tests.desk.commune import free_port
from tests.link.conftest import NewWorld
from tests.link.world import MQTT, within
from tests.promises.daemon import until
from tests.survival.impostor import impostor, says_nothing


def test_the_end_of_a_call_to_the_wrong_broker_is_not_taken_for_the_end_of_the_right_line(new_world: NewWorld) -> None:
    world, wrong = new_world(), free_port()
    world.broker.start()
    with impostor(world.commune.broker, wrong, says_nothing) as broker:
        world.box.settings(more=MQTT.format(port=wrong, heartbeat="10s"))
        world.box.start()
        until(lambda: broker.callers, "the box at the wrong broker")
        world.box.settings(more=MQTT.format(port=world.port, heartbeat="10s"))
        assert world.box.ask("reload")["ok"]
        world.wait_for_link()
    desk = world.desk()
    desk.catch_up()
    before = len(desk.of(Channel.HEARTBEAT))
    within(lambda: len(desk.of(Channel.HEARTBEAT)) > before, "another heartbeat")
    assert world.link()["connected"]
