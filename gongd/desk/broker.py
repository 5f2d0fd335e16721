"""The broker's part of a commune's folder: written anew from the list of trust at every change, and told to a broker
that runs from there."""

import os
import pwd

from gongd.core.trust_list import TrustList
from gongd.desk import mosquitto
from gongd.desk.authority import seat_names
from gongd.desk.commune_folder import CommuneFolder, write
from gongd.desk.mosquitto import Listener, Reader
from gongd.desk.register import Commune, Struckoff


def write_all(folder: CommuneFolder, commune: Commune, trust: TrustList, struckoff: Struckoff) -> bool:
    """Configuration and access list. True when a broker that runs from this folder was told. Raises FolderError."""
    listener = Listener(commune.port, commune.address, _owner() if os.geteuid() == 0 else None)
    write(folder.broker / mosquitto.CONFIGURATION, mosquitto.configuration(commune.id, listener).encode())
    write(folder.broker / mosquitto.ACCESS_LIST, _access(commune, trust, struckoff).encode(), 0o600)
    return mosquitto.tell(folder.broker)


def _owner() -> str:
    """Whom Mosquitto stays when root starts it by hand; where systemd starts it, its unit decides."""
    return pwd.getpwuid(os.geteuid()).pw_name


def _access(commune: Commune, trust: TrustList, struckoff: Struckoff) -> str:
    listed = {box.id for box in trust.boxes}
    readers = (
        Reader(f"{commune.id}/{box.id}", box.zones, tuple(one for one in box.neighbours if one in listed))
        for box in trust.boxes
    )
    return mosquitto.access_list(commune.id, readers, seat_names(commune.id), struckoff.names, commune.base)
