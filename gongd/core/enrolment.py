"""The two papers of an enrolment, as they travel on a stick: what a box asks for, and what the desk answers.

No paper holds a secret: both may be seen by anybody. The request is proved by the box's own key and by a code that two
people read to each other; the answer by the list of trust in it, which the commune's root has signed.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from gongd.core import wire_form as form
from gongd.core.wire_form import INSTANT, Spelt, integer, listed, matching, nested, to_json
from gongd.core.wire_name import KEY_ID, SLUG_FORM

REQUEST_BYTES = 16_384
ANSWER_BYTES = 2_097_152
"""The list of trust of a thousand boxes is some 500 kB."""
REQUEST_KIND = "gongd-request"
ANSWER_KIND = "gongd-answer"
MOST_ZONES = 32

PEM = matching(r"[A-Za-z0-9 +/=\n-]{1,16000}")
JWS = matching(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
HOST = matching(r"[A-Za-z0-9.:-]{1,253}")


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """What a box asks for: to be known by this name, with these keys."""

    kind: Annotated[str, Spelt(matching(REQUEST_KIND), "what this file is")]
    box: Annotated[str, Spelt(SLUG_FORM, "the box's id")]
    commune: Annotated[str, Spelt(SLUG_FORM, "its commune's id")]
    name: Annotated[str, Spelt(form.text(200), "what people call it")]
    zones: Annotated[tuple[str, ...], Spelt(listed(SLUG_FORM, MOST_ZONES), "its zones")]
    public: Annotated[str, Spelt(KEY_ID, "its public signing key: `x` of its JWK (Ed25519)")]
    fingerprint: Annotated[str, Spelt(KEY_ID, "that key's thumbprint (RFC 7638)")]
    csr: Annotated[str, Spelt(PEM, "its certificate request, signed by its TLS key")]
    made_at: Annotated[datetime, Spelt(INSTANT, "when, by a clock that may be wrong")]


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request file. `proof` signs the request's digest with the key that it names."""

    request: Annotated[EnrolmentRequest, Spelt(nested(EnrolmentRequest), "what is asked for")]
    proof: Annotated[str, Spelt(JWS, "its digest, signed by the box")]


@dataclass(frozen=True, slots=True)
class EnrolmentAnswer:
    """What the desk answers. `root` is the commune's public root key."""

    kind: Annotated[str, Spelt(matching(ANSWER_KIND), "what this file is")]
    box: Annotated[str, Spelt(SLUG_FORM, "the box's id")]
    commune: Annotated[str, Spelt(SLUG_FORM, "its commune's id")]
    fingerprint: Annotated[str, Spelt(KEY_ID, "the box's key, by its thumbprint")]
    certificate: Annotated[str, Spelt(PEM, "the box's certificate")]
    authorities: Annotated[str, Spelt(PEM, "who signs the broker's certificate, and the box's")]
    root: Annotated[str, Spelt(KEY_ID, "the commune's public root key: `x` of its JWK (Ed25519)")]
    host: Annotated[str, Spelt(HOST, "the broker's name or address")]
    port: Annotated[int, Spelt(integer(1, 65535), "its port")]
    base: Annotated[str, Spelt(matching(r"[A-Za-z0-9_-]{1,40}"), "the first level of every topic")]
    trust: Annotated[str, Spelt(JWS, "the list of trust, signed by the root")]
    made_at: Annotated[datetime, Spelt(INSTANT, "when the desk wrote it")]


def digest(paper: EnrolmentRequest) -> str:
    """SHA-256 (hex) of everything that a request says: what its proof signs and its code is drawn from."""
    return hashlib.sha256(to_json(paper)).hexdigest()
