"""The heart: what the box says of itself by itself, and whether anybody can hear it. On the deciding thread.

Only its own heartbeat, come back from the broker, proves the link (traps.md): not that there is a connection.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from gongd import __version__
from gongd.box.gate import BeatCame
from gongd.box.parts import Parts
from gongd.core.catalogue import Signal
from gongd.core.condition import Condition, Sounds, state
from gongd.core.fault import Cost, FaultCode, Severity
from gongd.core.freshness import Challenges
from gongd.core.moment import Moment
from gongd.core.phrase import spoken_at
from gongd.core.wire import Channel
from gongd.core.wire_report import (
    LONGEST_SAYING,
    MOST_DUE,
    ChallengeNote,
    Connection,
    Due,
    Heartbeat,
    Info,
    OfferedSignal,
    Presence,
)
from gongd.ports_link import LinkLost

BEATS = 3
"""So many heartbeats may be missed before the link is no more believed."""
LEAST_PATIENCE_S = 10.0
TAKEN_S = 300.0
"""So long after another machine took the box's name, the fault stays."""
REFUSALS = 2
"""One connection that ends before its CONNACK may be an accident."""
INFO_EVERY_S = 60.0
EXPIRING = timedelta(days=30)

Say = Callable[[Channel, Any], None]


@dataclass(frozen=True, slots=True)
class Self:
    """Who this run of the daemon is on the wire. `ends_at` is the end of the box's certificate."""

    heartbeat_s: float
    run: str
    started_at: float
    key: str | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class PapersSeen:
    """The end of the certificate as the file says it now: it may have been renewed."""

    ends_at: datetime


def heartbeat(parts: Parts, me: Self, beat: int, number: int, now: Moment) -> Heartbeat:
    """The body of `heartbeat`: how the box is now. `number` is its journal's last."""
    turn = parts.airtime.sounding
    return Heartbeat(
        sounds=parts.health.sounds,
        condition=state(parts.health.condition, turn is not None),
        beat=beat,
        boot=me.run,
        at=now.wall.replace(microsecond=0),
        trusted=now.trusted,
        up_s=int(now.mono - me.started_at),
        faults=tuple(dict.fromkeys(held.code.value for held in parts.health.condition.faults)),
        sounding=turn.activation.signal if turn else None,
        last=parts.last_outcome,
        journal=parts.memory.journal_id if parts.memory else None,
        number=number,
    )


