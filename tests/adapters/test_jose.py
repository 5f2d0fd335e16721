"""Signatures and key files: only Ed25519, only by a key that is known, only as what it was signed for."""

import hashlib
import hmac
import json
import stat
import unicodedata
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import thumbprint as library_thumbprint

from gongd.adapters import jose
from gongd.adapters.certificate import new_key, open_key, public_bytes
from gongd.core.errors import KeyFileError, PassphraseError
from gongd.core.wire import Seal, Verified, only
from gongd.core.wire_form import LARGEST_MESSAGE
from gongd.core.wire_refusal import Reason, Refused

KEY = jose.generate()
OTHER = jose.generate()
CLAIMS = '{"iss":"cong-an-xa","note":"Cháy nhà ở cụm 2"}'.encode()
TOKEN = jose.sign(CLAIMS, KEY, Seal.COMMAND)
HEADER = {"alg": "Ed25519", "kid": KEY.kid, "typ": "gong-command"}


def check(token: bytes, x: str = KEY.x, seal: Seal = Seal.COMMAND) -> Verified | Refused:
    return jose.verify(token, only(x), seal)


def b64(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")


def token_of(header: object, payload: bytes = CLAIMS, key: jose.PrivateKey = KEY) -> bytes:
    """A token that is truly signed, whatever its header says."""
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = b64(raw) + b"." + b64(payload)
    return signed + b"." + b64(key.secret.sign(signed))


def test_what_is_signed_is_verified() -> None:
    assert check(TOKEN) == Verified(KEY.kid, CLAIMS)
    assert check(token_of(HEADER)) == Verified(KEY.kid, CLAIMS)


def test_a_private_key_never_shows_itself() -> None:
    assert "secret" not in repr(KEY)
    assert jose.generate() != jose.generate()


def test_a_thumbprint_is_what_the_library_computes() -> None:
    assert KEY.kid == library_thumbprint({"kty": "OKP", "crv": "Ed25519", "x": KEY.x})


def hs256(secret: bytes) -> bytes:
    """The oldest trick: the public key as the secret of a MAC."""
    signed = b64(json.dumps({**HEADER, "alg": "HS256"}).encode()) + b"." + b64(CLAIMS)
    return signed + b"." + b64(hmac.new(secret, signed, hashlib.sha256).digest())


def swapped(token: bytes, other: bytes, part: int) -> bytes:
    parts, others = token.split(b"."), other.split(b".")
    parts[part] = others[part]
    return b".".join(parts)


PUBLIC_PEM = KEY.secret.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
SECOND = jose.sign(b'{"iss":"x"}', KEY, Seal.COMMAND)
OTHER_SIGN = b"B" if TOKEN[-80:-79] == b"A" else b"A"
SPARE = json.dumps(HEADER)[:-1]

HOSTILE: dict[str, tuple[Reason, bytes]] = {
    "signed by another key under this kid": (Reason.SIGNATURE, token_of(HEADER, key=OTHER)),
    "another payload": (Reason.SIGNATURE, swapped(TOKEN, SECOND, 1)),
    "another's signature": (Reason.SIGNATURE, swapped(TOKEN, SECOND, 2)),
    "a signature of zeros": (Reason.SIGNATURE, TOKEN[:-86] + b"A" * 86),
    "one character of the signature": (Reason.SIGNATURE, TOKEN[:-80] + OTHER_SIGN + TOKEN[-79:]),
    "alg none": (Reason.SIGNATURE, token_of({**HEADER, "alg": "none"})),
    "alg None": (Reason.SIGNATURE, token_of({**HEADER, "alg": "None"})),
    "alg EdDSA": (Reason.SIGNATURE, token_of({**HEADER, "alg": "EdDSA"})),
    "alg Ed448": (Reason.SIGNATURE, token_of({**HEADER, "alg": "Ed448"})),
    "alg ed25519": (Reason.SIGNATURE, token_of({**HEADER, "alg": "ed25519"})),
    "alg ES256": (Reason.SIGNATURE, token_of({**HEADER, "alg": "ES256"})),
    "alg HS256, signed": (Reason.SIGNATURE, token_of({**HEADER, "alg": "HS256"})),
    "alg a list": (Reason.SIGNATURE, token_of({**HEADER, "alg": ["Ed25519"]})),
    "alg null": (Reason.SIGNATURE, token_of({**HEADER, "alg": None})),
    "a MAC with the public key": (Reason.MALFORMED, hs256(PUBLIC_PEM)),
    "a MAC with x": (Reason.MALFORMED, hs256(KEY.x.encode())),
    "no signature": (Reason.MALFORMED, TOKEN.rpartition(b".")[0] + b"."),
    "another seal": (Reason.SIGNATURE, jose.sign(CLAIMS, KEY, Seal.ANSWER)),
    "no typ": (Reason.MALFORMED, token_of({"alg": "Ed25519", "kid": KEY.kid})),
    "no kid": (Reason.MALFORMED, token_of({"alg": "Ed25519", "typ": "gong-command"})),
    "kid a number": (Reason.MALFORMED, token_of({**HEADER, "kid": 5})),
    "crit": (Reason.MALFORMED, token_of({**HEADER, "crit": ["exp"], "exp": 1})),
    "b64 false": (Reason.MALFORMED, token_of({**HEADER, "b64": False, "crit": ["b64"]})),
    "b64 true": (Reason.MALFORMED, token_of({**HEADER, "b64": True})),
    "its own jwk": (Reason.MALFORMED, token_of({**HEADER, "jwk": {"kty": "OKP", "x": OTHER.x}}, key=OTHER)),
    "jku": (Reason.MALFORMED, token_of({**HEADER, "jku": "https://example.com/keys"})),
    "x5u": (Reason.MALFORMED, token_of({**HEADER, "x5u": "https://example.com/cert"})),
    "x5c": (Reason.MALFORMED, token_of({**HEADER, "x5c": ["MII"]})),
    "zip": (Reason.MALFORMED, token_of({**HEADER, "zip": "DEF"})),
    "alg twice": (Reason.MALFORMED, token_of((SPARE + ', "alg": "Ed25519"}').encode())),
    "header no object": (Reason.MALFORMED, token_of(b'["Ed25519"]')),
    "header nested": (Reason.MALFORMED, token_of(b"[" * 380)),
    "header no UTF-8": (Reason.MALFORMED, token_of(b'{"alg":"\xff"}')),
    "header with a huge number": (Reason.MALFORMED, token_of((SPARE + ', "n": ' + "9" * 100 + "}").encode())),
    "header too long": (Reason.MALFORMED, token_of({**HEADER, "kid": "x" * 600})),
    "empty": (Reason.MALFORMED, b""),
    "dots": (Reason.MALFORMED, b".."),
    "four parts": (Reason.MALFORMED, TOKEN + b".AA"),
    "two parts": (Reason.MALFORMED, TOKEN.rpartition(b".")[0]),
    "detached": (Reason.MALFORMED, swapped(TOKEN, b"..", 1)),
    "padding": (Reason.MALFORMED, TOKEN + b"=="),
    "white space": (Reason.MALFORMED, TOKEN + b"\n"),
    "a space before": (Reason.MALFORMED, b" " + TOKEN),
    "plain base64": (Reason.MALFORMED, TOKEN[:-86] + b"+/" * 43),
    "JSON serialisation": (Reason.MALFORMED, json.dumps({"payload": "e30", "signatures": []}).encode()),
    "plain JSON": (Reason.MALFORMED, CLAIMS),
    "not ASCII": (Reason.MALFORMED, TOKEN[:-1] + "ế".encode()),
    "too large": (Reason.TOO_LARGE, jose.sign(b"x" * LARGEST_MESSAGE, KEY, Seal.COMMAND)),
    "too large and nothing": (Reason.TOO_LARGE, b"\x00" * (LARGEST_MESSAGE + 1)),
    "an unknown key": (Reason.UNKNOWN_KEY, jose.sign(CLAIMS, OTHER, Seal.COMMAND)),
    "an empty kid": (Reason.UNKNOWN_KEY, token_of({**HEADER, "kid": ""})),
    "a kid that is a path": (Reason.UNKNOWN_KEY, token_of({**HEADER, "kid": "../../root"})),
}


@pytest.mark.parametrize(("reason", "token"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_forged_is_refused_for_its_reason(reason: Reason, token: bytes) -> None:
    verdict = check(token)
    assert isinstance(verdict, Refused), verdict
    assert verdict.reason is reason
    assert verdict.jti is None
    assert len(verdict.detail) <= 200


@pytest.mark.parametrize("length", range(0, len(TOKEN), 7))
def test_what_is_cut_short_is_refused(length: int) -> None:
    assert isinstance(check(TOKEN[:length]), Refused)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TOKEN) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, change: int) -> None:
    spoilt = bytearray(TOKEN)
    spoilt[place] ^= change
    verdict = check(bytes(spoilt))
    assert isinstance(verdict, Refused) or verdict == Verified(KEY.kid, CLAIMS)
    if isinstance(verdict, Verified):  # the last character of a signature has four bits that say nothing
        assert place == len(TOKEN) - 1


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text("AZaz09-_.", max_size=400).map(str.encode))
def test_any_bytes_are_refused_without_a_fuss(token: bytes) -> None:
    assert isinstance(check(token), Refused)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]),
)
def test_a_header_with_anything_in_it_is_refused(value: object, key: str) -> None:
    header = {**HEADER, key: value}
    raw = json.dumps(header).encode("utf-8", "surrogatepass")
    assert isinstance(check(token_of(raw)), Refused) or header == HEADER


