"""One commune for the tests that do not break it; fresh ones for those that do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.link.street import Street
from tests.link.world import Desk, World

NewWorld = Callable[..., World]
NewStreet = Callable[..., Street]


@pytest.fixture
def new_world(ram: Path) -> Iterator[NewWorld]:
    """Makes communes: nothing runs yet."""
    made: list[World] = []

    def make(**how: str) -> World:
        folder = ram / f"world-{len(made)}"
        folder.mkdir()
        made.append(World(folder, **how))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def world(new_world: NewWorld) -> World:
    """Broker and box, connected."""
    made = new_world()
    made.broker.start()
    made.box.start()
    made.wait_for_link()
    return made


@pytest.fixture
def desk(world: World) -> Desk:
    """The commune's desk."""
    return world.desk()


@pytest.fixture
def new_street(ram: Path) -> Iterator[NewStreet]:
    """Makes streets: nothing runs yet."""
    made: list[Street] = []

    def make(*boxes: str, **how: str) -> Street:
        folder = ram / f"street-{len(made)}"
        folder.mkdir()
        made.append(Street(folder, boxes, **how))
        return made[-1]

    yield make
    for street in made:
        street.close()
