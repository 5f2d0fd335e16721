"""Answering: what the box does with an order from the wire, and what it says of it, step by step.

The order of wire.md: verified (the gate), committed with the activation's first record, played, acknowledged, answered.
Answers about an activation are made from its records, so that nothing is told that is not written, and an alarm that
goes on after the daemon's death is answered as any other. Lives on the deciding thread.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from gongd.box import records
from gongd.box.calming import Calming, words_of
from gongd.box.freight import Freight, of_dropped
from gongd.box.gate import OrderCame
from gongd.box.parts import Parts
from gongd.box.past import ACCEPTED, READ_BACK, SAYS, Past, step_of
from gongd.box.unsaid import answer_of, early_cancels, left_unsaid
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Cancelled, Effect, Report
from gongd.core.catalogue import Origin, Status, Why
from gongd.core.command import Ledger, Standing, judge
from gongd.core.freshness import FORGOTTEN_S, REMEMBERS_ALL, Forgotten
from gongd.core.lexicon import Proof
from gongd.core.limit import Usage
from gongd.core.moment import Moment
from gongd.core.phrase import PHRASES
from gongd.core.push import PROVEN
from gongd.core.record import DECLINED, Kind, Record
from gongd.core.trust_list import TrustList
from gongd.core.verdict import Accepted, Apply, Done, End, Killed, Quiet, Repeated, Sound, Speak, Tell, jti_of
from gongd.core.wire_blob import Blob
from gongd.core.wire_name import Identity
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, Step
from gongd.player import Began
from gongd.ports import Recalled, Ticket
from gongd.ports_link import Delivery

COMMIT_S = 5.0
"""An answer waits so long for its record; on a broken disk it goes out all the same, and says so."""

OPEN_S = 5.0
"""Orders wait so long for the journal to say which of them are old; a disk that is silent holds up no alarm."""

STRANGERS_S = 10.0
"""What nobody known has signed is answered at most so often; it is counted always."""

REFUSALS_AN_HOUR = 30
"""Refusals of one key's orders that are written down; more of them are counted and answered only."""

MOST_HELD = 64
_WIRE = frozenset({Origin.COMMAND.value, Origin.NEIGHBOUR.value})
_BEGINS = frozenset({Step.STARTED, Step.RESUMED})

log = logging.getLogger("gongd.link")


