"""Who belongs to a commune and what they may do: neighbours, zones, keys, and who belongs no more (wire.md, Keys).

Every function takes the commune's folder, plain values and the time, and does the whole of one thing or raises. Each
change of the list of trust is a new list, signed by the root, one number higher.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gongd.core.catalogue import Status
from gongd.core.errors import GongdError
from gongd.core.fingerprint import thumbprint
from gongd.core.trust_list import ANY, KeyKind, ListedBox, ListedKey, TrustList
from gongd.core.wire_command import CommandType
from gongd.core.wire_name import is_id
from gongd.core.words import Text
from gongd.desk import authority as office
from gongd.desk import broker, ledger
from gongd.desk.commune_folder import CommuneFolder, held
from gongd.desk.ledger import SignedList
from gongd.desk.register import Issued, RegisterError, load_box, load_commune, load_struckoff

BAD_ID = Text(
    "“{name}” không dùng làm mã được: chữ thường không dấu, số, dấu -, ví dụ nguyet-an",
    "“{name}” cannot be an id: small plain letters, digits and -, as nguyet-an",
)
NOT_LISTED = Text("Không có cụm loa hay khóa nào tên {name}", "There is no box and no key called {name}")
REVOKED_KEY = Text(
    "Khóa này đã bị hủy, không dùng lại được. Làm khóa khác: gongctl key make TỆP",
    "This key was revoked and cannot be used again. Make another: gongctl key make FILE",
)
LAST_KEY = Text(
    "Đây là khóa trực ban cuối cùng: bỏ thì không ai báo động được. Thêm khóa khác trước: gongctl key new",
    "This is the desk's last key: without it nobody can raise an alarm. Add another first: gongctl key new",
)


class EnrolmentError(GongdError, ValueError):
    """Something that is asked for and cannot be granted; nothing was signed."""


@dataclass(frozen=True, slots=True)
class Passphrases:
    """What opens the private keys of a commune; None where a key is not locked."""

    root: str | None = None
    authority: str | None = None
    desk: str | None = None

    @classmethod
    def one(cls, passphrase: str | None) -> "Passphrases":
        """The same for all three."""
        return cls(passphrase, passphrase, passphrase)


UNLOCKED = Passphrases()


def checked_id(name: str) -> str:
    """The same id. Raises EnrolmentError for one that cannot be any."""
    if not is_id(name):
        raise EnrolmentError(BAD_ID.fill(name=name))
    return name


# ── Neighbours, zones, keys ──────────────────────────────────────────────────────────────────────────────────────


def link_neighbours(
    folder: CommuneFolder,
    box: str,
    of: Iterable[str],
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
) -> SignedList:
    """`gongctl neighbours BOX --with BOX,BOX`: these boxes and BOX ring for each other's fire button, and BOX with no
    others that it had before. Raises EnrolmentError, and what `enrol` raises."""
    others = frozenset(of) - {box}

    def linked(trust: TrustList) -> TrustList:
        for name in (box, *others):
            if trust.box(name) is None:
                raise EnrolmentError(NOT_LISTED.fill(name=name))
        return replace(trust, boxes=tuple(_linked(each, box, others) for each in trust.boxes))

    with held(folder):
        return change(folder, now, passphrases, linked)


def _linked(each: ListedBox, box: str, others: frozenset[str]) -> ListedBox:
    if each.id == box:
        return replace(each, neighbours=tuple(sorted(others)))
    heard = (set(each.neighbours) | {box}) if each.id in others else (set(each.neighbours) - {box})
    return replace(each, neighbours=tuple(sorted(heard)))


def swapped(trust: TrustList, box: ListedBox) -> tuple[ListedBox, ...]:
    """The boxes of a list with this one in the place of its namesake."""
    return tuple(box if each.id == box.id else each for each in trust.boxes)


def set_zones(
    folder: CommuneFolder,
    box: str,
    zones: Sequence[str],
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
) -> SignedList:
    """The zones whose orders the broker lets a box hear. Raises EnrolmentError, and what `enrol` raises."""
    wanted = tuple(dict.fromkeys(checked_id(zone) for zone in zones))

    def zoned(trust: TrustList) -> TrustList:
        known = trust.box(box)
        if known is None:
            raise EnrolmentError(NOT_LISTED.fill(name=box))
        return replace(trust, boxes=swapped(trust, replace(known, zones=wanted)))

    with held(folder):
        return change(folder, now, passphrases, zoned)


def grant(folder: CommuneFolder, key: ListedKey, now: datetime, passphrases: Passphrases = UNLOCKED) -> SignedList:
    """A key of the desk or of a panel, with its rights; the same name again replaces them. Raises as `enrol` does."""
    with held(folder):
        return change(folder, now, passphrases, lambda trust: give_rights(trust, key))


def give_rights(trust: TrustList, key: ListedKey) -> TrustList:
    """The list with this key, in the place of its namesake. Raises EnrolmentError."""
    if key.kid in trust.revoked:
        raise EnrolmentError(REVOKED_KEY)
    return _commanded(trust, replace(trust, keys=(*(each for each in trust.keys if each.name != key.name), key)))


def swap_key(trust: TrustList, key: ListedKey) -> TrustList:
    """The list with this key in the place of its namesake, which is revoked. Raises EnrolmentError."""
    former = {each.kid for each in trust.keys if each.name == key.name and each.kid != key.kid}
    return replace(give_rights(trust, key), revoked=trust.revoked | former)


def change(folder: CommuneFolder, now: datetime, passphrases: Passphrases, made: ledger.Change) -> SignedList:
    """The next list, and the broker's part of it, for whoever holds the folder. Raises as `enrol` does."""
    commune = load_commune(folder)
    signed = ledger.publish(folder, ledger.open_root(folder, passphrases.root), now, made)
    broker.write_all(folder, commune, signed.trust, load_struckoff(folder))
    return signed


