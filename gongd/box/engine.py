"""The box: one loop, one inbox, one deciding thread. It orders the effects of everything that happens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gongd import player as stage
from gongd import ports
from gongd.box import records
from gongd.box.airtime import Airtime, Hooks
from gongd.box.announcer import START_PATIENCE_S, Announcer
from gongd.box.changes import Changes
from gongd.box.counter import Counter
from gongd.box.deeds import Deeds
from gongd.box.equipment import Doors, Equip, Equipment, Found, Hangup, Prepared, Remembered, Terminate
from gongd.box.frontdesk import FrontDesk
from gongd.box.health import Health
from gongd.box.inbox import Inbox
from gongd.box.nights import Nights
from gongd.box.panel import Panel
from gongd.box.parts import OpenLine, Parts, no_line
from gongd.box.programme import Programme
from gongd.box.pushed import Pushed, PushNoted, PushRead
from gongd.box.recovery import Recovery
from gongd.box.timekeeper import Timekeeper
from gongd.box.watch import Watch
from gongd.core.activation import Activation, Outcome
from gongd.core.catalogue import Origin
from gongd.core.errors import PinsError
from gongd.core.fault import FaultCode
from gongd.core.moment import Moment
from gongd.core.record import Kind, Record
from gongd.core.relay import Role
from gongd.ports import Memory
from gongd.settings.model import Settings, TrustedBy

FAREWELL_S = 1.5
"""The desk is told that the box stops, if it can be told so soon."""

PAPERS_EVERY_S = 15.0
"""So often a box without a line looks whether the papers of its enrolment have come."""

BEAT_S = 1.0
"""The loop comes round at least so often: it renews the stage's lease, and looks at the clock."""


