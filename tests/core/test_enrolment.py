"""The papers of an enrolment: a digest over everything that is asked for."""

from dataclasses import replace
from hashlib import sha256

from gongd.core.enrolment import (
    ANSWER_BYTES,
    REQUEST_BYTES,
    EnrolmentAnswer,
    EnrolmentRequest,
    SignedRequest,
    digest,
)
from gongd.core.fingerprint import thumbprint
from gongd.core.wire_form import from_json, to_json
from tests.core.orders import COMMUNE, NOW, x_of

X = x_of("thon-3")
REQUEST = EnrolmentRequest(
    "gongd-request", "thon-3", COMMUNE, "Thôn 3", ("trung-tam",), X, thumbprint(X), "-----BEGIN\nAA==\n", NOW
)
ANSWER = EnrolmentAnswer(
    *("gongd-answer", "thon-3", COMMUNE, thumbprint(X), "-----BEGIN", "-----BEGIN", x_of("root"), "kenh.example.vn"),
    *(8883, "gong", "e30.e30.AAAA", NOW),
)


def test_papers_are_written_and_read_again() -> None:
    signed = SignedRequest(REQUEST, "e30.e30.AAAA")
    assert from_json(SignedRequest, to_json(signed), REQUEST_BYTES) == signed
    assert from_json(EnrolmentAnswer, to_json(ANSWER), ANSWER_BYTES) == ANSWER


def test_the_digest_is_of_all_that_is_asked_for() -> None:
    assert digest(REQUEST) == sha256(to_json(REQUEST)).hexdigest()
    assert digest(replace(REQUEST, zones=())) != digest(REQUEST)
