"""The broker's part of a commune's folder: written anew from the list of trust at every change, and told to a broker
that runs from there."""

import os
import pwd

from gongd.core.trust_list import ListedBox, TrustList
from gongd.core.wire_name import Address, Identity, To, to_box
from gongd.desk import broker_process, mosquitto
from gongd.desk.authority import seat_names
from gongd.desk.commune_folder import CommuneFolder, write
from gongd.desk.mosquitto import Listener, Reader
from gongd.desk.register import Commune, Struckoff


def write_all(folder: CommuneFolder, commune: Commune, trust: TrustList, struckoff: Struckoff) -> bool:
    """Configuration and access list. True when a broker that runs from this folder was told. Raises FolderError."""
    listener = Listener(commune.port, commune.address, _owner() if os.geteuid() == 0 else None)
    write(folder.broker / mosquitto.CONFIGURATION, mosquitto.configuration(commune.id, listener).encode())
    write(folder.broker / mosquitto.ACCESS_LIST, _access(commune, trust, struckoff).encode(), 0o600)
    return broker_process.tell(folder.broker)


def write_bench(folder: CommuneFolder, commune: Commune) -> None:
    """The configuration of a workshop bench: open to whoever reaches it. Raises FolderError."""
    listener = Listener(commune.port, commune.address, _owner() if os.geteuid() == 0 else None)
    write(folder.broker / mosquitto.CONFIGURATION, mosquitto.bench_configuration(commune.id, listener).encode())


def _owner() -> str:
    """Whom Mosquitto stays when root starts it by hand; where systemd starts it, its unit decides."""
    return pwd.getpwuid(os.geteuid()).pw_name


def _access(commune: Commune, trust: TrustList, struckoff: Struckoff) -> str:
    readers = (_reader(commune, trust, box) for box in trust.boxes)
    return mosquitto.access_list(commune.id, readers, seat_names(commune.id), struckoff.names, commune.base)


def _reader(commune: Commune, trust: TrustList, box: ListedBox) -> Reader:
    hearers = trust.hearers(Identity(commune.id, box.id, fingerprint=box.kid))
    return Reader(
        name=f"{commune.id}/{box.id}",
        zones=box.zones,
        neighbours=tuple(one for one in box.neighbours if trust.box(one) is not None),
        hearers=tuple(one.id for one in hearers),
        orders=_orders(commune, trust, box),
    )


def _orders(commune: Commune, trust: TrustList, box: ListedBox) -> tuple[Address, ...]:
    """Where a panel may send its orders: the places beside its key, and each box of a zone or of a key by itself."""
    places = [place for key in trust.keys if key.x == box.x for right in key.rights for place in right.places]
    found = [place for place in places if place.to is not To.KEY and place.commune == commune.id]
    for place in places:
        if place.to in (To.ZONE, To.KEY):
            meant = (one for one in trust.boxes if place.name in (*one.zones, one.kid))
            found += [to_box(commune.id, one.id) for one in meant]
    return tuple(dict.fromkeys(found))
