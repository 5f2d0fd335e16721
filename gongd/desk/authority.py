"""Certificates of a commune: who signs them, and for whom: the broker, the boxes, the desk's seats.

A seat is one connection of the desk to the broker. The broker takes the certificate's name as the client id, so two
programs of the desk that run at once (a `watch` in one window, an alarm in the other, the collector all night) need
two names; `take_seat` gives each a free one.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from gongd.adapters import certificate
from gongd.adapters.certificate import Asked, Authority, Facts, Use
from gongd.core.errors import GongdError
from gongd.core.lexicon import why_not
from gongd.core.words import Text
from gongd.desk.commune_folder import NOT_WRITTEN, PRIVATE, CommuneFolder, FolderError, read, write, write_new
from gongd.desk.register import (
    Commune,
    Issued,
    OwnCertificates,
    load_own,
    load_struckoff,
    save_own,
    save_struckoff,
    strike,
)

AUTHORITY_SPAN = timedelta(days=30 * 365)
SPAN = timedelta(days=730)
"""Two years. A certificate opens the link and nothing else; a box on a hill that nobody visits loses its link when it
ends, and a stolen one is shut out at once by the revocation list, however long its certificate lasts."""
RENEW_BEFORE = timedelta(days=90)
SEATS = 8

NO_SEAT = Text(
    "Đã mở {most} cửa sổ bàn trực cùng lúc. Đóng bớt một cửa sổ", "{most} programs of the desk run already. Close one"
)
NO_CERTIFICATE = Text(
    "Thiếu chứng thư số của bàn trực ({path}). Làm lại ở máy có khóa của xã: gongctl renew --seats; "
    "hoặc chép desk/seat-*.pem và desk/seat.key từ bản sao lưu",
    "The desk has no certificate ({path}). Make them again where the commune's keys are: gongctl renew --seats; "
    "or copy desk/seat-*.pem and desk/seat.key from a backup",
)


class SeatError(GongdError, OSError):
    """The desk has no seat that is free, or none at all."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One connection of the desk. `name` is its client id; the files are for TLS."""

    name: str
    authorities: Path
    certificate: Path
    key: Path


# ── Founding ─────────────────────────────────────────────────────────────────────────────────────────────────────


def found(folder: CommuneFolder, commune: Commune, passphrase: str | None, now: datetime) -> Authority:
    """Make the authority of a new commune, the broker's certificate and the desk's seats. Raises FolderError."""
    pem = certificate.new_key(passphrase)
    write_new(folder.authority / "ca.key", pem, PRIVATE)
    key = certificate.open_key(pem, passphrase)
    authority = certificate.found_authority(key, f"{commune.id} CA", now, AUTHORITY_SPAN)
    write_new(folder.authority / "ca.pem", authority.certificate)
    write_new(folder.broker / "ca.pem", authority.certificate)
    renew_broker(folder, commune, authority, now)
    write_new(folder.desk / "seat.key", certificate.new_key(), PRIVATE)
    renew_seats(folder, commune, authority, now)
    publish_struckoff(folder, authority, (), now)
    return authority


def open_authority(folder: CommuneFolder, passphrase: str | None) -> Authority:
    """Who signs. Raises FolderError, CertificateError when the passphrase is wrong."""
    key = certificate.open_key(read(folder.authority / "ca.key"), passphrase)
    return Authority(read(folder.authority / "ca.pem"), key)


# ── Issuing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def certify_box(authority: Authority, name: str, csr: bytes, now: datetime) -> tuple[bytes, Issued]:
    """A certificate of that name for the key of a request; the name in the request is not looked at.

    Raises CertificateError.
    """
    asked = Asked(name, certificate.read_request(csr).public_key)
    return _issue(authority, asked, Use.CLIENT, now)


def renew_broker(folder: CommuneFolder, commune: Commune, authority: Authority, now: datetime) -> Issued:
    """A new key and certificate for the broker."""
    pem = certificate.new_key()
    asked = Asked(commune.host[: certificate.NAME_LENGTH], certificate.public_bytes(certificate.open_key(pem)))
    made, issued = _issue(authority, asked, Use.BROKER, now, commune.hosts)
    write(folder.broker / "broker.key", pem, PRIVATE)
    write(folder.broker / "broker.pem", made)
    return issued


