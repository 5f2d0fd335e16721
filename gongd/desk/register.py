"""The commune's own records of its enrolment: who it is, its boxes, the certificates that count no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

from gongd.core import wire_form as form
from gongd.core.enrolment import HOST, PEM
from gongd.core.errors import GongdError
from gongd.core.wire_form import BOOL, INSTANT, Spelt, from_json, integer, listed, matching, nested, to_json
from gongd.core.wire_name import KEY_ID, SLUG_FORM, is_id
from gongd.core.wire_refusal import Refused
from gongd.core.words import Text
from gongd.desk.commune_folder import PRIVATE, CommuneFolder, FolderError, read, write, write_new

LARGEST_RECORD = 65_536

DAMAGED = Text("{path} hỏng: {why}", "{path} is damaged: {why}")
NO_COMMUNE = Text(
    "{path} không có xã nào (thiếu commune.json). Chỉ thư mục của xã: --folder THƯ-MỤC; chưa có xã thì lập: "
    "gongctl init TÊN-XÃ --host MÁY-CHỦ",
    "There is no commune in {path} (no commune.json). Say where it is: --folder DIR; or make one: "
    "gongctl init COMMUNE --host BROKER",
)
NO_SUCH_BOX = Text("Xã {commune} không có cụm loa {box}", "Commune {commune} has no box {box}")

_SERIAL = matching(r"[0-9]{1,49}")
"""A serial number is up to 20 bytes (RFC 5280): as text, for no reader of JSON keeps so long a number."""
_NAME = matching(r"[A-Za-z0-9/._:-]{1,64}")
_STORE = matching(r"postgresql://[!-~]{1,500}")


class RegisterError(GongdError, ValueError):
    """A record of the commune that is damaged, or that does not exist."""


@dataclass(frozen=True, slots=True)
class Commune:
    """Who and where a commune is. The first of `hosts` is where boxes and desk find the broker."""

    id: Annotated[str, Spelt(SLUG_FORM, "the commune's id")]
    hosts: Annotated[
        tuple[str, ...], Spelt(listed(HOST, 20), "names and addresses of the broker, the first is dialled")
    ]
    port: Annotated[int, Spelt(integer(1, 65535), "its port")]
    base: Annotated[str, Spelt(matching(r"[A-Za-z0-9_-]{1,40}"), "the first level of every topic")]
    made_at: Annotated[datetime, Spelt(INSTANT, "when the folder was made")]
    address: Annotated[str | None, Spelt(HOST, "the one address that the broker listens at; none: all")] = None
    bench: Annotated[bool, Spelt(BOOL, "a workshop bench: nobody signs, nothing is encrypted")] = False
    store: Annotated[str | None, Spelt(_STORE, "the desk's store where it is in PostgreSQL, without a password")] = None

    @property
    def host(self) -> str:
        """Where the broker is found."""
        return self.hosts[0]


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued: its serial number, its name and its end."""

    serial: Annotated[str, Spelt(_SERIAL, "serial number, decimal")]
    name: Annotated[str, Spelt(_NAME, "common name")]
    ends_at: Annotated[datetime, Spelt(INSTANT, "counts until then")]


@dataclass(frozen=True, slots=True)
class BoxRecord:
    """What the desk knows of a box besides the list of trust. `csr` is what it asked its certificate with."""

    id: Annotated[str, Spelt(SLUG_FORM, "the box's id")]
    name: Annotated[str, Spelt(form.text(200), "what people call it")]
    public: Annotated[str, Spelt(KEY_ID, "its public signing key: `x` of its JWK")]
    csr: Annotated[str, Spelt(PEM, "its certificate request")]
    issued: Annotated[tuple[Issued, ...], Spelt(listed(nested(Issued), 200), "its certificates, the newest last")]
    enrolled_at: Annotated[datetime, Spelt(INSTANT, "when it was enrolled with these keys")]


