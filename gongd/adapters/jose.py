"""Signatures: compact JWS (RFC 7515) with Ed25519 (RFC 9864) and nothing else, by joserfc; and the files of keys.

joserfc costs some 130 ms and 12 MB: this file alone imports it, and bootstrap imports this file only for a box that has
an `mqtt:`. What a token may look like is decided here, before the library sees it: three parts of base64url, a header
of exactly `alg`, `kid` and `typ`. So there is no `crit`, no `b64`, and no key or address of a key that a sender brings.
"""

import os
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from gongd.core.errors import KeyFileError, PassphraseError
from gongd.core.fingerprint import thumbprint
from gongd.core.lexicon import why_not
from gongd.core.passphrase import secret_of, spellings
from gongd.core.trust_list import LARGEST_TRUST
from gongd.core.wire import FindKey, Seal, Verified
from gongd.core.wire_form import LARGEST_MESSAGE, parse
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.words import Text

ALGORITHM = "Ed25519"

LARGEST_SIGNED_TRUST = LARGEST_TRUST * 4 // 3 + 1024
"""Bytes of a signed trust list: base64 adds a third."""

_PARTS = re.compile(rb"([A-Za-z0-9_-]{2,512})\.([A-Za-z0-9_-]{2,})\.[A-Za-z0-9_-]{86}")
_HEADER = frozenset({"alg", "kid", "typ"})
_LARGEST_KEY_FILE = 16 * 1024

_UNREADABLE = Text(vi="Không đọc được tệp khóa {path}: {why}", en="The key file {path} cannot be read: {why}")
_UNWRITABLE = Text(vi="Không ghi được tệp khóa {path}: {why}", en="The key file {path} cannot be written: {why}")
_NO_KEY = Text(vi="{path} không phải khóa Ed25519", en="{path} is no Ed25519 key")
_SEALED = Text(vi="Sai mật khẩu của tệp khóa {path}", en="Wrong passphrase for the key file {path}")


_Result = TypeVar("_Result")


class _Registry(jws.JWSRegistry):
    """The library's limits, widened to the largest thing that is ever signed; ours are checked before."""

    max_payload_length = LARGEST_SIGNED_TRUST


