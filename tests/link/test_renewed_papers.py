"""What `gongd keygen --answer` says of the next step is true: a running daemon takes renewed papers up by itself."""

from datetime import UTC, datetime, timedelta

from gongd.desk.enrolment import renew
from gongd.keygen import take_answer
from gongd.settings import load
from tests.link.conftest import NewWorld
from tests.link.world import within


def test_a_running_box_uses_a_renewed_certificate_at_its_next_connection(new_world: NewWorld) -> None:
    world = new_world()
    world.broker.start()
    settings, now = load(world.box.config), datetime.now(UTC)
    (ended,) = renew(world.commune, ["thon-3"], now - timedelta(days=900))
    take_answer(settings, ended.answer, now)
    world.box.start()
    within(lambda: world.box.faults() & {"broker-refused", "certificate-expired"}, "the fault")
    assert not world.link().get("proven")
    (renewed,) = renew(world.commune, ["thon-3"], now)
    assert take_answer(settings, renewed.answer, now).is_renewal
    world.wait_for_link()
