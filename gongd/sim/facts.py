"""What truly happened: who pressed what, which orders were signed by whom, what the card took. The world's own book."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from gongd.core.belief import LEAP_S, PATIENCE_S
from gongd.core.catalogue import Status
from gongd.core.record import RUNG, Kind, Record
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.sim.journal import DrivenTicket
from gongd.sim.witness import Sounding


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody held a button. `counts_at`: from then on it counts, as long as the settings say after the first touch,
    for a contact that bounces delays nothing (None: too short)."""

    box: str
    button: str
    at: float
    counts_at: float | None


@dataclass(frozen=True, slots=True)
class Copy:
    """One signing of an order: when, until when it may be accepted by the clock, with whose challenges."""

    at: float
    expires_at: float
    challenges: tuple[str, ...]


@dataclass(slots=True)
class Order:
    """An order as it was truly given. `right`: by a key that may, with nothing wrong about it."""

    claims: CommandClaims
    right: bool
    boxes: tuple[str, ...]
    opened_at: float
    there: frozenset[str] = frozenset()
    """The boxes that were well and on the line when it was given."""
    copies: list[Copy] = field(default_factory=list)
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class LostJournal:
    """A journal as it stood when its card lost it. `published`: so far it knew that the broker had it."""

    at: float
    box: str
    journal: str
    published: int
    records: tuple[tuple[int, Record], ...]


