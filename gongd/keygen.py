"""The box's side of enrolment: `gongd keygen` makes its keys and asks; `gongd keygen --answer FILE` takes the answer.

Private keys are made here and never leave. The request goes to the desk on a stick; the loudspeaker speaks the code by
which two people know that it arrived unchanged. What comes back is proved before any file changes: by the list of trust
in it, which must be signed by the root that this box has pinned, name this very box, and be no older than the held one.

`--new` asks with new keys, where the old ones were revoked. They wait beside the old, which stay in use until an answer
for the new is taken: a box that works goes on working, and the same answer can be taken again after a power cut.
"""

import glob
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gongd.adapters import certificate, jose
from gongd.adapters.certificate import CertificateError
from gongd.adapters.control import ask
from gongd.adapters.delivery import NOT_WRITTEN, DeliveryError, Placed, put, read_plain
from gongd.adapters.jose import PrivateKey
from gongd.core.enrolment import (
    ANSWER_BYTES,
    REQUEST_KIND,
    EnrolmentAnswer,
    EnrolmentRequest,
    SignedRequest,
    digest,
)
from gongd.core.errors import GongdError, KeyFileError, SocketError
from gongd.core.fingerprint import check_code
from gongd.core.lexicon import why_not
from gongd.core.trust_list import LARGEST_TRUST, TrustList
from gongd.core.wire import Seal, only
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_refusal import Refused
from gongd.core.words import Text
from gongd.folder import settle
from gongd.settings import Settings
from gongd.settings.place import Papers, control_path, papers

ASK_S = 10.0
WAITING = ".new-"
"""What stands in the name of a key that waits for its answer."""

CODE = Text("Mã kiểm tra của cụm loa: {code}.", "Check code of the box: {code}.")
ROOT_CODE = Text("Mã kiểm tra của xã: {code}.", "Check code of the commune: {code}.")

NO_ANSWER = Text("Tệp trả lời hỏng: {why}", "The answer file is damaged: {why}")
NO_KEYS = Text(
    "Cụm loa chưa có khóa. Chạy trước: gongd keygen --to THƯ_MỤC", "The box has no keys yet: gongd keygen --to DIR"
)
NOT_MINE = Text(
    "Tệp trả lời là của {theirs}, cấu hình của cụm loa này ghi {ours}",
    "The answer is for {theirs}; this box's settings say {ours}",
)
OTHER_KEYS = Text(
    "Tệp trả lời là cho khóa khác. Đăng ký lại: gongd keygen --to THƯ_MỤC",
    "The answer is for other keys. Enrol again: gongd keygen --to DIR",
)
OTHER_ROOT = Text(
    "Cụm loa đã nhận khóa gốc khác. Nếu đúng là xã mới: hỏi bàn trực mã kiểm tra của xã, rồi thêm --new-root MÃ",
    "The box has pinned another root. If the commune is new: ask the desk for its check code, and add --new-root CODE",
)
OLD_LIST = Text(
    "Danh sách khóa trong tệp (số {offered}) cũ hơn danh sách đang giữ (số {held})",
    "The list of trust in the file (number {offered}) is older than the one held (number {held})",
)
UNLISTED = Text("Danh sách khóa trong tệp không có cụm loa này", "The list of trust in the file does not name this box")


class KeygenError(GongdError, ValueError):
    """No request can be made, or an answer is not for this box; no file has changed."""


@dataclass(frozen=True, slots=True)
class Requested:
    """A request that was written. `code` is read over the telephone. `keeps_old`: new keys wait, the old ones serve."""

    path: Path
    code: str
    spoken: bool
    keeps_old: bool = False