def _commanded(former: TrustList, trust: TrustList) -> TrustList:
    """The same list, if anybody may still raise an alarm by it. Raises EnrolmentError."""
    if any(_commands(key) for key in former.keys) and not any(_commands(key) for key in trust.keys):
        raise EnrolmentError(LAST_KEY)
    return trust


def _commands(key: ListedKey) -> bool:
    return key.kind is KeyKind.DESK and any(
        {ANY, CommandType.ALERT} & right.types and {ANY, Status.ACTUAL} & right.statuses for right in key.rights
    )


# ── Revoking ───────────────────────────────────────────────────────────────────────────────────────────


def revoke(folder: CommuneFolder, name: str, now: datetime, passphrases: Passphrases = UNLOCKED) -> SignedList:
    """`gongctl revoke BOX|KEY`: by a box's id, a key's name or a thumbprint. The key is struck for ever.

    Raises EnrolmentError, and what `enrol` raises.
    """
    with held(folder):
        commune = load_commune(folder)
        trust = ledger.current(folder).trust
        box, key = _named(trust, name)
        root = ledger.open_root(folder, passphrases.root)
        signer = office.open_authority(folder, passphrases.authority) if box else None
        kids = frozenset(each.kid for each in (box, key) if each is not None)
        signed = ledger.publish(folder, root, now, lambda held_list: _without(held_list, kids))
        if box is not None and signer is not None:
            struck = _retire(folder, box.id)
            office.publish_struckoff(folder, signer, struck, now, shut_out=f"{commune.id}/{box.id}")
        broker.write_all(folder, commune, signed.trust, load_struckoff(folder))
        return signed


def is_box(folder: CommuneFolder, name: str) -> bool:
    """Is it a box, and no key alone, that is revoked by this name? Raises EnrolmentError where it is nothing;
    LedgerError, FolderError."""
    return _named(ledger.current(folder).trust, name)[0] is not None


def _named(trust: TrustList, name: str) -> tuple[ListedBox | None, ListedKey | None]:
    box = next((each for each in trust.boxes if name in (each.id, each.kid)), None)
    key = next((each for each in trust.keys if name in (each.name, each.kid)), None)
    if box is None and key is None:
        raise EnrolmentError(NOT_LISTED.fill(name=name))
    return box, key


def _without(trust: TrustList, kids: frozenset[str]) -> TrustList:
    keys = tuple(each for each in trust.keys if each.kid not in kids)
    gone = {each.id for each in trust.boxes if each.kid in kids}
    boxes = tuple(
        replace(each, neighbours=tuple(one for one in each.neighbours if one not in gone))
        for each in trust.boxes
        if each.kid not in kids
    )
    return _commanded(trust, replace(trust, keys=keys, boxes=boxes, revoked=trust.revoked | kids))


def _retire(folder: CommuneFolder, box: str) -> tuple[Issued, ...]:
    """Set the record of a box aside; returns the certificates that it had."""
    try:
        record = load_box(folder, box)
    except RegisterError:
        return ()
    path = folder.boxes / f"{box}.json"
    path.replace(folder.boxes / f"{box}.revoked-{thumbprint(record.public)[:8]}")
    return record.issued