@dataclass(frozen=True, slots=True)
class Lie:
    """A false time that a box was told, so far ahead of the truth; the last may still last.

    `is_plausible`: no further from what the box believed than an honest leap, or the first that it heard in its boot.
    """

    since: float
    error_s: float
    is_plausible: bool
    until: float = float("inf")

    def was_believed(self, at: float) -> bool:
        """Had the box no way to know better by then?"""
        return self.since <= at < self.until and (self.is_plausible or at - self.since >= PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that did not hold: which, when (true seconds), where, and how it was seen."""

    rule: str
    at: float
    box: str
    what: str


@dataclass(slots=True)
class Facts:
    """The book. Instants are of the true clock."""

    holds: list[Hold] = field(default_factory=list)
    orders: dict[str, Order] = field(default_factory=dict)
    challenges: dict[tuple[str, str], float] = field(default_factory=dict)
    soundings: list[Sounding] = field(default_factory=list)
    accepted: dict[tuple[str, str], float] = field(default_factory=dict)
    outcomes: dict[tuple[str, str], list[tuple[float, str]]] = field(default_factory=dict)
    nights: dict[tuple[str, str], list[tuple[float, str, str]]] = field(default_factory=dict)
    tickets: dict[tuple[str, str], list[DrivenTicket]] = field(default_factory=dict)
    """Beside each word of `nights`: whether the card has taken it."""
    refused: set[tuple[str, str]] = field(default_factory=set)
    """What began to sound (box, activation) while the card refused every write."""
    shaken: dict[str, list[float]] = field(default_factory=dict)
    """When something happened to a box that may stand in the way of a gong or an alarm: power, clock, disk, card."""
    lies: dict[str, list[Lie]] = field(default_factory=dict)
    well: dict[str, set[float]] = field(default_factory=dict)
    """The gongs (their due instants) at which a box was well."""
    lost: list[LostJournal] = field(default_factory=list)
    forgot: list[float] = field(default_factory=list)
    """When the broker lost all that it kept."""
    survived: dict[str, int] = field(default_factory=dict)
    latencies_s: list[float] = field(default_factory=list)
    _by_box: dict[str, list[Sounding]] = field(default_factory=dict)
    _stretches: dict[tuple[str, str], list[Sounding]] = field(default_factory=dict)

    def tells(self, box: str, at: float, error_s: float, is_first: bool) -> None:
        """A time server tells a box the time, so far ahead of the truth. `is_first`: nobody has in this boot."""
        told, believed_s = self.lies.setdefault(box, []), 0.0
        if told and told[-1].until > at:
            if told[-1].error_s == error_s and not is_first:
                return
            believed_s = told[-1].error_s if told[-1].is_plausible else 0.0
            told[-1] = replace(told[-1], until=at)
        if error_s:
            told.append(Lie(at, error_s, is_first or abs(error_s - believed_s) <= LEAP_S))

    def had_believed_a_lie(self, box: str, at: float) -> bool:
        """Did it take a false time for the true one then, with good reason?"""
        return any(lie.was_believed(at) for lie in self.lies.get(box, ()))

    def shake(self, box: str, at: float) -> None:
        """Something happens to a box."""
        self.shaken.setdefault(box, []).append(at)

    def is_shaken(self, box: str, since: float, until: float) -> bool:
        """Did anything happen to it between the two?"""
        every = self.shaken.get(box, [])
        return bisect_left(every, since) < bisect_right(every, until)

    def wrote(self, box: str, at: float, records: Sequence[Record], ticket: DrivenTicket) -> None:
        """A box has appended records."""
        for record in records:
            if record.kind is Kind.COMMAND and record.activation is not None and record.outcome == "accepted":
                self.accepted[box, record.activation] = at
            elif record.kind is Kind.ACTIVATION and record.activation is not None:
                self.outcomes.setdefault((box, record.activation), []).append((at, str(record.outcome)))
            elif record.kind is Kind.NIGHT and record.night is not None:
                word = (at, str(record.outcome), str(record.reason or ""))
                self.nights.setdefault((box, record.night.isoformat()), []).append(word)
                self.tickets.setdefault((box, record.night.isoformat()), []).append(ticket)

    def rung_at(self, box: str, night: date) -> float:
        """When it first wrote that this night's gong rings: by a clock that is a day behind, on another evening."""
        words = self.nights.get((box, night.isoformat()), ())
        return next((at for at, word, _ in words if word == RUNG), float("inf"))

    def took(self, sounding: Sounding) -> None:
        """How long an alarm took from the moment at which it counted: held long enough, or signed."""
        if len(self.of(sounding.box, sounding.activation)) > 1:
            return
        order = self.orders.get(sounding.activation)
        counted = [order.opened_at] if order is not None else []
        if order is None:
            counted = [
                hold.counts_at
                for hold in self.holds
                if hold.box == sounding.box and hold.button == sounding.signal and hold.counts_at is not None
            ][-1:]
        self.latencies_s += [sounding.began_at - at for at in counted]

    def held(self, box: str, button: str, since: float, until: float) -> bool:
        """Was this button held, so that it counted, between the two?"""
        return any(
            hold.box == box and hold.button == button and hold.counts_at is not None and since <= hold.at <= until
            for hold in self.holds
        )

    def quieted(self, box: str, since: float, until: float) -> bool:
        """Did anybody end what sounded there between the two: at the box, or by an order?"""
        return any(since <= at <= until for at in self._held_quiet(box)) or any(
            since <= at <= until and claims.type in (CommandType.CANCEL, CommandType.SILENCE)
            for at, claims in self._taken(box)
        )

    def ended(self, box: str, activation: str, since: float, until: float) -> bool:
        """Did anybody end this very one between the two? Silence ends all; a cancel only what it names."""
        return any(since <= at <= until for at in self._held_quiet(box)) or any(
            since <= at <= until and (claims.type is CommandType.SILENCE or self._names(box, claims, activation))
            for at, claims in self._taken(box)
        )

    def _held_quiet(self, box: str) -> Iterator[float]:
        for hold in self.holds:
            if hold.box == box and hold.button in ("silence", "all-clear") and hold.counts_at is not None:
                yield hold.counts_at

    def _taken(self, box: str) -> Iterator[tuple[float, CommandClaims]]:
        """The orders that this box has accepted, and when."""
        for (where, jti), at in self.accepted.items():
            if where == box and (order := self.orders.get(jti.partition(".")[0])) is not None:
                yield at, order.claims

    def _names(self, box: str, claims: CommandClaims, activation: str) -> bool:
        """Does it cancel this one, or an order that has joined it: for the same signal, as earnest, accepted here?"""
        if claims.type is not CommandType.CANCEL:
            return False
        own = self.orders.get(activation)
        for named in claims.references or ():
            other = self.orders.get(named) if (box, named) in self.accepted else None
            joined = own is not None and other is not None and _alike(own.claims, other.claims)
            if named == activation or joined:
                return True
        return False

    def is_forgotten(self, sounding: Sounding) -> bool:
        """A gong that rang while its card refused everything, until the power went: no start can know of it."""
        _, _, night = sounding.activation.partition("-")
        tickets = self.tickets.get((sounding.box, night), [])[:-1]  # the last is of the ring that asks
        refused = (sounding.box, sounding.activation) in self.refused
        return refused and not any(ticket.is_kept or ticket.is_noted for ticket in tickets)

    def heard(self, sounding: Sounding) -> None:
        """Something begins to sound."""
        self.soundings.append(sounding)
        self._by_box.setdefault(sounding.box, []).append(sounding)
        self._stretches.setdefault((sounding.box, sounding.activation), []).append(sounding)

    def between(self, box: str, since: float, until: float) -> list[Sounding]:
        """What began to sound there between the two."""
        every = self._by_box.get(box, [])
        first = bisect_left(every, since, key=lambda one: one.began_at)
        return every[first : bisect_left(every, until, lo=first, key=lambda one: one.began_at)]

    def of(self, box: str, activation: str) -> list[Sounding]:
        """Every stretch that sounded for it."""
        return self._stretches.get((box, activation), [])

    def heard_at(self, box: str, at: float) -> Sounding | None:
        """What sounded there then."""
        last = next((one for one in reversed(self._by_box.get(box, [])) if one.began_at <= at), None)
        return last if last is not None and (last.ended_at is None or last.ended_at >= at) else None

    def is_alarm(self, sounding: Sounding) -> bool:
        """An actual emergency."""
        return sounding.status is Status.ACTUAL and sounding.signal in EMERGENCIES


def _alike(one: CommandClaims, other: CommandClaims) -> bool:
    return (one.signal, one.status) == (other.signal, other.status)


EMERGENCIES = frozenset({"fire", "security", "flood"})
