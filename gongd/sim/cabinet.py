"""One village's cabinet: its power, its machine, and the daemon that runs while there is power. All the product's own
rooms run here, driven by hand: the box's loop, the stage, the journal and the link each get their turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from gongd.adapters.journal import examine
from gongd.adapters.pushes import PushShelf
from gongd.adapters.ring_note import RungNote
from gongd.box.engine import BEAT_S, Box
from gongd.box.equipment import Doors, Equipment, Found, Hands, Hangup, Prepared, Remembered
from gongd.box.inbox import Inbox
from gongd.box.parts import Line, Parts
from gongd.box.timekeeper import Timekeeper
from gongd.box.watch import RELAYS_EVERY_S
from gongd.core.air import Phase
from gongd.core.arbiter import next_deadline
from gongd.core.clock_trust import ClockState
from gongd.core.fault import FaultCode
from gongd.core.moment import Moment
from gongd.core.record import Record
from gongd.player import Began, Ended, Player
from gongd.settings import Settings
from gongd.sim import furniture
from gongd.sim.box_clock import BoxClock
from gongd.sim.chance import Chance
from gongd.sim.clockwork import Clockwork
from gongd.sim.disk import Disk, PowerCutError, State
from gongd.sim.drawer import Drawer, DrivenClerk
from gongd.sim.hands import Contacts, Loudspeaker, Relays, Studio, Supervisor
from gongd.sim.journal import DrivenJournal, DrivenTicket, open_journal
from gongd.sim.wires import BoxLink
from gongd.sim.witness import Witness

SLOW_BEAT_S = 1.9
"""A loop that comes round as late as the stage's lease allows: where it waits for nothing else."""
STIRRED_S = 15.0
"""After something has happened the loop runs at its own pace for so long: until it has looked at the clock again."""
QUIET_STRIDE_S = 25 * 3600.0
"""With nothing going on the loop is looked after so often; it is woken for every due instant and every happening."""
MOST_ROUNDS = 1000
BUSY = frozenset({Phase.ARRIVED, Phase.WAITING, Phase.SOUNDING, Phase.PAUSED})
_GRACE = timedelta(seconds=furniture.GRACE_S)
BATTERY_AGREES_S = 5.0
"""A hardware clock that differs more from the system's is no witness (`adapters.clock`)."""
HOLDOVER_S = 7 * 86400.0
RESTART_S = 2.0
"""systemd starts a daemon that has died so soon."""
BOOTING_S = 25.0
"""From power to the daemon."""


class OpenLine(Protocol):
    """Opens the box's line (see `sim.papers`)."""

    def __call__(self, parts: Parts, can_drill: Callable[[str], bool], cabinet: "Cabinet") -> tuple[Line, BoxLink]: ...


@dataclass(slots=True)
class Daemon:
    """What dies with the process."""

    box: Box
    inbox: Inbox
    journal: DrivenJournal
    clerk: DrivenClerk
    player: Player
    started_at: float
    began_with: str
    """The digest of the settings of its start."""
    link: BoxLink | None = None
    box_at: float = 0.0
    stage_at: float = 0.0
    link_at: float = float("inf")


