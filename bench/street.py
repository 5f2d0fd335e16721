"""A street of boxes in one process: `python -m bench.street STATE PORT BOX...`, its deeds asked for on standard input.

Each box is whole from the inbox to the wire: the real Box on a thread of its own, the real Player, the real journal
(SQLite, its own thread), the real line: Gate, MqttLink, TLS, signatures. Light is only its hardware: relays are a flag
and how often it was switched on, there is no loudspeaker and no studio. The list of trust is verified by every box, and
its text is read once for all: a thousand boxes have a thousand memories. State lies where STATE says.
"""

import gc
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from bench.commune import HOST, NAME, as_many
from gongd import line as wired
from gongd.adapters.bare import bare_track
from gongd.adapters.calendar import TriggerCalendar
from gongd.adapters.clock import SystemClock, boot_id
from gongd.adapters.journal import SqliteJournal
from gongd.adapters.mute import Mute
from gongd.adapters.ring_note import RungNote
from gongd.adapters.shelf import Shelf
from gongd.adapters.supervisor import Systemd
from gongd.box.engine import Box
from gongd.box.equipment import Doors, Equipment, Hands, Prepared, Remembered, Terminate
from gongd.box.inbox import Inbox
from gongd.box.parts import Line, Parts
from gongd.box.timekeeper import Timekeeper
from gongd.core.clock_trust import ClockState
from gongd.core.job import Job
from gongd.core.trust_list import TrustList
from gongd.core.wire_form import from_json
from gongd.core.wire_refusal import Refused
from gongd.line import open_line
from gongd.outfit import boot_seconds
from gongd.player import Player
from gongd.ports import Asked
from gongd.repertoire import house_of
from gongd.settings import Settings, parse
from gongd.settings.model import TrustedBy

TEXT = """\
box: {{id: {box}, commune: {commune}, name: "Thôn {box}", zones: [gan]}}
speaker: {{backend: none}}
relays:
  amplifier: {{pin: 17, on: activation, lead: 500ms, tail: 1s}}
signals:
  fire: {{at_most: 120s, relays: [amplifier]}}
schedules: []
clock: {{trust: assume}}
mqtt: {{host: {host}, port: {port}}}
journal: {{path: {state}/journal.db}}
"""
STACK = 512 * 1024
"""Bytes of a thread's stack: four threads a box."""
SWITCH_S = 0.5
"""Python's threads hand over when they wait; sooner, each that wants to run would wake 200 times a second to say so."""
_bare_track = cache(bare_track)


@dataclass(slots=True)
class Flag:
    """Relays that are a flag: which are on, and how often one has been switched on."""

    on: set[str] = field(default_factory=set)
    count: int = 0

    def switch(self, name: str, on: bool) -> bool:
        self.count += on and name not in self.on
        (self.on.add if on else self.on.discard)(name)
        return on

    def all_off(self) -> None:
        self.on.clear()

    def close(self) -> None:
        self.on.clear()


class NoButtons:
    """No contact ever moves."""

    def closed(self) -> Mapping[str, bool]:
        return {}

    def lamp(self, button: str, on: bool) -> None:
        """There is none."""

    def close(self) -> None:
        """Nothing to give back."""


class NoStudio:
    """Renders nothing."""

    def request(self, jobs: Sequence[Job]) -> None:
        """The bare rhythm will do."""

    def close(self) -> None:
        """Nothing runs."""


class House:
    """One box, running."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state = settings.journal.path.parent
        self.inbox = Inbox()
        self.flag = Flag()
        self.doors = self._doors()
        timekeeper = Timekeeper(self.doors.clock, ClockState(True, settings.clock.holdover_s), settings.box.timezone)
        self.box = Box(self.inbox, self.doors, self._equip, self._equip(settings, None), timekeeper, self._line)
        self._thread = threading.Thread(target=self.box.run, name="box", daemon=True)

    def start(self) -> None:
        """Its own loop begins; then it remembers, and connects."""
        self._thread.start()
        self.inbox.post(Remembered(self.doors.journal.remember()))
        self.inbox.post(Prepared())

    def end(self) -> None:
        """A clean end."""
        self.inbox.post(Terminate())
        self._thread.join()

    def report(self) -> Mapping[str, object]:
        """What it says of its link."""
        line = self.box.parts.line
        return line.report() if line is not None else {}

    def play(self) -> None:
        """Somebody asks at the box itself for a test: a record that no order has brought about."""
        self.inbox.post(Asked({"do": "play", "signal": "fire", "status": "test"}, lambda _answer: None))

    def stop(self) -> None:
        """And ends it."""
        self.inbox.post(Asked({"do": "stop"}, lambda _answer: None))

    def _line(self, parts: Parts, can_drill: Callable[[str], bool]) -> Line | None:
        return open_line(parts, can_drill, self.state, self.inbox)

    def _doors(self) -> Doors:
        boot = boot_id()
        return Doors(
            clock=SystemClock(self.settings.box.timezone),
            journal=SqliteJournal(self.settings.journal.path, self.inbox.post, boot),
            supervisor=Systemd(),
            load=lambda: self.settings,
            keep=lambda _settings: None,
            boot_id=boot,
            rings=RungNote(self.state / "rung.jsonl", boot),
        )

    def _equip(self, settings: Settings, _before: Equipment | None) -> Equipment:
        player = Player(self.flag, Mute(), self.inbox.post, boot_seconds)
        hands = Hands(player, Mute(), NoButtons(), False, player.close)
        return Equipment(
            settings=settings,
            hands=hands,
            prints=Shelf(self.state / "prints"),
            renderer=NoStudio(),
            calendar=TriggerCalendar(settings.box.timezone),
            house=house_of(settings),
            jobs=(),
            bare_track=_bare_track,
        )


@cache
def _read_once(kind: type[TrustList], body: bytes, most: int) -> TrustList | Refused:
    return from_json(kind, body, most)


def main(argv: Sequence[str]) -> int:
    """Start the boxes, say so, and answer what is asked on standard input, a line each."""
    state, port, boxes = Path(argv[0]), int(argv[1]), argv[2:]
    logging.disable(logging.WARNING)
    setattr(wired, "from_json", _read_once)  # noqa: B010  what the line reads is the list of trust
    as_many()
    threading.stack_size(STACK)
    sys.setswitchinterval(SWITCH_S)
    text = TEXT.format(box=boxes[0], commune=NAME, host=HOST, port=port, state=state / boxes[0])
    first = parse(text.encode(), "config.yaml", state)
    assert first.clock.trust is TrustedBy.ASSUME
    street = [House(_settings(first, box, state)) for box in boxes]
    for house in street:
        house.start()
    gc.collect()
    gc.freeze()
    deeds: Mapping[str, Callable[[], object]] = {
        "boxes": lambda: len(street),
        "proven": lambda: sum(bool(house.report().get("proven")) for house in street),
        "sounding": lambda: sum(bool(house.flag.on) for house in street),
        "edges": lambda: sum(house.flag.count for house in street),
        "play": lambda: _all(street, House.play),
        "cpu": time.process_time,
        "stop": lambda: _all(street, House.stop),
    }
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(deeds[line.strip()]()), flush=True)
    for house in street:
        house.inbox.post(Terminate())
    time.sleep(0.1)
    return 0


def _all(street: Sequence[House], do: Callable[[House], None]) -> int:
    for house in street:
        do(house)
    return len(street)


def _settings(first: Settings, box: str, state: Path) -> Settings:
    return replace(
        first,
        box=replace(first.box, id=box, name=f"Thôn {box}"),
        journal=replace(first.journal, path=state / box / "journal.db"),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
