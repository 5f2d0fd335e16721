"""Founding a commune: `gongctl init` makes its folder, whole: keys, certificates, first list of trust, broker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gongd.adapters import certificate, jose
from gongd.core.fingerprint import check_code
from gongd.core.trust_list import TrustList, everything
from gongd.core.words import Text
from gongd.desk import authority as office
from gongd.desk import broker, ledger
from gongd.desk.commune_folder import CommuneFolder, make
from gongd.desk.ledger import SignedList
from gongd.desk.membership import UNLOCKED, EnrolmentError, Passphrases, checked_id
from gongd.desk.register import Commune, Struckoff, save_new_commune

DESK_NAME = "cong-an-xa"
BENCH_PORT = 1883
LOOPBACK = "127.0.0.1"

NO_HOST = Text(
    "Cần tên miền hoặc địa chỉ của máy chủ: --host kenh.example.vn",
    "The broker's name or address is needed: --host kenh.example.vn",
)


@dataclass(frozen=True, slots=True)
class Founded:
    """A new commune. `root_code` is read aloud at every box that takes its first answer."""

    commune: Commune
    trust: SignedList
    root_code: str


def found(
    folder: CommuneFolder,
    commune: str,
    hosts: Sequence[str],
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
    port: int = 8883,
    address: str | None = None,
    base: str = "gong",
    desk_name: str = DESK_NAME,
) -> Founded:
    """`gongctl init`: a new commune's folder, whole. `hosts`: names and addresses of the broker, the first is dialled.

    `address` is the only one at which the broker listens (None: all). Raises EnrolmentError, FolderError where
    anything lies already, KeyFileError.
    """
    founding = Commune(checked_id(commune), _hosts(hosts), port, checked_id(base), now, address)
    make(folder)
    root = jose.generate()
    jose.save(root, folder.root_key, passphrases.root)
    jose.save_public(root.x, folder.root_public)
    desk = jose.generate()
    jose.save(desk, folder.desk / "desk.key", passphrases.desk)
    office.found(folder, founding, passphrases.authority, now)
    signed = ledger.begin(folder, root, TrustList(commune, 1, now, keys=(everything(desk_name, desk.x, commune),)))
    broker.write_all(folder, founding, signed.trust, Struckoff())
    save_new_commune(folder, founding)
    return Founded(founding, signed, check_code(root.x))


def found_bench(
    folder: CommuneFolder,
    commune: str,
    hosts: Sequence[str],
    now: datetime,
    port: int = BENCH_PORT,
    address: str = LOOPBACK,
    base: str = "gong",
) -> Commune:
    """`gongctl init --bench`: a folder for a workshop bench, whose boxes say `trust.require: broker`.

    No key, no certificate, no secret: whoever reaches the broker gives orders, so it listens on this machine only,
    unless another address is said. Raises EnrolmentError, FolderError where anything lies already.
    """
    founding = Commune(checked_id(commune), _hosts(hosts), port, checked_id(base), now, address, bench=True)
    make(folder)
    broker.write_bench(folder, founding)
    save_new_commune(folder, founding)
    return founding


def _hosts(hosts: Sequence[str]) -> tuple[str, ...]:
    if not hosts or not all(certificate.is_host(host) for host in hosts):
        raise EnrolmentError(NO_HOST)
    return tuple(dict.fromkeys(hosts))
