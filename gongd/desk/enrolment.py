"""Enrolling a box, and renewing certificates (`gongctl enrol`, `renew`, `expiry`; wire.md, Keys).

Every function takes the commune's folder, plain values and the time, does the whole of one thing or raises, and
returns what a person is told. Each change of the list of trust is a new list, signed by the root, one number higher.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gongd.adapters import jose
from gongd.core.enrolment import ANSWER_KIND, EnrolmentAnswer
from gongd.core.fingerprint import check_code, thumbprint
from gongd.core.lexicon import why_not
from gongd.core.trust_list import ListedBox, TrustList
from gongd.core.wire_form import to_json
from gongd.core.words import Text
from gongd.desk import authority as office
from gongd.desk import broker, ledger
from gongd.desk.applicant import Applicant
from gongd.desk.commune_folder import PRIVATE, CommuneFolder, FolderError, held, write
from gongd.desk.ledger import SignedList
from gongd.desk.membership import UNLOCKED, EnrolmentError, Passphrases, swapped
from gongd.desk.register import BoxRecord, Commune, box_ids, load_box, load_commune, load_struckoff, save_box

OTHER_COMMUNE = Text(
    "Cụm loa này ghi xã {theirs}, thư mục này là của xã {ours}",
    "This box names commune {theirs}; this folder is that of {ours}",
)
OTHER_KEY = Text(
    "{box} đã đăng ký với khóa khác. Thay máy mới: thêm --replace (khóa cũ bị hủy)",
    "{box} is enrolled with another key. For a new machine add --replace (the old key is revoked)",
)
REVOKED_BOX = Text(
    "Khóa này đã bị hủy, không đăng ký lại được. Ở cụm loa làm khóa mới: sudo gongd keygen --new --to THƯ-MỤC, "
    "rồi đem tệp mới đến đây",
    "This key was revoked and cannot be enrolled again. Make new keys at the box: sudo gongd keygen --new --to DIR, "
    "then bring the new file here",
)
NO_PLACE = Text(
    "Không ghi được giấy trả lời vào {path}: {why}. Chưa làm gì; xem lại chỗ ghi sau --out",
    "The answer cannot be written to {path}: {why}. Nothing was done; look at the place after --out",
)
KEY_TAKEN = Text("Khóa này đã đăng ký cho cụm loa {box}", "This key is enrolled for box {box} already")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A box that belongs now, or has a new certificate. `answer` is the file to carry to it; `uncarried` says why it
    lies in the folder only, and not where it should be carried from."""

    box: str
    answer: Path
    ends_at: datetime
    trust: SignedList
    root_code: str
    broker_told: bool
    uncarried: Text | None = None


def require_place(out: Path) -> None:
    """Can an answer be written there? Asked before anything is done. Raises FolderError."""
    try:
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise FolderError(NO_PLACE.fill(path=out, why=why_not(error))) from error


# ── Enrolling ────────────────────────────────────────────────────────────────────────────────────────────────────


def enrol(
    folder: CommuneFolder,
    applicant: Applicant,
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
    out: Path | None = None,
    replace_box: bool = False,
) -> Enrolled:
    """`gongctl enrol`, once two people have found the check codes equal: certificate, list of trust, rights, answer.

    The same request twice makes a new certificate and changes nothing else. Raises EnrolmentError, FolderError,
    KeyFileError, PassphraseError, CertificateError; then nothing was signed.
    """
    with held(folder):
        commune = load_commune(folder)
        _admit(commune, applicant, ledger.current(folder).trust, replace_box)
        root = ledger.open_root(folder, passphrases.root)
        signer = office.open_authority(folder, passphrases.authority)
        asked = applicant.request
        made, issued = office.certify_box(signer, f"{commune.id}/{asked.box}", asked.csr.encode(), now)
        former = load_box(folder, asked.box) if asked.box in box_ids(folder) else None
        same = former is not None and former.csr == asked.csr
        kept = former.issued if former and same else ()
        save_box(folder, BoxRecord(asked.box, asked.name, asked.public, asked.csr, (*kept, issued), now))
        signed = ledger.publish(folder, root, now, lambda trust: _with_box(trust, applicant))
        struck = former.issued if former and not same else ()
        office.publish_struckoff(folder, signer, struck, now, let_in=f"{commune.id}/{asked.box}")
        told = broker.write_all(folder, commune, signed.trust, load_struckoff(folder))
        answer, uncarried = _carried(write_answer(folder, commune, asked.box, made, signed, now), out)
        return Enrolled(asked.box, answer, issued.ends_at, signed, check_code(root.x), told, uncarried)


def _admit(commune: Commune, applicant: Applicant, trust: TrustList, replace_box: bool) -> None:
    """May this request be granted? Raises EnrolmentError."""
    asked = applicant.request
    if asked.commune != commune.id:
        raise EnrolmentError(OTHER_COMMUNE.fill(theirs=asked.commune, ours=commune.id))
    if thumbprint(asked.public) in trust.revoked:
        raise EnrolmentError(REVOKED_BOX)
    holder = next((box.id for box in trust.boxes if box.x == asked.public), asked.box)
    if holder != asked.box:
        raise EnrolmentError(KEY_TAKEN.fill(box=holder))
    known = trust.box(asked.box)
    if known is not None and known.x != asked.public and not replace_box:
        raise EnrolmentError(OTHER_KEY.fill(box=asked.box))


