"""Bodies: what is written is read again, and whatever comes instead is refused without a fuss."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.catalogue import Status, Why
from gongd.core.condition import Sounds
from gongd.core.condition import State as Condition
from gongd.core.lexicon import OUTCOMES, REFUSALS
from gongd.core.wire_command import (
    LARGEST_BLOB,
    MOST_PIECES,
    PIECE,
    CommandClaims,
    CommandType,
    count_pieces,
)
from gongd.core.wire_form import LARGEST_MESSAGE, LARGEST_REPORT, from_json, schema, to_json, to_object
from gongd.core.wire_refusal import STALE, Reason, Refused
from gongd.core.wire_report import Answer, Heartbeat, Step
from tests.core.bodies import AT, BODIES, EXAMPLES
from tests.core.orders import ORDER

FROM_WIRE_MD = """{"iss": "cong-an-xa", "aud": "nguyet-an/thon-3", "jti": "0192f3aa",
 "sent": "2026-11-21T21:14:03.120+07:00", "expires": "2026-11-21T21:16:03+07:00",
 "challenges": {"thon-3": "k3JwAAAAAAAAAAAAAAAAAA"}, "status": "actual", "type": "alert", "signal": "fire",
 "at_most_s": 180, "references": null, "by": "Trực ban Công an xã", "note": "Cháy nhà ở cụm 2"}"""


@given(BODIES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_again(body: Any) -> None:
    assert from_json(type(body), to_json(body), LARGEST_REPORT) == body


@pytest.mark.parametrize("body", EXAMPLES.values(), ids=lambda body: type(body).__name__)
def test_every_body_agrees_with_its_schema(body: Any) -> None:
    described = schema(type(body))
    jsonschema.Draft202012Validator.check_schema(described)
    jsonschema.validate(json.loads(to_json(body)), described)
    assert all(each["description"] for each in described["properties"].values())  # type: ignore[attr-defined]


def test_the_order_of_the_contract_is_read() -> None:
    read = from_json(CommandClaims, FROM_WIRE_MD.encode())
    assert isinstance(read, CommandClaims)
    assert (read.signal, read.at_most_s, str(read.aud[0])) == ("fire", 180.0, "nguyet-an/thon-3")
    assert read.references is None


def test_unknown_keys_of_a_newer_desk_are_ignored() -> None:
    said = json.loads(FROM_WIRE_MD) | {"colour": {"of": ["horn"]}}
    assert from_json(CommandClaims, json.dumps(said).encode()) == from_json(CommandClaims, FROM_WIRE_MD.encode())


def with_(**changed: object) -> bytes:
    return json.dumps(json.loads(FROM_WIRE_MD) | changed).encode()


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"null", b"[]", b'"x"', b"{}", b"\xff\xfe", b"\x00", b"\xef\xbb\xbf{}", b"NaN", b"{} {}"),
        b'{"iss": "a", "iss": "b"}',
        FROM_WIRE_MD.replace('"type": "alert"', '"type": "alert", "type": "cancel"').encode(),
        FROM_WIRE_MD.replace("180", "1e999").encode(),
        FROM_WIRE_MD.replace("180", "NaN").encode(),
        FROM_WIRE_MD.replace("180", "9" * 5000).encode(),
        FROM_WIRE_MD.replace("180", "-1").encode(),
        FROM_WIRE_MD.replace("180", "true").encode(),
        FROM_WIRE_MD.replace("Cháy", "\\ud800").encode(),
        FROM_WIRE_MD.encode("utf-16"),
        FROM_WIRE_MD.encode("latin-1", "replace").replace(b"?", b"\xe1"),
        b'{"a":' * 3000,
        b"[" * 16000,
        with_(by="\x1b[2J tốt"),
        with_(by="thon\u202e3"),
        with_(by=["x"]),
        with_(note="x" * 301),
        with_(jti=None),
        with_(jti="../../etc"),
        with_(jti="short"),
        with_(aud=[]),
        with_(aud="nguyet-an/#"),
        with_(aud=["nguyet-an/thon-3", 5]),
        with_(aud="all"),
        with_(sent="2026-11-21T21:14:03"),
        with_(sent="2026-11-21 21:14:03+07:00"),
        with_(sent="9999-12-31T23:59:59-14:00"),
        with_(sent="2026-02-30T00:00:00Z"),
        with_(sent=1763734443),
        with_(sent="2026-W47-6"),
        with_(type="explode"),
        with_(type=["alert"]),
        with_(status="ACTUAL"),
        with_(signal=None),
        with_(signal="Fire"),
        with_(challenges={"thon-3": "short"}),
        with_(challenges=[["thon-3", "c" * 22]]),
        with_(type="cancel"),
        with_(type="cancel", references=["0192f3aa"], reason="because"),
        with_(type="silence", status="test"),
        with_(type="settings", sha256="a" * 64, size=10, pieces=2, replaces="b" * 64),
        with_(type="announce", sha256="a" * 64, size=2**21, pieces=171),
        with_(type="announce", text="x" * 501),
    ],
    ids=lambda data: repr(data[:40]),
)
def test_what_is_no_order_is_malformed(data: bytes) -> None:
    read = from_json(CommandClaims, data)
    assert isinstance(read, Refused), read
    assert read.reason is Reason.MALFORMED
    assert len(read.detail) <= 200


def test_what_is_too_large_is_not_even_looked_at() -> None:
    read = from_json(CommandClaims, b"[" * (LARGEST_MESSAGE + 1))
    assert isinstance(read, Refused)
    assert read.reason is Reason.TOO_LARGE


_kinds = st.sampled_from(list(EXAMPLES))


@given(_kinds, st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(kind: type[Any], data: bytes) -> None:
    assert isinstance(from_json(kind, data), kind | Refused)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_body_with_anything_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(_kinds)
    said: Any = json.loads(to_json(EXAMPLES[kind]))
    junk = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
    said[data.draw(st.sampled_from(sorted(said)))] = data.draw(junk)
    read = from_json(kind, json.dumps(said).encode("utf-8", "surrogatepass"))
    assert isinstance(read, kind | Refused)


@given(st.sampled_from(list(EXAMPLES)), st.integers(0, 3000), st.integers(0, 255))
def test_a_body_with_one_byte_changed_is_read_or_refused(kind: type[Any], place: int, byte: int) -> None:
    spoilt = bytearray(to_json(EXAMPLES[kind]))
    spoilt[place % len(spoilt)] = byte
    assert isinstance(from_json(kind, bytes(spoilt)), kind | Refused)


def test_a_name_typed_in_pieces_is_brought_together() -> None:
    read = from_json(CommandClaims, with_(by="Tru\u031b\u0323c ban"))
    assert isinstance(read, CommandClaims)
    assert read.by == "Trực ban"


def test_whatever_our_own_details_hold_is_written() -> None:
    odd = {"nan": float("nan"), "huge": 10**40, "when": AT, "half": "\ud800", "set": {1}, "step": Step.FAILED, 5: "key"}
    answer = Answer("thon-3", Step.FAILED, AT, True, detail=odd)  # type: ignore[arg-type]
    read = from_json(Answer, to_json(answer))
    assert isinstance(read, Answer)
    assert (read.detail["nan"], read.detail["huge"], read.detail["step"]) == (None, str(10**40), "failed")


def test_the_reasons_are_those_that_people_are_told() -> None:
    assert {str(reason) for reason in Reason} == set(REFUSALS)
    assert set(Reason) > STALE


def test_every_step_but_the_first_has_an_outcomes_words() -> None:
    assert {str(step) for step in Step} - {"received"} <= {str(outcome) for outcome in OUTCOMES}


def test_an_answer_that_is_stale_asks_for_the_same_order_again() -> None:
    plain = Answer("thon-3", Step.REFUSED, AT, False, "0192f3aa", reason="clock-untrusted")
    assert not plain.is_stale
    assert replace(plain, challenge="c" * 22).is_stale
    assert plain.refusal is Reason.CLOCK_UNTRUSTED
    assert replace(plain, reason="new-in-2030").refusal is None


def test_a_heartbeat_says_first_whether_the_box_sounds_and_is_short() -> None:
    heartbeat = Heartbeat(
        Sounds.YES,
        Condition.QUIESCENT,
        57600,
        "4f1c9a02",
        datetime(2026, 11, 21, 22, 0, 3, tzinfo=UTC),
        True,
        31536000,
        last="finished",
        temperature_c=51.2,
        disk_pct=34,
        memory_pct=41,
        journal="0192f3aa-7c1e-7000-8000-000000000001",
        number=1234567,
    )
    assert next(iter(to_object(heartbeat))) == "sounds"
    assert len(to_json(heartbeat)) <= 270  # the arithmetic of gongd.core.wire


@pytest.mark.parametrize("kind", CommandType)
def test_every_type_of_order_needs_its_own(kind: CommandType) -> None:
    bare = {"type": kind, "signal": None, "status": Status.ACTUAL}
    if kind in (CommandType.SILENCE, CommandType.QUERY):
        assert replace(ORDER, **bare).type is kind  # type: ignore[arg-type]
    else:
        with pytest.raises(ValueError, match=f"^{kind} needs "):
            replace(ORDER, **bare)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"type": CommandType.ALERT, "signal": None}, "alert needs signal"),
        ({"type": CommandType.CANCEL, "reason": Why.SAFE}, "cancel needs references"),
        ({"type": CommandType.CANCEL, "references": ("f1",)}, "cancel needs reason"),
        ({"type": CommandType.ANNOUNCE}, "announce needs text or sha256"),
        ({"type": CommandType.SILENCE, "status": Status.TEST}, "a silence is actual"),
        (
            {"type": CommandType.ANNOUNCE, "sha256": "a" * 64, "pieces": 1},
            "a blob comes in pieces of 12288 bytes",
        ),
        (
            {"type": CommandType.ANNOUNCE, "sha256": "a" * 64, "size": PIECE, "pieces": 2},
            "a blob comes in pieces of 12288 bytes",
        ),
    ],
)
def test_what_an_order_lacks_is_told(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        replace(ORDER, **changed)


def test_a_clip_or_a_text_is_announced_and_a_clip_comes_in_its_pieces() -> None:
    clip = {"type": CommandType.ANNOUNCE, "sha256": "a" * 64, "size": PIECE + 1, "pieces": 2}
    assert replace(ORDER, **clip).pieces == 2  # type: ignore[arg-type]
    assert replace(ORDER, type=CommandType.ANNOUNCE, text="Họp thôn.").text == "Họp thôn."
    assert [count_pieces(size) for size in (1, PIECE, PIECE + 1, LARGEST_BLOB)] == [1, 1, 2, MOST_PIECES]
