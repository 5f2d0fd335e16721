"""Every door through which bytes of others come in, as a table: how they are read, and what a refusal looks like.

`read` raises only `refusals`, whatever the bytes; some also look at what they have read. `seeds` are good examples to
begin from. What a fuzzer has found once is one more seed, and stays one.
"""

import tempfile
from base64 import b64decode, encodebytes
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from gongd import adopt, bootstrap, relays_off
from gongd.adapters import certificate, control, jose, ring_note
from gongd.adapters.certificate import CertificateError
from gongd.cli.parse import parse as parse_words
from gongd.cli.usage import MisuseError
from gongd.core import broken_file, label, notation, reading, sentence, timeline
from gongd.core.command import Ledger, Standing, judge
from gongd.core.enrolment import ANSWER_BYTES, EnrolmentAnswer, EnrolmentRequest, SignedRequest, digest
from gongd.core.errors import ConfigError, PrintError, RhythmError, SocketError
from gongd.core.moment import Moment
from gongd.core.rhythm import DEFAULT_TEMPO
from gongd.core.trust_list import LARGEST_TRUST, TrustList, identify
from gongd.core.wire import MANNERS, Seal, Topics, Verified
from gongd.core.wire_blob import Gathered, blob_of, numbers_in
from gongd.core.wire_form import LARGEST_REPORT, from_json, to_json
from gongd.core.wire_form import parse as parse_object
from gongd.core.wire_name import parse_address
from gongd.core.wire_refusal import Refused
from gongd.core.words import Language
from gongd.desk.applicant import RequestError, parse_request
from gongd.desk.attendance import first_nights
from gongd.desk.hearing import Ear
from gongd.gongctl.table import GONGCTL
from gongd.settings import parse as parse_settings
from tests.core.bodies import EXAMPLES
from tests.core.orders import COMMUNE, NOW, ORDER, OWN, SIGNALS, TRUST

ROOT = Path(__file__).parents[2]
RHYTHMS = ("1 hồi, 9 tiếng", "(2 tiếng nhanh, nghỉ 2s) x 5", "ngũ liên 12s, còi hú 15s, nghỉ 2s", "6 tiếng mỗi 2s")
_FOLDER = Path(tempfile.gettempdir() if not Path("/dev/shm").is_dir() else "/dev/shm")
_KEY = jose.generate()
_TOPICS = Topics("gong", COMMUNE)


@dataclass(frozen=True)
class Parser:
    """One door."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...] = (b"",)
    refusals: tuple[type[Exception], ...] = field(default=())

    def swallow(self, data: bytes) -> bool:
        """Read it, come what may. Was it taken?"""
        try:
            return not isinstance(self.read(data), Refused | None)
        except self.refusals:
            return False


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


# ── Settings and rhythms ─────────────────────────────────────────────────────────────────────────────────────────


def _settings(data: bytes) -> object:
    try:
        return parse_settings(data, "f")
    except ConfigError as error:
        for problem in error.problems:
            assert min(problem.line, problem.column) >= 1
            assert problem.read(Language.VI).encode()
        raise


def _rhythm(data: bytes) -> object:
    """What is understood can be said, and what is said in the ringers' words is understood again."""
    rhythm = notation.parse(_text(data))
    assert all(sentence.describe("Kẻng", rhythm, DEFAULT_TEMPO).read(language) for language in Language)
    assert notation.parse(notation.format_rhythm(rhythm)) == rhythm
    return rhythm


# ── The wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _body(kind: type[Any], most: int, data: bytes) -> object:
    """What is read can be written, and is read again as the same."""
    body = from_json(kind, data, most)
    if not isinstance(body, Refused):
        assert from_json(kind, to_json(body), 4 * most) == body
    return body


def _token(data: bytes) -> object:
    return jose.verify(data, lambda _kid: _KEY.x, Seal.COMMAND)


def _order(data: bytes) -> object:
    """What a desk may have signed, judged to the end."""
    me = identify(COMMUNE, "thon-3", ("bo-song",), OWN, TRUST)
    standing = Standing(me, TRUST, SIGNALS, {})
    now = Moment(NOW, 1000.0, trusted=True)
    _, verdict = judge(Verified(TRUST.keys[0].kid, data), False, standing, Ledger(), now, "d" * 22)
    return verdict


def _heard(data: bytes) -> object:
    topic, _, payload = data.partition(b"\n")
    heard = Ear(_TOPICS, None, jose.verify).hear(_text(topic), payload)
    if not isinstance(heard, Refused):
        first_nights((heard.box, event) for event in getattr(heard.word, "events", ()))
    return heard


def _blob(data: bytes) -> object:
    """A file that comes in pieces: numbers and bytes from anybody, whatever the order has promised."""
    promised = blob_of(b"x" * 30_000)
    assert not isinstance(promised, Refused)
    gathered = Gathered(promised)
    for number, piece in enumerate(data.split(b"\n")):
        gathered = gathered.add(int.from_bytes(piece[:2], "big", signed=True), piece * (1 + number))
    return gathered.whole()


def _missing(data: bytes) -> object:
    return numbers_in(parse_object(data).get("missing"), 86)


# ── Files and people ─────────────────────────────────────────────────────────────────────────────────────────────


def _note(data: bytes) -> object:
    with tempfile.NamedTemporaryFile(dir=_FOLDER) as file:
        file.write(data)
        file.flush()
        return relays_off.read_note(file.name)


def _messages(data: bytes) -> object:
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        (Path(folder) / bootstrap.MESSAGES).write_bytes(data)
        return bootstrap._messages(Path(folder))


def _command_line(data: bytes) -> object:
    words = _text(data).split("\0")
    assert parse_words(words) is None or words
    return parse_words(words, GONGCTL)


