"""Airtime: what the arbiter decides becomes records on disk and a performance on the stage, in that order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from gongd.box import records
from gongd.box.programme import Programme
from gongd.core import air as arbitration
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Air, Begin, Effect, Event, Extend, Report, Stop, Turn
from gongd.core.arbiter import decide, next_deadline
from gongd.core.moment import Moment
from gongd.core.performance import span
from gongd.core.record import Record
from gongd.core.schedule import Reason
from gongd.player import Began, Ended, Performance, Player
from gongd.ports import Journal, Ticket

DISK_WAIT_S = 0.08
"""An alarm waits so long for its commit, so that with the stage's own move it stays within 100 ms (promise 1)."""

HEAD_START_S = 0.0002
"""The journal's thread gets the interpreter so long before the performance is made ready: the commit takes longest, and
while the card writes, all else can be done."""

FIRST_LOOK_S = 0.015
"""A routine sound waits so long for its commit on the spot: a healthy disk needs less. With the wait of an alarm that
comes in that very moment it stays within promise 1."""

LOOK_AGAIN_S = 0.01
"""How often a routine sound looks whether its commit has come."""

NOTE_PATIENCE_S = 2.0
"""On a disk that is known to be broken a gong waits so long until its ring is noted where a power cut leaves it. The
journal asks such a disk twice a second. Then the gong rings without: no disk silences it."""

NOTE_MARGIN_S = 1.0
"""So long before the end of its grace it rings at the latest: the loop comes round once in that time."""

GIVE_UP_S = 120.0
"""A routine sound whose commit has not come by then is not sounded any more: late is false."""

UNMADE = "print-missing"
"""What was to be said has no print (any more)."""

STALE = -1
"""No run has this number: an alarm that the stage has dropped is begun once more, with what is left of its cap."""


@dataclass(slots=True)
class _Pending:
    """A routine sound that waits for its commit."""

    begin: Begin
    performance: Performance
    ticket: Ticket
    note_by: float
    give_up_at: float

    def extend(self, effect: Extend) -> None:
        """It was asked for again before it could begin: it begins once, and ends for all."""
        sheet, timeline = self.performance.sheet, self.performance.track.timeline
        self.begin = replace(self.begin, cap_s=effect.cap_s, run=effect.run)
        lasts = span(timeline, effect.cap_s, sheet.lead_s, sheet.tail_s)
        self.performance = replace(self.performance, span=lasts, run=effect.run)


@dataclass(slots=True)
class _Onstage:
    """What the player was told last, and what it has said of it. `is_first`: it has not been on the stage before."""

    performance: Performance
    began_at: float
    durable: bool
    is_first: bool
    driven: frozenset[str] = frozenset()
    heard_nothing: bool = False

    def leads(self, activation: str, now: Moment) -> bool:
        """Is this one here for the first time, and the amplifier's lead not over?"""
        is_new = self.is_first and self.performance.activation == activation
        return is_new and now.mono - self.began_at < self.performance.sheet.lead_s


@dataclass(frozen=True, slots=True)
class Hooks:
    """What others want to know or add.

    `companions` gives records that must be committed together with a step of an activation; `reported` hears of every
    step; `silent` says whether the loudspeaker cannot sound now. `may_begin`: may what has waited for its commit still
    sound? `onstage` hears what begins now, and whether its record is durable. `written` hears of records appended.
    """

    companions: Callable[[Activation, Outcome, str | None, Moment], Sequence[Record]]
    reported: Callable[[Activation, Outcome, bool, Moment], None]
    silent: Callable[[], bool]
    may_begin: Callable[[Activation, Moment], bool]
    onstage: Callable[[Activation, bool, Moment], None]
    written: Callable[[Sequence[Record], Moment], None]