class Box:
    """One village box. `run` is the deciding thread; `inbox.post` is how all others speak to it."""

    def __init__(
        self,
        inbox: Inbox,
        doors: Doors,
        equip: Equip,
        equipment: Equipment,
        timekeeper: Timekeeper,
        open_line: OpenLine = no_line,
    ) -> None:
        self.inbox = inbox
        self._open_line = open_line
        self._doors = doors
        self._equip = equip
        self._status: int | None = None
        self._is_prepared = False
        self._recovery = Recovery()
        self.parts = self._furnish(equipment, timekeeper)
        self._deeds = Deeds(self.parts)
        self._watch = Watch(self.parts)
        self._changes = Changes(self.parts, Pushed(self.parts, inbox.post), self._refurnish)
        self.parts.trials, self.parts.post = self._changes.pushed, inbox.post
        self.parts.drop_held, self.parts.held = self._recovery.drop, self._recovery.held
        self._front = FrontDesk(self.parts, self._changes.reload)
        self._counter = Counter(self._front)
        self._handlers = self._table()

    def _table(self) -> Mapping[type, Callable[[Any, Moment], None]]:
        """What is done about each kind of event."""
        parts, pushed = self.parts, self._changes.pushed
        return {
            ports.ContactMoved: lambda event, now: self._deeds.heed(parts.panel.moved(event), now),
            ports.SpeakerLost: self._speaker_lost,
            ports.SpeakerBack: self._speaker_back,
            ports.PrintBad: self._print_bad,
            ports.PrintsChanged: self._prints_changed,
            ports.JournalFailed: self._journal_failed,
            ports.JournalWell: self._journal_well,
            ports.BoardSeen: self._board_seen,
            ports.Asked: self._counter.serve,
            stage.Began: self._began,
            stage.Ended: parts.airtime.ended,
            stage.RelayTrouble: self._relay_trouble,
            stage.RelayFine: lambda event, now: parts.health.clear_fault(FaultCode.RELAY_DISAGREES, now, event.relay),
            stage.StageBroken: lambda _event, _now: self._end(1),
            Remembered: self._remembered,
            Prepared: lambda _event, now: self._connect(now),
            PushRead: pushed.was_read,
            PushNoted: pushed.was_noted,
            Hangup: self._hung_up,
            Terminate: lambda _event, _now: self._end(0),
        }

    # ── The loop ─────────────────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> int:
        """Decide until told to end. The exit status: 0 on request, 1 when the stage has failed.

        Whatever ends it, everything is off before it returns or raises.
        """
        try:
            self._decide()
        finally:
            self._doors.supervisor.stopping()
            self.parts.equipment.hands.close()
        self._close()
        return self._status or 0

    def _decide(self) -> None:
        now = self.parts.timekeeper.now()
        self.start(now)
        while self._status is None:
            next_at = self.step(now)
            event = self.inbox.take(0.0)
            if event is None:
                event = self.inbox.take(next_at - self.parts.timekeeper.now().mono)
            now = self.parts.timekeeper.now()
            if event is not None:
                self.handle(event, now)

    def handle(self, event: object, now: Moment) -> None:
        """Hear one event. What nobody waits for changes nothing."""
        line = self.parts.line
        handler = self._handlers.get(type(event)) or (line.handlers.get(type(event)) if line else None)
        if handler:
            handler(event, now)

    def step(self, now: Moment) -> float:
        """Do what is due; the monotonic instant at which there is something to do again."""
        parts = self.parts
        parts.equipment.hands.player.renew()
        self._deeds.heed(parts.panel.step(now.mono), now)
        self._deeds.heed(self._watch.step(now), now)
        self._deeds.step(now)
        if parts.announcer.is_waiting and self._watch.due("speech", BEAT_S, now):
            self._speak(now)
        parts.carry(*parts.nights.step(now), now)
        parts.carry(*self._recovery.step(now), now)
        airtime_at = parts.airtime.step(now)
        self._changes.step(now)
        self._look_for_papers(now)
        marks = [parts.panel.next_at(), airtime_at, parts.line.step(now) if parts.line else None]
        if parts.nights.ledger is not None:
            marks.append(parts.nights.next_look_at)
        return min([now.mono + BEAT_S, *(mark for mark in marks if mark is not None)])

    def start(self, now: Moment) -> None:
        """Before the first step. Buttons first: everything else may take its time."""
        self._look_at_panel(now)
        self._doors.supervisor.ready(self.parts.status_line())
        self.parts.equipment.renderer.request(self.parts.equipment.jobs)
        self.parts.write([records.simple(Kind.BOOT, now, "started", self._doors.boot)])
        self._raise_found((*self._doors.found, *self.parts.equipment.hands.found), now)
        self._changes.pushed.start(now)
        for message in self._doors.messages:
            self.parts.announcer.say(message, Origin.LOCAL, None, now, START_PATIENCE_S)

    def _connect(self, now: Moment) -> None:
        """The line to the desk, if the settings ask for one: once everything else works."""
        self._is_prepared = True
        line = self._open_line(self.parts, lambda signal: self._front.drill_refusal(signal) is None)
        self.parts.open_line(line, now)
        if self.parts.line is not None and self.parts.memory is not None:
            self.parts.line.remembered(now, self.inbox.post)

    def _hung_up(self, _event: Hangup, now: Moment) -> None:
        self._changes.reload(now)

    def _look_for_papers(self, now: Moment) -> None:
        """A box that is enrolled after its start begins its line without another start."""
        waits = self._is_prepared and self.parts.line is None and self.parts.settings.mqtt is not None
        if waits and self._watch.due("papers", PAPERS_EVERY_S, now):
            self._connect(now)

    def _end(self, status: int) -> None:
        self._status = status

    def _close(self) -> None:
        """What may take a moment, once all is silent."""
        self.parts.equipment.renderer.close()
        now = self.parts.timekeeper.now()
        self.parts.write([records.simple(Kind.BOOT, now, "stopped", {})])
        if self.parts.line is not None:
            self.parts.line.close(now, FAREWELL_S)
        self._doors.journal.close()

    # ── Furniture: what follows from the settings ────────────────────────────────────────────────────────────────

    def _furnish(self, equipment: Equipment, timekeeper: Timekeeper) -> Parts:
        settings, hands = equipment.settings, equipment.hands
        health = Health(settings.relays, hands.has_speaker, self._condition_changed)
        programme = self._programme(equipment)
        hooks = Hooks(
            companions=self._companions,
            reported=self._reported,
            silent=lambda: health.speaker_is_silent,
            may_begin=self._may_begin,
            onstage=self._onstage,
            written=self._written,
        )
        airtime = Airtime(hands.player, programme, self._doors.journal, hooks)
        nights = Nights(
            settings.schedules, settings.signals, equipment.calendar, settings.box.disabled_until, health.can_sound
        )
        panel = Panel(settings.buttons, hands.buttons)
        announcer = self._announcer(equipment)
        return Parts(self._doors, timekeeper, equipment, health, panel, announcer, airtime, nights)

    def _programme(self, equipment: Equipment) -> Programme:
        settings = equipment.settings
        return Programme(
            settings.signals, settings.relays, settings.tempo, equipment.jobs, equipment.prints, equipment.bare_track
        )

    def _announcer(self, equipment: Equipment) -> Announcer:
        language = equipment.settings.box.language
        return Announcer(equipment.house, language, equipment.prints, equipment.renderer, equipment.jobs)

    def _refurnish(self, settings: Settings, now: Moment) -> None:
        """Take new settings into use. Nothing sounds or waits now."""
        parts, hands, before = self.parts, self.parts.equipment.hands, self.parts.settings
        parts.equipment = equipment = self._equip(settings, parts.equipment)
        parts.health.refit(settings.relays, equipment.hands.has_speaker)
        parts.airtime.player = equipment.hands.player
        parts.airtime.programme = self._programme(equipment)
        parts.nights.change(settings.schedules, settings.signals, equipment.calendar, settings.box.disabled_until)
        parts.timekeeper.change(
            settings.clock.trust is TrustedBy.ASSUME, settings.clock.holdover_s, settings.box.timezone
        )
        announcer = self._announcer(equipment)
        announcer.take_over(parts.announcer)
        parts.announcer = announcer
        parts.panel = Panel(settings.buttons, equipment.hands.buttons, parts.panel)
        if equipment.hands is not hands:
            parts.health.forget_hands(parts.panel.stuck(), now)
        self._look_at_panel(now)
        self._raise_found(equipment.hands.found, now)
        self._show_faults()
        equipment.renderer.request(parts.announcer.wanted)
        if on_the_wire(before) != on_the_wire(settings) or (self._is_prepared and self.parts.line is None):
            self._reconnect(now)

    def _reconnect(self, now: Moment) -> None:
        """Another name, broker or trust: another line."""
        if self.parts.line is not None:
            self.parts.line.close(now, 0.0)
        self._connect(now)

    def _look_at_panel(self, now: Moment) -> None:
        try:
            self._deeds.heed(self.parts.panel.start(now.mono), now)
        except PinsError as error:
            self.parts.health.raise_fault(FaultCode.PINS_MISSING, now, text=error.text)

    def _raise_found(self, found: Sequence[Found], now: Moment) -> None:
        for fault in found:
            self.parts.health.raise_fault(fault.code, now, fault.subject, fault.text)

    # ── What the hands report ────────────────────────────────────────────────────────────────────────────────────

    def _remembered(self, event: Remembered, now: Moment) -> None:
        memory = self.parts.memory = self._with_noted(event.memory)
        if self.parts.line is not None:
            self.parts.line.remembered(now, self.inbox.post)
        self.parts.timekeeper.recall(memory.clock, self._doors.boot_id)
        self.parts.nights.open(memory, self._doors.boot_id)
        self.parts.health.clear_left(memory.open_faults, now)
        if memory.set_aside is not None:
            self.parts.health.raise_fault(FaultCode.JOURNAL_CORRUPT, now, subject=memory.set_aside.name)
        signals, seen_at = self.parts.settings.signals, records.seen_at(memory, self._doors.boot_id)
        self.parts.carry(*self._recovery.open(memory.unfinished, signals, now, seen_at), now)

    def _with_noted(self, memory: Memory) -> Memory:
        """Nights that rang though no disk could take their record: it is given back, once, whoever has noted it."""
        noted = (*memory.rung, *self._doors.rings.read())
        rung = {(ring.schedule, ring.night): ring for ring in noted if ring.schedule and ring.night}
        lost = {key: ring for key, ring in rung.items() if key not in memory.nights}
        self.parts.write(list(lost.values()))
        return replace(memory, nights=memory.nights | lost.keys())

    def _speaker_lost(self, event: ports.SpeakerLost, now: Moment) -> None:
        code, other = FaultCode.SPEAKER_FAILED, FaultCode.SPEAKER_MISSING
        if event.missing:
            code, other = other, code
        self.parts.health.clear_fault(other, now)
        self.parts.health.raise_fault(code, now, text=event.text)

    def _speaker_back(self, _event: ports.SpeakerBack, now: Moment) -> None:
        self.parts.health.clear_fault(FaultCode.SPEAKER_MISSING, now)
        self.parts.health.clear_fault(FaultCode.SPEAKER_FAILED, now)

    def _print_bad(self, event: ports.PrintBad, now: Moment) -> None:
        """The spare sounds meanwhile; the print is made anew."""
        self.parts.health.raise_fault(FaultCode.PRINT_MISSING, now, text=event.text)
        self.parts.equipment.renderer.request(self.parts.announcer.wanted)

    def _prints_changed(self, event: ports.PrintsChanged, now: Moment) -> None:
        self.parts.rendered = True
        spoken = self.parts.announcer.stems
        self.parts.announcer.unspoken(event.voiceless & event.failed.keys())
        self.parts.voiceless = event.voiceless - spoken
        missing = self.parts.airtime.programme.missing()
        why = next(iter(event.failed.values()), None)
        self.parts.health.set_fault(FaultCode.PRINT_MISSING, bool(missing), now, text=why)
        self.parts.health.set_fault(FaultCode.VOICE_MISSING, bool(self.parts.voiceless), now)
        self._speak(now)

    def _speak(self, now: Moment) -> None:
        """Whatever has its print by now."""
        spoken = self.parts.announcer.ready(self.parts.airtime.programme, now)
        self.parts.carry(self.parts.announcer.given_up(now), spoken, now)

    def _journal_failed(self, event: ports.JournalFailed, now: Moment) -> None:
        self.parts.airtime.journal_well = False
        self.parts.health.raise_fault(FaultCode(event.fault), now, text=event.text)

    def _journal_well(self, _event: ports.JournalWell, now: Moment) -> None:
        self.parts.airtime.journal_well = True
        for code in (FaultCode.DISK_FULL, FaultCode.DISK_READ_ONLY):
            self.parts.health.clear_fault(code, now)

    def _board_seen(self, event: ports.BoardSeen, now: Moment) -> None:
        self.parts.health.set_fault(FaultCode.TOO_HOT, event.hot, now)
        self.parts.health.set_fault(FaultCode.UNDER_VOLTAGE, event.under_voltage, now)

    def _relay_trouble(self, event: stage.RelayTrouble, now: Moment) -> None:
        self.parts.health.raise_fault(FaultCode.RELAY_DISAGREES, now, event.relay, event.text)

    # ── Hooks ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _companions(self, asked: Activation, outcome: Outcome, reason: str | None, now: Moment) -> Sequence[Record]:
        ordered = self.parts.line.companions() if self.parts.line else ()
        return [*ordered, *self.parts.nights.companions(asked, outcome, reason, now)]

    def _written(self, written: Sequence[Record], now: Moment) -> None:
        self.parts.tell_line(written, now)

    def _began(self, event: stage.Began, now: Moment) -> None:
        self.parts.airtime.began(event)
        self.parts.tell_line(event, now)

    def _may_begin(self, asked: Activation, now: Moment) -> bool:
        return self.parts.nights.may_begin(asked, now)

    def _onstage(self, asked: Activation, durable: bool, now: Moment) -> None:
        own, along = self.parts.nights.onstage(asked, now)
        self.parts.write(along)
        for ring in () if durable else (*own, *along):
            self._doors.rings.add(ring)

    def _reported(self, asked: Activation, outcome: Outcome, final: bool, _now: Moment) -> None:
        self.parts.last_outcome = outcome
        if final:
            self._deeds.over(asked)

    def _condition_changed(self, written: list[Record]) -> None:
        self.parts.write(written)
        self._show_faults()

    def _show_faults(self) -> None:
        for relay in self.parts.settings.relays:
            if relay.on is Role.FAULT:
                self.parts.equipment.hands.player.hold(relay.name, self.parts.health.is_faulty)


def on_the_wire(settings: Settings) -> tuple[object, ...]:
    """What of the settings the line is made of."""
    box = settings.box
    return box.id, box.commune, box.zones, settings.mqtt, settings.trust
