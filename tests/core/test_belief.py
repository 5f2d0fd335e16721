"""Two clocks, while one leaps by days: the one on the wall, and the one that was believed before."""

import json
from datetime import timedelta

import pytest

from gongd.core.belief import LEAP_S, PATIENCE_S, Belief, keep, recall, weigh
from gongd.core.moment import Moment
from tests.core.night_world import TONIGHT, at

NOON = at("12:00")
DAY_S = 86400.0
FAR = [LEAP_S + 1.0, -LEAP_S - 1.0, 20 * DAY_S, -1800 * DAY_S]


def moment(wall_s: float, mono: float) -> Moment:
    """So many seconds after noon by the wall."""
    return Moment(NOON + timedelta(seconds=wall_s), mono, trusted=True)


def test_the_first_trusted_clock_is_believed() -> None:
    assert weigh(None, moment(0, 7), 0.0) == Belief(NOON, 7)


@pytest.mark.parametrize("leap_s", [0.0, -5.0, 3600.0, -2 * DAY_S, LEAP_S, -LEAP_S])
def test_a_clock_that_leaps_by_up_to_three_days_is_believed_as_it_is_seen(leap_s: float) -> None:
    believed = weigh(Belief(NOON, 7, first={"nightly": TONIGHT}), moment(leap_s + 60, 67), 0.0)
    assert believed == Belief(moment(leap_s + 60, 0).wall, 67, back_s=max(0.0, -leap_s))


@pytest.mark.parametrize("leap_s", FAR)
def test_a_clock_that_has_leapt_farther_is_believed_when_it_has_stood_for_two_days(leap_s: float) -> None:
    doubted = Belief(NOON, 0)
    early, late = (moment(leap_s + stood_s, stood_s) for stood_s in (PATIENCE_S - 1, PATIENCE_S))
    assert weigh(doubted, early, PATIENCE_S - 1) == doubted
    assert doubted.doubts(early)
    assert weigh(doubted, late, PATIENCE_S) == Belief(late.wall, late.mono)


@pytest.mark.parametrize("leap_s", FAR)
def test_the_same_in_a_daemon_that_was_started_again(leap_s: float) -> None:
    kept = json.loads(json.dumps(keep(Belief(NOON, 500))))
    recalled = recall(kept, same_boot=True)
    assert recalled == Belief(NOON, 500)
    assert weigh(recalled, moment(leap_s + 30, 530), 0.0) == recalled


def test_a_leap_that_undoes_smaller_ones_is_believed_though_the_power_went_meanwhile() -> None:
    belief = weigh(weigh(Belief(NOON, 0), moment(-2 * DAY_S, 0), 0.0), moment(-4 * DAY_S, 0), 0.0)
    recalled = recall(json.loads(json.dumps(keep(belief))), same_boot=False)
    assert weigh(recalled, moment(0, 30), 0.0) == Belief(NOON, 30, back_s=30.0)
    assert weigh(belief, moment(0, 0), 0.0) == Belief(NOON, 0)
    assert weigh(belief, moment(LEAP_S + 1, 0), 0.0) == belief


def test_but_not_when_the_clock_has_stood_since() -> None:
    belief = Belief(NOON, 0, back_s=4 * DAY_S)
    assert weigh(belief, moment(60, 60), PATIENCE_S - 1) == Belief(moment(60, 0).wall, 60, 4 * DAY_S)
    assert weigh(belief, moment(60, 60), PATIENCE_S) == Belief(moment(60, 0).wall, 60)


def test_a_leap_that_is_taken_back_is_forgotten_with_all_that_was_taken_up_under_it() -> None:
    doubted = Belief(NOON, 0, first={"nightly": TONIGHT})
    assert weigh(doubted, moment(60, 60), 0.0) == Belief(moment(60, 0).wall, 60)


@pytest.mark.parametrize("leap_s", FAR)
def test_what_was_taken_up_is_left_to_be_written_by_a_clock_that_has_stood(leap_s: float) -> None:
    doubted = Belief(NOON, 0, first={"nightly": TONIGHT})
    assert weigh(doubted, moment(leap_s, 0), PATIENCE_S).first == {"nightly": TONIGHT}


def test_what_was_taken_up_far_in_the_past_is_a_lies_once_the_clock_is_far_ahead() -> None:
    long_ago, yesterday = TONIGHT - timedelta(days=2), TONIGHT - timedelta(days=1)
    doubted = Belief(NOON, 0, first={"a": long_ago, "b": yesterday, "c": TONIGHT})
    assert weigh(doubted, moment(4 * DAY_S, 0), 0.0).first == {"b": yesterday, "c": TONIGHT}
    assert weigh(doubted, moment(-4 * DAY_S, 0), 0.0).first == doubted.first


def test_the_steady_clock_goes_on_while_the_wall_leaps() -> None:
    belief = Belief(NOON, 100)
    assert belief.steady(moment(9e6, 160)) == moment(60, 0).wall
    assert belief.skew_s(moment(9e6, 160)) == 9e6 - 60


def test_the_first_clock_of_a_boot_is_believed_however_long_the_power_was_out() -> None:
    recalled = recall(json.loads(json.dumps(keep(Belief(NOON, 500)))), same_boot=False)
    assert recalled == Belief(NOON, None)
    assert weigh(recalled, moment(400 * DAY_S, 30), 0.0) == Belief(moment(400 * DAY_S, 0).wall, 30)


def test_but_no_clock_that_shows_a_time_from_long_before_the_power_went() -> None:
    recalled = Belief(NOON, None, first={"nightly": TONIGHT})
    woken = weigh(recalled, moment(-4 * DAY_S, 30), 0.0)
    assert woken == Belief(NOON, 0.0, first={"nightly": TONIGHT})
    assert weigh(woken, moment(20 * DAY_S, 60), 0.0) == woken, "that is no first clock any more"


def test_a_daemon_that_never_trusted_its_clock_keeps_what_an_earlier_boot_knew() -> None:
    unseen = Belief(NOON, None, first={"nightly": TONIGHT})
    assert recall(json.loads(json.dumps(keep(unseen))), same_boot=True) == unseen


def test_where_nothing_was_kept_nothing_is_recalled() -> None:
    assert keep(None) == {}
    assert recall({}, same_boot=True) is None
    assert recall(None, same_boot=True) is None
