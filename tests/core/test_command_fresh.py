"""Freshness: by the box's challenge, or by a clock that can be believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.freshness import (
    AHEAD_S,
    CHALLENGE_S,
    FORGOTTEN_S,
    LONGEST_S,
    RENEW_S,
    Challenges,
    Forgotten,
    staleness,
)
from gongd.core.moment import Moment
from gongd.core.verdict import Accepted, Repeated
from gongd.core.wire_name import Identity
from gongd.core.wire_refusal import Reason, Refused
from tests.core.orders import COMMUNE, FRESH, NOW, ORDER, Bench


def refused(box: Bench, **named: object) -> Refused:
    verdict = box.give(replace(ORDER, **named))  # type: ignore[arg-type]
    assert isinstance(verdict, Refused), verdict
    return verdict


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("sent", "expires", "reason"),
    [
        (-120.1, -0.1, Reason.EXPIRED),
        (30.1, 150.0, Reason.FROM_THE_FUTURE),
        (-1.0, 299.1, Reason.MALFORMED),
        (5.0, 4.0, Reason.MALFORMED),
    ],
)
def test_a_trusted_clock_refuses_what_is_not_of_now(sent: float, expires: float, reason: Reason) -> None:
    assert refused(Bench(), sent=at(sent), expires=at(expires)).reason is reason


@pytest.mark.parametrize(("sent", "expires"), [(-120.0, 0.0), (30.0, 150.0), (-1.0, 299.0)])
def test_the_bounds_themselves_are_fresh(sent: float, expires: float) -> None:
    assert isinstance(Bench().give(replace(ORDER, sent=at(sent), expires=at(expires))), Accepted)


def test_a_late_order_says_how_late_it_is() -> None:
    box = Bench()
    box.wait(300)
    assert refused(box).age_s == pytest.approx(182.0)


def test_an_untrusted_clock_takes_nothing_without_its_challenge() -> None:
    box = Bench()
    box.distrust(NOW)
    first = refused(box)
    assert first.reason is Reason.CLOCK_UNTRUSTED
    assert first.challenge is not None
    fresh = replace(ORDER, challenges={"thon-3": first.challenge, "thon-4": "x" * 22})
    assert isinstance(box.give(fresh), Accepted)
    assert isinstance(box.give(fresh), Repeated)


def test_a_wrong_clock_never_refuses_an_alarm_with_the_challenge() -> None:
    box = Bench()
    challenge = refused(box, sent=at(9000), expires=at(9100)).challenge
    assert challenge is not None
    for wall in (datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)):
        for trusted in (True, False):
            other = Bench(ledger=box.ledger)
            other.now = replace(box.now, wall=wall, trusted=trusted)
            assert isinstance(other.give(replace(ORDER, challenges={"thon-3": challenge})), Accepted)


def test_the_challenge_may_stand_under_the_boxs_key() -> None:
    box = Bench()
    box.distrust()
    challenge = refused(box).challenge
    assert box.standing.me.fingerprint is not None
    assert challenge is not None
    assert isinstance(box.give(replace(ORDER, challenges={box.standing.me.fingerprint: challenge})), Accepted)


def test_a_challenge_counts_for_its_time_and_no_longer() -> None:
    box = Bench()
    box.distrust()
    challenge = refused(box).challenge
    assert challenge is not None
    box.wait(CHALLENGE_S - 1)
    assert isinstance(box.give(replace(ORDER, challenges={"thon-3": challenge})), Accepted)
    box.wait(1)
    assert refused(box, jti="another-1", challenges={"thon-3": challenge}).reason is Reason.CLOCK_UNTRUSTED


def test_two_desks_that_ask_at_once_get_the_same_challenge() -> None:
    box = Bench()
    box.distrust()
    assert refused(box).challenge == refused(box, jti="another-1").challenge


def test_another_boxs_challenge_is_none() -> None:
    box = Bench()
    box.distrust()
    challenge = refused(box).challenge
    assert challenge is not None
    assert refused(box, challenges={"thon-4": challenge}).reason is Reason.CLOCK_UNTRUSTED


def test_only_a_stale_order_is_told_a_challenge() -> None:
    assert refused(Bench(), signal="tsunami").challenge is None


@settings(max_examples=60)
@given(st.lists(st.floats(0, 200), max_size=20))
def test_whoever_is_handed_a_challenge_has_time_to_use_it(waits: list[float]) -> None:
    challenges, now = Challenges(), 0.0
    for count, wait in enumerate(waits):
        challenges, handed = challenges.offer(f"{count:022d}", now)
        assert challenges.holds(handed, now + CHALLENGE_S - RENEW_S - 0.001)
        assert not challenges.holds(handed, now + CHALLENGE_S + 0.001)
        assert len(challenges.held) <= 3
        now += wait


def reason_after_loss(forgotten: Forgotten, sent_s: float, challenges: dict[str, str] | None = None) -> Reason | None:
    """What becomes of an order that was sent so many seconds before the box's NOW."""
    now = Moment(NOW, 1000.0, trusted=True)
    sent = NOW - timedelta(seconds=sent_s)
    claims = replace(ORDER, sent=sent, expires=sent + timedelta(minutes=5), challenges=challenges or {})
    held = Challenges().issue(FRESH, now.mono)
    refused = staleness(claims, Identity(COMMUNE, "thon-3"), held, now, forgotten)
    return refused.reason if refused else None


def test_a_box_that_has_lost_its_journal_takes_nothing_that_it_may_have_obeyed_before() -> None:
    began = Forgotten(at=NOW - timedelta(seconds=60))
    assert reason_after_loss(began, 61) is Reason.CLOCK_UNTRUSTED
    assert reason_after_loss(began, 60 - AHEAD_S) is Reason.CLOCK_UNTRUSTED
    assert reason_after_loss(began, 60 - AHEAD_S - 1) is None
    assert reason_after_loss(began, 61, {"thon-3": FRESH}) is None


def test_a_clock_that_was_wrong_when_the_journal_was_lost_opens_no_door() -> None:
    began = Forgotten(at=NOW - timedelta(days=400), until=1001.0)
    assert reason_after_loss(began, 1) is Reason.CLOCK_UNTRUSTED
    assert reason_after_loss(replace(began, until=1000.0), 1) is None
    assert FORGOTTEN_S >= LONGEST_S + AHEAD_S
