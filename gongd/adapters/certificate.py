"""X.509: TLS keys, requests and certificates of box, broker and desk, and the list of those that count no more.

PEM bytes in, PEM bytes out; files are their owner's business. Everything is Ed25519: Mosquitto 2.0.11 (OpenSSL 3.0) and
2.0.21 (OpenSSL 3.5) take it for broker and client, keys and signatures are the smallest there are (the link is paid by
the megabyte), and no curve or hash has to be chosen. Nothing else is accepted, in requests neither.
"""

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gongd.core.errors import GongdError, PassphraseError
from gongd.core.passphrase import secret_of, spellings
from gongd.core.words import Text

REQUEST_BYTES = 4096
"""A request with an Ed25519 key is some 350 bytes."""
CERTIFICATE_BYTES = 16_384
NAME_LENGTH = 64
"""The most that a common name may hold (RFC 5280, ub-common-name)."""
BACKDATE = timedelta(days=1)
"""A certificate counts from the day before: clocks of two machines are never equal."""

NOT_A_KEY = Text("Tệp khóa TLS hỏng", "The TLS key cannot be read")
WRONG_PASSPHRASE = Text("Sai mật khẩu của khóa", "Wrong passphrase of the key")
NOT_A_CERTIFICATE = Text("Chứng thư số hỏng", "The certificate cannot be read")
NOT_A_REQUEST = Text("Yêu cầu chứng thư số hỏng", "The certificate request cannot be read")
TOO_LARGE = Text("Tệp chứng thư số quá lớn", "The certificate file is too large")
WRONG_ALGORITHM = Text("Khóa không phải Ed25519", "The key is not Ed25519")
NOT_SIGNED = Text("Chữ ký của chứng thư số không đúng", "The certificate's signature is wrong")
LONG_NAME = Text("Tên {name} dài quá {most} ký tự", "The name {name} is longer than {most} characters")


class CertificateError(GongdError, ValueError):
    """A key, a request or a certificate that cannot be used."""


class Use(Enum):
    """What a certificate is for. An authority's signs others."""

    CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
    BROKER = ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was signed by the key it names. `public_key` is the raw 32 bytes."""

    name: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """What a certificate says. Instants are aware; `public_key` is the raw 32 bytes."""

    name: str
    issuer: str
    serial: int
    starts_at: datetime
    ends_at: datetime
    public_key: bytes
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs certificates: its own certificate and its private key, opened."""

    certificate: bytes
    key: Ed25519PrivateKey


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def new_key(passphrase: str | None = None) -> bytes:
    """A new private key as PEM (PKCS 8), locked by the passphrase if there is one."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(secret_of(passphrase)) if passphrase else serialization.NoEncryption(),
    )


def open_key(pem: bytes, passphrase: str | None = None) -> Ed25519PrivateKey:
    """The key of a PEM file; a passphrase that it does not need does no harm.

    Raises CertificateError; PassphraseError where another passphrase is needed.
    """
    is_sealed = b"ENCRYPTED" in pem
    for said in spellings(passphrase) if passphrase and is_sealed else (None,):
        with suppress(TypeError, ValueError, UnsupportedAlgorithm):
            key = serialization.load_pem_private_key(pem, said)
            break
    else:
        raise PassphraseError(WRONG_PASSPHRASE) if is_sealed else CertificateError(NOT_A_KEY)
    if not isinstance(key, Ed25519PrivateKey):
        raise CertificateError(WRONG_ALGORITHM)
    return key


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The raw 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


# ── Requests ─────────────────────────────────────────────────────────────────────────────────────────────────────


def request(key: Ed25519PrivateKey, name: str) -> bytes:
    """Ask for a certificate of that common name (PEM). Raises CertificateError when the name is too long."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_common_name(name))
    return builder.sign(key, None).public_bytes(serialization.Encoding.PEM)


def read_request(pem: bytes) -> Asked:
    """What is asked for, once its own signature is proved. Only the name and the key are ever taken from it.

    Raises CertificateError.
    """
    if len(pem) > REQUEST_BYTES:
        raise CertificateError(TOO_LARGE)
    with _whole(NOT_A_REQUEST):
        asked = x509.load_pem_x509_csr(pem)
        is_signed = asked.is_signature_valid
        key = asked.public_key()
        name = _name_of(asked.subject, NOT_A_REQUEST)
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateError(WRONG_ALGORITHM)
    if not is_signed:
        raise CertificateError(NOT_A_REQUEST)
    return Asked(name, key.public_bytes_raw())


# ── Certificates ─────────────────────────────────────────────────────────────────────────────────────────────────


