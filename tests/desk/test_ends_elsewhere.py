"""What another program of the desk ends is sent no more, and what it could not end is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.wire_report import Answer, Step
from gongd.desk.orders import Hand, silence
from gongd.desk.sender import LOOK_FOR_END_EVERY, Sender
from gongd.desk.store import Store
from tests.desk.bare_sender import BOTH, PEN, Line, line, sender, store
from tests.desk.records import NOW, answer, order, stop

__all__ = ["line", "sender", "store"]
SECOND = timedelta(seconds=1)
SILENCE = silence(Hand("cong-an-xa"), "silence-1234", order().aud, NOW)


def sent_to(sender: Sender, seconds: float) -> tuple[str, ...]:
    """The boxes that are owed it, after a look at what other programs have done."""
    sender.step(NOW + timedelta(seconds=seconds), 0)
    one = sender.gathering("order-1234")
    return tuple(box for box in one.stands if box not in one.ended_at)


def forbidden(box: str, jti: str = "cancel-1234") -> Answer:
    return answer(box, Step.REFUSED, jti, reason="not-permitted")


def test_a_cancel_that_boxes_refuse_for_want_of_a_right_ends_no_sending(sender: Sender, store: Store) -> None:
    store.open_order(stop("order-1234"), BOTH, NOW + SECOND)
    assert sent_to(sender, 3) == ()
    store.add_answer(forbidden("thon-3"), NOW + 4 * SECOND)
    assert sent_to(sender, 6) == BOTH
    store.add_answer(answer("thon-5", Step.RECEIVED, "cancel-1234"), NOW + 7 * SECOND)
    assert sent_to(sender, 9) == ("thon-3",)


@pytest.mark.parametrize("reason", ["disabled", "expired"])
def test_a_cancel_that_is_refused_for_another_reason_is_the_officers_word_all_the_same(
    sender: Sender, store: Store, reason: str
) -> None:
    store.open_order(stop("order-1234"), BOTH, NOW + SECOND)
    store.add_answer(replace(forbidden("thon-3"), reason=reason), NOW + SECOND)
    assert sent_to(sender, 3) == ()


def test_a_cancel_of_ones_own_that_was_refused_ends_no_sending(sender: Sender, store: Store) -> None:
    sender.give(stop("order-1234"), BOTH, PEN, NOW + SECOND)
    assert sender.gathering("order-1234").is_ended
    store.add_answer(forbidden("thon-5"), NOW + 2 * SECOND)
    assert sent_to(sender, 5) == BOTH


def test_silence_ends_the_sending_of_what_was_given_before_it(sender: Sender, store: Store) -> None:
    store.open_order(SILENCE, ("thon-5",), NOW - timedelta(minutes=5))
    assert sent_to(sender, 3) == ("thon-3",), "also where the desk's clock was set back between"


def test_silence_of_ones_own_ends_it_at_once(sender: Sender, line: Line) -> None:
    sender.give(SILENCE, BOTH[:1], PEN, NOW + SECOND)
    assert sender.gathering("order-1234").ended_at == {"thon-3"}
    line.sent.clear()
    sender.step(NOW + timedelta(seconds=15), 0)
    assert line.sent == ["gong/nguyet-an/thon-5/command", "gong/nguyet-an/thon-3/command"]


def test_an_alarm_that_is_given_after_silence_is_sent(sender: Sender, store: Store) -> None:
    store.open_order(SILENCE, BOTH, NOW + LOOK_FOR_END_EVERY)
    later = replace(order(), jti="order-5678")
    sender.give(later, BOTH, PEN, NOW + SECOND)
    assert sent_to(sender, 9) == ()
    assert not sender.gathering("order-5678").ended_at, "whatever the desk's clock said"


def test_a_sending_that_was_ended_stays_so_where_the_store_has_been_lost(sender: Sender, store: Store) -> None:
    store.open_order(stop("order-1234"), BOTH, NOW + SECOND)
    assert sent_to(sender, 3) == ()
    with store.writing():
        store._book.change("DELETE FROM command", ())
    assert sent_to(sender, 6) == ()
