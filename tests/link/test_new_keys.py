"""A box that was revoked is on the line again with new keys, without anything but its request and its answer."""

from datetime import UTC, datetime

from gongd.adapters import jose
from gongd.core.wire_report import Step
from gongd.desk.applicant import read_request
from gongd.desk.enrolment import enrol
from gongd.desk.membership import revoke
from gongd.keygen import make_request, take_answer
from gongd.settings import load
from tests.link.conftest import NewWorld
from tests.link.world import alert, within


def test_a_revoked_box_sounds_the_desks_alarm_again_after_new_keys(new_world: NewWorld) -> None:
    world = new_world()
    world.broker.start()
    world.box.start()
    world.wait_for_link()
    settings, now = load(world.box.config), datetime.now(UTC)
    revoke(world.commune, "thon-3", now)
    asked = read_request(make_request(settings, world.box.config.parent, now, new=True).path)
    taken = take_answer(settings, enrol(world.commune, asked, now).answer, now)
    assert taken.needs_start
    world.box.terminate()
    world.broker.kill()
    world.broker.start()
    world.box.start()
    world.wait_for_link()
    world.box_x = jose.load(world.papers.key).x
    desk = world.desk()
    jti = desk.give(alert())
    within(lambda: Step.STARTED in world.steps(desk, jti), "the alarm")
