"""Bodies of every kind, for the tests of the wire: one example each, and hypothesis' ways to make more."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from gongd.core.catalogue import Status, Why
from gongd.core.condition import Sounds
from gongd.core.condition import State as Condition
from gongd.core.lexicon import Proof
from gongd.core.wire_command import CommandClaims, CommandType, count_pieces
from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_name import to_all, to_box, to_key, to_zone
from gongd.core.wire_report import (
    Answer,
    ChallengeNote,
    Connection,
    Due,
    Heartbeat,
    Info,
    OfferedSignal,
    Presence,
    Step,
)
from tests.core.orders import ORDER, TRUST, x_of

AT = datetime(2026, 11, 21, 22, 0, 3, 120000, tzinfo=timezone(timedelta(hours=7)))

EXAMPLES: Mapping[type[Any], Any] = {
    CommandClaims: ORDER,
    type(TRUST): TRUST,
    Answer: Answer("thon-3", Step.STARTED, AT, True, "0192f3aa-7c1e", proof=Proof.DRIVEN, detail={"cap": 300}),
    Presence: Presence(Connection.DEGRADED, Sounds.RELAYS_ONLY, ("speaker-missing",), AT, boot="4f1c"),
    Heartbeat: Heartbeat(Sounds.YES, Condition.QUIESCENT, 7, "4f1c", AT, True, 3600, last="finished", number=12),
    Info: Info(
        "thon-3",
        "nguyet-an",
        "Thôn 3, xã Nguyệt Ấn",
        "0.1.0",
        "a" * 64,
        zones=("trung-tam",),
        signals=(OfferedSignal("fire", "Báo cháy", 3, 300.0, "Cháy! Cháy! Cháy ở Thôn 3!"),),
        next=(Due(AT, "nightly", "peace"),),
        key=x_of("thon-3"),
        trust_number=7,
    ),
    ChallengeNote: ChallengeNote("thon-3", "c" * 22, "4f1c"),
    EventBatch: EventBatch(
        "thon-3",
        "0192f3aa-7c1e-7000-8000-000000000001",
        (Event(4, AT, "night", "peace", "nightly", date(2026, 11, 21), outcome="rung", detail={"late_s": 0.01}),),
    ),
}

_slugs = st.sampled_from(["a", "7", "thon-3", "trung-tam", "x" * 40, "a--b", "0-0"])
_words = st.sampled_from(["", "Trực ban Công an xã", "Mường Lát", 'x"y\\z', "kẻng 🔔", "\u00a0", "a" * 30]) | st.text(
    "abcđêộứ /{}[],:%'", max_size=12
).map(lambda text: unicodedata.normalize("NFC", text))
_instants = st.integers(0, 6_000_000_000).map(
    lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=seconds % 10**6)
)
_x = st.integers(0, 99).map(lambda number: x_of(str(number)))
_ids = st.text("abcABC019_-", min_size=8, max_size=64)
_challenges = st.text("abcABC019_-", min_size=16, max_size=64)
_addresses = st.one_of(
    st.builds(to_box, _slugs, _slugs),
    st.builds(to_zone, _slugs, _slugs),
    st.builds(to_all, _slugs),
    st.builds(to_key, _x),
)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=8,
)
_details = st.dictionaries(_words, _json, max_size=4)


def _some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def orders(draw: Callable[[st.SearchStrategy[Any]], Any]) -> CommandClaims:
    """Any order that can be given."""
    kind = draw(st.sampled_from(CommandType))
    size = draw(st.integers(1, 1024 * 1024))
    blob = {"sha256": "a" * 64, "size": size, "pieces": count_pieces(size)}
    extra: dict[CommandType, dict[str, Any]] = {
        CommandType.ALERT: {"signal": draw(_slugs), "at_most_s": draw(_some(st.floats(1, 3600)))},
        CommandType.CANCEL: {"references": tuple(draw(st.lists(_ids, min_size=1, max_size=4))), "reason": Why.PAUSE},
        CommandType.QUERY: {"since": draw(_some(st.integers(1, 2**53)))},
        CommandType.ANNOUNCE: draw(st.sampled_from([{"text": "Họp thôn\n19 giờ"}, blob])),
        CommandType.SETTINGS: {**blob, "replaces": "b" * 64},
    }
    return CommandClaims(
        iss=draw(_words),
        aud=tuple(draw(st.lists(_addresses, min_size=1, max_size=4))),
        jti=draw(_ids),
        sent=draw(_instants),
        expires=draw(_instants),
        type=kind,
        status=Status.ACTUAL if kind is CommandType.SILENCE else draw(st.sampled_from(Status)),
        challenges=draw(st.dictionaries(_slugs, _challenges, max_size=3)),
        by=draw(_some(_words)),
        note=draw(_some(_words)),
        **extra.get(kind, {}),
    )


@st.composite
def batches(draw: Callable[[st.SearchStrategy[Any]], Any]) -> EventBatch:
    """Any batch of records."""
    first = draw(st.integers(1, 10**9))
    lines = st.builds(
        Event,
        st.just(1),
        _instants,
        _words,
        *[_some(_words)] * 2,
        _some(st.dates(date(2020, 1, 1), date(2120, 1, 1))),
        *[_some(_words)] * 5,
        _details,
        st.booleans(),
    )
    found = draw(st.lists(lines, min_size=1, max_size=4))
    numbered = tuple(Event(first + place, *_rest(line)) for place, line in enumerate(found))
    return EventBatch(draw(_slugs), draw(_words), numbered)


def _rest(line: Event) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in Event.__slots__ if name != "number")


ANSWERS = st.builds(
    Answer,
    _slugs,
    st.sampled_from(Step),
    _instants,
    st.booleans(),
    _some(_ids),
    _some(_words),
    _some(st.sampled_from(Proof)),
    _some(_challenges),
    _some(st.floats(-1e9, 1e9)),
    _details,
)
BODIES = st.one_of(orders(), batches(), ANSWERS, *(st.just(example) for example in EXAMPLES.values()))
