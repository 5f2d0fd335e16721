"""Freshness by itself: challenges and how long they hold, an order's times at their very limits, early cancels."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.catalogue import Status, Why
from gongd.core.freshness import (
    MOST_CANCELS,
    MOST_OF_A_NEIGHBOUR,
    Cancels,
    Challenges,
    EarlyCancel,
    Forgotten,
    staleness,
)
from gongd.core.moment import Moment
from gongd.core.trust_list import identify
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_refusal import Reason, Refused
from tests.core.orders import COMMUNE, NOW, ORDER, OWN, TRUST

ME = identify(COMMUNE, "thon-3", (), OWN, TRUST)
HERE = Moment(NOW, 1000.0, trusted=True)
LOST = Moment(NOW, 1000.0, trusted=False)


def signed(sent_s: float, expires_s: float, **challenges: str) -> CommandClaims:
    """An order that was signed so many seconds from now."""
    sent, expires = NOW + timedelta(seconds=sent_s), NOW + timedelta(seconds=expires_s)
    return replace(ORDER, sent=sent, expires=expires, challenges=challenges)


# ── Challenges ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_challenge_is_handed_out_for_150_s_and_holds_for_300() -> None:
    one = Challenges().issue("first", 100.0)
    assert (one.current(249.9), one.current(250.0)) == ("first", None)
    assert (one.holds("first", 100.0), one.holds("first", 399.9), one.holds("first", 400.0)) == (True, True, False)
    assert not one.holds("first", 99.9)
    assert not one.holds("other", 100.0)
    assert Challenges().current(0.0) is None


def test_an_older_challenge_counts_until_it_is_due_and_is_forgotten_then() -> None:
    two = Challenges().issue("first", 100.0).issue("second", 399.9)
    assert two.held == (("first", 100.0), ("second", 399.9))
    assert two.current(400.0) == "second"
    assert Challenges().issue("first", 100.0).issue("second", 400.0).held == (("second", 400.0),)


def test_the_current_one_is_offered_again_and_a_new_one_when_there_is_none() -> None:
    one, offered = Challenges().offer("first", 100.0)
    assert (offered, one.held) == ("first", (("first", 100.0),))
    assert one.offer("second", 249.9) == (one, "first")
    two, offered = one.offer("second", 250.0)
    assert (offered, two.current(250.0)) == ("second", "second")


# ── An order's times ─────────────────────────────────────────────────────────────────────────────────────────────

TOO_LONG = "expires 300.5 s after it was sent, not 0 to 300"


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (signed(0, 120), None),
        (signed(0, 0), None),
        (signed(0, 300), None),
        (signed(30, 100), None),
        (signed(-300, 0), None),
        (signed(0, 300.5), Refused(Reason.MALFORMED, TOO_LONG)),
        (signed(0, -1), Refused(Reason.MALFORMED, "expires -1 s after it was sent, not 0 to 300")),
        (signed(30.5, 100), Refused(Reason.FROM_THE_FUTURE, "sent 30.5 s from now")),
        (signed(-60.25, -0.25), Refused(Reason.EXPIRED, "0.25 s too late", age_s=0.2)),
        (signed(-100, -61.96), Refused(Reason.EXPIRED, "61.96 s too late", age_s=62.0)),
    ],
)
def test_a_clock_that_can_be_believed_judges_by_the_orders_own_times(
    claims: CommandClaims, expected: Refused | None
) -> None:
    assert staleness(claims, ME, Challenges(), HERE) == expected


def test_a_clock_that_cannot_be_believed_judges_nothing() -> None:
    assert staleness(ORDER, ME, Challenges(), LOST) == Refused(Reason.CLOCK_UNTRUSTED, "no current challenge")


@pytest.mark.parametrize("name", ["thon-3", ME.fingerprint, "thon-cu"])
def test_a_challenge_is_enough_under_every_name_of_the_box(name: str) -> None:
    held = Challenges().issue("drawn", 900.0)
    me = replace(ME, former=frozenset({("cu", "thon-cu")}))
    old = signed(-10_000, -9_000, **{name: "drawn"})
    assert staleness(old, me, held, LOST) is None
    assert staleness(old, me, held, replace(LOST, mono=1200.0)) is not None
    assert staleness(signed(-10_000, -9_000, **{"thon-4": "drawn"}), me, held, LOST) is not None


def test_what_may_have_been_obeyed_before_the_journal_was_lost_needs_a_challenge() -> None:
    told = Refused(Reason.CLOCK_UNTRUSTED, "no current challenge, and the journal is newer than the order")
    began = Forgotten(at=NOW)
    assert staleness(signed(30, 120), ME, Challenges(), HERE, began) == told
    assert (
        staleness(signed(30.001, 120), ME, Challenges(), replace(HERE, wall=NOW + timedelta(seconds=1)), began) is None
    )
    blind = Forgotten(until=1000.5)
    assert staleness(ORDER, ME, Challenges(), HERE, blind) == told
    assert staleness(ORDER, ME, Challenges(), replace(HERE, mono=1000.5), blind) is None


# ── Early cancels ────────────────────────────────────────────────────────────────────────────────────────────────


def early(jti: str, own_of: str | None = None, until: float = 100.0, status: Status = Status.ACTUAL) -> EarlyCancel:
    return EarlyCancel(jti, status, own_of, until, Why.SAFE)


def test_a_cancel_kills_the_order_of_its_status_until_it_is_due() -> None:
    cancels = Cancels().remember(early("a"), 0.0)
    assert cancels.find("a", Status.ACTUAL, "desk", 99.9) == early("a")
    assert cancels.find("a", Status.ACTUAL, "desk", 100.0) is None
    assert cancels.find("a", Status.TEST, "desk", 0.0) is None
    assert cancels.find("b", Status.ACTUAL, "desk", 0.0) is None


def test_a_neighbours_cancel_kills_its_own_order_only() -> None:
    cancels = Cancels().remember(early("a", own_of="thon-4"), 0.0)
    assert cancels.find("a", Status.ACTUAL, "thon-4", 0.0) is not None
    assert cancels.find("a", Status.ACTUAL, "desk", 0.0) is None


def test_the_same_cancel_again_is_the_newest_and_what_is_due_is_forgotten() -> None:
    cancels = Cancels().remember(early("a"), 0.0).remember(early("b"), 0.0).remember(early("a", until=200.0), 0.0)
    assert [each.jti for each in cancels.early.values()] == ["b", "a"]
    assert [each.jti for each in cancels.remember(early("c"), 99.9).early.values()] == ["b", "a", "c"]
    assert [each.jti for each in cancels.remember(early("c"), 100.0).early.values()] == ["a", "c"]


@pytest.mark.parametrize(("own_of", "room"), [(None, MOST_CANCELS), ("thon-4", MOST_OF_A_NEIGHBOUR)])
def test_there_is_room_for_so_many_and_the_oldest_of_the_same_holder_is_let_go(own_of: str | None, room: int) -> None:
    others = Cancels().remember(early("x", own_of="thon-5"), 0.0).remember(early("y", own_of="thon-6"), 0.0)
    for number in range(room):
        others = others.remember(early(f"{number}", own_of), 0.0)
    assert len(others.early) == room + 2
    more = others.remember(early("more", own_of), 0.0)
    assert len(more.early) == room + 2
    assert [each.jti for each in more.early.values()][:3] == ["x", "y", "1"]
