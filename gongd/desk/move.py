"""A commune that is merged or renamed: its boxes go over to another commune's folder (`gongctl move`; wire.md).

For `OVERLAP` the boxes that go over obey both desks: the former list names the new root as its successor, and admits
the new desk's keys there until then. So nobody has to be visited that night. Each box also gets an answer for its new
name, which must reach it (by stick, or as a file over the wire) before the overlap ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from gongd.adapters.certificate import Authority
from gongd.core.trust_list import ListedBox, ListedKey, Successor, TrustList
from gongd.core.wire_name import Address, To
from gongd.core.words import Text
from gongd.desk import authority as office
from gongd.desk import broker, ledger
from gongd.desk.commune_folder import CommuneFolder, held
from gongd.desk.enrolment import write_answer
from gongd.desk.ledger import SignedList
from gongd.desk.membership import NOT_LISTED, UNLOCKED, EnrolmentError, Passphrases, checked_id
from gongd.desk.register import BoxRecord, Commune, load_box, load_commune, load_struckoff, save_box

OVERLAP = timedelta(days=90)

SAME_COMMUNE = Text("Hai thư mục là của cùng một xã {commune}", "Both folders are those of commune {commune}")
ID_TAKEN = Text(
    "Xã {commune} đã có cụm loa {box}. Đặt mã khác: {box}=mã-mới", "Commune {commune} has a box {box}: give another id"
)
OTHER_HEIR = Text(
    "Xã {commune} đã nhập vào xã {heir}; không chuyển sang xã khác được",
    "Commune {commune} goes on as {heir} already, and cannot go on as another",
)


@dataclass(frozen=True, slots=True)
class Moved:
    """Boxes that have gone over. `answers` are the files for them, by their new id; `until` ends the overlap."""

    answers: Mapping[str, Path]
    former: SignedList
    new: SignedList
    until: datetime


def move(
    source: CommuneFolder,
    target: CommuneFolder,
    boxes: Mapping[str, str],
    now: datetime,
    source_keys: Passphrases = UNLOCKED,
    target_keys: Passphrases = UNLOCKED,
) -> Moved:
    """Take boxes (old id to new id) into another commune. Both roots and the new authority are needed.

    Raises EnrolmentError, FolderError, KeyFileError, PassphraseError, RegisterError.
    """
    if source.path.resolve() == target.path.resolve():
        raise EnrolmentError(SAME_COMMUNE.fill(commune=load_commune(source).id))
    first, second = sorted((source, target), key=lambda folder: folder.path.resolve())
    with held(first), held(second):
        old, new = load_commune(source), load_commune(target)
        leaving, joining = ledger.current(source).trust, ledger.current(target).trust
        _permit(leaving, joining, boxes)
        roots = (ledger.open_root(source, source_keys.root), ledger.open_root(target, target_keys.root))
        signer = office.open_authority(target, target_keys.authority)
        records = {name: load_box(source, was) for was, name in boxes.items()}
        certificates = {name: _certify(target, signer, new, name, one, now) for name, one in records.items()}
        joined = ledger.publish(target, roots[1], now, lambda trust: _joined(trust, leaving, boxes))
        until = leaving.successor.until if leaving.successor else now + OVERLAP
        heir = Successor(new.id, roots[1].x, until, {**(leaving.successor.ids if leaving.successor else {}), **boxes})
        left = ledger.publish(source, roots[0], now, lambda trust: _left(trust, joined.trust, heir))
        broker.write_all(target, new, joined.trust, load_struckoff(target))
        broker.write_all(source, old, left.trust, load_struckoff(source))
        answers = {name: write_answer(target, new, name, one, joined, now) for name, one in certificates.items()}
        return Moved(answers, left, joined, until)


def _permit(leaving: TrustList, joining: TrustList, boxes: Mapping[str, str]) -> None:
    """Raises EnrolmentError."""
    if leaving.commune == joining.commune:
        raise EnrolmentError(SAME_COMMUNE.fill(commune=leaving.commune))
    if leaving.successor and leaving.successor.commune != joining.commune:
        raise EnrolmentError(OTHER_HEIR.fill(commune=leaving.commune, heir=leaving.successor.commune))
    for was, name in boxes.items():
        box = leaving.box(was)
        if box is None:
            raise EnrolmentError(NOT_LISTED.fill(name=was))
        there = joining.box(checked_id(name))
        if (there is not None and there.x != box.x) or list(boxes.values()).count(name) > 1:
            raise EnrolmentError(ID_TAKEN.fill(commune=joining.commune, box=name))


def _certify(
    target: CommuneFolder,
    signer: Authority,
    new: Commune,
    name: str,
    record: BoxRecord,
    now: datetime,
) -> bytes:
    made, issued = office.certify_box(signer, f"{new.id}/{name}", record.csr.encode(), now)
    save_box(target, replace(record, id=name, issued=(issued,), enrolled_at=now))
    return made


def _joined(trust: TrustList, leaving: TrustList, boxes: Mapping[str, str]) -> TrustList:
    """The new commune's list with the boxes that come; neighbours that come along stay neighbours."""
    coming = tuple(_renamed(box, leaving.commune, boxes) for box in leaving.boxes if box.id in boxes)
    names = {box.id for box in coming}
    return replace(trust, boxes=(*(box for box in trust.boxes if box.id not in names), *coming))


def _renamed(box: ListedBox, commune: str, boxes: Mapping[str, str]) -> ListedBox:
    neighbours = tuple(sorted(boxes[one] for one in box.neighbours if one in boxes))
    former = (*box.former, f"{commune}/{box.id}")[-8:]
    return ListedBox(boxes[box.id], box.x, box.zones, neighbours, former)


def _left(trust: TrustList, joined: TrustList, heir: Successor) -> TrustList:
    """The former commune's list: its successor, and the new desk's keys beside its own."""
    known, taken = {key.x for key in trust.keys}, {key.name for key in trust.keys}
    made = (_guest(key, trust.commune, joined.commune, taken) for key in joined.keys if key.x not in known)
    guests = tuple(guest for guest in made if guest.rights)
    before = trust.successor.keys if trust.successor else frozenset()
    heir = replace(heir, keys=before | {guest.kid for guest in guests})
    return replace(trust, keys=(*trust.keys, *guests), successor=heir)


def _guest(key: ListedKey, commune: str, home: str, taken: set[str]) -> ListedKey:
    """A key of the new commune with those of its rights that are for all of it, here for all of this one."""
    everywhere, here = Address(To.ALL, home), Address(To.ALL, commune)
    rights = tuple(replace(right, places=(here,)) for right in key.rights if everywhere in right.places)
    return replace(key, name=f"{key.name} ({home})" if key.name in taken else key.name, rights=rights)
