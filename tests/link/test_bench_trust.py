"""`trust.require: broker`, on a workshop bench: plain JSON, as `mosquitto_pub` sends it."""

from gongd.core.wire import Channel
from gongd.core.wire_form import parse
from tests.link.conftest import NewWorld
from tests.link.world import alert, within
from tests.promises.daemon import STRIKER


def test_on_a_bench_a_plain_body_is_an_order_and_the_answer_is_plain(new_world: NewWorld) -> None:
    world = new_world(more="trust: {require: broker}\n")
    world.broker.start()
    world.box.start()
    world.wait_for_link()
    desk = world.desk()
    desk.signer = None
    claims = alert(at_most_s=1.0)
    desk.give(claims)
    world.box.wait_for_relay(STRIKER)
    within(lambda: "finished" in [parse(body)["step"] for body in desk.of(Channel.ANSWER)], "finished")