@dataclass(frozen=True, slots=True)
class Installed:
    """An answer that was taken. `root_code` is set where a root was pinned for the first time, to be compared.

    `host` and `port` are where the desk says that the broker is: `mqtt.host` should say the same. `is_renewal`: a
    running daemon uses it by itself. `needs_start`: it has read a key or a root that holds no more. `is_known`: all
    of it was here before; whether the daemon was started again then, nobody can tell.
    """

    number: int
    ends_at: datetime
    host: str
    port: int
    root_code: str | None
    is_renewal: bool
    needs_start: bool
    is_known: bool = False


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def make_request(settings: Settings, to: Path, now: datetime, new: bool = False) -> Requested:
    """`gongd keygen --to DIR`: keys where there are none yet, and the request file in `to`; `new`: with new keys.

    Raises KeyFileError, DeliveryError, CertificateError.
    """
    place = papers(settings)
    used = _Pair(place.key, place.tls_key)
    pair = used.beside(secrets.token_hex(4)) if new and used.exists else used
    signing, tls = _key(pair.key, settings), _key(pair.tls_key, settings)
    box = settings.box
    request = EnrolmentRequest(
        kind=REQUEST_KIND,
        box=box.id,
        commune=box.commune,
        name=box.name,
        zones=box.zones,
        public=signing.x,
        fingerprint=signing.kid,
        csr=certificate.request(tls.secret, f"{box.commune}/{box.id}").decode(),
        made_at=now,
    )
    proof = jose.sign(digest(request).encode(), signing, Seal.REQUEST)
    path = to / f"{box.commune}-{box.id}.request.json"
    put(path, to_json(SignedRequest(request, proof.decode())) + b"\n", now)
    with suppress(OSError):  # nothing secret is in it, and whoever enrols is not root
        path.chmod(0o644)
    code = check_code(digest(request))
    return Requested(path, code, speak(settings, CODE.fill(code=code)), pair != used)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Where the two private keys of a box lie."""

    key: Path
    tls_key: Path

    @property
    def exists(self) -> bool:
        return self.key.exists() and self.tls_key.exists()

    def beside(self, tag: str) -> "_Pair":
        """Another pair that waits beside this one."""
        return _Pair(*(path.with_name(f"{path.name}{WAITING}{tag}") for path in (self.key, self.tls_key)))

    def waiting(self) -> list["_Pair"]:
        """Those that wait beside this one."""
        name = f"{self.key.name}{WAITING}"
        found = self.key.parent.glob(f"{glob.escape(name)}*")
        pairs = [self.beside(path.name.removeprefix(name)) for path in sorted(found)]
        return [pair for pair in pairs if pair.exists]


def _key(path: Path, settings: Settings) -> PrivateKey:
    """The key that is there, or a new one; it belongs to whom the state folder belongs to: the daemon."""
    if path.exists():
        return jose.load(path)
    made = jose.generate()
    state = settings.journal.path.parent
    try:
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        jose.save(made, path)
        if os.geteuid() == 0 and state.exists():
            owner = state.stat()
            os.chown(path, owner.st_uid, owner.st_gid)
            if path.parent.parent == state:
                os.chown(path.parent, owner.st_uid, owner.st_gid)
    except OSError as error:
        if isinstance(error, GongdError):
            raise
        raise DeliveryError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error
    return made


def speak(settings: Settings, text: Text) -> bool:
    """Have the running daemon say it; False where none runs."""
    said = text.read(settings.box.language)
    try:
        reply = ask(control_path(settings.journal.path), {"do": "say", "text": said}, ASK_S)
    except SocketError:
        return False
    return reply.get("ok") is True


# ── Taking the answer ────────────────────────────────────────────────────────────────────────────────────────────


def take_answer(settings: Settings, path: Path, now: datetime, new_root: str | None = None) -> Installed:
    """`gongd keygen --answer FILE`: prove it, then put all of it in place or nothing.

    `new_root` is the check code of a root that shall replace the pinned one. Raises KeygenError, DeliveryError,
    KeyFileError, CertificateError.
    """
    answer = _read(path)
    place = papers(settings)
    used = _Pair(place.key, place.tls_key)
    pair = _pair_of(used, answer)
    trust = _prove(settings, place, pair, answer, new_root, now)
    pinned = jose.load_public(place.root) if place.root.exists() else None
    is_changed = _install(place, pair, answer, now)
    if pair != used:
        _clear(used)
    facts = certificate.read(answer.certificate.encode())
    code = check_code(answer.root)
    if pinned is None:
        speak(settings, ROOT_CODE.fill(code=code))
    return Installed(
        trust.number,
        facts.ends_at,
        answer.host,
        answer.port,
        root_code=None if pinned else code,
        is_renewal=pair == used and pinned == answer.root,
        needs_start=pair != used or pinned not in (None, answer.root),
        is_known=not is_changed,
    )


def _pair_of(used: _Pair, answer: EnrolmentAnswer) -> _Pair:
    """The keys for which the answer is: new ones that wait for it, else those in use. Raises KeygenError."""
    for pair in used.waiting():
        with suppress(KeyFileError):
            if jose.load(pair.key).kid == answer.fingerprint:
                return pair
    if not used.exists:
        raise KeygenError(NO_KEYS)
    return used


def _read(path: Path) -> EnrolmentAnswer:
    data = read_plain(path, path.parent, ANSWER_BYTES)
    answer = from_json(EnrolmentAnswer, data, ANSWER_BYTES)
    if isinstance(answer, Refused):
        raise KeygenError(NO_ANSWER.fill(why=answer.detail))
    return answer


def _prove(
    settings: Settings, place: Papers, pair: _Pair, answer: EnrolmentAnswer, new_root: str | None, now: datetime
) -> TrustList:
    """The list in the answer, once everything in it fits this box. Raises KeygenError."""
    ours, theirs = f"{settings.box.commune}/{settings.box.id}", f"{answer.commune}/{answer.box}"
    if ours != theirs:
        raise KeygenError(NOT_MINE.fill(ours=ours, theirs=theirs))
    signing, tls = jose.load(pair.key), jose.load(pair.tls_key)
    _prove_certificate(answer, tls, ours)
    trust = _list_in(answer.trust.encode(), answer.root)
    if isinstance(trust, Refused):
        raise KeygenError(NO_ANSWER.fill(why=trust.detail))
    listed = trust.box(answer.box)
    if trust.commune != answer.commune or listed is None:
        raise KeygenError(UNLISTED)
    if listed.x != signing.x or answer.fingerprint != signing.kid:
        raise KeygenError(OTHER_KEYS)
    _prove_root(place, answer, trust, new_root, now)
    return trust


def _prove_certificate(answer: EnrolmentAnswer, tls: PrivateKey, name: str) -> None:
    """Signed by the authority beside it, in this box's name, for this box's TLS key."""
    try:
        facts = certificate.prove(answer.certificate.encode(), answer.authorities.encode())
    except CertificateError as error:
        raise KeygenError(error.text) from error
    if facts.name != name or facts.public_key != certificate.public_bytes(tls.secret):
        raise KeygenError(OTHER_KEYS)


def _list_in(token: bytes, root: str) -> TrustList | Refused:
    opened = jose.verify(token, only(root), Seal.TRUST, jose.LARGEST_SIGNED_TRUST)
    return opened if isinstance(opened, Refused) else from_json(TrustList, opened.payload, LARGEST_TRUST)


def _prove_root(place: Papers, answer: EnrolmentAnswer, trust: TrustList, new_root: str | None, now: datetime) -> None:
    """The pinned root has signed it, or names its root as the commune's successor; or a person says so by its code."""
    if not place.root.exists():
        return
    pinned = jose.load_public(place.root)
    held = _held(place, pinned)
    if pinned == answer.root:
        if held is not None and trust.number < held.number:
            raise KeygenError(OLD_LIST.fill(offered=trust.number, held=held.number))
        return
    if not (held and _is_heirs(held, answer, now)) and new_root != check_code(answer.root):
        raise KeygenError(OTHER_ROOT)