class Mouth(Protocol):
    """What answers go out through."""

    @property
    def is_bare(self) -> bool: ...
    def answer(self, answer: Answer) -> None: ...
    def identity(self) -> Identity: ...
    def acknowledge(self, delivery: Delivery) -> None: ...
    def say_all(self, now: Moment) -> None: ...
    def again(self, first: int, last: int | None, journal_id: str | None) -> None: ...
    def gather(self, identity: str, blob: Blob) -> None: ...
    def let_go(self, identity: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Due:
    """Something to be done once a record is durable."""

    ticket: Ticket
    give_up_at: float
    do: Callable[[bool], None]


@dataclass(slots=True)
class Answering:
    """Judges, obeys, answers. `can_drill` says whether a signal's drill has its words; `draw` a fresh challenge."""

    parts: Parts
    mouth: Mouth
    can_drill: Callable[[str], bool]
    trust: TrustList | None
    draw: Callable[[], str]
    ledger: Ledger = field(default_factory=Ledger)
    past: Past = field(default_factory=Past)
    refused: Counter[str] = field(default_factory=Counter)
    _held: list[OrderCame] = field(default_factory=list)
    _open_by: float | None = None
    _is_open: bool = False
    _noted: list[Record] = field(default_factory=list)
    _companion: Record | None = None
    _starting: dict[str, Answer] = field(default_factory=dict)
    _due: deque[_Due] = field(default_factory=deque)
    _stranger_at: float = float("-inf")
    _forgotten: Forgotten = REMEMBERS_ALL
    _refusals: Usage = field(default_factory=Usage)
    freight: Freight = field(init=False)
    calming: Calming = field(init=False)

    def __post_init__(self) -> None:
        self.freight = Freight(self.parts, self.mouth, self._wait, self.parts.post)
        self.calming = Calming(self.past)

    # ── The past ─────────────────────────────────────────────────────────────────────────────────────────────────

    def recall(self, now: Moment, post: Callable[[Recalled], None]) -> None:
        """Ask the journal which orders were accepted before this start."""
        self._open_by = now.mono + OPEN_S
        journal = self.parts.doors.journal

        def more(found: Recalled) -> None:
            journal.recall(max(1, found.last - READ_BACK + 1), READ_BACK, post)

        journal.recall(1, 0, more)

    def open(self, found: Recalled, now: Moment) -> None:
        """Orders are judged from now on. One that was accepted, and of which nothing more is known, did not sound."""
        if self._is_open:
            return
        blind = found.replaced_now or not found.journal_id
        self._forgotten = Forgotten(found.replaced_at, now.mono + FORGOTTEN_S if blind else float("-inf"))
        for record in (*(each for _, each in found.records), *self._noted):
            self.past.note(record)
        for cancel in early_cancels((each for _, each in found.records), self.past, now.mono):
            self.ledger = replace(self.ledger, cancels=self.ledger.cancels.remember(cancel, now.mono))
        self.calming.recall(each for _, each in found.records)
        self._is_open, self._noted = True, []
        for identity, done in self.past.unanswered():
            if not self.parts.announcer.awaits(identity) and not self.freight.is_about(identity):
                self.parts.write([self._lost(identity, done, now)])
        for mute in tuple(left_unsaid((each for _, each in found.records), self.past)):
            words, told = words_of(str(mute.activation)), {"key": mute.detail.get("key")}
            if not self.parts.announcer.awaits(words):
                self.parts.write([records.of_lost_order(words, Status.ACTUAL, "restarted", now, told)])
        held, self._held = self._held, []
        for came in held:
            self.heard(came, now)

    @property
    def told_already(self) -> frozenset[str]:
        """Orders of which this start has said something before it knew the past."""
        return frozenset(record.activation for record in self._noted if record.activation is not None)

    def _lost(self, identity: str, done: Done, now: Moment) -> Record:
        """What became of an order when the daemon died over it: settings may have been proven by then."""
        note = self.parts.doors.pushes.note
        if note is not None and note.proven and note.last.id == identity:
            return replace(records.simple(Kind.SETTINGS, now, PROVEN, {"key": done.key}), activation=identity)
        return records.of_lost_order(identity, done.status, "restarted", now, {"key": done.key})

    # ── Orders ───────────────────────────────────────────────────────────────────────────────────────────────────

    def heard(self, came: OrderCame, now: Moment) -> None:
        """One order, or what was none."""
        if not self._is_open:
            self._held = [*self._held, came][-MOST_HELD:]
            return
        self.ledger, verdict = judge(came.message, came.retained, self._standing(), self.ledger, now, self.draw())
        match verdict:
            case Refused():
                self._refuse(verdict, came, now)
            case Repeated():
                self._repeat(verdict, came, now)
            case Accepted():
                self._obey(verdict, came, now)

    def _standing(self) -> Standing:
        settings = self.parts.settings
        return Standing(
            me=self.mouth.identity(),
            trust=self.trust,
            signals=settings.signals,
            past=self.past,
            per_hour=settings.limits.per_hour,
            bare=self.mouth.is_bare,
            disabled=self.parts.health.condition.disabled_until is not None,
            can_drill=self.can_drill,
            forgotten=self._forgotten,
        )

    def _refuse(self, refused: Refused, came: OrderCame, now: Moment) -> None:
        self.refused[refused.reason.value] += 1
        self.mouth.acknowledge(came.delivery)
        if refused.jti is None:
            if now.mono - self._stranger_at < STRANGERS_S:
                return
            self._stranger_at = now.mono
            log.warning("refused: %s (%s)", refused.reason, refused.detail)
        self._write_refusal(refused, now)
        self.mouth.answer(
            Answer(
                box=self._box,
                step=Step.REFUSED,
                at=now.wall,
                trusted=now.trusted,
                jti=refused.jti,
                reason=refused.reason.value,
                challenge=refused.challenge,
                age_s=refused.age_s,
            ).to(refused.key)
        )

    def _repeat(self, repeated: Repeated, came: OrderCame, now: Moment) -> None:
        """The stored answer, once what it tells is on disk; what has only been received, or waits for its start, is
        told as it is."""
        self.refused[repeated.reason.value] += 1
        self._once_durable(lambda _durable: self.mouth.acknowledge(came.delivery), now)
        done, jti = repeated.done, jti_of(repeated.id)
        told = Answer(self._box, done.step, done.at, done.trusted, jti, done.reason, done.proof)
        self._say(replace(told, detail={"repeated": True}).to(repeated.key), now)

    def _write_refusal(self, refused: Refused, now: Moment) -> None:
        """Of a key that is listed. What anybody else sends is counted, and leaves no record to fill the disk with."""
        if refused.key is None or not self._refusals.allows(refused.key, now.mono, REFUSALS_AN_HOUR):
            return
        self._refusals = self._refusals.spend(refused.key, now.mono)
        told = {"key": refused.key, "jti": refused.jti, "why": refused.detail, "age_s": refused.age_s}
        detail = {name: value for name, value in told.items() if value is not None}
        self.parts.write([records.simple(Kind.COMMAND, now, DECLINED, detail, refused.reason.value)])

    # ── Obeying ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _obey(self, order: Accepted, came: OrderCame, now: Moment) -> None:
        """Its record is committed together with the first that the deed leaves."""
        if isinstance(order.deed, End):
            unheard = self.parts.airtime.unheard(now)
            order = replace(order, deed=self.calming.honest(order.deed, order.id, self.parts.alive, unheard))
        accepted = self._record(order, now)
        if isinstance(order.deed, Tell):
            self.past.asked(order.id, order.key, accepted)
        else:
            self.past.note(accepted)
            self._companion = accepted
        place = len(self._due)
        self._do(order, now)
        alone, self._companion = self._companion, None
        if alone is not None:
            self.parts.write([alone])
        self._say(Answer(self._box, Step.RECEIVED, now.wall, now.trusted, jti_of(order.id)).to(order.key), now)
        self._due.insert(place, self._due.pop())  # told first, and not before its record is durable
        self._once_durable(lambda _durable: self.mouth.acknowledge(came.delivery), now)
        if self._ends_at_once(order):
            self._say(Answer(self._box, Step.FINISHED, now.wall, now.trusted, jti_of(order.id)).to(order.key), now)

    def _ends_at_once(self, order: Accepted) -> bool:
        match order.deed:
            case Quiet() | Tell():
                return True
            case End(words=words, pause=pause):
                return words is None and not pause
            case _:
                return False

    def _do(self, order: Accepted, now: Moment) -> None:
        match order.deed:
            case Sound(activation=asked):
                self.parts.ask(asked, now)
            case Killed(activation=asked, reason=reason, by=by):
                why = Cancelled(reason, by=by)
                killed = records.of_dropped(asked, why, now) if asked else of_dropped(order, why, now)
                self.parts.write([*self.take_companion(), killed])
            case End() as end:
                ended = _ended(self.parts.airtime.hear(end.event, now))
                self.parts.drop(self.freight.within(end.cancelled, order.claims.status), now, ended)
                if end.pause:
                    self._speak(PHRASES["pause"].read(self.parts.settings.box.language), words_of(order.id), order, now)
            case Quiet(silenced=silenced):
                self.parts.silence(replace(silenced, order=order.id), now)
            case Speak(text=str(text)):
                self._speak(text, order.id, order, now)
            case Speak(clip=Blob() as blob) | Apply(file=blob):
                self.freight.expect(order, blob)
            case Tell(since=since, until=until, journal=journal):
                self.mouth.say_all(now)
                if since is not None:
                    self.mouth.again(since, until, journal)
            case _:
                return

    def _speak(self, text: str, identity: str, order: Accepted, now: Moment) -> None:
        self.parts.announcer.announce(text, identity, order, self.parts.settings.speaker.volume, now)

    def _record(self, order: Accepted, now: Moment) -> Record:
        claims = order.claims
        told: Mapping[str, object] = {
            "type": claims.type.value,
            "key": order.key,
            "by": claims.by,
            "note": claims.note,
            "references": list(claims.references) if claims.references else None,
            "why": claims.reason.value if claims.reason else None,
            SAYS: Why.PAUSE.value if isinstance(order.deed, End) and order.deed.pause else None,
        }
        return Record(
            at=now.wall,
            kind=Kind.COMMAND,
            signal=claims.signal,
            activation=order.id,
            origin=order.origin,
            status=claims.status,
            outcome=ACCEPTED,
            detail={key: value for key, value in told.items() if value is not None},
            trusted=now.trusted,
        )

    def take_companion(self) -> Sequence[Record]:
        """The order's own record, for the first batch that its deed writes."""
        companion, self._companion = self._companion, None
        return [companion] if companion else []

    # ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _box(self) -> str:
        return self.parts.settings.box.id

    def note(self, written: Sequence[Record], now: Moment) -> None:
        """Records that were appended just now: what they say of orders is answered."""
        for record in written:
            if record.kind is not Kind.COMMAND:
                self.past.note(record)
            if not self._is_open:
                self._noted.append(record)
            is_order = record.origin in _WIRE or record.kind is Kind.SETTINGS
            if record.kind in (Kind.ACTIVATION, Kind.SETTINGS) and is_order and record.activation is not None:
                self._answer(record.activation, record, now)

    def _answer(self, activation: str, record: Record, now: Moment) -> None:
        step = step_of(record)
        self._starting.pop(activation, None)
        if step is None:
            return
        answer = answer_of(self._box, activation, record, step).to(self._key_of(activation))
        if step in _BEGINS and "joined" not in record.detail:
            self._starting[activation] = answer
        else:
            self._say(answer, now)

    def began(self, event: Began, now: Moment) -> None:
        """The stage has moved: only now it is said that it sounds, and with what proof."""
        answer = self._starting.pop(event.activation, None)
        if answer is not None:
            proof = Proof.DRIVEN if event.driven else Proof.COMMANDED
            self._say(replace(answer, proof=proof), now)

    def _wait(self, identity: str, what: str, detail: Mapping[str, object], now: Moment) -> None:
        """An order waits for something that leaves no record."""
        jti = jti_of(identity)
        told = Answer(self._box, Step.WAITING, now.wall, now.trusted, jti, what, detail=detail)
        self._say(told.to(self._key_of(identity)), now)

    def _key_of(self, identity: str) -> str | None:
        """Who has ordered it."""
        done = self.past.get(identity)
        return done.key if done is not None else None

    def _say(self, answer: Answer, now: Moment) -> None:
        def say(durable: bool) -> None:
            told = answer if durable else replace(answer, detail={**answer.detail, "undurable": True})
            self.mouth.answer(told)

        self._once_durable(say, now)

    def _once_durable(self, do: Callable[[bool], None], now: Moment) -> None:
        """An empty batch is settled when all that was appended before it is on disk."""
        self._due.append(_Due(self.parts.doors.journal.append(()), now.mono + COMMIT_S, do))

    def step(self, now: Moment) -> float | None:
        """Say what is durable by now; when to look again."""
        self.freight.step(now)
        if not self._is_open and self._open_by is not None and now.mono > self._open_by:
            self.open(Recalled("", 0, 0, ()), now)
        while self._due:
            due = self._due[0]
            durable = due.ticket.wait(0.0)
            if not durable and now.mono < due.give_up_at and self.parts.airtime.journal_well:
                return now.mono + 0.01
            self._due.popleft().do(durable)
        return None


def _ended(effects: Sequence[Effect]) -> list[Activation]:
    """Whoever's sound is over by a cancel."""
    reports = (effect for effect in effects if isinstance(effect, Report))
    return [report.activation for report in reports if report.outcome is Outcome.CANCELLED]
