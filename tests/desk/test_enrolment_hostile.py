"""Hostile request files: refused, with nothing signed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gongd.adapters import certificate, jose
from gongd.core.enrolment import REQUEST_BYTES, SignedRequest, digest
from gongd.core.errors import GongdError
from gongd.core.wire import Seal
from gongd.core.wire_form import from_json
from gongd.desk.applicant import RequestError, parse_request
from gongd.keygen import make_request
from gongd.settings.place import papers
from tests.desk.commune import Village, make_village, now


def _signed_by(village: Village, **changes: object) -> bytes:
    """A request with something else in it, honestly signed by the box's own key."""
    path = make_request(village.settings, village.stick, now()).path
    plain = json.loads(path.read_bytes())
    plain["request"].update(changes)
    changed = from_json(SignedRequest, json.dumps(plain).encode(), REQUEST_BYTES)
    assert isinstance(changed, SignedRequest)
    key = jose.load(papers(village.settings).key)
    plain["proof"] = jose.sign(digest(changed.request).encode(), key, Seal.REQUEST).decode()
    return json.dumps(plain).encode()


def _with(**changes: object) -> Callable[[Village], bytes]:
    def change(village: Village) -> bytes:
        plain = json.loads(make_request(village.settings, village.stick, now()).path.read_bytes())
        plain["request"].update(changes)
        return json.dumps(plain).encode()

    return change


def _csr_for(name: str) -> Callable[[Village], bytes]:
    return lambda village: _signed_by(
        village, csr=certificate.request(certificate.open_key(certificate.new_key()), name).decode()
    )


HOSTILE: dict[str, Callable[[Village], bytes]] = {
    "empty": lambda _: b"",
    "no JSON": lambda _: b"\x00\xff{",
    "a list": lambda _: b"[]",
    "deep": lambda _: b"[" * 16_000,
    "oversized": lambda village: _signed_by(village) + b" " * REQUEST_BYTES,
    "an answer": lambda _: b'{"kind": "gongd-answer"}',
    "another box, the old proof": _with(box="thon-4"),
    "another zone, the old proof": _with(zones=["khac"]),
    "another key, the old proof": _with(public=jose.generate().x),
    "a request for another box": _csr_for("nguyet-an/thon-4"),
    "a request for the desk": _csr_for("nguyet-an/desk/1"),
    "a request for everybody": _csr_for("+"),
    "no request": lambda village: _signed_by(village, csr="-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END"),
    "another fingerprint": lambda village: _signed_by(village, fingerprint="A" * 43),
    "a reserved id": lambda village: _signed_by(village, box="all"),
    "a reserved zone": lambda village: _signed_by(village, zones=["blob"]),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_request_is_refused_with_nothing_signed(ram: Path, kind: str) -> None:
    with pytest.raises(RequestError):
        parse_request(HOSTILE[kind](make_village(ram)))


@pytest.mark.parametrize("change", [{"box": "a\nuser b"}, {"commune": "../x"}, {"name": "\x1b[2J"}, {"zones": "x"}])
def test_a_request_that_could_write_lines_of_its_own_is_refused(ram: Path, change: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        parse_request(_with(**change)(make_village(ram)))


def test_a_request_with_another_kind_of_key_is_refused(ram: Path) -> None:
    pem = (Path(__file__).parent / "other-key.csr").read_text(encoding="ascii")
    with pytest.raises(RequestError):
        parse_request(_signed_by(make_village(ram), csr=pem))


def test_damaged_requests_never_raise_anything_but_our_own_error(ram: Path) -> None:
    good = _signed_by(make_village(ram))
    parse_request(good)
    for place in range(0, len(good), 7):
        for data in (good[:place], good[:place] + b"}" + good[place + 1 :]):
            try:
                parse_request(data)
            except GongdError:
                continue