def _is_heirs(held: TrustList, answer: EnrolmentAnswer, now: datetime) -> bool:
    """Is it of the commune into which ours has merged, for this box, in time?"""
    holder, heir = held.holders.get(answer.fingerprint), held.successor
    box = holder.box.id if holder and holder.box else None
    if heir is None or box is None or not heir.admits(box, now):
        return False
    return (heir.root, heir.commune, heir.ids[box]) == (answer.root, answer.commune, answer.box)


def _held(place: Papers, root: str) -> TrustList | None:
    try:
        found = _list_in(place.trust.read_bytes(), root)
    except OSError:
        return None
    return None if isinstance(found, Refused) else found


def _install(place: Papers, pair: _Pair, answer: EnrolmentAnswer, now: datetime) -> bool:
    """Each file takes its place in one step; where one cannot, those before it come back. The list goes last. False
    where all of it was there.

    Raises DeliveryError.
    """
    files = (
        (place.authorities, answer.authorities.encode()),
        (place.certificate, answer.certificate.encode()),
        (place.root, _pem_of(answer.root)),
        (place.trust, answer.trust.encode()),
    )
    done: list[Placed] = []
    try:
        for new, path in ((pair.tls_key, place.tls_key), (pair.key, place.key)):
            if not (path.exists() and path.samefile(new)):
                done.append(_step_in(new, path))
        for path, data in files:
            if not path.exists() or path.read_bytes() != data:
                done.append(put(path, data, now))
    except OSError:
        for placed in reversed(done):
            placed.undo()
        raise
    return bool(done)


def _step_in(new: Path, path: Path) -> Placed:
    """A key that waited takes the place. It keeps its own name, and the former one a name, until all is in place.

    Raises DeliveryError.
    """
    passing, former = path.with_name(f".{path.name}.passing"), _former(path)
    try:
        for name in (passing, former):
            name.unlink(missing_ok=True)
        if path.exists():
            os.link(path, former)
        os.link(new, passing)
        passing.replace(path)
    except OSError as error:
        raise DeliveryError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error
    placed = Placed(path, former if former.exists() else None)
    try:
        settle(path.parent)
    except OSError as error:
        placed.undo()
        raise DeliveryError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error
    return placed


def _former(path: Path) -> Path:
    return path.with_name(f"{path.name}.former")


def _clear(used: _Pair) -> None:
    """All is in place: keys that waited have lost their use, and so have the former ones."""
    names = [_former(used.key), _former(used.tls_key)]
    for pair in used.waiting():
        names += [pair.tls_key, pair.key]
    for name in names:
        with suppress(OSError):
            name.unlink(missing_ok=True)


def _pem_of(root: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "root.pub")
        jose.save_public(root, path)
        return path.read_bytes()