@pytest.mark.parametrize("x", ["", "A" * 43, "-" * 43, "AQ", "x" * 1000, "é" * 43, "_" * 42 + "8"])
def test_a_listed_key_that_is_none_verifies_nothing(x: str) -> None:
    assert isinstance(jose.verify(TOKEN, lambda _kid: x, Seal.COMMAND), Refused)


def test_each_seal_opens_itself_only() -> None:
    for seal in Seal:
        token = jose.sign(CLAIMS, KEY, seal)
        opened = [other for other in Seal if isinstance(check(token, seal=other), Verified)]
        assert opened == [seal]


def test_a_large_list_of_trust_is_verified_where_that_is_asked_for() -> None:
    payload = b"x" * 700_000
    token = jose.sign(payload, KEY, Seal.TRUST)
    assert jose.verify(token, only(KEY.x), Seal.TRUST, jose.LARGEST_SIGNED_TRUST) == Verified(KEY.kid, payload)


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("passphrase", [None, "mật khẩu trực ban"])
def test_a_key_comes_back_from_its_file_and_others_may_not_read_it(tmp_path: Path, passphrase: str | None) -> None:
    path = tmp_path / "desk.pem"
    jose.save(KEY, path, passphrase)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert check(jose.sign(CLAIMS, jose.load(path, passphrase), Seal.COMMAND)) == Verified(KEY.kid, CLAIMS)