@dataclass(slots=True)
class Heart:
    """Says `heartbeat`, `state`, `info` and `challenge`; raises and clears the faults of the link."""

    parts: Parts
    me: Self
    say: Say
    take_back: Callable[[Channel], None]
    rebuild: Callable[[str], None]
    zones: Callable[[], frozenset[str]]
    trust_number: int = 0
    number: int = 0
    is_up: bool = False
    proven_at: float | None = None
    beat: int = 0
    proven_beat: int = 0
    _believed_at: float | None = None
    _beat_at: float = float("-inf")
    _taken_at: float | None = None
    _refused: int = 0
    _presence: Presence | None = None
    _standing: tuple[Condition, Sounds] | None = None
    _info: Info | None = None
    _info_at: float = float("-inf")
    _challenge: str | None = None
    _papers_at: float = float("-inf")

    @property
    def patience_s(self) -> float:
        """How long the link is believed without a proof."""
        return max(LEAST_PATIENCE_S, BEATS * self.me.heartbeat_s)

    # ── What the link tells ──────────────────────────────────────────────────────────────────────────────────────

    def up(self, now: Moment) -> None:
        """Connected: everything is said anew, and the proof is asked for at once."""
        self.is_up, self._believed_at = True, now.mono
        self.say_all()

    def say_all(self) -> None:
        """Everything that stands, once more."""
        self._beat_at = self._info_at = float("-inf")
        self._presence = self._info = self._challenge = None

    def lost(self, lost: LinkLost, now: Moment) -> None:
        """No connection."""
        self.is_up = False
        if lost.fault == FaultCode.ID_TAKEN:
            self._taken_at = now.mono
            self._raise(FaultCode.ID_TAKEN, now, lost)
        elif lost.fault == FaultCode.BROKER_REFUSED:
            self._refused += 1
            if self._refused >= REFUSALS:
                self._raise(FaultCode.BROKER_REFUSED, now, lost)

    def _raise(self, code: FaultCode, now: Moment, lost: LinkLost) -> None:
        if not self.parts.health.condition.has(code):
            self.parts.health.raise_fault(code, now, text=lost.text)

    def came_back(self, event: BeatCame, now: Moment) -> None:
        """A heartbeat of this start of the daemon has gone all the way round."""
        if event.boot != self.me.run:
            return
        self.proven_at = self._believed_at = now.mono
        self.proven_beat = event.beat
        self._refused = 0
        self.parts.health.clear_fault(FaultCode.LINK_DOWN, now)
        self.parts.health.clear_fault(FaultCode.BROKER_REFUSED, now)
        if self._taken_at is not None and now.mono - self._taken_at > TAKEN_S:
            self._taken_at = None
            self.parts.health.clear_fault(FaultCode.ID_TAKEN, now)

    def papers_seen(self, event: PapersSeen, _now: Moment) -> None:
        """Somebody has looked at the certificate."""
        if event.ends_at != self.me.ends_at:
            self.me = replace(self.me, ends_at=event.ends_at)
            self._papers_at = float("-inf")

    # ── Round after round ────────────────────────────────────────────────────────────────────────────────────────

    def step(self, now: Moment, challenges: Challenges) -> float | None:
        """Say what is due; when there is something to say again."""
        self._watch_link(now)
        self._watch_papers(now)
        if not self.is_up:
            return None
        if now.mono - self._beat_at >= self.me.heartbeat_s and self._is_alive():
            self._beat_at = now.mono
            self.beat += 1
            self.say(Channel.HEARTBEAT, heartbeat(self.parts, self.me, self.beat, self.number, now))
        self._say_presence(now)
        self._say_info(now)
        self._say_challenge(now, challenges)
        return self._beat_at + self.me.heartbeat_s

    def _is_alive(self) -> bool:
        """A heartbeat means: I can still decide, play and write."""
        return self.parts.equipment.hands.player.alive() and self.parts.doors.journal.alive()

    def _watch_link(self, now: Moment) -> None:
        believed_at = self._believed_at = now.mono if self._believed_at is None else self._believed_at
        if now.mono - believed_at <= self.patience_s:
            return
        if not self.parts.health.condition.has(FaultCode.LINK_DOWN):
            self.parts.health.raise_fault(FaultCode.LINK_DOWN, now)
        if self.is_up:
            self.is_up = False
            self.rebuild("no heartbeat has come back")

    def _watch_papers(self, now: Moment) -> None:
        if self.me.ends_at is None or not now.trusted or now.mono - self._papers_at < INFO_EVERY_S:
            return
        self._papers_at = now.mono
        left = self.me.ends_at - now.wall
        expired = left <= timedelta()
        self._set(FaultCode.CERTIFICATE_EXPIRED, expired, now)
        self._set(FaultCode.CERTIFICATE_EXPIRING, not expired and left < EXPIRING, now)

    def _set(self, code: FaultCode, stands: bool, now: Moment) -> None:
        if stands != self.parts.health.condition.has(code):
            self.parts.health.set_fault(code, stands, now)

    # ── What is said ─────────────────────────────────────────────────────────────────────────────────────────────

    def presence(self, now: Moment) -> Presence:
        """The body of `state`. The link's own fault is none for whoever can read this."""
        health = self.parts.health
        faults = [held for held in health.condition.of(Severity.FAULT) if held.fault.cost is not Cost.LINK]
        return Presence(
            state=Connection.DEGRADED if faults else Connection.ONLINE,
            sounds=health.sounds,
            faults=tuple(dict.fromkeys(held.code.value for held in faults)),
            at=now.wall,
            boot=self.me.run,
        )

    def farewell(self, now: Moment) -> Presence:
        """A clean end: a challenge that nobody will know any more is taken back."""
        if self._challenge:
            self.take_back(Channel.CHALLENGE)
        return replace(self.presence(now), state=Connection.STOPPED)

    def _say_presence(self, now: Moment) -> None:
        health = self.parts.health
        standing = (health.condition, health.sounds)
        if self._presence is not None and standing == self._standing:
            return
        self._standing, told = standing, self.presence(now)
        if self._presence is None or replace(told, at=self._presence.at) != self._presence:
            self._presence = told
            self.say(Channel.STATE, told)

    def _say_info(self, now: Moment) -> None:
        if now.mono - self._info_at < INFO_EVERY_S:
            return
        self._info_at = now.mono
        told = self._who(now)
        if told != self._info:
            self._info = told
            self.say(Channel.INFO, told)

    def _who(self, now: Moment) -> Info:
        parts, settings = self.parts, self.parts.settings
        due = parts.nights.next_due(now.wall)[:MOST_DUE]
        until = settings.box.disabled_until
        return Info(
            box=settings.box.id,
            commune=settings.box.commune,
            name=settings.box.name,
            version=__version__,
            settings=settings.source_digest,
            replaced=parts.replaced,
            zones=(*settings.box.zones, *sorted(self.zones() - set(settings.box.zones))),
            signals=tuple(_offered(each, settings.box.place) for each in settings.signals.values()),
            next=tuple(Due(each.due, each.schedule, each.signal) for each in due),
            key=self.me.key,
            trust_number=self.trust_number,
            disabled_until=until.isoformat() if until else None,
            heartbeat_s=self.me.heartbeat_s,
        )

    def _say_challenge(self, now: Moment, challenges: Challenges) -> None:
        """While the clock is not trusted, the challenge that makes an order fresh; else none."""
        current = "" if now.trusted else challenges.current(now.mono)
        if current is None or current == self._challenge:
            return
        self._challenge = current
        if current:
            self.say(Channel.CHALLENGE, ChallengeNote(self.parts.settings.box.id, current, self.me.run))
        else:
            self.take_back(Channel.CHALLENGE)


def _offered(signal: Signal, place: str) -> OfferedSignal:
    says = spoken_at(place, signal.say_short, signal.say)[:LONGEST_SAYING]
    return OfferedSignal(signal.name, signal.title, int(signal.priority), signal.at_most_s, says)
