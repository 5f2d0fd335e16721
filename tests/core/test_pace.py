"""How far sound runs ahead of the clock, and when it has fallen behind."""

from gongd.core.pace import KEPT, Pace, Pacing

PACE = Pace(begun_at=100.0, rate=1000, pacing=Pacing(ahead_s=0.15, late_s=0.1, drift=0.0, chunk_s=0.02))


def test_no_more_than_the_allowance_is_handed_over_ahead_of_the_clock() -> None:
    assert PACE.room(0, 100.0) == 150
    assert PACE.room(150, 100.0) == 0
    assert PACE.room(150, 100.5) == 500


def test_the_next_chunk_is_waited_for_exactly_as_long_as_it_takes() -> None:
    wait_s = PACE.wait_s(150, 100.0)
    assert wait_s == 0.02
    assert PACE.room(150, 100.0 + wait_s) == 20


def test_sound_that_has_room_for_a_chunk_does_not_wait() -> None:
    assert PACE.wait_s(0, 100.0) == 0.0


def test_only_what_is_behind_by_more_than_the_limit_is_late() -> None:
    assert not PACE.is_late(0, 100.1)
    assert PACE.is_late(0, 100.11)
    assert not PACE.is_late(1000, 101.05)
    assert PACE.is_late(1000, 101.11)
    assert not Pace(100.0, 1000, Pacing(late_s=0.125)).is_late(0, 100.125)


def test_a_card_that_runs_a_little_fast_is_never_starved() -> None:
    pace = Pace(100.0, 1000, Pacing(ahead_s=0.15, drift=0.001))
    assert pace.room(0, 100.0) == 150
    assert pace.room(0, 700.0) == 600_000 + 150 + 600


def test_what_is_kept_is_written_as_time_goes_by_and_never_left_out() -> None:
    pace = Pace(0.0, 1000, KEPT)
    assert pace.room(0, 2.0) == 2000
    assert not pace.is_late(0, 1e6)


def test_before_its_beginning_the_axis_stands_at_its_first_frame() -> None:
    assert PACE.frame_at(99.0) == 0
