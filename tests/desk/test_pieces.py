"""The desk's side of a file in pieces: what boxes miss is sent once, at a pace; a box at work is not asked again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gongd.core.gathering import AGAIN_AFTER, open_gathering
from gongd.core.push import AWAITS_HEARTBEAT, AWAITS_PIECES
from gongd.core.wire_blob import Blob, blob_of, cut
from gongd.core.wire_command import PIECE
from gongd.core.wire_name import to_box
from gongd.core.wire_report import Answer, Step
from gongd.desk.orders import Hand, push
from gongd.desk.pieces import AT_ONCE, PER_SECOND, Pieces

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
DATA = bytes(PIECE * 20)
FOUND = blob_of(DATA)
assert isinstance(FOUND, Blob)
BLOB = FOUND


def test_what_several_boxes_miss_is_sent_once_and_at_a_pace() -> None:
    pieces = Pieces(BLOB, DATA)
    pieces.ask([[0, 19]])
    pieces.ask([[3, 5], [19, 40]])
    sent: list[int] = []
    for tenths in range(40):
        due = pieces.due(NOW + timedelta(seconds=tenths / 10))
        assert len(due) <= AT_ONCE
        assert all(piece == cut(DATA)[number] for number, piece in due)
        sent += [number for number, _ in due]
        assert len(sent) <= AT_ONCE + PER_SECOND * tenths / 10
    assert sent == list(range(20))


def test_what_no_box_asks_for_is_not_sent() -> None:
    pieces = Pieces(BLOB, DATA)
    pieces.ask("everything")
    assert pieces.due(NOW) == []


def test_a_box_at_work_on_its_settings_has_not_given_its_last_word_and_is_not_sent_them_again() -> None:
    claims = push(Hand("desk"), "j" * 16, (to_box("nguyet-an", "thon-3"),), NOW, BLOB, "0" * 64)
    order = open_gathering(claims, ["thon-3"], NOW).sent(["thon-3"], NOW)
    told = Answer("thon-3", Step.WAITING, NOW, True, claims.jti, AWAITS_PIECES)
    for reason in (AWAITS_PIECES, AWAITS_HEARTBEAT):
        order = order.hear(replace(told, reason=reason))
        assert order.unsettled == ("thon-3",)
        assert order.due(NOW + AGAIN_AFTER) == ()
        assert not order.has_succeeded
    assert order.hear(replace(told, step=Step.FINISHED, reason=None)).has_succeeded
    assert not order.hear(replace(told, step=Step.FAILED, reason="rolled-back")).has_succeeded
