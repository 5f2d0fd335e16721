"""What tests of several rooms share."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("gongd", deadline=None)
hypothesis.settings.load_profile("gongd")
"""A slow machine fails no test: how long an example takes is nobody's promise."""


@pytest.fixture
def ram() -> Iterator[Path]:
    """A folder in memory, where there is one: a durable commit costs nothing, and thousands are made here."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)
