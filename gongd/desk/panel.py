"""A box with `send:` buttons is the desk's own panel: what it may raise, and where (`gongctl panel`)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from gongd.core.calling import target
from gongd.core.catalogue import Status
from gongd.core.errors import GongdError
from gongd.core.trust_list import KeyKind, ListedKey, Right, TrustList
from gongd.core.wire_command import CommandType
from gongd.core.wire_name import Address, Identity, is_id
from gongd.core.words import Text
from gongd.desk.commune_folder import CommuneFolder, held
from gongd.desk.ledger import SignedList
from gongd.desk.membership import NOT_LISTED, UNLOCKED, EnrolmentError, Passphrases, change

NO_PLACE = Text("Xã không có cụm loa hoặc khu “{name}”", "The commune has no box or zone “{name}”")
NO_SIGNAL = Text("“{name}” không phải tên hiệu lệnh", "“{name}” cannot be a signal's name")


class PanelError(GongdError, ValueError):
    """Rights that cannot be given; nothing was signed."""


def key_name(box: str) -> str:
    """What the list of trust, and every record, call a panel's key."""
    return f"panel-{box}"


def set_panel(
    folder: CommuneFolder,
    box: str,
    signals: Iterable[str],
    places: Iterable[str],
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
) -> SignedList:
    """`gongctl panel BOX --may SIGNAL,SIGNAL --at PLACE,PLACE`: actual alarms of these signals at these boxes and zones
    (or `all`), and no others that it could raise before. No signal: it is a panel no more, and a box still.

    Raises PanelError, EnrolmentError, and what `enrol` raises.
    """
    wanted, where = tuple(signals), tuple(places)

    def with_panel(trust: TrustList) -> TrustList:
        listed = trust.box(box)
        if listed is None:
            raise EnrolmentError(NOT_LISTED.fill(name=box))
        others = tuple(key for key in trust.keys if key.name != key_name(box))
        if not wanted:
            return replace(trust, keys=others)
        me = Identity(trust.commune, box, fingerprint=listed.kid)
        right = _right(wanted, [place for name in where for place in _place(name, trust, me)])
        return replace(trust, keys=(*others, ListedKey(key_name(box), listed.x, KeyKind.PANEL, (right,))))

    with held(folder):
        return change(folder, now, passphrases, with_panel)


def _right(signals: Iterable[str], places: list[Address]) -> Right:
    for name in signals:
        if not is_id(name):
            raise PanelError(NO_SIGNAL.fill(name=name))
    alerts, actual = frozenset({CommandType.ALERT.value}), frozenset({Status.ACTUAL.value})
    return Right(alerts, frozenset(signals), actual, tuple(dict.fromkeys(places)))


def _place(name: str, trust: TrustList, me: Identity) -> tuple[Address, ...]:
    found = target(name, trust, me)
    if found is None:
        raise PanelError(NO_PLACE.fill(name=name))
    return found.aud