def found_authority(key: Ed25519PrivateKey, name: str, now: datetime, span: timedelta) -> Authority:
    """A new authority that vouches for itself."""
    subject = _common_name(name)
    usage = _usage(signs_certificates=True)
    constraint = x509.BasicConstraints(ca=True, path_length=0)
    builder = _builder(subject, subject, key.public_key(), now, span).add_extension(constraint, critical=True)
    made = _identified(builder, key.public_key(), key).add_extension(usage, critical=True).sign(key, None)
    return Authority(made.public_bytes(serialization.Encoding.PEM), key)


def issue(
    authority: Authority,
    asked: Asked,
    use: Use,
    now: datetime,
    span: timedelta,
    hosts: Sequence[str] = (),
) -> bytes:
    """A certificate (PEM) for the name and key of `asked`. `hosts` are a broker's DNS names and addresses.

    It never ends after its authority. Raises CertificateError.
    """
    signer = _load(authority.certificate)
    span = min(span, signer.not_valid_after_utc - now)
    try:
        key = Ed25519PublicKey.from_public_bytes(asked.public_key)
    except ValueError as error:
        raise CertificateError(NOT_A_KEY) from error
    builder = _builder(_common_name(asked.name), signer.subject, key, now, span)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = _identified(builder, key, authority.key).add_extension(_usage(), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([use.value]), critical=False)
    if hosts:
        names = x509.SubjectAlternativeName([_host(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(authority.key, None).public_bytes(serialization.Encoding.PEM)


def read(pem: bytes) -> Facts:
    """What a certificate says; nothing is proved yet. Raises CertificateError."""
    loaded = _load(pem)
    with _whole(NOT_A_CERTIFICATE):
        key = loaded.public_key()
        if not isinstance(key, Ed25519PublicKey):
            raise CertificateError(WRONG_ALGORITHM)
        return Facts(
            _name_of(loaded.subject, NOT_A_CERTIFICATE),
            _name_of(loaded.issuer, NOT_A_CERTIFICATE),
            loaded.serial_number,
            loaded.not_valid_before_utc,
            loaded.not_valid_after_utc,
            key.public_bytes_raw(),
            _hosts_of(loaded),
        )


def prove(pem: bytes, authority: bytes) -> Facts:
    """The same, once the authority's signature is proved. Times are not looked at. Raises CertificateError."""
    facts = read(pem)
    try:
        _load(pem).verify_directly_issued_by(_load(authority))
    except (ValueError, TypeError, InvalidSignature) as error:
        raise CertificateError(NOT_SIGNED) from error
    return facts


def revocation_list(authority: Authority, serials: Iterable[tuple[int, datetime]], number: int, now: datetime) -> bytes:
    """The certificates that count no more, and since when (PEM).

    Good until its authority ends: a broker with a list that is past its time refuses everybody (OpenSSL), and boxes
    that cannot be reached are worse than a list that is not renewed.
    """
    signer = _load(authority.certificate)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(signer.subject)
        .last_update(now - BACKDATE)
        .next_update(signer.not_valid_after_utc)
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    )
    for serial, at in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(authority.key, None).public_bytes(serialization.Encoding.PEM)


# ── Parts of them ────────────────────────────────────────────────────────────────────────────────────────────────


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PublicKey, now: datetime, span: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(now + span)
    )


def _identified(
    builder: x509.CertificateBuilder, key: Ed25519PublicKey, signer: Ed25519PrivateKey
) -> x509.CertificateBuilder:
    """Key identifiers: Python 3.13 refuses a chain without them (VERIFY_X509_STRICT)."""
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False).add_extension(
        authority, critical=False
    )


def _usage(signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _common_name(name: str) -> x509.Name:
    if len(name) > NAME_LENGTH:
        raise CertificateError(LONG_NAME.fill(name=name, most=NAME_LENGTH))
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _name_of(name: x509.Name, complaint: Text) -> str:
    """The one common name; a name with anything else in it is not ours."""
    attributes = list(name)
    if len(attributes) != 1 or attributes[0].oid != NameOID.COMMON_NAME:
        raise CertificateError(complaint)
    return str(attributes[0].value)


_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-)){0,10}", re.ASCII | re.IGNORECASE)


def is_host(host: str) -> bool:
    """May it stand in a broker's certificate: a DNS name or an address?"""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(_HOST.fullmatch(host)) and len(host) <= 253
    return True


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in names)


def _load(pem: bytes) -> x509.Certificate:
    if len(pem) > CERTIFICATE_BYTES:
        raise CertificateError(TOO_LARGE)
    with _whole(NOT_A_CERTIFICATE):
        return x509.load_pem_x509_certificate(pem)


_DAMAGED = (
    *(ValueError, TypeError, UnsupportedAlgorithm),
    *(x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType),
)


@contextmanager
def _whole(complaint: Text) -> Iterator[None]:
    """The library looks at each part when it is asked for it; whatever it finds damaged is one complaint."""
    try:
        yield
    except CertificateError:
        raise
    except _DAMAGED as error:
        raise CertificateError(complaint) from error
