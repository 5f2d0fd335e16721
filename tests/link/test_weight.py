"""A box without `mqtt:` carries nothing of the line; one with it says little while nothing happens."""

import subprocess
import sys

from gongd.core.wire import Channel
from gongd.core.wire_form import from_json
from gongd.core.wire_report import Heartbeat
from tests.link.world import Desk, World, within

LIBRARIES = ("paho", "joserfc", "cryptography", "gongd.line", "gongd.box.link")
MOST_BYTES = 270
"""A heartbeat of so many bytes costs 50 MB a month, with everything around it (core/wire.py)."""


def test_a_box_without_a_line_loads_none_of_its_libraries() -> None:
    look = f"import sys, gongd.bootstrap; print([name for name in {LIBRARIES!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_heartbeat_is_short(world: World, desk: Desk) -> None:
    within(lambda: desk.of(Channel.HEARTBEAT), "a heartbeat")
    assert max(map(len, desk.of(Channel.HEARTBEAT))) <= MOST_BYTES


def test_a_heartbeat_tells_what_is_used_of_disk_and_memory(world: World, desk: Desk) -> None:
    within(lambda: desk.of(Channel.HEARTBEAT), "a heartbeat")
    beat = from_json(Heartbeat, desk.of(Channel.HEARTBEAT)[-1])
    assert isinstance(beat, Heartbeat)
    assert beat.disk_pct is not None
    assert 0 < (beat.memory_pct or 0) <= 100
