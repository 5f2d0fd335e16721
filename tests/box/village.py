"""A village whose box is driven by hand: the real Box, Player, journal and settings, and time that the test moves.

Nothing waits here: an hour of the box's night passes in a fraction of a second.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from gongd.adapters.bare import bare_track
from gongd.adapters.calendar import TriggerCalendar
from gongd.adapters.journal import SqliteJournal, read
from gongd.adapters.ring_note import RungNote
from gongd.box.engine import Box
from gongd.box.equipment import Doors, Equipment, Found, Hands, Remembered
from gongd.box.inbox import Inbox
from gongd.box.parts import OpenLine, no_line
from gongd.box.timekeeper import Timekeeper
from gongd.core.clock_trust import ClockState
from gongd.player import Player
from gongd.ports import Asked, Journal
from gongd.repertoire import house_of, repertoire
from gongd.settings import Settings, load
from gongd.settings.model import Backend, TrustedBy
from tests.box.doors import Contacts, HandClock, ShelfInMemory, StudioInMemory, ToldRelays, ToldSpeaker, ToldSupervisor

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SETTINGS = """
box: {id: thon-3, commune: nguyet-an, name: "Thôn 3, xã Nguyệt Ấn", timezone: Asia/Ho_Chi_Minh}
relays:
  amplifier: {pin: 17, on: activation, lead: 500ms, tail: 1s}
  striker: {pin: 27, on: stroke, pulse: 80ms}
  siren: {pin: 23, on: blast}
  lamp: {pin: 24, on: fault}
buttons:
  fire: {pin: 5, hold: 2s, sound: fire, lamp: 25}
  security: {pin: 6, hold: 2s, sound: security}
  all-clear: {pin: 19, hold: 2s, sound: all-clear}
  silence: {pin: 26, hold: 1s, do: silence}
  patrol: {pin: 16, do: check-in}
  status: {pin: 20, do: status}
signals:
  peace: {rhythm: "1 hồi, 9 tiếng", volume: 50}
  fire: {priority: emergency, rhythm: "liên thanh 20s, nghỉ 1s", repeat: until-stopped, at_most: 60s}
"""
Row = Mapping[str, object]
_bare_track = cache(bare_track)


def at(clock: str, day: int = 21) -> datetime:
    """`at("22:00:03")` of the night that the tests are about."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}").replace(tzinfo=ZONE)