def renew_seats(folder: CommuneFolder, commune: Commune, authority: Authority, now: datetime) -> tuple[Issued, ...]:
    """Certificates for the seats of the desk, all with the desk's one TLS key."""
    public = certificate.public_bytes(certificate.open_key(read(folder.desk / "seat.key")))
    issued = []
    for number, name in enumerate(seat_names(commune.id), 1):
        made, one = _issue(authority, Asked(name, public), Use.CLIENT, now)
        write(folder.desk / f"seat-{number}.pem", made)
        issued.append(one)
    known = load_own(folder).seats
    save_own(folder, OwnCertificates((*(one for one in known if one.ends_at > now), *issued)))
    return tuple(issued)


def replace_seats(folder: CommuneFolder, commune: Commune, authority: Authority, now: datetime) -> tuple[Issued, ...]:
    """A new TLS key for the desk; every certificate that its seats had before is struck. Raises FolderError."""
    paths = sorted(folder.desk.glob("seat-*.pem"))
    former = {one.serial: one for one in (*load_own(folder).seats, *(_issued_in(path) for path in paths))}
    write(folder.desk / "seat.key", certificate.new_key(), PRIVATE)
    save_own(folder, OwnCertificates())
    issued = renew_seats(folder, commune, authority, now)
    publish_struckoff(folder, authority, tuple(former.values()), now)
    return issued


def _issued_in(path: Path) -> Issued:
    return issued_as(certificate.read(read(path)))


def _issue(
    authority: Authority, asked: Asked, use: Use, now: datetime, hosts: Sequence[str] = ()
) -> tuple[bytes, Issued]:
    made = certificate.issue(authority, asked, use, now, SPAN, hosts)
    return made, issued_as(certificate.read(made))


def issued_as(facts: Facts) -> Issued:
    """What is remembered of a certificate."""
    return Issued(str(facts.serial), facts.name, facts.ends_at)


def publish_struckoff(
    folder: CommuneFolder,
    authority: Authority,
    issued: Sequence[Issued],
    now: datetime,
    shut_out: str | None = None,
    let_in: str | None = None,
) -> None:
    """Strike these certificates too, and give the broker its new revocation list. Raises FolderError.

    `shut_out` is a name that may do nothing any more, also where it is connected still; `let_in` one that may again.
    """
    held = strike(load_struckoff(folder), issued, now)
    names = (set(held.names) | ({shut_out} if shut_out else set())) - {let_in}
    save_struckoff(folder, replace(held, names=tuple(sorted(names))))
    serials = [(int(one.issued.serial), one.at) for one in held.certificates]
    write(folder.broker / "crl.pem", certificate.revocation_list(authority, serials, held.number, now))


# ── Seats ────────────────────────────────────────────────────────────────────────────────────────────────────────


def seat_names(commune: str) -> tuple[str, ...]:
    """The desk's names at the broker. A box's id has no slash, so none can ever be called so."""
    return tuple(f"{commune}/desk/{number}" for number in range(1, SEATS + 1))


@contextmanager
def take_seat(folder: CommuneFolder, commune: Commune) -> Iterator[Seat]:
    """A free seat, held until the end (or the death) of whoever took it. Raises SeatError, FolderError.

    A desk on two machines parts the seats: each has the certificates of its own only.
    """
    for number, name in enumerate(seat_names(commune.id), 1):
        path = folder.desk / f"seat-{number}.pem"
        handle = _hold(path.with_suffix(".lock")) if path.exists() else None
        if handle is not None:
            try:
                yield Seat(name, folder.authority / "ca.pem", path, folder.desk / "seat.key")
            finally:
                os.close(handle)
            return
    here = any(folder.desk.glob("seat-*.pem"))
    raise SeatError(NO_SEAT.fill(most=SEATS) if here else NO_CERTIFICATE.fill(path=folder.desk / "seat-1.pem"))


def _hold(path: Path) -> int | None:
    """A lock, None where another program has it. On a disk that takes no file any more the certificate itself is it."""
    try:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        except OSError:
            handle = os.open(path.with_suffix(".pem"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise FolderError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def own_certificates(folder: CommuneFolder) -> tuple[Facts, ...]:
    """The certificates of authority, broker and desk; a second desk has no broker. Raises FolderError,
    CertificateError."""
    seat = min(folder.desk.glob("seat-*.pem"), default=folder.desk / "seat-1.pem")
    broker = (folder.broker / "broker.pem",) if folder.broker.exists() else ()
    paths = (folder.authority / "ca.pem", *broker, seat)
    return tuple(certificate.read(read(path)) for path in paths)
