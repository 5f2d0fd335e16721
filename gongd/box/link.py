"""The line: gate, link, answering and heart as one thing, for the engine. Only where the settings have an `mqtt:`."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gongd.box.answering import Answering
from gongd.box.calling import Calling
from gongd.box.echoes import EchoCame
from gongd.box.gate import BeatCame, Gate, LinkUp, OrderCame, TrustCame
from gongd.box.heart import Heart, PapersSeen, Self
from gongd.box.outbox import Outbox
from gongd.box.parts import Parts
from gongd.box.unsaid import last_words
from gongd.core.air import Cancelled, Silenced
from gongd.core.button import Button
from gongd.core.moment import Moment
from gongd.core.record import Kind, Record
from gongd.core.trust_list import TrustList
from gongd.core.wire import Channel, Topics
from gongd.core.wire_blob import Blob
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_name import Identity
from gongd.core.wire_report import Answer
from gongd.player import Began
from gongd.ports import Recalled
from gongd.ports_link import Delivery, Link, LinkLost

TELL_EVERY_S = 1.0
"""What stands is said at most so often, however many ask for it; each is told that it was."""


@dataclass(frozen=True, slots=True)
class _PastCame:
    """What the journal knows of orders."""

    found: Recalled


def draw_challenge() -> str:
    """Random bits enough that nobody guesses them (`core.freshness.Challenges`)."""
    return secrets.token_urlsafe(24)


class Line:
    """The port `parts.Line`. The mouth of Answering, too."""

    def __init__(
        self,
        parts: Parts,
        gate: Gate,
        link: Link,
        me: Self,
        trust: TrustList | None,
        can_drill: Callable[[str], bool],
        draw: Callable[[], str] = draw_challenge,
    ) -> None:
        self._parts, self._gate, self._link, self._draw = parts, gate, link, draw
        journal = parts.doors.journal
        gate.link = link
        gate.outbox = self._outbox = Outbox(parts.settings.box.id, journal, link.call, gate.send_events)
        number = trust.number if trust else 0
        self._heart = Heart(parts, me, gate.tell, gate.take_back, link.rebuild, lambda: gate.identity().zones, number)
        self._answering = Answering(parts, self, can_drill, trust, draw)
        self._calling = Calling(parts, self, trust)
        self._is_asked, self._told_at = False, float("-inf")
        self.handlers: Mapping[type, Callable[[Any, Moment], None]] = {
            OrderCame: self._answering.heard,
            LinkUp: lambda _event, now: self._heart.up(now),
            LinkLost: self._heart.lost,
            BeatCame: self._heart.came_back,
            PapersSeen: self._heart.papers_seen,
            TrustCame: self._trust_came,
            EchoCame: self._calling.heard,
            _PastCame: self._past_came,
            **self._answering.freight.handlers,
        }

    # ── The port `parts.Line` ────────────────────────────────────────────────────────────────────────────────────

    @property
    def proven_beat(self) -> int:
        """The last heartbeat that has come back."""
        return self._heart.proven_beat

    def prove(self) -> int:
        """One more heartbeat, at once."""
        self._heart.say_all()
        return self._heart.beat

    def remembered(self, now: Moment, post: Callable[[object], None]) -> None:
        """The journal is open: which orders are old?"""
        self._outbox.open()
        self._answering.recall(now, lambda found: post(_PastCame(found)))

    def step(self, now: Moment) -> float | None:
        """Do what is due; when to come again."""
        self._link.check_times(now.trusted)
        self._renew_challenge(now)
        self._tell(now)
        self._heart.number = self._outbox.last
        heart_at = self._heart.step(now, self._answering.ledger.challenges)
        tell_at = self._told_at + TELL_EVERY_S if self._is_asked else None
        marks = [self._answering.step(now), heart_at, self._calling.step(now), tell_at]
        return min((mark for mark in marks if mark is not None), default=None)

    def written(self, written: Sequence[Record], now: Moment) -> None:
        """Records were appended."""
        if any(record.kind in (Kind.ACTIVATION, Kind.SETTINGS) for record in written):
            self._answering.note(written, now)
            self._calling.note(written, now)

    def companions(self) -> Sequence[Record]:
        """What must be committed together with the step that an order brings about."""
        return self._answering.take_companion()

    def drop(self, why: Silenced | Cancelled, now: Moment) -> Sequence[Record]:
        """The ends of orders that wait for their pieces."""
        return self._answering.freight.drop(why, now)

    def began(self, event: Began, now: Moment) -> None:
        """The stage has moved."""
        self._answering.began(event, now)

    def report(self) -> Mapping[str, object]:
        """For `gongd status`."""
        heart = self._heart
        return {
            "connected": heart.is_up,
            "proven": heart.proven_at is not None and heart.is_up,
            "trust": heart.trust_number,
            "published": self._outbox.acked,
            "refused": dict(self._answering.refused),
            "dropped": self._gate.dropped,
            "pieces_refused": dict(self._gate.intake.refused),
            "orders": self._calling.report(),
        }

    def send(self, button: Button, identity: str, now: Moment) -> None:
        """A `send:` button was held."""
        self._calling.send(button, identity, now)

    def close(self, now: Moment, within_s: float) -> None:
        """Say `stopped`, and end."""
        self._gate.shut()
        self._link.close(self._gate.parcel(Channel.STATE, self._heart.farewell(now)), within_s)

    # ── The mouth ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def is_bare(self) -> bool:
        """Is the broker's word enough?"""
        return self._gate.is_bare

    @property
    def is_up(self) -> bool:
        """Is there a connection, as far as is known?"""
        return self._heart.is_up

    @property
    def topics(self) -> Topics:
        """The topics of the commune."""
        return self._gate.topics

    def order(self, topic: str, claims: CommandClaims) -> None:
        """To other boxes."""
        self._gate.order(topic, claims)

    def want_echoes(self, filters: tuple[str, ...]) -> None:
        """Other boxes' answers."""
        self._link.call(lambda: self._gate.echoes.want(filters))

    def answer(self, answer: Answer) -> None:
        """To the desk."""
        self._gate.answer(answer)

    def identity(self) -> Identity:
        """Who the box is."""
        return self._gate.identity()

    def acknowledge(self, delivery: Delivery) -> None:
        """PUBACK."""
        self._link.acknowledge(delivery)

    def say_all(self, now: Moment) -> None:
        """State, info, heartbeat: at once, or a moment after they were asked for last."""
        self._is_asked = True
        self._tell(now)

    def _tell(self, now: Moment) -> None:
        if self._is_asked and now.mono - self._told_at >= TELL_EVERY_S:
            self._is_asked, self._told_at = False, now.mono
            self._heart.say_all()

    def again(self, first: int, last: int | None, journal_id: str | None) -> None:
        """Records once more."""
        self._link.call(lambda: self._outbox.again(first, last, journal_id))

    def gather(self, identity: str, blob: Blob) -> None:
        """The pieces of a blob."""
        self._gate.gather(identity, blob)

    def let_go(self, identity: str) -> None:
        """Its pieces are wanted no more."""
        self._gate.let_go(identity)

    # ── Trust ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _trust_came(self, event: TrustCame, _now: Moment) -> None:
        self._answering.trust = self._calling.trust = event.trust
        self._heart.trust_number = event.trust.number
        self._heart.say_all()

    def _past_came(self, event: _PastCame, now: Moment) -> None:
        told = self._answering.told_already
        self._answering.open(event.found, now)
        for answer in last_words(self._parts.settings.box.id, event.found, self._answering.past, told):
            self.answer(answer)
        self._calling.open([record for _, record in event.found.records], now)

    def _renew_challenge(self, now: Moment) -> None:
        ledger = self._answering.ledger
        if not now.trusted and ledger.challenges.current(now.mono) is None:
            challenges = ledger.challenges.issue(self._draw(), now.mono)
            self._answering.ledger = replace(ledger, challenges=challenges)
