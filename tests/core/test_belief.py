"""Two clocks, until one is believed: the one on the wall, and the one that was believed before it leapt."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongd.core.belief import CALM_S, PATIENCE_S, Belief, disturbed, keep, recall, weigh
from gongd.core.moment import Moment
from tests.core.night_world import TONIGHT, at

NOON = at("12:00")
DAY_S = 86400.0


def moment(wall_s: float, mono: float) -> Moment:
    """So many seconds after noon by the wall."""
    return Moment(NOON + timedelta(seconds=wall_s), mono, trusted=True)


def test_the_first_trusted_clock_is_believed() -> None:
    assert weigh(None, moment(0, 7), 0.0) == Belief(NOON, 7)


def test_a_clock_that_runs_with_the_monotonic_one_is_believed_from_look_to_look() -> None:
    assert weigh(Belief(NOON, 7), moment(60, 67), 60.0) == Belief(moment(60, 0).wall, 67)
    assert weigh(Belief(NOON, 7), moment(62, 67), 60.0) == Belief(moment(62, 0).wall, 67)


@pytest.mark.parametrize("leap_s", [-5.0, 3.0, 3600.0, -3600.0, 2 * DAY_S, 20 * DAY_S, -1800 * DAY_S])
def test_a_clock_that_has_leapt_is_believed_when_it_has_stood_as_long_but_no_longer_than_two_days(
    leap_s: float,
) -> None:
    wait_s = CALM_S + min(abs(leap_s), PATIENCE_S)
    doubted = Belief(NOON, 0)
    assert weigh(doubted, moment(leap_s + wait_s - 1, wait_s - 1), wait_s - 1) == doubted
    assert weigh(doubted, moment(leap_s + wait_s, wait_s), wait_s) == Belief(moment(leap_s + wait_s, 0).wall, wait_s)


def test_a_leap_that_is_taken_back_is_forgotten_with_all_that_was_taken_up_under_it() -> None:
    doubted = Belief(NOON, 0, stood_s=500.0, first={"nightly": TONIGHT})
    assert doubted.doubts(moment(3600, 60))
    assert weigh(doubted, moment(60, 60), 0.0) == Belief(moment(60, 0).wall, 60)


def test_what_was_taken_up_is_left_to_be_written_by_a_clock_that_has_stood() -> None:
    doubted = Belief(NOON, 0, stood_s=DAY_S, first={"nightly": TONIGHT})
    assert weigh(doubted, moment(-9 * DAY_S, CALM_S), DAY_S).first == {"nightly": TONIGHT}


def test_what_was_taken_up_far_in_the_past_is_a_lies_once_the_clock_is_ahead() -> None:
    long_ago, yesterday = TONIGHT - timedelta(days=2), TONIGHT - timedelta(days=1)
    doubted = Belief(NOON, 0, first={"a": long_ago, "b": yesterday, "c": TONIGHT})
    assert weigh(doubted, moment(3600, 0), 0.0).first == {"b": yesterday, "c": TONIGHT}
    assert weigh(doubted, moment(-3600, 0), 0.0).first == doubted.first


def test_the_steady_clock_goes_on_while_the_wall_leaps() -> None:
    belief = Belief(NOON, 100)
    assert belief.steady(moment(9e6, 160)) == moment(60, 0).wall
    assert belief.skew_s(moment(9e6, 160)) == 9e6 - 60


def test_a_clock_that_is_set_once_more_stands_anew() -> None:
    assert disturbed(None) is None
    assert disturbed(Belief(NOON, 1, stood_s=99.0, first={"a": TONIGHT})) == Belief(NOON, 1, 0.0, {"a": TONIGHT})


def test_a_sign_of_life_keeps_both_clocks_over_a_power_cut_and_counts_how_long_one_has_stood() -> None:
    belief = Belief(NOON, 0, stood_s=100.0, first={"nightly": TONIGHT})
    kept = json.loads(json.dumps(keep(belief, None, moment(5 * DAY_S, 300), 200.0)))
    steady = moment(300, 0).wall
    assert recall(kept, NOON, None) == Belief(steady, 0.0, 300.0, {"nightly": TONIGHT})
    assert recall(kept, NOON, 300.0) == Belief(steady, 300.0, 300.0, {"nightly": TONIGHT})


def test_a_clock_that_is_believed_has_not_stood_in_doubt() -> None:
    assert keep(Belief(NOON, 0), None, moment(60, 60), 5000.0)["stood_s"] == 0.0
    assert keep(None, None, moment(0, 0), 0.0) == {}


@pytest.mark.parametrize(("set_by_s", "stood_s"), [(0.0, 300.0), (2.0, 300.0), (2.1, 0.0), (-2.1, 0.0)])
def test_a_clock_that_was_set_since_the_last_look_has_stood_for_no_time(set_by_s: float, stood_s: float) -> None:
    belief, last = Belief(NOON, 0, stood_s=100.0), moment(3600, 300)
    now = moment(3610 + set_by_s, 310)
    assert keep(belief, last, now, 200.0)["stood_s"] == stood_s


def test_a_sign_of_life_from_before_there_was_a_steady_clock_is_believed() -> None:
    assert recall(None, NOON, None) == Belief(NOON, 0.0)
    assert recall({}, NOON, 40.0) == Belief(NOON, 40.0)
    assert recall({}, None, None) is None


@given(leap_s=st.floats(3.0, PATIENCE_S), stood_s=st.floats(0.0, 3 * DAY_S), into_s=st.floats(0.0, 1.0))
def test_when_a_leap_of_two_days_or_less_is_believed_all_it_leapt_over_is_past_by_the_other_clock(
    leap_s: float, stood_s: float, into_s: float
) -> None:
    now = moment(leap_s + stood_s, stood_s)
    before = Belief(NOON, 0)
    if weigh(before, now, stood_s) != before:
        leapt_over = NOON + timedelta(seconds=leap_s * into_s)
        assert leapt_over <= before.steady(now)


def test_nights_are_dates_in_what_is_recalled() -> None:
    kept = keep(Belief(NOON, 0, first={"nightly": TONIGHT}), None, moment(99, 0), 0.0)
    recalled = recall(kept, None, None)
    assert recalled is not None
    assert all(isinstance(night, date) for night in recalled.first.values())