def test_a_sealed_key_needs_its_passphrase(tmp_path: Path) -> None:
    path = tmp_path / "desk.pem"
    jose.save(KEY, path, "đúng")
    assert b"ENCRYPTED" in path.read_bytes()
    for wrong in (None, "", "sai"):
        with pytest.raises(PassphraseError):
            jose.load(path, wrong)


COMPOSED = "mật khẩu của xã"
PIECES = unicodedata.normalize("NFD", COMPOSED)


@pytest.mark.parametrize("locked_with", [COMPOSED, PIECES])
@pytest.mark.parametrize("typed", [COMPOSED, PIECES])
def test_a_passphrase_is_the_same_however_the_keyboard_writes_its_marks(
    tmp_path: Path, locked_with: str, typed: str
) -> None:
    path = tmp_path / "desk.pem"
    jose.save(KEY, path, locked_with)
    assert jose.load(path, typed) == KEY
    assert public_bytes(open_key(new_key(locked_with), typed))


@pytest.mark.parametrize("typed", [COMPOSED, PIECES])
def test_a_key_that_was_locked_with_a_passphrase_in_pieces_opens_still(tmp_path: Path, typed: str) -> None:
    path, lock = tmp_path / "desk.pem", BestAvailableEncryption(PIECES.encode())
    path.write_bytes(KEY.secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    assert jose.load(path, typed) == KEY
    assert public_bytes(open_key(path.read_bytes(), typed)) == public_bytes(KEY.secret)


def test_a_passphrase_that_is_not_needed_does_no_harm(tmp_path: Path) -> None:
    jose.save(KEY, tmp_path / "desk.pem")
    assert jose.load(tmp_path / "desk.pem", "thừa") == KEY


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "desk.pem"
    jose.save(KEY, path)
    with pytest.raises(KeyFileError):
        jose.save(OTHER, path)
    assert jose.load(path) == KEY


def test_a_public_key_comes_back_from_its_file(tmp_path: Path) -> None:
    jose.save_public(KEY.x, tmp_path / "root.pem")
    assert jose.load_public(tmp_path / "root.pem") == KEY.x


def ed448() -> bytes:
    return Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def rsa() -> bytes:
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("content", [bytes, lambda: b"\x00" * 99, lambda: PUBLIC_PEM, ed448, rsa])
@pytest.mark.parametrize("read", [jose.load, jose.load_public])
def test_a_file_that_is_no_such_key_is_a_clear_error(
    tmp_path: Path, content: Callable[[], bytes], read: Callable[[Path], object]
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content())
    if read is jose.load_public and path.read_bytes() == PUBLIC_PEM:
        assert read(path) == KEY.x
        return
    with pytest.raises(KeyFileError):
        read(path)


def test_a_file_that_cannot_be_reached_is_a_clear_error(tmp_path: Path) -> None:
    for deed in (
        lambda: jose.load(tmp_path / "none.pem"),
        lambda: jose.load_public(tmp_path),
        lambda: jose.save(KEY, tmp_path / "no" / "folder.pem"),
    ):
        with pytest.raises(KeyFileError):
            deed()