class Village:
    """One box, its disk and its power. `folder` is the disk; it outlives the daemon, and `boot` its process."""

    def __init__(self, folder: Path, wall: datetime, text: str = SETTINGS, synchronised: bool = True) -> None:
        self.folder = folder
        self.file = folder / "config.yaml"
        self.path = folder / "journal.db"
        self.write(text)
        self.clock = HandClock(wall, synchronised=synchronised)
        self.boot = "boot-1"
        self.relays = ToldRelays(self.clock)
        self.speaker = ToldSpeaker(self.clock)
        self.shelf, self.studio, self.supervisor = ShelfInMemory(), StudioInMemory(), ToldSupervisor()
        self.boots = 1
        self.kept: list[Settings] = []
        self.messages: tuple[str, ...] = ()
        self.found: tuple[Found, ...] = ()
        self.is_stalled = self.is_dead = False
        self.stride_s = 0.001
        self.stuck_at_start: set[str] = set()
        self.open_line: OpenLine = no_line
        self.journal: Journal
        self.box: Box

    def write(self, text: str) -> None:
        """A technician saves the settings file; the journal's place is not his to choose here."""
        self.file.write_text(f"{text}\njournal: {{path: {self.path}}}\n", encoding="utf-8")

    # ── Power and life ───────────────────────────────────────────────────────────────────────────────────────────

    def start(self) -> "Village":
        """The daemon starts."""
        settings = load(self.file)
        self.inbox = Inbox()
        self.journal = self.open_journal()
        trust = ClockState(settings.clock.trust is TrustedBy.ASSUME, settings.clock.holdover_s)
        timekeeper = Timekeeper(self.clock, trust, ZONE)
        self.box = Box(self.inbox, self._doors(), self._equip, self._equip(settings, None), timekeeper, self.open_line)
        self.is_dead = False
        self.box.start(timekeeper.now())
        self.settle()
        self.inbox.post(Remembered(self.journal.remember()))
        self.settle()
        return self

    def open_journal(self) -> Journal:
        """Its memory card."""
        return SqliteJournal(self.path, self.inbox.post, self.boot)

    def kill(self) -> None:
        """The daemon dies without a word. `relays-off` sees to its relays."""
        self.is_dead = True
        self.journal.close()
        self.relays.all_off()
        self.speaker.stop()

    def kill_without_a_word(self) -> None:
        """The daemon dies while its records wait for a disk that takes nothing: they are lost with it."""
        assert isinstance(self.journal, SqliteJournal)
        self.journal._queue.give_up()
        self.kill()

    def run_to_its_end(self) -> int:
        """What the process does: the loop, until it is told to end."""
        return self.box.run()

    def cut_power(self, for_s: float, wall: datetime | None = None) -> None:
        """The power goes and comes back: another boot, a monotonic clock that begins anew, perhaps another wall."""
        self.kill()
        self.clock.pass_by(for_s)
        self.clock.mono = 20.0
        self.clock.wall = wall or self.clock.wall
        self.boots += 1
        self.boot = f"boot-{self.boots}"

    def _doors(self) -> Doors:
        return Doors(
            clock=self.clock,
            journal=self.journal,
            supervisor=self.supervisor,
            load=lambda: load(self.file),
            keep=self.kept.append,
            boot_id=self.boot,
            rings=RungNote(self.folder / "rung.jsonl", self.boot),
            found=self.found,
            messages=self.messages,
        )

    def _equip(self, settings: Settings, before: Equipment | None) -> Equipment:
        house = house_of(settings)
        return Equipment(
            settings=settings,
            hands=self._hands_for(settings, before),
            prints=self.shelf,
            renderer=self.studio,
            calendar=TriggerCalendar(settings.box.timezone),
            house=house,
            jobs=repertoire(settings, self.file, house),
            bare_track=_bare_track,
        )

    def _hands_for(self, settings: Settings, before: Equipment | None) -> Hands:
        """As the outfit does it: new hands for what is opened otherwise."""
        one, other = settings, before and before.settings
        if before and other and (one.relays, one.buttons, one.speaker) == (other.relays, other.buttons, other.speaker):
            return before.hands
        if before:
            before.hands.close()
        return self._hands(settings)

    def _hands(self, settings: Settings) -> Hands:
        self.player = Player(self.relays, self.speaker, self.inbox.post, lambda: self.clock.mono, threaded=False)
        self.buttons = Contacts([button.name for button in settings.buttons], self.clock, self.inbox.post)
        self.buttons.shut |= self.stuck_at_start
        has_speaker = settings.speaker.backend is not Backend.NONE
        return Hands(self.player, self.speaker, self.buttons, has_speaker, self.player.close)

    # ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def settle(self) -> None:
        """Everything that is due now is done, and everything that was written is on disk."""
        quiet = 0
        while quiet < 2:
            now = self.box.parts.timekeeper.now()
            self.box_at = self.box.step(now)
            self.stage_at = self.player.turn()
            if not quiet and not self.is_stalled:
                self.flush()
            event = self.inbox.take(0.0)
            quiet = quiet + 1 if event is None else 0
            if event is not None:
                self.box.handle(event, now)

    def flush(self) -> None:
        """Wait until all that was written is on disk, and all that was asked of it, and asked again, is answered."""
        assert self.journal.append([]).wait(20.0)
        for _ in range(2):
            answered = threading.Event()
            self.journal.recall(1, 0, lambda _found, answered=answered: answered.set())  # type: ignore[misc]
            assert answered.wait(20.0)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.until_mono(self.clock.mono + seconds)

    def until_wall(self, wall: datetime) -> None:
        """Time passes until the wall clock says so."""
        self.wait((wall - self.clock.wall).total_seconds())

    def until_mono(self, target: float) -> None:
        while self.clock.mono < target:
            upcoming = [self._next_at(), *([self.stage_at] if self.stage_at is not None else [])]
            to = min(target, max(min(upcoming), self.clock.mono + self.stride_s))
            self.clock.pass_by(to - self.clock.mono)
            self.settle()

    def _next_at(self) -> float:
        """The next thing to do; while nothing goes on, the loop's own beat is skipped to save time."""
        idle = self.box.parts.airtime.is_free and not self.buttons.shut
        return max(self.box_at, self.box.parts.nights.next_look_at) if idle else self.box_at

    # ── People ───────────────────────────────────────────────────────────────────────────────────────────────────

    def hold(self, button: str, seconds: float = 2.5) -> None:
        """Somebody holds a button, and lets go."""
        self.buttons.move(button, True)
        self.settle()
        self.wait(seconds)
        self.buttons.move(button, False)
        self.settle()

    def ask(self, what: str, **more: object) -> dict[str, object]:
        """Somebody asks over the local socket."""
        answers: list[Mapping[str, object]] = []
        self.inbox.post(Asked({"do": what, **more}, answers.append))
        self.settle()
        return dict(answers[0])

    # ── What can be seen ─────────────────────────────────────────────────────────────────────────────────────────

    def rows(self, kind: str | None = None) -> list[Row]:
        """The journal, as `gongd history` reads it."""
        return [row for row in read(self.path) if kind in (None, row["kind"])]

    def nights(self) -> list[tuple[object, object, object]]:
        """Each record of a night: its date, its outcome, its reason."""
        return [(row["night"], row["outcome"], row["reason"]) for row in self.rows("night")]

    def outcomes(self, signal: str) -> list[object]:
        """What became of the activations of one signal, step by step."""
        return [row["outcome"] for row in self.rows("activation") if row["signal"] == signal]

    @property
    def sounding(self) -> str | None:
        turn = self.box.parts.airtime.air.sounding
        return turn.activation.signal if turn else None

    def faults(self) -> set[str]:
        """The faults that stand."""
        return {latched.code.value for latched in self.box.parts.health.condition.faults}

    def rings(self) -> list[float]:
        """When the gong's sound was begun (monotonic): every beginning of a sound in a night without alarms."""
        return [at for at, told in self.speaker.told if told.startswith("begin")]
