"""The board: how each box is, seen from the desk. Pure: time comes in as an argument."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from gongd.core.condition import SOUNDS, STATES, Sounds, State
from gongd.core.fault import FAULTS, FaultCode
from gongd.core.lexicon import CONNECTIONS, SIGNALS, rehearsed
from gongd.core.wire_event import Event
from gongd.core.wire_report import HEARTBEAT_S, MOST_DUE, ChallengeNote, Connection, Heartbeat, Info, Presence
from gongd.core.words import Text
from gongd.desk.on_air import OnAir, Word, on_air
from gongd.desk.roster import RosterBox

SILENT_BEATS = 4
"""Three heartbeats lost, and one late: a box that says nothing for so long is out of touch, will or no will."""

REVOKED = Text("Đã hủy khóa", "Revoked")
NEVER = Text("Chưa từng liên lạc", "Never heard")


@dataclass(frozen=True, slots=True)
class Known:
    """What the desk has heard of one box. `presence_at` is when its state was first heard; instants are the desk's."""

    box: str
    heartbeat: Heartbeat | None = None
    heartbeat_at: datetime | None = None
    presence: Presence | None = None
    presence_at: datetime | None = None
    info: Info | None = None
    challenge: ChallengeNote | None = None
    heard_at: datetime | None = None

    def heard(self, at: datetime) -> "Known":
        """The box itself has spoken at this instant."""
        return replace(self, heard_at=max(at, self.heard_at) if self.heard_at else at)

    @property
    def silent_after(self) -> timedelta:
        """How long no living box of its settings says nothing."""
        return timedelta(seconds=SILENT_BEATS * (self.info.heartbeat_s if self.info else HEARTBEAT_S))

    def is_silent(self, now: datetime) -> bool:
        """Has it said nothing for longer than a living box does?"""
        return self.heard_at is None or now - self.heard_at > self.silent_after


@dataclass(frozen=True, slots=True)
class Coming:
    """The gongs that a box has told ahead, the next first; `until`: it would have told any up to then. None: any."""

    gongs: tuple[datetime, ...]
    until: datetime | None = None

    @property
    def next(self) -> datetime | None:
        """The next gong."""
        return self.gongs[0] if self.gongs else None


@dataclass(frozen=True, slots=True)
class Row:
    """One box on the board. `sounds` None: nobody knows, it is out of touch; `lost_since` says since when. `stopped_at`
    and `stopped_by` are as far as is known of a box that was switched off. `status` (is it real?) and `title` are of
    what it sounds, where they are known. `is_silent`: it was heard, but longer ago than a living box is."""

    place: RosterBox
    connection: Connection | None
    sounds: Sounds | None
    condition: State | None = None
    sounding: str | None = None
    status: str | None = None
    title: str | None = None
    faults: tuple[str, ...] = ()
    lost_since: datetime | None = None
    heard_at: datetime | None = None
    clock_trusted: bool = True
    last_gong: Event | None = None
    coming: Coming | None = None
    disabled_until: str | None = None
    trust_number: int | None = None
    stopped_at: datetime | None = None
    stopped_by: str | None = None
    is_revoked: bool = False
    is_silent: bool = False

    @property
    def next_gong(self) -> datetime | None:
        """As far as it has told."""
        return self.coming.next if self.coming else None

    @property
    def can_sound(self) -> bool:
        """Is it known to be able to?"""
        return self.sounds in (Sounds.YES, Sounds.RELAYS_ONLY)

    @property
    def is_lost(self) -> bool:
        """Is it out of touch?"""
        return self.connection is None or self.connection is Connection.LOST


def row(place: RosterBox, known: Known, last_gong: Event | None, now: datetime, words: Iterable[Word] = ()) -> Row:
    """How a box is at this moment. `words` are those of what it sounds, the oldest first."""
    connection = _connection(known, now)
    told = known.presence if known.presence and known.presence.sounds else None
    beat = known.heartbeat
    latest = beat if beat and (told is None or _is_later(known)) else None
    there = connection in (Connection.ONLINE, Connection.DEGRADED)
    lost = connection in (None, Connection.LOST)
    stopped = known.presence if known.presence and connection is Connection.STOPPED else None
    sounding = on_air(words, beat) if there else None
    return Row(
        place=place,
        connection=connection,
        sounds=(latest.sounds if latest else told.sounds if told else None) if there else None,
        condition=_condition(beat, sounding) if there else None,
        sounding=sounding.signal if sounding else None,
        status=sounding.status if sounding else None,
        title=_title(known.info, sounding),
        faults=latest.faults if latest else told.faults if told else (),
        lost_since=_lost_since(known) if lost else None,
        heard_at=known.heard_at,
        clock_trusted=beat.trusted if beat else known.challenge is None,
        last_gong=last_gong,
        coming=_coming(known.info, now) if known.info else None,
        disabled_until=known.info.disabled_until if known.info else None,
        trust_number=known.info.trust_number if known.info else None,
        stopped_at=_stopped_at(stopped, known) if stopped else None,
        stopped_by=stopped.by if stopped else None,
        is_silent=known.is_silent(now),
    )