_REGISTRY = _Registry(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An Ed25519 private key. `x` is the public half (of its JWK), `kid` its thumbprint; nothing shows the secret."""

    x: str
    kid: str
    secret: Ed25519PrivateKey = field(repr=False, compare=False)
    jwk: OKPKey = field(init=False, repr=False, compare=False)
    """The same for the library, made once: it would look at all of the key at every signature."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "jwk", OKPKey.import_key(self.secret))


def generate() -> PrivateKey:
    """A new key, from the system's randomness."""
    return _private(Ed25519PrivateKey.generate())


def from_seed(seed: bytes) -> PrivateKey:
    """The key of these 32 bytes (RFC 8032, 5.1.5). Whoever knows them has it: for simulated people only."""
    return _private(Ed25519PrivateKey.from_private_bytes(seed))


def _private(secret: Ed25519PrivateKey) -> PrivateKey:
    x = str(OKPKey.import_key(secret).as_dict(private=False)["x"])
    return PrivateKey(x, thumbprint(x), secret)


# ── Signatures ───────────────────────────────────────────────────────────────────────────────────────────────────


def sign(payload: bytes, key: PrivateKey, seal: Seal) -> bytes:
    """The compact JWS of these bytes, as what the seal says."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": seal.value}
    return jws.serialize_compact(header, payload, key.jwk, registry=_REGISTRY).encode()


def verify(token: bytes, find: FindKey, seal: Seal, most: int = LARGEST_MESSAGE) -> Verified | Refused:
    """What was signed, and with which key; or why not. Never raises, whatever the bytes.

    `too-large` before anything is looked at; `malformed`; `signature` also for another algorithm or another seal;
    what `find` says of the key.
    """
    if len(token) > most:
        return Refused(Reason.TOO_LARGE, f"{len(token)} bytes, at most {most}")
    parts = _PARTS.fullmatch(token)
    if parts is None:
        return Refused(Reason.MALFORMED, "no compact JWS")
    kid = _key_named_by(parts[1], seal)
    if isinstance(kid, Refused):
        return kid
    x = find(kid)
    return x if isinstance(x, Refused) else _opened(token, kid, x)


@lru_cache(maxsize=4096)
def _key_named_by(header: bytes, seal: Seal) -> str | Refused:
    """A key writes the same header every time."""
    try:
        said = parse(_decoded(header))
    except ValueError as reason:
        return Refused(Reason.MALFORMED, f"header: {reason}"[:200])
    if said.keys() != _HEADER:
        return Refused(Reason.MALFORMED, f"header: not alg, kid and typ, but {sorted(said)}"[:200])
    if said["alg"] != ALGORITHM or said["typ"] != seal.value:
        return Refused(Reason.SIGNATURE, f"alg {said['alg']!r}, typ {said['typ']!r}"[:200])
    kid = said["kid"]
    return kid if isinstance(kid, str) else Refused(Reason.MALFORMED, "kid")


def _decoded(segment: bytes) -> bytes:
    return urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))


def _opened(token: bytes, kid: str, x: str) -> Verified | Refused:
    try:
        return Verified(kid, bytes(jws.deserialize_compact(token, _public(x), registry=_REGISTRY).payload))
    except (JoseError, ValueError, UnsupportedAlgorithm) as reason:
        return Refused(Reason.SIGNATURE, f"{kid}: {reason}"[:200])


@lru_cache(maxsize=4096)
def _public(x: str) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": ALGORITHM, "x": x})


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def save(key: PrivateKey, path: Path, passphrase: str | None = None) -> None:
    """Write a new private key file: PKCS #8 in PEM, its owner's alone. Raises KeyFileError; never overwrites."""
    how: KeySerializationEncryption = BestAvailableEncryption(secret_of(passphrase)) if passphrase else NoEncryption()
    _write(path, key.secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how), 0o600)


def load(path: Path, passphrase: str | None = None) -> PrivateKey:
    """Read a private key file. Raises KeyFileError; PassphraseError where another passphrase is needed."""
    pem = _read(path)
    is_sealed = b"ENCRYPTED" in pem  # a passphrase without need does no harm
    for said in spellings(passphrase) if passphrase and is_sealed else (None,):
        with suppress(TypeError, ValueError, UnsupportedAlgorithm):
            secret = load_pem_private_key(pem, said)
            break
    else:
        raise PassphraseError(_SEALED.fill(path=path)) if is_sealed else KeyFileError(_NO_KEY.fill(path=path))
    if not isinstance(secret, Ed25519PrivateKey):
        raise KeyFileError(_NO_KEY.fill(path=path))
    return _private(secret)


def save_public(x: str, path: Path) -> None:
    """Write a public key (its `x`) as PEM, for everybody. Raises KeyFileError, never overwrites."""
    _write(path, _public(x).as_pem(private=False), 0o644)


def load_public(path: Path) -> str:
    """The `x` of a public key file in PEM. Raises KeyFileError."""
    try:
        key = load_pem_public_key(_read(path))
    except (ValueError, UnsupportedAlgorithm) as reason:
        raise KeyFileError(_NO_KEY.fill(path=path)) from reason
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(_NO_KEY.fill(path=path))
    return str(OKPKey.import_key(key).as_dict(private=False)["x"])


def _read(path: Path) -> bytes:
    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(_LARGEST_KEY_FILE)

    return _told(read, _UNREADABLE, path)


def _write(path: Path, data: bytes, mode: int) -> None:
    def write() -> None:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            path.unlink(missing_ok=True)
            raise

    _told(write, _UNWRITABLE, path)


def _told(deed: Callable[[], _Result], text: Text, path: Path) -> _Result:
    try:
        return deed()
    except OSError as reason:
        raise KeyFileError(text.fill(path=path, why=why_not(reason))) from reason
