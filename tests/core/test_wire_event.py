"""Records in batches, and clips in pieces: in order, whole, and nothing taken for something else."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongd.core.activation import Outcome
from gongd.core.catalogue import Origin, Status
from gongd.core.record import Kind, Record
from gongd.core.wire_blob import Blob, Gathered, blob_in, blob_of, cut, numbers_in, spans_of
from gongd.core.wire_command import LARGEST_BLOB, MOST_PIECES, PIECE, CommandType
from gongd.core.wire_event import BATCH, MOST_EVENTS, Event, EventBatch, event_of, gaps, pack
from gongd.core.wire_form import LARGEST_REPORT, from_json, to_json
from gongd.core.wire_refusal import Reason, Refused
from tests.core.orders import ORDER

AT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
RECORD = Record(
    AT,
    Kind.NIGHT,
    "peace",
    "nightly",
    date(2026, 11, 21),
    "nightly-2026-11-21",
    "schedule",
    "actual",
    "rung",
    None,
    {"late_s": 0.012},
    True,
)


def event(number: int, weight: int = 0) -> Event:
    return replace(event_of(number, RECORD), detail={"x": "x" * weight})


def test_a_record_comes_back_as_it_was() -> None:
    batch = EventBatch("thon-3", "j", (event_of(9, RECORD),))
    read = from_json(EventBatch, to_json(batch), LARGEST_REPORT)
    assert isinstance(read, EventBatch)
    assert read.events[0].record == RECORD


def test_a_record_of_which_little_is_known_stays_so() -> None:
    bare = Record(AT, Kind.BOOT)
    sent = event_of(1, bare)
    assert sent == Event(1, AT, "boot")
    assert sent.record == bare


def test_words_of_a_record_go_as_plain_words() -> None:
    sent = event_of(
        9, replace(RECORD, origin=Origin.SCHEDULE, status=Status.ACTUAL, outcome=Outcome.MISSED, reason="late")
    )
    said = (sent.kind, sent.origin, sent.status, sent.outcome, sent.reason)
    assert said == ("night", "schedule", "actual", "missed", "late")
    assert {type(word) for word in said} == {str}


def test_a_kind_of_record_that_only_newer_boxes_know_is_kept() -> None:
    newer = EventBatch("thon-3", "j", (replace(event_of(9, RECORD), kind="eclipse"),))
    read = from_json(EventBatch, to_json(newer))
    assert read == newer
    assert newer.events[0].record is None


def test_words_that_are_too_long_are_cut_rather_than_lost() -> None:
    long = EventBatch("thon-3", "j", (replace(event_of(9, RECORD), reason="x" * 5000),))
    read = from_json(EventBatch, to_json(long))
    assert isinstance(read, EventBatch)
    assert read.events[0].reason == "x" * 1000


@given(st.lists(st.tuples(st.integers(0, 6000), st.booleans()), max_size=40))
def test_batches_hold_every_record_in_order_without_gaps(drawn: list[tuple[int, bool]]) -> None:
    events, number = [], 1
    for weight, leap in drawn:
        number += 5 if leap else 1
        events.append(event(number, weight))
    batches = list(pack("thon-3", "j", events))
    assert [each for batch in batches for each in batch.events] == events
    for batch in batches:
        assert len(batch.events) == 1 or len(to_json(batch)) <= BATCH + 100
        assert batch.last - batch.first + 1 == len(batch.events) <= MOST_EVENTS


def test_a_record_larger_than_a_batch_travels_alone() -> None:
    batches = list(pack("thon-3", "j", [event(1), event(2, 3 * BATCH), event(3)]))
    assert [batch.first for batch in batches] == [1, 2, 3]
    assert {(batch.box, batch.journal) for batch in batches} == {("thon-3", "j")}


def test_a_batch_is_as_full_as_it_may_be() -> None:
    weight = len(to_json(event(1))) + 1
    for most, sizes in ((3 * weight, [3, 3]), (3 * weight - 1, [2, 2, 2])):
        batches = pack("thon-3", "j", (event(number) for number in range(1, 7)), most)
        assert [len(batch.events) for batch in batches] == sizes
    many = pack("thon-3", "j", (event(number) for number in range(1, MOST_EVENTS + 2)), 10**9)
    assert [len(batch.events) for batch in many] == [MOST_EVENTS, 1]


@pytest.mark.parametrize("numbers", [[], [2, 4], [2, 1], [1, 1]])
def test_a_batch_with_a_gap_is_none(numbers: list[int]) -> None:
    with pytest.raises(ValueError, match=r"^numbers follow each other$"):
        EventBatch("thon-3", "j", tuple(event(number) for number in numbers))


def test_one_that_is_missing_is_a_gap_wherever_it_is() -> None:
    assert gaps([], 1) == [(1, 1)]
    assert [gaps(numbers, 3) for numbers in ([2, 3], [1, 3], [1, 2], [1, 2, 3])] == [[(1, 1)], [(2, 2)], [(3, 3)], []]
    assert gaps([5], 3) == [(1, 3)]


@given(st.sets(st.integers(1, 30)), st.integers(0, 30))
def test_gaps_are_exactly_what_is_missing(numbers: set[int], last: int) -> None:
    spans = gaps(sorted(numbers), last)
    assert all(first <= until < after - 1 for (first, until), (after, _) in pairwise(spans))
    missing = {number for first, until in spans for number in range(first, until + 1)}
    assert missing == set(range(1, last + 1)) - numbers


@given(st.integers(1, 3 * PIECE + 1), st.randoms(use_true_random=False))
def test_pieces_in_any_order_and_twice_make_the_file(size: int, chance: random.Random) -> None:
    data = bytes(chance.getrandbits(8) for _ in range(97)) * (size // 97 + 1)
    data = data[:size]
    blob = blob_of(data)
    assert isinstance(blob, Blob)
    pieces = list(enumerate(cut(data)))
    assert len(pieces) == blob.pieces
    coming = [*pieces, *pieces]
    chance.shuffle(coming)
    gathered = Gathered(blob)
    for number, piece in coming:
        gathered = gathered.add(number, piece)
    assert gathered.whole() == data


def test_a_file_whose_pieces_were_changed_is_not_used() -> None:
    data = b"a" * (PIECE + 5)
    blob = blob_of(data)
    assert isinstance(blob, Blob)
    gathered = Gathered(blob).add(0, b"a" * PIECE)
    assert gathered.whole() is None
    assert gathered.missing == (1,)
    spoilt = gathered.add(1, b"aaaab").whole()
    assert isinstance(spoilt, Refused)
    assert spoilt == Refused(Reason.SIGNATURE, "the pieces are not the file that the order names")


@pytest.mark.parametrize(("number", "piece"), [(-1, b"a" * PIECE), (2, b""), (0, b"a"), (1, b"a" * 6), (0, b"")])
def test_a_piece_that_cannot_be_of_the_file_changes_nothing(number: int, piece: bytes) -> None:
    blob = Blob("a" * 64, PIECE + 5, 2)
    assert Gathered(blob).add(number, piece) == Gathered(blob)


def test_a_file_that_is_empty_or_too_large_is_refused() -> None:
    assert blob_of(b"") == Refused(Reason.MALFORMED, "empty")
    assert blob_of(b"a" * (LARGEST_BLOB + 1)) == Refused(Reason.TOO_LARGE, "1048577 bytes, at most 1048576")
    whole = b"a" * LARGEST_BLOB
    assert blob_of(whole) == Blob(sha256(whole).hexdigest(), LARGEST_BLOB, MOST_PIECES)


def test_an_order_names_a_file_whole_or_not_at_all() -> None:
    order = replace(ORDER, type=CommandType.ANNOUNCE, sha256="a" * 64, size=PIECE + 1, pieces=2)
    assert blob_in(order) == Blob("a" * 64, PIECE + 1, 2)
    assert blob_in(ORDER) is None


@pytest.mark.parametrize(
    ("numbers", "spans"),
    [([], []), ([7], [[7, 7]]), ([5, 0, 1, 2], [[0, 2], [5, 5]]), ([3, 2, 1], [[1, 3]]), ([1, 3], [[1, 1], [3, 3]])],
)
def test_missing_pieces_are_told_as_spans_and_understood(numbers: list[int], spans: list[list[int]]) -> None:
    assert spans_of(numbers) == spans
    assert numbers_in(spans, 8) == tuple(sorted(numbers))


def test_spans_from_anybody_name_no_piece_that_there_is_not() -> None:
    assert numbers_in([[-5, 10**9]], 3) == (0, 1, 2)
    assert numbers_in([[2, 1], ["a", 2], [0], 7, None, [0, 0, 0]], 9) == ()
    assert numbers_in("missing", 9) == numbers_in(None, 9) == ()
