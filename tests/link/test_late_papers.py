"""A box that is enrolled only after its start connects without another start."""

from tests.link.conftest import NewWorld


def test_a_link_begins_when_its_papers_come(new_world: NewWorld) -> None:
    world = new_world()
    papers = world.papers.key.parent
    away = papers.with_name("away")
    papers.rename(away)
    world.broker.start()
    world.box.start()
    assert world.box.status()["link"] is None
    away.rename(papers)
    assert world.box.ask("reload")["ok"]
    world.wait_for_link()
    assert "broker-refused" not in world.box.faults()