def _answered(data: bytes) -> object:
    """What a daemon says to those who ask over the local socket."""
    return adopt._said_by(control._answer(data))


# ── Papers: real ones to begin from ──────────────────────────────────────────────────────────────────────────────


def _papers() -> Mapping[str, bytes]:
    tls = certificate.open_key(certificate.new_key())
    csr = certificate.request(tls, f"{COMMUNE}/thon-3")
    authority = certificate.found_authority(tls, COMMUNE, NOW, timedelta(days=3650))
    root = authority.certificate
    asked = EnrolmentRequest(
        "gongd-request", "thon-3", COMMUNE, "Thôn 3", ("trung-tam",), _KEY.x, _KEY.kid, csr.decode(), NOW
    )
    proof = jose.sign(digest(asked).encode(), _KEY, Seal.REQUEST).decode()
    answer = EnrolmentAnswer(
        "gongd-answer",
        "thon-3",
        COMMUNE,
        _KEY.kid,
        root.decode(),
        root.decode(),
        _KEY.x,
        "kenh.example.vn",
        8883,
        "gong",
        jose.sign(to_json(TRUST), _KEY, Seal.TRUST).decode(),
        NOW,
    )
    return {"request": to_json(SignedRequest(asked, proof)), "csr": csr, "root": root, "answer": to_json(answer)}


def _der(pem: bytes) -> bytes:
    """What is inside a PEM."""
    return b64decode(b"".join(pem.splitlines()[1:-1]))


def _in_pem(label: str, read: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Let the fuzzer at what is inside a PEM."""
    return lambda data: read(
        f"-----BEGIN {label}-----\n".encode() + encodebytes(data) + f"-----END {label}-----\n".encode()
    )


_PAPERS = _papers()
_BODIES: Mapping[str, type[Any]] = {
    channel.value: manner.body for channel, manner in MANNERS.items() if manner.body is not None
}
_EXAMPLE = {kind: to_json(body) for kind, body in EXAMPLES.items()}

PARSERS: Mapping[str, Parser] = {
    "settings": Parser(_settings, ((ROOT / "config.example.yaml").read_bytes(), b"box: {id: a}"), (ConfigError,)),
    "rhythm": Parser(_rhythm, tuple(rhythm.encode() for rhythm in RHYTHMS), (RhythmError,)),
    "token": Parser(_token, (jose.sign(b"{}", _KEY, Seal.COMMAND), b"e30.e30." + b"A" * 86)),
    "order": Parser(_order, (to_json(ORDER),)),
    "trust": Parser(partial(_body, TrustList, LARGEST_TRUST), (to_json(TRUST),)),
    **{
        name: Parser(partial(_body, kind, LARGEST_REPORT), (_EXAMPLE.get(kind, b"{}"),))
        for name, kind in _BODIES.items()
    },
    "hearing": Parser(
        _heard,
        tuple(
            f"{_TOPICS.box('thon-3', channel)}\n".encode() + _EXAMPLE.get(manner.body or object, b"{}")
            for channel, manner in MANNERS.items()
            if manner.body is not None and channel.value != "command"
        ),
    ),
    "topic": Parser(
        lambda data: _TOPICS.parse(_text(data)), (b"gong/nguyet-an/thon-3/command", b"gong/nguyet-an/trust")
    ),
    "address": Parser(lambda data: parse_address(_text(data)), (b"nguyet-an/zone/trung-tam", b"key:" + b"A" * 43)),
    "blob": Parser(_blob, (b"\x00\x00a\n\x00\x01b",)),
    "missing-pieces": Parser(_missing, (b'{"missing":[[0,2],[5,5]]}',), (ValueError,)),
    "enrolment-request": Parser(parse_request, (_PAPERS["request"],), (RequestError,)),
    "certificate-request": Parser(
        _in_pem("CERTIFICATE REQUEST", certificate.read_request), (_der(_PAPERS["csr"]),), (CertificateError,)
    ),
    "certificate": Parser(_in_pem("CERTIFICATE", certificate.read), (_der(_PAPERS["root"]),), (CertificateError,)),
    "pem": Parser(certificate.read, (_PAPERS["root"],), (CertificateError,)),
    "enrolment-answer": Parser(partial(_body, EnrolmentAnswer, ANSWER_BYTES), (_PAPERS["answer"],)),
    "socket": Parser(control._request, (b'{"do":"status"}', b'{"do":"press","button":"fire","for_s":2.5}')),
    "socket-answer": Parser(_answered, (b'{"ok":true}', b'{"error":{"vi":"a","en":"b"}}'), (SocketError,)),
    "command-line": Parser(_command_line, (b"alert\0fire\0--to\0all", b"preview\0--days\x007"), (MisuseError,)),
    "relays-note": Parser(
        _note, (b'{"outputs":[{"pin":17,"active_high":true}],"dry":null}',), (ValueError, RecursionError)
    ),
    "words-for-the-start": Parser(_messages, (b'["Loa \xc4\x91\xc3\xa3 nh\xe1\xba\xadn"]', b"5")),
    "rings-note": Parser(lambda data: ring_note._record(data, "b"), (b'{"boot":"b","at":"","night":""}',)),
    "print": Parser(label.read_label, (b"gongd-print 1 " + b"0" * 64 + b"\n{}\n",), (PrintError,)),
    "timeline": Parser(timeline.from_json, (b"{}",), (ValueError, RecursionError)),
    "broken-settings": Parser(broken_file.journal_in, (b"journal: {path: /a/b}\n", b"journal:\n  path: /a\n")),
    "text-read-aloud": Parser(
        lambda data: reading.read_aloud(_text(data)), ("Cháy ở số 12/3A lúc 22:00 ngày 21/11/2026, 3,5 km".encode(),)
    ),
}
