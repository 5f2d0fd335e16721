"""Real daemons for the promises' tests. Each lives in its own folder, so that tests may run side by side."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.promises.daemon import Daemon

NewDaemon = Callable[..., Daemon]


@pytest.fixture
def new_daemon(ram: Path) -> Iterator[NewDaemon]:
    """Makes daemons, not yet started."""
    made: list[Daemon] = []

    def make(**how: object) -> Daemon:
        made.append(Daemon(ram / f"box-{len(made)}", **how))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for daemon in made:
        daemon.close()


@pytest.fixture
def daemon(new_daemon: NewDaemon) -> Daemon:
    """A running daemon, without prints: the bare rhythm sounds."""
    return new_daemon().start()