def _condition(beat: Heartbeat | None, sounding: OnAir | None) -> State | None:
    if sounding is not None:
        return State.SOUNDING
    said = beat.condition if beat else None
    return State.QUIESCENT if said is State.SOUNDING else said


def _title(info: Info | None, sounding: OnAir | None) -> str | None:
    """What the box calls what it sounds."""
    offered = info.signals if info and sounding else ()
    return next((signal.title for signal in offered if sounding and signal.name == sounding.signal), None)


def revoked_row(place: RosterBox) -> Row:
    """A box whose key was revoked: it hears no order, and whatever it says is not believed."""
    return Row(place, None, None, is_revoked=True)


def behind(rows: Iterable[Row], newest: int) -> list[Row]:
    """Boxes that hold an older trust list than this, as they say."""
    return [seen for seen in rows if seen.trust_number is not None and seen.trust_number < newest]


def ahead(rows: Iterable[Row], newest: int) -> list[Row]:
    """Boxes that hold a newer one, as they say: the desk's folder is an old copy, and they take none of its changes."""
    return [seen for seen in rows if seen.trust_number is not None and seen.trust_number > newest]


def _is_later(known: Known) -> bool:
    return known.presence_at is None or (known.heartbeat_at is not None and known.heartbeat_at >= known.presence_at)


def _connection(known: Known, now: datetime) -> Connection | None:
    """The box's own word, unless it has said nothing for longer than any box that lives."""
    if known.presence is None and known.heard_at is None:
        return None
    said = known.presence.state if known.presence else Connection.ONLINE
    if said in (Connection.LOST, Connection.STOPPED):
        return said
    if known.is_silent(now):
        return Connection.LOST
    return said


def _lost_since(known: Known) -> datetime | None:
    if known.presence and known.presence.state is Connection.LOST and known.heard_at is None:
        return known.presence_at
    return known.heard_at


def _stopped_at(said: Presence, known: Known) -> datetime | None:
    """By the box's own clock, where that could be believed; else when the desk heard of it, which may be later."""
    sure = known.heartbeat is None or known.heartbeat.trusted
    return said.at if sure and said.at is not None else known.presence_at


def _coming(info: Info, now: datetime) -> Coming:
    gongs = sorted(due.at for due in info.next if due.signal == "peace" and due.at > now)
    return Coming(tuple(gongs), max(due.at for due in info.next) if len(info.next) >= MOST_DUE else None)


def sounds_words(seen: Row) -> Text:
    """The first column: can it sound?"""
    if seen.connection is None:
        return REVOKED if seen.is_revoked else NEVER
    if seen.sounds is None or seen.connection is Connection.STOPPED:
        return CONNECTIONS[seen.connection]
    return SOUNDS[seen.sounds]


def condition_words(seen: Row) -> Text:
    """Its condition in words."""
    if seen.condition is None:
        return CONNECTIONS[seen.connection] if seen.connection else sounds_words(seen)
    own = seen.title or seen.sounding or "?"
    named = SIGNALS.get(seen.sounding or "") or Text(own, own)
    return STATES[seen.condition].fill(signal=rehearsed(named, seen.status))


def fault_words(code: str) -> Text:
    """`speaker-failed` or `button-stuck:fire` in words; a code that only newer boxes know as it is."""
    name, _, subject = code.partition(":")
    try:
        text = FAULTS[FaultCode(name)].name
    except ValueError:
        return Text(code, code)
    return text.fill(name=subject or "?", n=subject or "?")


def night_of(at: datetime) -> date:
    """The night that an instant belongs to: until noon it is still the one before."""
    return (at - timedelta(hours=12)).date()