@dataclass(slots=True)
class Airtime:
    """Holds the air. Lives on the deciding thread."""

    player: Player
    programme: Programme
    journal: Journal
    hooks: Hooks
    journal_well: bool = True
    air: Air = field(default_factory=Air)
    _pending: _Pending | None = None
    _onstage: _Onstage | None = None
    _been_onstage: frozenset[str] = frozenset()

    # ── From the box ─────────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, event: Event, now: Moment) -> tuple[Effect, ...]:
        """Put an event before the arbiter and carry out what it decides."""
        self.air, effects = decide(self.air, event, now.mono)
        if effects:
            self._carry_out(effects, now)
        return effects

    def step(self, now: Moment) -> float | None:
        """Do what is due; the monotonic instant of the next thing."""
        deadline = next_deadline(self.air)
        if deadline is not None and deadline <= now.mono:
            self.hear(arbitration.Tick(), now)
            deadline = next_deadline(self.air)
        self._look_for_commit(now)
        looks = [now.mono + LOOK_AGAIN_S] if self._pending else []
        return min([*looks, *([deadline] if deadline is not None else [])], default=None)

    def began(self, event: Began) -> None:
        """The stage has moved its first relay."""
        stage = self._onstage
        if stage and stage.performance.activation == event.activation:
            stage.began_at = event.at_mono
            stage.driven = frozenset(event.driven)

    def ended(self, event: Ended, now: Moment) -> None:
        """The stage has played to the end."""
        stage = self._onstage
        if stage is None or stage.performance.activation != event.activation:
            return
        turn = self.air.sounding
        if event.dropped and turn is not None and turn.activation.is_alarm:
            self.hear(arbitration.Ended(event.activation, Outcome.FAILED, "stalled", STALE), now)
            return
        nothing = event.dropped or (self.hooks.silent() and not stage.driven)
        how = Outcome.FAILED if nothing else Outcome.FINISHED
        what = ("stalled" if event.dropped else "speaker-failed") if nothing else None
        self.hear(arbitration.Ended(event.activation, how, what, event.run), now)

    def sounded_s(self, now: Moment) -> dict[str, float]:
        """How long each that is alive has sounded of its cap, over all its stretches."""
        spent = {turn.activation.id: turn.granted_s - turn.left_at(now.mono) for turn in self.air.turns}
        return {activation: seconds for activation, seconds in spent.items() if seconds > 0}

    @property
    def sounding(self) -> Turn | None:
        """Who can be heard: none while a gong waits for its commit."""
        return None if self._pending is not None else self.air.sounding

    def unheard(self, now: Moment) -> frozenset[str]:
        """Whoever has begun and cannot have been heard: its commit is waited for, or the amplifier's lead not over."""
        turn, stage = self.air.sounding, self._onstage
        if turn is None:
            return frozenset()
        is_mute = self._pending is not None or (stage is not None and stage.leads(turn.activation.id, now))
        return frozenset(person.id for person in turn.people if is_mute)

    @property
    def is_free(self) -> bool:
        """Nothing sounds, waits or rests."""
        return not self.air.turns

    # ── Effects ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, effects: Sequence[Effect], now: Moment) -> None:
        written: list[Record] = []
        stops: list[str] = []
        begin: Begin | None = None
        for effect in effects:
            match effect:
                case Begin():
                    begin = effect
                    written += self._records(effect.activation, _first(effect), now, {"proof": "commanded"})
                case Stop(id=activation):
                    stops.append(activation)
                case Extend():
                    self._extend(effect, now)
                case Report():
                    written += self._reported(effect, now)
        is_made = True
        if begin and not records.waits_for_disk(begin.activation.priority):
            is_made = self._begin_at_once(begin, written, now)  # takes the stage from whoever had it
        else:
            self._stop(stops)
            ticket = self.journal.append(written) if written else None
            if begin and ticket:
                is_made = self._begin_after(begin, ticket, now)
        self.hooks.written(written, now)
        self._tell(effects, now)
        if begin and not is_made:  # its end is told after its beginning
            self.hear(arbitration.Ended(begin.activation.id, Outcome.FAILED, UNMADE, begin.run), now)

    def _tell(self, effects: Sequence[Effect], now: Moment) -> None:
        for effect in effects:
            match effect:
                case Begin():
                    self.hooks.reported(effect.activation, _first(effect), False, now)
                case Report():
                    if effect.final:
                        self.programme.forget(effect.activation.id)
                    self.hooks.reported(effect.activation, effect.outcome, effect.final, now)
                case _:
                    pass

    def _begin_at_once(self, begin: Begin, written: Sequence[Record], now: Moment) -> bool:
        """False where there is nothing to sound."""
        self._withdraw()
        ticket = self.journal.append(written)
        ticket.wait(HEAD_START_S if self.journal_well else 0.0)
        performance = self.programme.perform(begin)
        durable = ticket.wait(DISK_WAIT_S if self.journal_well else 0.0)
        if performance is not None:
            self._onto_stage(begin, performance, durable, now)
        return performance is not None

    def _begin_after(self, begin: Begin, ticket: Ticket, now: Moment) -> bool:
        """False where there is nothing to sound."""
        performance = self.programme.perform(begin)
        if performance is None:
            return False
        wait_until = begin.activation.wait_until
        give_up_at = now.mono + GIVE_UP_S if wait_until is None else wait_until
        patience_s = NOTE_PATIENCE_S if begin.activation.night is not None else 0.0  # nothing else can be noted
        note_by = min(now.mono + patience_s, give_up_at - NOTE_MARGIN_S)
        self._pending = _Pending(begin, performance, ticket, note_by, give_up_at)
        self._look_for_commit(now, FIRST_LOOK_S)
        return True

    def _look_for_commit(self, now: Moment, wait_s: float = 0.0) -> None:
        pending = self._pending
        if pending is None:
            return
        begin, durable = pending.begin, pending.ticket.wait(wait_s)
        if now.mono > pending.give_up_at or not self.hooks.may_begin(begin.activation, now):
            self._withdraw()
            self.hear(arbitration.Ended(begin.activation.id, Outcome.FAILED, Reason.LATE, begin.run), now)
        elif durable or self._need_not_wait(pending, now):
            self._pending = None
            self._onto_stage(begin, pending.performance, durable, now)

    def _need_not_wait(self, pending: _Pending, now: Moment) -> bool:
        """A journal that is known to be broken never stops a sound: it has a moment to note a gong elsewhere."""
        return not self.journal_well and (pending.ticket.is_noted or now.mono >= pending.note_by)

    def _withdraw(self) -> None:
        """What waits for its commit will not sound: its records are taken back, as far as they are not written."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.ticket.withdraw()
            for track in (pending.performance.track, pending.performance.spare):
                if track is not None:
                    track.close()

    def _onto_stage(self, begin: Begin, performance: Performance, durable: bool, now: Moment) -> None:
        self.hooks.onstage(begin.activation, durable, now)
        identity, alive = begin.activation.id, {turn.activation.id for turn in self.air.turns}
        is_first = not begin.resumed and identity not in self._been_onstage
        self._onstage = _Onstage(performance, now.mono, durable, is_first)
        self._been_onstage = (self._been_onstage & alive) | {identity}
        self.player.begin(performance)

    def _stop(self, activations: Sequence[str]) -> None:
        for activation in activations:
            if self._pending and self._pending.begin.activation.id == activation:
                self._withdraw()
            self.player.stop(activation)

    def _extend(self, effect: Extend, now: Moment) -> None:
        if self._pending is not None and self._pending.begin.activation.id == effect.id:
            self._pending.extend(effect)
            return
        stage = self._onstage
        if stage is None or stage.performance.activation != effect.id:
            return
        sheet, timeline = stage.performance.sheet, stage.performance.track.timeline
        gone_s = now.mono - stage.began_at
        self.player.extend(effect.id, span(timeline, gone_s + effect.cap_s, sheet.lead_s, sheet.tail_s), effect.run)

    # ── Records ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _reported(self, report: Report, now: Moment) -> list[Record]:
        detail = dict(report.detail)
        why = detail.pop("reason", None) or detail.pop("what", None)
        reason = str(why) if why else None
        stage = self._onstage
        if stage and stage.performance.activation == report.activation.id and report.outcome in _AFTER_SOUND:
            detail["proof"] = "driven" if stage.driven else "commanded"
            detail["sounded_s"] = round(max(0.0, now.mono - stage.began_at), 3)
            if not stage.durable:
                detail["undurable"] = True
            if self.hooks.silent():
                detail["sounds"] = "relays-only"
        return self._records(report.activation, report.outcome, now, detail, reason)

    def _records(
        self,
        activation: Activation,
        outcome: Outcome,
        now: Moment,
        detail: dict[str, object],
        reason: str | None = None,
    ) -> list[Record]:
        own = records.of_activation(activation, outcome, now, detail, reason)
        return [*self.hooks.companions(activation, outcome, reason, now), own]


_AFTER_SOUND = frozenset(
    {Outcome.FINISHED, Outcome.PREEMPTED, Outcome.SILENCED, Outcome.CANCELLED, Outcome.FAILED, Outcome.INTERRUPTED}
)


def _first(begin: Begin) -> Outcome:
    return Outcome.RESUMED if begin.resumed else Outcome.STARTED