@dataclass(frozen=True, slots=True)
class OwnCertificates:
    """Every certificate that the desk's seats were given, so that all of them can be struck."""

    seats: Annotated[tuple[Issued, ...], Spelt(listed(nested(Issued), 2_000), "the newest last")] = ()


@dataclass(frozen=True, slots=True)
class Struck:
    """A certificate that counts no more, and since when."""

    issued: Annotated[Issued, Spelt(nested(Issued), "which")]
    at: Annotated[datetime, Spelt(INSTANT, "since when")]


@dataclass(frozen=True, slots=True)
class Struckoff:
    """Every certificate that counts no more, and the names that may do nothing."""

    certificates: Annotated[tuple[Struck, ...], Spelt(listed(nested(Struck), 10_000), "revoked")] = ()
    names: Annotated[tuple[str, ...], Spelt(listed(_NAME, 2_000), "shut out by the access list")] = ()
    number: Annotated[int, Spelt(integer(), "of the revocation list, only grows")] = 0


Kept = TypeVar("Kept", Commune, BoxRecord, Struckoff, OwnCertificates)


def _load(kind: type[Kept], path: Path, most: int = LARGEST_RECORD) -> Kept:
    found = from_json(kind, read(path, most), most)
    if isinstance(found, Refused):
        raise RegisterError(DAMAGED.fill(path=path, why=found.detail))
    return found


def load_commune(folder: CommuneFolder) -> Commune:
    """Raises FolderError, also with what to do where there is no commune; RegisterError."""
    try:
        return _load(Commune, folder.commune)
    except FolderError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            raise FolderError(NO_COMMUNE.fill(path=folder.path)) from error
        raise


def save_new_commune(folder: CommuneFolder, commune: Commune) -> None:
    """The last file of a new folder: without it the folder is none. Raises FolderError."""
    write_new(folder.commune, to_json(commune) + b"\n")


def load_box(folder: CommuneFolder, box: str) -> BoxRecord:
    """Raises FolderError, RegisterError, also when there is no such box."""
    path = folder.boxes / f"{box}.json"
    if not is_id(box) or not path.is_file():
        raise RegisterError(NO_SUCH_BOX.fill(commune=load_commune(folder).id, box=box))
    return _load(BoxRecord, path)


def save_box(folder: CommuneFolder, record: BoxRecord) -> None:
    """Raises FolderError."""
    write(folder.boxes / f"{record.id}.json", to_json(record) + b"\n", PRIVATE)


def box_ids(folder: CommuneFolder) -> tuple[str, ...]:
    """The boxes that have a record, sorted."""
    return tuple(sorted(path.stem for path in folder.boxes.glob("*.json") if is_id(path.stem)))


def load_struckoff(folder: CommuneFolder) -> Struckoff:
    """Raises FolderError, RegisterError."""
    path = folder.authority / "struckoff.json"
    return _load(Struckoff, path, 4 * 1_048_576) if path.exists() else Struckoff()


def strike(held: Struckoff, issued: Iterable[Issued], now: datetime) -> Struckoff:
    """The same with these certificates struck; those that have ended by themselves are left out."""
    known = {one.issued.serial for one in held.certificates}
    fresh = tuple(Struck(one, now) for one in issued if one.serial not in known)
    certificates = tuple(one for one in (*held.certificates, *fresh) if one.issued.ends_at > now)
    return Struckoff(certificates, held.names, held.number + 1)


def save_struckoff(folder: CommuneFolder, struckoff: Struckoff) -> None:
    """Raises FolderError."""
    write(folder.authority / "struckoff.json", to_json(struckoff) + b"\n", PRIVATE)


def load_own(folder: CommuneFolder) -> OwnCertificates:
    """Raises FolderError, RegisterError."""
    path = folder.authority / "own.json"
    return _load(OwnCertificates, path, 1_048_576) if path.exists() else OwnCertificates()


def save_own(folder: CommuneFolder, own: OwnCertificates) -> None:
    """Raises FolderError."""
    write(folder.authority / "own.json", to_json(own) + b"\n", PRIVATE)
