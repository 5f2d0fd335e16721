"""The trust list: whose orders a box obeys, and in what. Signed by the commune's root, and its number only grows.

Who may do what is decided here and nowhere else: the desk's keys by the rights that stand beside them, a box's own key
by being a neighbour (Tổ liên gia).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from gongd.core import wire_form as form
from gongd.core.catalogue import Origin, Status
from gongd.core.fingerprint import thumbprint
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import INSTANT, Spelt, a_set, choice, integer, listed, matching, nested, table
from gongd.core.wire_name import ADDRESS, KEY_ID, SLUG, SLUG_FORM, Address, Identity, To
from gongd.core.wire_refusal import Reason, Refused

LARGEST_TRUST = 1024 * 1024
"""Bytes of the list as JSON: a box takes some 300 of them. It is verified before it is read."""

NEIGHBOURS_SIGNAL = "fire"
"""The one signal that a neighbour's key may raise (wire.md)."""

ANY = "*"

_BOX_NAME = matching(rf"{SLUG}/{SLUG}")


class KeyKind(StrEnum):
    """Whose key it is: a desk's, or that of a box with `send:` buttons, which is the desk's own panel."""

    DESK = "desk"
    PANEL = "panel"


@dataclass(frozen=True, slots=True)
class Right:
    """What a key may do, where. `*` is any; a `places` of `<commune>/all` is everywhere in the commune."""

    types: Annotated[frozenset[str], Spelt(a_set(matching(r"\*|[a-z]{1,20}"), 20), "types of orders, or *")]
    signals: Annotated[frozenset[str], Spelt(a_set(matching(rf"\*|{SLUG}"), 100), "signals it may sound, or *")]
    statuses: Annotated[frozenset[str], Spelt(a_set(matching(r"\*|[a-z]{1,20}"), 20), "actual, exercise, test, or *")]
    places: Annotated[tuple[Address, ...], Spelt(listed(ADDRESS, 400), "boxes, zones, all, boxes by key")]

    def allows(self, claims: CommandClaims, me: Identity) -> bool:
        """Does it cover this order, here?"""
        return (
            _covers(self.types, claims.type)
            and _covers(self.statuses, claims.status)
            and (claims.signal is None or _covers(self.signals, claims.signal))
            and any(me.is_meant_by(place) for place in self.places)
        )