@dataclass(slots=True)
class Cabinet:
    """`number` counts from 1. `appended` hears of every record; `wake_at` is when it wants a turn (true time)."""

    number: int
    world: Clockwork
    chance: Chance
    folder: Path
    witness: Witness
    open_line: OpenLine
    appended: Callable[[str, Sequence[Record], DrivenTicket], None]
    note: Callable[[str, str], None]
    id: str = field(init=False)
    clock: BoxClock = field(init=False)
    disk: Disk = field(init=False)
    drawer: Drawer = field(init=False)
    relays: Relays = field(init=False)
    has_power: bool = False
    boots: int = 0
    starts: int = 0
    has_voice: bool = True
    has_card: bool = True
    shut: set[str] = field(default_factory=set)
    has_battery: bool = True
    lied_to: bool = False
    """Its clock is wrong, and it cannot know: a false time server, a crystal that drifts."""
    vouched: bool = False
    """A person has said what time it is, to the minute."""
    broken: bool = False
    """Somebody has set its clock, and nobody has explained it since."""
    synced_at: float | None = None
    """When a time server was last heard in this boot."""
    lost_at: float = -1.0
    """When its journal was last lost."""
    cut_at_relay: bool = False
    stirred_at: float = 0.0
    died: Callable[[str], None] = lambda _how: None
    daemon: Daemon | None = None
    wake_at: float = float("inf")
    speaker: Loudspeaker = field(init=False)
    contacts: Contacts = field(init=False)
    studio: Studio = field(init=False)

    def __post_init__(self) -> None:
        self.id = furniture.box_id(self.number)
        self.clock = BoxClock(self.world)
        self.disk = Disk(self.folder, self.chance.stream("disk"))
        self.relays = Relays(self.witness, self._before_a_move)
        self.drawer = Drawer(self.world, self.folder, self.disk, furniture.settings_text(self.number))

    @property
    def boot(self) -> str:
        """The kernel's name for this boot."""
        return f"{self.id}-boot-{self.boots}"

    @property
    def may_trust(self) -> bool:
        """Has it any reason to believe its clock?"""
        if self.clock.synchronised or self.vouched:
            return True
        held = self.synced_at is not None and self.world.now - self.synced_at <= HOLDOVER_S + 60.0
        return not self.broken and (self.clock.hardware or held)

    @property
    def is_well(self) -> bool:
        """Does nothing stand in the way of its sounding the next gong or alarm?"""
        clock = self.clock.synchronised or (self.clock.hardware and not self.broken)
        hands = self.has_card and not self.relays.dead and not self.relays.stuck and not self.shut
        disk = self.disk.state is State.WELL and not self.disk.stalled and self.disk.cut is None
        return self.daemon is not None and clock and not self.lied_to and hands and disk and not self.cut_at_relay

    @property
    def journal_id(self) -> str:
        """Which journal it writes now."""
        memory = self.daemon.box.parts.memory if self.daemon is not None else None
        return examine(self.disk.journal).journal_id if memory is not None else ""

    # ── Power and life ───────────────────────────────────────────────────────────────────────────────────────────

    def power_on(self, error_s: float) -> None:
        """Mains are back; the wall clock is as far off as said."""
        self.has_power = True
        self.boots += 1
        self.broken = self.vouched = self.lied_to = False
        self.synced_at, self.clock.synchronised = None, False
        self.clock.boot(error_s)
        (self.folder / "rung.jsonl").unlink(missing_ok=True)
        self.start()

    def start(self) -> None:
        """The daemon starts."""
        self.starts += 1
        clerk = DrivenClerk(self.world, self.disk, self._stream("clerk"), self.poke)
        settings, shelf, found = self.drawer.open(clerk)
        inbox = Inbox()
        self.clock.hardware = self.has_battery and abs(self.clock.error_s) <= BATTERY_AGREES_S
        journal = open_journal(self.disk, inbox.post, self.boot, self._stream("journal"), self.clock, self._appended)
        trust = ClockState(False, settings.clock.holdover_s)
        timekeeper = Timekeeper(self.clock, trust, furniture.ZONE)
        self.studio = Studio(inbox.post, lambda: self.has_voice)
        equipment = self._equip(settings, None, inbox)

        def equip(new: Settings, before: Equipment | None) -> Equipment:
            return self._equip(new, before, inbox)

        box = Box(inbox, self._doors(journal, shelf, found), equip, equipment, timekeeper, self._line)
        player, now = equipment.hands.player, self.world.now
        self.daemon = Daemon(box, inbox, journal, clerk, player, now, settings.source_digest)
        if not self.has_card:
            self.speaker.pull_out()
        self._guarded(lambda: self._begin(box, inbox, journal))
        self.turn()

    def _begin(self, box: Box, inbox: Inbox, journal: DrivenJournal) -> None:
        if not box.parts.doors.found:
            box.parts.doors.keep(box.parts.settings)
        box.start(box.parts.timekeeper.now())
        inbox.post(Remembered(journal.remember()))
        inbox.post(Prepared())

    def _stream(self, name: str) -> Chance:
        return self.chance.stream(name, self.starts)

    def kill(self) -> None:
        """The daemon dies without a word; `relays-off` sees to its relays."""
        if self.daemon is None:
            return
        self._bury(self.daemon)
        self.relays.all_off()
        self.witness.ends()
        self.world.after(RESTART_S, self._restart)

    def _restart(self) -> None:
        if self.has_power and self.daemon is None:
            self.start()

    def cut_power(self) -> None:
        """Everything is off, at once."""
        self.has_power = False
        if self.daemon is not None:
            self._bury(self.daemon)
        self.witness.dark()
        self.relays.on.clear()

    def _bury(self, daemon: Daemon) -> None:
        """What had been synchronised is on the card."""
        self.daemon, self.wake_at = None, float("inf")
        files = self.disk.look()
        daemon.journal.abandon()
        self.disk.settle(files)
        if daemon.link is not None:
            daemon.link.end()

    def _before_a_move(self) -> None:
        if self.cut_at_relay:
            self.cut_at_relay = False
            raise PowerCutError

    # ── What the box is made of ──────────────────────────────────────────────────────────────────────────────────

    def _doors(self, journal: DrivenJournal, shelf: PushShelf, found: tuple[Found, ...]) -> Doors:
        return Doors(
            clock=self.clock,
            journal=journal,
            supervisor=Supervisor(),
            load=shelf.load,
            keep=lambda settings: self.drawer.keep(shelf, settings),
            boot_id=self.boot,
            rings=RungNote(self.folder / "rung.jsonl", self.boot),
            pushes=shelf,
            found=found,
        )

    def _equip(self, settings: Settings, before: Equipment | None, inbox: Inbox) -> Equipment:
        house, jobs = furniture.house(settings)
        hands = before.hands if before is not None else self._hands(settings, inbox)
        return Equipment(settings, hands, self.studio, self.studio, furniture.ALMANAC, house, jobs, furniture.bare)

    def _hands(self, settings: Settings, inbox: Inbox) -> Hands:
        def post(event: object) -> None:
            inbox.post(event)
            self._overhear(event)

        self.speaker = Loudspeaker(self.witness, inbox.post, self.has_card)
        player = Player(self.relays, self.speaker, post, lambda: self.clock.mono, threaded=False)
        names = [button.name for button in settings.buttons]
        self.contacts = Contacts(names, lambda: self.clock.mono, inbox.post, self.shut)
        return Hands(player, self.speaker, self.contacts, True, player.close)

    def _overhear(self, event: object) -> None:
        match event:
            case Began(activation=activation):
                self.witness.names(activation)
            case Ended(activation=activation, dropped=False):
                self.witness.own_end(activation)

    def _line(self, parts: Parts, can_drill: Callable[[str], bool]) -> Line | None:
        assert self.daemon is not None
        line, self.daemon.link = self.open_line(parts, can_drill, self)
        return line

    def _appended(self, records: Sequence[Record], ticket: DrivenTicket) -> None:
        self.appended(self.id, records, ticket)

    # ── Turns ────────────────────────────────────────────────────────────────────────────────────────────────────

    def poke(self) -> None:
        """Something has happened here: the box wants its turn now."""
        if self.daemon is not None:
            self.daemon.box_at = self.wake_at = self.stirred_at = self.world.now

    def poke_link(self) -> None:
        """Something has happened on the wire: the link wants its turn now."""
        if self.daemon is not None:
            self.daemon.link_at = self.wake_at = self.world.now

    def reload(self) -> None:
        """SIGHUP."""
        if self.daemon is not None:
            self.daemon.inbox.post(Hangup())
            self.poke()

    def turn(self) -> None:
        """Everything that is due now is done, by whoever it is due for. The power may go in the middle of it."""
        self._guarded(self._turn)

    def _guarded(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except PowerCutError:
            self.died("in the middle of a write or a move")

    def _turn(self) -> None:
        daemon, now = self.daemon, self.world.now
        if daemon is None:
            return
        for _ in range(MOST_ROUNDS):
            if daemon.stage_at <= now:
                daemon.stage_at = self._when(daemon.player.turn())
            if daemon.link is not None and daemon.link_at <= now:
                daemon.link_at = float("inf")
                wait_s = daemon.link.work()
                daemon.link_at = daemon.link_at if wait_s is None else now + wait_s
            daemon.journal.work()
            daemon.clerk.work()
            if not self._box_turn(daemon, now):
                break
        self.wake_at = max(now + 0.0005, min(daemon.stage_at, daemon.link_at, daemon.box_at))

    def _box_turn(self, daemon: Daemon, now: float) -> bool:
        """One event, or one step; False when there is neither."""
        event = daemon.inbox.take(0.0)
        if event is None and daemon.box_at > now:
            return False
        moment = daemon.box.parts.timekeeper.now()
        if event is not None:
            daemon.box.handle(event, moment)
        step_at = daemon.box.step(moment)
        daemon.stage_at = now
        daemon.box_at = self._when(self._next(daemon, step_at))
        return True

    def _when(self, mono: float | None) -> float:
        """That instant by the true clock."""
        return float("inf") if mono is None else max(self.clock.when(mono), self.world.now + 0.0005)

    def _next(self, daemon: Daemon, step_at: float) -> float:
        """The loop's own next instant while anything goes on, else the next that matters (monotonic)."""
        parts, mono = daemon.box.parts, self.clock.mono
        busy = self._is_busy(parts)
        if busy and step_at < mono + BEAT_S:
            return step_at
        return min(mono + (SLOW_BEAT_S if busy else QUIET_STRIDE_S), *self._due(parts, mono))

    def _is_busy(self, parts: Parts) -> bool:
        resting_only = not any(turn.phase in BUSY for turn in parts.airtime.air.turns)
        calm = resting_only and not parts.announcer.is_waiting and parts.coming is None and not self.shut
        calm = calm and not (parts.trials is not None and parts.trials.goes_on)
        stirred = self.world.now - self.stirred_at < STIRRED_S or self.world.now - self.daemon_age_at < 30.0
        return stirred or not calm

    @property
    def daemon_age_at(self) -> float:
        """When the daemon started."""
        return self.daemon.started_at if self.daemon is not None else 0.0

    def _due(self, parts: Parts, mono: float) -> list[float]:
        marks: list[float] = []
        deadline = next_deadline(parts.airtime.air)
        contact = parts.panel.next_at()
        marks += [at for at in (deadline, contact) if at is not None]
        now = parts.timekeeper.seen
        for entry in parts.settings.schedules:
            due = parts.equipment.calendar.next_after(entry, now.wall)
            if due is not None:
                marks.append(mono + (due - now.wall).total_seconds() + 0.001)
        if parts.health.condition.has(FaultCode.RELAY_DISAGREES):
            marks.append(mono + RELAYS_EVERY_S)
        if self._is_open_night(parts, now):
            marks.append(mono + 1.0)
        return marks

    def _is_open_night(self, parts: Parts, now: Moment) -> bool:
        """Is it the hour of a gong that has not been decided?"""
        ledger = parts.nights.ledger
        if ledger is None or ledger.in_hand:
            return True
        for entry in parts.settings.schedules:
            last = parts.equipment.calendar.next_after(entry, now.wall - _GRACE)
            if last is not None and last <= now.wall and (entry.id, last.date()) not in ledger.recorded:
                return (entry.id, last.date()) not in ledger.noted
        return False
