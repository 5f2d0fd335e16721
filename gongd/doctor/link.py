"""The link to the desk: what a running daemon says of it; without one the papers, and a try at the broker's door."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gongd.adapters import certificate, jose
from gongd.adapters.clock import kernel_clock
from gongd.core.errors import GongdError
from gongd.core.fault import FaultCode
from gongd.core.fingerprint import check_code
from gongd.core.words import Text
from gongd.doctor.finding import Finding, Patient, fault, good, known, warning
from gongd.settings.model import Mqtt, Settings, TrustedBy
from gongd.settings.place import Papers, papers

TRY_S = 4.0
"""For the name, for the connection and for TLS, each."""
ALERT_S = 1.0
"""A broker that does not want our certificate says so after its own half of the handshake (TLS 1.3)."""
EXPIRING = timedelta(days=30)
NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME: while the clock cannot be believed, a certificate's times say nothing."""

NO_LINK = Text("Kết nối với bàn trực: chưa cấu hình", "The link to the desk: not configured")
PROVEN = Text(
    "Kết nối với bàn trực ({host}): tin đi và về được; danh sách khóa số {number}",
    "The link to the desk ({host}): what is sent comes back; trust list {number}",
)
UNPROVEN = Text(
    "Kết nối với bàn trực ({host}): đã kết nối, chưa có tin định kỳ nào trở về",
    "The link to the desk ({host}): connected, and no heartbeat has come back yet",
)
WAIT = Text("Chờ một phút rồi chạy lại", "Wait a minute and run it again")
NOT_CONNECTED = Text("Kết nối với bàn trực ({host}): mất kết nối", "The link to the desk ({host}): no connection")
NO_LINE = Text(
    "Kết nối với bàn trực ({host}): gongd đang chạy mà không có kết nối này",
    "The link to the desk ({host}): gongd runs without it",
)
SEE_OTHERS = Text("Xem các dòng khác, rồi: sudo systemctl restart gongd", "See the other lines, then restart gongd")
REACHED = Text(
    "Kết nối với bàn trực ({host}): máy chủ trả lời, nhận chứng thư số này",
    "The link to the desk ({host}): the broker answers and takes this certificate",
)
REACHED_BARE = Text(
    "Kết nối với bàn trực ({host}): máy chủ trả lời, không mã hóa (chỉ để thử)",
    "The link to the desk ({host}): the broker answers, unencrypted (for a bench only)",
)
CERTIFICATE = Text("Chứng thư số {name}: hạn {until}", "Certificate {name}: it ends on {until}")
NOT_OURS = Text("không đúng tên {name}", "not in the name {name}")
NOT_OUR_KEY = Text("không đúng khóa TLS của cụm loa", "not for the box's TLS key")
UNUSABLE = Text("Giấy tờ của cụm loa: {path}: {why}", "The box's papers: {path}: {why}")
ENROL_AGAIN = Text("Đăng ký lại: gongd keygen", "Enrol again: gongd keygen")
NOT_ENROLLED = Text("Cụm loa chưa đăng ký với bàn trực: thiếu {path}", "The box is not enrolled: {path} is missing")
ENROL = Text("Chạy: gongd keygen", "Run: gongd keygen")
SHUT = Text("Giấy tờ của cụm loa: không có quyền đọc", "The box's papers: no permission to read them")
SUDO = Text("Chạy lại với sudo", "Run it again with sudo")
ROOT = Text("Khóa gốc của xã: mã kiểm tra {code}", "The commune's root key: check code {code}")
CLOSED = Text("đóng kết nối ngay", "it closes the connection at once")


def link(patient: Patient) -> Iterator[Finding]:
    """Papers, then the connection."""
    settings = patient.settings
    mqtt = settings.mqtt if settings else None
    if settings is None or mqtt is None:
        yield good("link", NO_LINK)
        return
    where, sure = papers(settings), _believes_clock(patient)
    bare = settings.is_bare and mqtt.tls.ca is None and not where.authorities.exists()
    found = [] if bare else list(_papers(settings, where, sure))
    yield from found
    if patient.report is not None:
        yield _as_told(patient.report.get("link"), mqtt)
    elif bare or any(one.code == "certificate" for one in found):
        yield _tried(mqtt, None if bare else where, sure)


def _believes_clock(patient: Patient) -> bool:
    if patient.settings and patient.settings.clock.trust is TrustedBy.ASSUME:
        return True
    match patient.report.get("clock") if patient.report else None:
        case {"trusted": bool(trusted)}:
            return trusted
    return kernel_clock().synchronised