def _covers(allowed: frozenset[str], word: str) -> bool:
    return ANY in allowed or word in allowed


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key of the desk or of a panel. `x` is that of its Ed25519 JWK; `name` is what records call its holder."""

    name: Annotated[str, Spelt(form.text(100), "who holds it: cong-an-xa")]
    x: Annotated[str, Spelt(KEY_ID, "the public key: `x` of an Ed25519 JWK")]
    kind: Annotated[KeyKind, Spelt(choice(KeyKind), "desk or panel")]
    rights: Annotated[tuple[Right, ...], Spelt(listed(nested(Right), 50), "what it may do; one that covers is enough")]

    @property
    def kid(self) -> str:
        """Its thumbprint: the `kid` of what it signs."""
        return thumbprint(self.x)


@dataclass(frozen=True, slots=True)
class ListedBox:
    """A box and its own key. `neighbours` are the ids of the boxes whose fire calls it obeys.

    `former` are the names under which it was known before a merger or a move, while the overlap lasts.
    """

    id: Annotated[str, Spelt(SLUG_FORM, "its id")]
    x: Annotated[str, Spelt(KEY_ID, "its public key: `x` of an Ed25519 JWK")]
    zones: Annotated[tuple[str, ...], Spelt(listed(SLUG_FORM, 64), "zones it belongs to")] = ()
    neighbours: Annotated[tuple[str, ...], Spelt(listed(SLUG_FORM, 64), "boxes whose fire calls it obeys")] = ()
    former: Annotated[tuple[str, ...], Spelt(listed(_BOX_NAME, 8), "its names before: commune/id")] = ()

    @property
    def kid(self) -> str:
        """Its thumbprint: the `kid` of what it signs."""
        return thumbprint(self.x)


@dataclass(frozen=True, slots=True)
class Successor:
    """The commune goes on as another one (`gongctl move`). Until `until` the boxes in `ids` obey the desk of the new
    one (`keys`) beside their own, and take an answer of its root; afterwards, and any other box, neither.

    Their own desk they obey for as long as they hold this list: a box that nobody has carried over is not left alone.
    """

    commune: Annotated[str, Spelt(SLUG_FORM, "the new commune's id")]
    root: Annotated[str, Spelt(KEY_ID, "its root's public key: `x` of an Ed25519 JWK")]
    until: Annotated[datetime, Spelt(INSTANT, "end of the overlap")]
    ids: Annotated[Mapping[str, str], Spelt(table(SLUG_FORM, SLUG_FORM, 2000), "old id to new id")]
    keys: Annotated[
        frozenset[str], Spelt(a_set(KEY_ID, 200), "thumbprints of keys that are in this list as its desk's only")
    ] = frozenset()

    def admits(self, box: str | None, at: datetime) -> bool:
        """Is the new commune heard by this box, by the id that it has in this list, at that time?"""
        return box in self.ids and at <= self.until


@dataclass(frozen=True, slots=True)
class _Holder:
    """One public key of a list, with what it is there for."""

    x: str
    key: ListedKey | None = None
    box: ListedBox | None = None


def _holders(keys: tuple[ListedKey, ...], boxes: tuple[ListedBox, ...]) -> Mapping[str, _Holder]:
    desk = {key.x: key for key in keys}
    own = {box.x: box for box in boxes}
    return {thumbprint(x): _Holder(x, desk.get(x), own.get(x)) for x in {**own, **desk}}


@dataclass(frozen=True, slots=True)
class TrustList:
    """Whose orders the boxes of a commune obey.

    Raises ValueError where two keys or two boxes share a name or a key. A key that is listed and revoked is revoked.
    """

    commune: Annotated[str, Spelt(SLUG_FORM, "the commune's id")]
    number: Annotated[int, Spelt(integer(1), "only grows")]
    issued: Annotated[datetime, Spelt(INSTANT, "when the root signed it")]
    keys: Annotated[tuple[ListedKey, ...], Spelt(listed(nested(ListedKey), 200), "of desks and panels")] = ()
    boxes: Annotated[tuple[ListedBox, ...], Spelt(listed(nested(ListedBox), 2000), "of the commune")] = ()
    revoked: Annotated[frozenset[str], Spelt(a_set(KEY_ID, 5000), "thumbprints that are obeyed no more")] = field(
        default_factory=frozenset
    )
    successor: Annotated[Successor | None, Spelt(nested(Successor), "the commune after a merger")] = None
    holders: Mapping[str, _Holder] = field(init=False, repr=False, compare=False)
    """Every key by its thumbprint, revoked ones too."""
    by_id: Mapping[str, ListedBox] = field(init=False, repr=False, compare=False)
    """Every box by its id."""

    def __post_init__(self) -> None:
        for what in (
            [key.x for key in self.keys],
            [key.name for key in self.keys],
            [box.x for box in self.boxes],
            [box.id for box in self.boxes],
        ):
            if len(set(what)) != len(what):
                raise ValueError("a key or a name stands twice")
        if any("/" in key.name for key in self.keys):
            raise ValueError("a name with / is a box's")
        object.__setattr__(self, "holders", _holders(self.keys, self.boxes))
        object.__setattr__(self, "by_id", {box.id: box for box in self.boxes})

    def find_key(self, kid: str) -> str | Refused:
        """The `x` of a listed key, of a desk or a box; else why not: `revoked` or `unknown-key`."""
        if kid in self.revoked:
            return Refused(Reason.REVOKED, kid)
        found = self.holders.get(kid)
        return found.x if found else Refused(Reason.UNKNOWN_KEY, kid)

    def name_of(self, kid: str) -> str | None:
        """What records call the holder of a listed key; a box is `<commune>/<id>`."""
        holder = self.holders.get(kid)
        if holder is None:
            return None
        return holder.key.name if holder.key else f"{self.commune}/{holder.box.id if holder.box else '?'}"

    def box_of(self, me: Identity) -> ListedBox | None:
        """This box in the list: by its key, else by its id."""
        holder = self.holders.get(me.fingerprint) if me.fingerprint is not None else None
        return (holder.box if holder else None) or self.box(me.box)

    def box(self, box: str) -> ListedBox | None:
        """A box by its id."""
        return self.by_id.get(box)

    def hearers(self, me: Identity) -> tuple[ListedBox, ...]:
        """The boxes that ring when this one calls: those that list it as their neighbour."""
        own = self.box_of(me)
        return tuple(box for box in self.boxes if own is not None and own.id in box.neighbours)


def accepts(offered: TrustList, commune: str, held_number: int) -> bool:
    """Does a list whose signature by the root was verified replace the one that is held? The number only grows."""
    return offered.commune == commune and offered.number > held_number


def identify(commune: str, box: str, zones: tuple[str, ...], x: str | None, trust: TrustList | None) -> Identity:
    """Who the box is by its settings, and by the list: zones of both, and the names that it had before."""
    me = Identity(commune, box, frozenset(zones), thumbprint(x) if x else None)
    own = trust.box_of(me) if trust else None
    if own is None:
        return me
    former = frozenset((was, name) for was, _, name in (spelt.partition("/") for spelt in own.former))
    return Identity(me.commune, me.box, me.zones | frozenset(own.zones), me.fingerprint, former)


@dataclass(frozen=True, slots=True)
class Authority:
    """What gives an order its weight. `name` is the holder's in records; a box's is `<commune>/<id>`.

    `own_only`: it may cancel only what it has raised itself (a neighbour). `place` is left to the order.
    """

    name: str
    origin: Origin
    own_only: bool = False


def may(
    trust: TrustList, kid: str, claims: CommandClaims, me: Identity, now: datetime | None = None
) -> Authority | Refused:
    """May this key give this order to this box? The order's signature was verified with it.

    `now` is the wall clock where it can be believed. Without it, it is at least as late as when the list was signed.
    """
    known = trust.find_key(kid)
    if isinstance(known, Refused):
        return known
    holder = trust.holders[kid]
    welcome = _is_welcome(trust, kid, me, now)
    if welcome and holder.key is not None and any(right.allows(claims, me) for right in holder.key.rights):
        return Authority(holder.key.name, Origin.COMMAND)
    if holder.box is not None and _is_neighbours(trust, holder.box, claims, me):
        return Authority(f"{trust.commune}/{holder.box.id}", Origin.NEIGHBOUR, own_only=True)
    name = trust.name_of(kid)
    what = " ".join(filter(None, (claims.status, claims.type, claims.signal)))
    return Refused(Reason.NOT_PERMITTED, f"{name} may not: {what}", jti=claims.jti, key=name)


def _is_welcome(trust: TrustList, kid: str, me: Identity, now: datetime | None) -> bool:
    """A key of the commune into which this one merges counts at the boxes that go over, and for the overlap only."""
    heir = trust.successor
    if heir is None or kid not in heir.keys:
        return True
    own = trust.box_of(me)
    return heir.admits(own.id if own else None, max(now or trust.issued, trust.issued))


def _is_neighbours(trust: TrustList, caller: ListedBox, claims: CommandClaims, me: Identity) -> bool:
    """A box's own key raises fire, actual, at the boxes that list it, and cancels (its own: see `command`)."""
    own = trust.box_of(me)
    if own is None or caller.id not in own.neighbours or claims.status is not Status.ACTUAL:
        return False
    match claims.type:
        case CommandType.ALERT:
            return claims.signal == NEIGHBOURS_SIGNAL
        case CommandType.CANCEL:
            return True
        case _:
            return False


def everything(name: str, x: str, commune: str, kind: KeyKind = KeyKind.DESK) -> ListedKey:
    """A desk key that may do all, everywhere in its commune."""
    any_word = frozenset({ANY})
    return ListedKey(name, x, kind, (Right(any_word, any_word, any_word, (Address(To.ALL, commune),)),))
