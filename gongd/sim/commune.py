"""The virtual commune of one seed: its clock, its broker, its desk, its boxes, its people; and who watches them all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from gongd.adapters.journal import examine, read_records
from gongd.box import heart
from gongd.core.catalogue import Status
from gongd.core.record import Kind, Record
from gongd.core.wire import Channel
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_form import from_json
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, Heartbeat
from gongd.desk.store import Store
from gongd.sim import disk, furniture, invariants
from gongd.sim.broker import Broker, Letter
from gongd.sim.cabinet import Cabinet
from gongd.sim.chance import Chance
from gongd.sim.clockwork import Clockwork
from gongd.sim.console import Console
from gongd.sim.facts import EMERGENCIES, Copy, Facts, LostJournal, Order, Violation
from gongd.sim.history import History
from gongd.sim.journal import DrivenTicket
from gongd.sim.papers import Joiner, Safe
from gongd.sim.plan import DAY_S, GONG_S, Plan
from gongd.sim.pushes import Pushes
from gongd.sim.witness import Sounding, Witness

BEGAN = datetime(2026, 1, 1, 12, 0, tzinfo=furniture.ZONE)
CALM_S = 1200.0
"""A night is to be rung when nothing has happened to the box for so long before it."""
LONGEST_REST_S = 2200.0
"""A flood that nobody has ended keeps the gong silent while it rests."""
FORGOTTEN_S = 12 * 3600.0
"""What the broker has taken waits there for a desk that is cut off, for hours."""
SETTLING_S = 1.5 * 3600.0
"""After everything is mended the commune gets so long to say all that it has not said."""


@dataclass(slots=True)
class Commune:
    """One seed's world. `run` it, then look at `violations`, `facts`, `history`."""

    plan: Plan
    folder: Path
    world: Clockwork = field(default_factory=lambda: Clockwork(BEGAN))
    facts: Facts = field(default_factory=Facts)
    violations: list[Violation] = field(default_factory=list)
    cabinets: list[Cabinet] = field(default_factory=list)
    history: History = field(init=False)
    chance: Chance = field(init=False)
    broker: Broker = field(init=False)
    safe: Safe = field(init=False)
    console: Console = field(init=False)
    until_broken: bool = False
    tokens: dict[str, list[bytes]] = field(default_factory=dict)
    pushes: Pushes = field(default_factory=Pushes)
    awaited: dict[tuple[str, str], Callable[[], None]] = field(default_factory=dict)
    """What is to be done once a box has written this outcome of this order."""
    _journals: dict[int, list[tuple[int, Record]]] = field(default_factory=dict)
    _nights: dict[int, dict[date, list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = Chance(self.plan.seed, "world")
        self.history = History(self.world)
        for grace in furniture.GRACES:
            for entry in furniture.read(furniture.settings_text(1, grace=grace)).schedules:
                furniture.ALMANAC.open(entry, BEGAN - timedelta(days=2))
        self.broker = Broker(self.world, self.chance.stream("broker"), overheard=self._overheard)
        self.safe = Safe(self.plan.seed, self.plan.boxes)
        self.safe.issue(self.world.wall, 1)
        store = Store(self.folder / "desk.db")
        self.console = Console(
            self.world, self.broker, self.safe, self.chance.stream("desk"), store, self._signed, self._given
        )
        joiner = Joiner(self.safe, self.world, self.broker, self._drawn, self.pushes.heard_beat)
        self.cabinets += [self._build(number, joiner) for number in range(1, self.plan.boxes + 1)]

    def _build(self, number: int, joiner: Joiner) -> Cabinet:
        folder = self.folder / furniture.box_id(number)
        folder.mkdir()
        witness = Witness(furniture.box_id(number), self.world, self._began, self._ended, self._moved)
        chance = self.chance.stream("box", number)
        return Cabinet(number, self.world, chance, folder, witness, joiner, self._appended, self.history.note)

    @property
    def is_over(self) -> bool:
        """Was the first broken rule all that was wanted?"""
        return self.until_broken and bool(self.violations)

    def cabinet(self, box: str) -> Cabinet:
        """A box by its id."""
        return next(each for each in self.cabinets if each.id == box)

    # ── Watching ─────────────────────────────────────────────────────────────────────────────────────────────────

    def blame(self, rule: str, box: str, what: str) -> None:
        """A rule did not hold."""
        self.violations.append(Violation(rule, self.world.now, box, what))
        self.history.note(box, f"VIOLATION {rule}: {what}")

    def _began(self, sounding: Sounding) -> None:
        self.facts.heard(sounding)
        if self.cabinet(sounding.box).disk.state is disk.State.READ_ONLY:
            self.facts.refused.add((sounding.box, sounding.activation))
        told = f"sounds {sounding.signal or 'bare'} {sounding.status} {sounding.activation}"
        self.history.note(sounding.box, told)
        if self.facts.is_alarm(sounding):
            self.facts.took(sounding)
        for rule in invariants.AT_BEGIN:
            for what in rule(self, sounding):
                self.blame(rule.__name__, sounding.box, what)

    def _ended(self, sounding: Sounding) -> None:
        self.history.note(sounding.box, f"is silent after {sounding.lasted_s(self.world.now):.3f} s")
        for rule in invariants.AT_END:
            for what in rule(self, sounding):
                self.blame(rule.__name__, sounding.box, what)

    def _moved(self, box: str, relay: str, on: bool) -> None:
        if relay == "lamp":
            self.history.note(box, f"lamp {'on' if on else 'off'}")

    def _appended(self, box: str, records: Sequence[Record], ticket: DrivenTicket) -> None:
        self.facts.wrote(box, self.world.now, records, ticket)
        for record in records:
            order = self.facts.orders.get(record.activation or "")
            if record.kind is not Kind.COMMAND or order is None:
                continue
            if order.claims.references:
                self.expect_quiet(box, order.claims.references, "cancelled")
            if order.claims.status is Status.ACTUAL and order.claims.signal in EMERGENCIES:
                self.expect_alarm(box, order.claims.signal)
        for record in records:
            self.pushes.wrote(box, self.world.now, record)
            if (deed := self.awaited.pop((record.activation or "", str(record.outcome)), None)) is not None:
                self.world.after(0.0, deed)
            told = (record.kind, record.activation, record.night, record.outcome, record.reason)
            self.history.note(box, "writes " + " ".join(str(word) for word in told if word is not None))

    def _drawn(self, box: str, challenge: str) -> None:
        self.facts.challenges[box, challenge] = self.world.now

    def _signed(self, claims: CommandClaims, token: bytes) -> None:
        order = self.facts.orders.get(claims.jti)
        if order is not None:
            expires_at = self.world.seconds_of(claims.expires)
            order.copies.append(Copy(self.world.now, expires_at, tuple(claims.challenges.values())))
            self.tokens.setdefault(claims.jti, []).append(token)

    def _given(self, jti: str) -> None:
        """It leaves the desk: who could hear it?"""
        order = self.facts.orders[jti]
        order.opened_at = self.world.now
        order.there = frozenset(
            box
            for box in order.boxes
            if self.cabinet(box).is_well and self.broker.is_connected(f"{furniture.COMMUNE}/{box}")
        )

    def _overheard(self, name: str, letter: Letter) -> None:
        if not letter.topic.endswith(f"/{Channel.HEARTBEAT}"):
            return
        cabinet = self.cabinet(name.rpartition("/")[2])
        beat = from_json(Heartbeat, letter.payload)
        if isinstance(beat, Refused):
            self.blame("a_heartbeat_tells_the_truth", cabinet.id, f"it cannot be read: {beat}")
            return
        self.pushes.sent_beat(cabinet.id, letter.payload, self.world.now)
        self._judge_beat(cabinet, beat)

    def feel_pulses(self) -> None:
        """What every box would say of itself now: judged, and not sent."""
        for cabinet in self.cabinets:
            if cabinet.daemon is not None:
                parts = cabinet.daemon.box.parts
                me = heart.Self(furniture.HEARTBEAT_S, "", cabinet.daemon.started_at, None, None)
                self._judge_beat(cabinet, heart.heartbeat(parts, me, 0, 0, parts.timekeeper.now()))

    def _judge_beat(self, cabinet: Cabinet, beat: Heartbeat) -> None:
        for what in invariants.a_heartbeat_tells_the_truth(self, cabinet, beat):
            self.blame("a_heartbeat_tells_the_truth", cabinet.id, what)

    def expect_alarm(self, box: str, signal: str) -> None:
        """An emergency counts at this box now: it is to sound at once."""
        asked_at = self.world.now

        def look() -> None:
            for what in invariants.an_emergency_is_not_held_back(self, box, signal, asked_at):
                self.blame("an_emergency_is_not_held_back", box, what)

        self.world.after(invariants.PROMPT_S, look)

    def expect_quiet(self, box: str, activations: Sequence[str], asked: str) -> None:
        """Somebody has ended these at this box now."""
        asked_at = self.world.now

        def look() -> None:
            for what in invariants.what_is_ended_is_silent(self, box, activations, asked, asked_at):
                self.blame("what_is_ended_is_silent", box, what)

        self.world.after(invariants.PROMPT_S, look)

    # ── Running ──────────────────────────────────────────────────────────────────────────────────────────────────

    def run_until(self, end: float) -> None:
        """The world goes on; every box gets its turns."""
        world = self.world
        while True:
            upcoming = world.next_at()
            for cabinet in self.cabinets:
                upcoming = min(upcoming, cabinet.wake_at)
            if upcoming > end or self.is_over:
                break
            world.advance(upcoming)
            for cabinet in self.cabinets:
                if cabinet.wake_at <= world.now:
                    cabinet.turn()
                    self._look_at(cabinet)
        world.advance(end)

    def _look_at(self, cabinet: Cabinet) -> None:
        for rule in invariants.AT_TURN:
            for what in rule(self, cabinet):
                self.blame(rule.__name__, cabinet.id, what)
        for used in self.pushes.observe(cabinet, self.world.now):
            for push_rule in invariants.WHILE_PUSHED:
                for what in push_rule(self, cabinet, used):
                    self.blame(push_rule.__name__, cabinet.id, what)

    def judge_the_end(self) -> None:
        """Everything is mended, and time has passed."""
        for rule in invariants.IN_THE_END:
            for box, what in rule(self):
                self.blame(rule.__name__, box, what)

    # ── What the rules ask ───────────────────────────────────────────────────────────────────────────────────────

    def nights_of(self, cabinet: Cabinet) -> Iterator[date]:
        """Every night that this box has to account for."""
        del cabinet
        for day in range(int(self.plan.days)):
            yield (BEGAN + timedelta(days=day)).date()

    def due_at(self, night: date) -> float:
        """When its gong is due (true seconds)."""
        return (night - BEGAN.date()).days * DAY_S + GONG_S

    def was_clear(self, cabinet: Cabinet, due: float) -> bool:
        """Did nothing stand in the way of this gong?"""
        since, until = due - CALM_S, due + 20.0
        if self.was_taken_in(cabinet, due):
            return False
        if self.facts.is_shaken(cabinet.id, since, until):
            return False
        noisy = any(
            not one.activation.startswith(furniture.SCHEDULE) and (one.ended_at or until) > due - LONGEST_REST_S
            for one in self.facts.between(cabinet.id, due - LONGEST_REST_S - invariants.LONGEST_S, until)
        )
        return not noisy and due in self.facts.well.get(cabinet.id, ())

    def was_taken_in(self, cabinet: Cabinet, due: float) -> bool:
        """Was its night filed as missed before it truly came, by a false time that the box could only believe?

        A leap of up to three days may be a technician's correction, whose misses are due after 15 minutes; the first
        time that is heard after a power cut fills in the nights without power; and what has stood for two days is
        believed. Whatever else a lie leaps over is to ring.
        """
        night = self.world.at_wall(due).date().isoformat()
        words = self.facts.nights.get((cabinet.id, night), ())
        return any(
            at < due and word == "missed" and self.facts.had_believed_a_lie(cabinet.id, at) for at, word, _ in words
        )

    def records_of(self, cabinet: Cabinet, night: date) -> int:
        """How many records of that night its journals hold; a journal that was lost counts as it was written."""
        held = len(self._nights_in(cabinet).get(night, ()))
        lost = sum(1 for at, _, _ in self.facts.nights.get((cabinet.id, night.isoformat()), []) if at < cabinet.lost_at)
        return held or min(1, lost)

    def said_of(self, cabinet: Cabinet, night: date) -> frozenset[str]:
        """What its journal says of that night in the end, and what one that was lost has said: a record that was taken
        back before the card had it says nothing."""
        key = cabinet.id, night.isoformat()
        words = zip(self.facts.nights.get(key, []), self.facts.tickets.get(key, []), strict=True)
        lost = [outcome for (at, outcome, _), ticket in words if at < cabinet.lost_at and ticket.is_kept]
        return frozenset(self._nights_in(cabinet).get(night) or lost)

    def journal_of(self, cabinet: Cabinet) -> list[tuple[int, Record]]:
        """What stands in its journal in the end."""
        if cabinet.number not in self._journals:
            self._journals[cabinet.number] = list(read_records(cabinet.disk.journal))
        return self._journals[cabinet.number]

    def _nights_in(self, cabinet: Cabinet) -> dict[date, list[str]]:
        """What its journal says of every night, record by record."""
        if cabinet.number not in self._nights:
            found: dict[date, list[str]] = {}
            for _, record in self.journal_of(cabinet):
                if record.night is not None:
                    found.setdefault(record.night, []).append(str(record.outcome))
            self._nights[cabinet.number] = found
        return self._nights[cabinet.number]

    def knows_list(self, cabinet: Cabinet) -> bool:
        """Does this box hold the newest list of trust?"""
        line = cabinet.daemon.box.parts.line if cabinet.daemon is not None else None
        return line is not None and line.report()["trust"] == self.safe.trust.number

    def desk_of(self, box: str, journal: str) -> dict[int, Record | None]:
        """What the desk holds of that very journal."""
        return {
            filed.event.number: filed.event.record
            for filed in self.console.store.events(box)
            if filed.journal == journal
        }

    def loses_journal(self, cabinet: Cabinet) -> None:
        """It is about to be lost: what does it say, and how far has it been told?"""
        path = cabinet.disk.journal
        records = tuple(read_records(path))
        published = disk.published(path)
        lost = LostJournal(self.world.now, cabinet.id, examine(path).journal_id, published, records)
        self.facts.lost.append(lost)

    def could_be_lost(self, at: float) -> bool:
        """Has the broker lost what it had taken shortly before then, or after?"""
        return any(forgot >= at - FORGOTTEN_S for forgot in self.facts.forgot)

    def was_lost(self, box: str, at: float) -> bool:
        """Was the machine dead, or its card bad, so soon after that nothing could be said of it?"""
        return self.facts.is_shaken(box, at - 60.0, at + 10.0)

    def was_there(self, box: str, order: Order) -> bool:
        """Was it well and on the line, all the time that the order was being sent?"""
        return box in order.there and not self.facts.is_shaken(box, order.opened_at - 120.0, order.opened_at + 1800.0)

    def answers_of(self, box: str, jti: str) -> list[str]:
        """Why it refused, where it did."""
        return [str(each.reason) for each in self.answers_to(box, jti) if each.reason]

    def answers_to(self, box: str, jti: str) -> list[Answer]:
        """All that it has told the desk of this order."""
        return [each for each in self.console.store.answers(jti) if each.box == box]

    def has_answered(self, box: str, jti: str) -> bool:
        """Has any word of it about this order reached the desk?"""
        return bool(self.answers_to(box, jti))
