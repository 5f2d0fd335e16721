"""The real collector on the real store, for a fleet. Its list of trust is handed in: a commune's ends at 2,000 boxes.

`python -m bench.fleet_desk FOLDER COMMUNE PLACE`; says every half second how many messages it has stored.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench.commune import NAME
from gongd.core.trust_list import ListedBox, TrustList
from gongd.desk.collector import Collector
from gongd.desk.office import Office, open_office
from gongd.desk.store import Store
from gongd.gongctl.duty import connected, now

TELL_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class FleetOffice(Office):
    """An office that is never renewed."""

    def renewed(self) -> "FleetOffice":
        """As it is."""
        return self


def fleet_office(commune: Path, folder: Path) -> FleetOffice:
    """The commune's, with every box of the fleet in its list."""
    office = open_office(commune)
    keys = json.loads((folder / "keys.json").read_text(encoding="ascii"))
    trust = TrustList(NAME, 2, datetime.now(UTC), boxes=tuple(ListedBox(box, x, ("gan",)) for box, x in keys.items()))
    return FleetOffice(office.folder, office.commune, trust, office.token, office.roster, office.store, office.stamp)


def _watch_stdin(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def main(argv: Sequence[str]) -> int:
    """Collect until standard input ends."""
    folder, commune, where = Path(argv[0]), Path(argv[1]), argv[2]
    office = fleet_office(commune, folder)
    place = where if where.startswith("postgresql://") else Path(where)
    office = replace(office, store=place)
    stop = threading.Event()
    threading.Thread(target=_watch_stdin, args=(stop,), daemon=True).start()
    store, taken, told_at = Store(place), 0, 0.0
    with connected(office, keeps=True) as link:
        collector = Collector(office, link, store, None, lambda said: print(json.dumps(said.en), flush=True))
        while not stop.is_set():
            taken += collector.step(now(), 0.1)
            if time.monotonic() - told_at >= TELL_EVERY_S:
                told_at = time.monotonic()
                print(taken, flush=True)
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