def _as_told(told: object, mqtt: Mqtt) -> Finding:
    """What the daemon says: it has tried for longer than the doctor can."""
    match told:
        case {"proven": True, "trust": number}:
            return good("link", PROVEN.fill(host=mqtt.host, number=number))
        case {"connected": True}:
            return warning("link", UNPROVEN.fill(host=mqtt.host), WAIT)
        case {"connected": _}:
            return fault("link", NOT_CONNECTED.fill(host=mqtt.host), SEE_OTHERS)
        case _:
            return fault("link", NO_LINE.fill(host=mqtt.host), SEE_OTHERS)


# ── Papers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _papers(settings: Settings, where: Papers, sure: bool) -> Iterator[Finding]:
    files = [where.authorities, where.certificate, where.tls_key]
    files += [] if settings.is_bare else [where.key, where.root]
    try:
        for path in files:
            path.open("rb").close()
    except FileNotFoundError:
        yield fault("papers", NOT_ENROLLED.fill(path=path), ENROL)
        return
    except PermissionError:
        yield warning("papers", SHUT, SUDO)
        return
    except OSError as error:
        yield fault("papers", UNUSABLE.fill(path=path, why=error.strerror or error))
        return
    yield _read(where.certificate, lambda: _certificate(settings, where, sure))
    if not settings.is_bare:
        yield _read(where.key, lambda: _signing(where))


def _read(path: Path, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except GongdError as error:
        return fault("papers", UNUSABLE.fill(path=path, why=error.text), ENROL_AGAIN)


def _certificate(settings: Settings, where: Papers, sure: bool) -> Finding:
    """Ours, of the authority beside it, and until when. Raises CertificateError, PassphraseError."""
    facts = certificate.prove(where.certificate.read_bytes(), where.authorities.read_bytes())
    key = certificate.open_key(where.tls_key.read_bytes())
    name = f"{settings.box.commune}/{settings.box.id}"
    wrong = NOT_OURS.fill(name=name) if facts.name != name else None
    if wrong is None and facts.public_key != certificate.public_bytes(key):
        wrong = NOT_OUR_KEY
    if wrong is not None:
        return fault("papers", UNUSABLE.fill(path=where.certificate, why=wrong), ENROL_AGAIN)
    told = CERTIFICATE.fill(name=facts.name, until=f"{facts.ends_at:%d/%m/%Y}")
    left = facts.ends_at - datetime.now(UTC)
    if sure and left <= timedelta():
        return known(FaultCode.CERTIFICATE_EXPIRED, told)
    return known(FaultCode.CERTIFICATE_EXPIRING, told) if sure and left < EXPIRING else good("certificate", told)


def _signing(where: Papers) -> Finding:
    """The box's own key, and whom it obeys. Raises KeyFileError, PassphraseError."""
    jose.load(where.key)
    return good("root", ROOT.fill(code=check_code(jose.load_public(where.root))))


# ── The broker's door ────────────────────────────────────────────────────────────────────────────────────────────


def _tried(mqtt: Mqtt, where: Papers | None, sure: bool) -> Finding:
    try:
        said = _knock(mqtt, where, sure)
    except ssl.SSLCertVerificationError as error:
        return known(FaultCode.BROKER_REFUSED, Text(error.verify_message, error.verify_message))
    except ssl.SSLError as error:
        is_alert = "ALERT" in (error.reason or "")
        why = str(error.reason or error)
        return known(FaultCode.BROKER_REFUSED if is_alert else FaultCode.LINK_DOWN, Text(why, why))
    except (OSError, ValueError) as error:
        why = f"{mqtt.host}:{mqtt.port}: {getattr(error, 'strerror', None) or error}"
        return known(FaultCode.LINK_DOWN, Text(why, why))
    if said == b"":
        return known(FaultCode.BROKER_REFUSED, CLOSED)
    return good("link", (REACHED if where else REACHED_BARE).fill(host=mqtt.host))


def _knock(mqtt: Mqtt, where: Papers | None, sure: bool) -> bytes | None:
    """Connect, and let the broker look at the certificate; what it says unasked. Raises OSError, ValueError.

    Nothing is said to it: a second client of this box's name would push the first one out.
    """
    with socket.create_connection((mqtt.host, mqtt.port), TRY_S) as door:
        if where is None:
            return None
        with _context(where, sure).wrap_socket(door, server_hostname=mqtt.host) as inside:
            inside.settimeout(ALERT_S)
            try:
                return inside.recv(1)
            except TimeoutError:
                return None


def _context(where: Papers, sure: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(where.authorities)
    context.load_cert_chain(where.certificate, where.tls_key, password=_no_passphrase)
    if not sure:
        context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal."""
    raise ValueError("the key is sealed with a passphrase")