def _with_box(trust: TrustList, applicant: Applicant) -> TrustList:
    asked = applicant.request
    known = trust.box(asked.box)
    if known is None:
        return replace(trust, boxes=(*trust.boxes, ListedBox(asked.box, asked.public, asked.zones)))
    renewed = replace(known, x=asked.public, zones=asked.zones)
    revoked = trust.revoked | ({known.kid} if known.x != asked.public else frozenset())
    return replace(trust, boxes=swapped(trust, renewed), revoked=revoked)


def write_answer(
    folder: CommuneFolder,
    commune: Commune,
    box: str,
    made: bytes,
    signed: SignedList,
    now: datetime,
) -> Path:
    """Write the answer for a box into the folder: returns where it lies. Raises FolderError."""
    root = jose.load_public(folder.root_public)
    listed = signed.trust.box(box)
    answer = EnrolmentAnswer(
        kind=ANSWER_KIND,
        box=box,
        commune=commune.id,
        fingerprint=listed.kid if listed else "",
        certificate=made.decode(),
        authorities=(folder.broker / "ca.pem").read_text(encoding="ascii"),
        root=root,
        host=commune.host,
        port=commune.port,
        base=commune.base,
        trust=signed.token.decode(),
        made_at=now,
    )
    path = folder.answers / f"{commune.id}-{box}.answer.json"
    write(path, to_json(answer) + b"\n", PRIVATE)
    return path


def _carried(answer: Path, out: Path | None) -> tuple[Path, Text | None]:
    """The answer where it is carried from; where that takes it no more, it stays in the folder: why."""
    if out is None:
        return answer, None
    try:
        write(out / answer.name, answer.read_bytes(), PRIVATE)
    except FolderError as error:
        return answer, error.text
    return out / answer.name, None


# ── Renewing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def renew(
    folder: CommuneFolder,
    boxes: Iterable[str],
    now: datetime,
    passphrases: Passphrases = UNLOCKED,
    out: Path | None = None,
) -> tuple[Enrolled, ...]:
    """`gongctl renew`: new certificates for keys that are known; the former ones end by themselves.

    The root is not needed. Raises RegisterError for a box that is not enrolled, FolderError, PassphraseError.
    """
    with held(folder):
        commune = load_commune(folder)
        signer = office.open_authority(folder, passphrases.authority)
        signed = ledger.current(folder)
        code = check_code(jose.load_public(folder.root_public))
        done = []
        for record in [load_box(folder, box) for box in boxes]:
            made, issued = office.certify_box(signer, f"{commune.id}/{record.id}", record.csr.encode(), now)
            save_box(folder, replace(record, issued=(*record.issued, issued)))
            answer, uncarried = _carried(write_answer(folder, commune, record.id, made, signed, now), out)
            done.append(Enrolled(record.id, answer, issued.ends_at, signed, code, True, uncarried))
        return tuple(done)


def renew_own(folder: CommuneFolder, now: datetime, passphrases: Passphrases = UNLOCKED) -> None:
    """`gongctl renew --broker`: new certificates for the broker and for the desk's seats.

    The broker must be started again (or told) with its new files. Raises FolderError, PassphraseError.
    """
    with held(folder):
        commune = load_commune(folder)
        signer = office.open_authority(folder, passphrases.authority)
        office.renew_broker(folder, commune, signer, now)
        office.renew_seats(folder, commune, signer, now)
        broker.write_all(folder, commune, ledger.current(folder).trust, load_struckoff(folder))


def replace_seats(folder: CommuneFolder, now: datetime, passphrases: Passphrases = UNLOCKED) -> bool:
    """`gongctl renew --seats`: a new TLS key for the desk; the former certificates are struck, the broker told.

    True when a broker that runs from this folder was told. Raises FolderError, PassphraseError.
    """
    with held(folder):
        commune = load_commune(folder)
        office.replace_seats(folder, commune, office.open_authority(folder, passphrases.authority), now)
        return broker.write_all(folder, commune, ledger.current(folder).trust, load_struckoff(folder))


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a certificate ends. `name` is its common name; `days_left` is negative once it is over."""

    name: str
    ends_at: datetime
    days_left: int


def expiries(folder: CommuneFolder, now: datetime) -> tuple[Expiry, ...]:
    """Every certificate in use, the one that ends first at the top. Raises FolderError, RegisterError."""
    own = [office.issued_as(facts) for facts in office.own_certificates(folder)]
    boxes = [load_box(folder, box).issued[-1] for box in box_ids(folder)]
    found_all = (Expiry(one.name, one.ends_at, (one.ends_at - now).days) for one in (*own, *boxes))
    return tuple(sorted(found_all, key=lambda one: one.ends_at))
