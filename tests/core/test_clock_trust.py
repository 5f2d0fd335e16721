"""Whom the box believes about the time."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, timezone

import pytest

from gongd.core.clock_trust import WORDS, ClockState, Why, keep, observe, recall, vouch

ZONE = timezone(timedelta(hours=7))
START = datetime(2026, 11, 21, 20, 0, tzinfo=ZONE)
DAY_S = 86400.0


@dataclass(frozen=True)
class Machine:
    """A reading `mono` seconds after boot; `ahead_s` is how far its clock has been set since."""

    mono: float
    ahead_s: float = 0.0
    synchronised: bool = False
    hardware_clock: bool = False

    @property
    def wall(self) -> datetime:
        return START + timedelta(seconds=self.mono + self.ahead_s)


def after(*readings: Machine, state: ClockState | None = None) -> tuple[ClockState, Why]:
    """The state after these readings, and what is thought of the last."""
    state, why = state or ClockState(), Why.NEVER
    for reading in readings:
        sight = observe(state, reading)
        assert sight.moment.trusted is sight.why.trusted
        assert sight.moment.mono == reading.mono
        state, why = sight.state, sight.why
    return state, why


def test_a_clock_after_power_on_is_not_believed_however_plausible() -> None:
    assert after(Machine(10), Machine(100))[1] is Why.NEVER


def test_the_kernels_word_is_believed_and_held_over_for_seven_days() -> None:
    synchronised = Machine(10, synchronised=True)
    assert after(synchronised)[1] is Why.KERNEL
    assert after(synchronised, Machine(20))[1] is Why.HELD
    assert after(synchronised, Machine(10 + 7 * DAY_S))[1] is Why.HELD
    assert after(synchronised, Machine(11 + 7 * DAY_S))[1] is Why.EXPIRED


def test_a_hardware_clock_is_believed() -> None:
    assert after(Machine(10, hardware_clock=True))[1] is Why.HARDWARE


def test_a_bench_assumes() -> None:
    assert after(Machine(10), Machine(20, ahead_s=9000), state=ClockState(assume=True))[1] is Why.ASSUMED


@pytest.mark.parametrize("source", [Machine(10, synchronised=True), Machine(10, hardware_clock=True)])
@pytest.mark.parametrize("by_s", [-7200.0, -2.1, 2.1, 7200.0])
def test_a_step_that_nobody_explains_ends_the_trust(source: Machine, by_s: float) -> None:
    stepped = replace(source, mono=20, ahead_s=by_s, synchronised=False)
    state, why = after(source, stepped)
    assert why is Why.STEPPED
    assert after(replace(stepped, mono=30), state=state)[1] is Why.STEPPED
    synchronised = replace(stepped, mono=30, synchronised=True)
    assert after(synchronised, state=state)[1] is Why.KERNEL
    assert after(synchronised, replace(stepped, mono=40), state=state)[1] is Why.HELD


def test_a_step_is_seen_however_long_nobody_has_said_what_time_it_is() -> None:
    readings = (Machine(10, synchronised=True), Machine(20), Machine(30))
    assert after(*readings, Machine(40, ahead_s=7200))[1] is Why.STEPPED


def test_a_bench_that_was_synchronised_once_assumes_still() -> None:
    synchronised = Machine(10, synchronised=True)
    assert after(synchronised, Machine(20 + 7 * DAY_S), state=ClockState(assume=True))[1] is Why.ASSUMED


def test_a_step_by_the_kernels_synchronisation_is_explained() -> None:
    assert after(Machine(10, synchronised=True), Machine(20, ahead_s=500, synchronised=True))[1] is Why.KERNEL


def test_a_step_before_anything_was_believed_breaks_nothing() -> None:
    assert after(Machine(10), Machine(20, ahead_s=9000, hardware_clock=True))[1] is Why.HARDWARE


def test_slow_drift_is_no_step() -> None:
    drifting = [Machine(10.0 * n, ahead_s=0.1 * n) for n in range(1, 200)]
    assert after(Machine(1, synchronised=True), *drifting)[1] is Why.HELD


@pytest.mark.parametrize("by_s", [-2.0, 2.0])
def test_two_seconds_are_no_step_yet(by_s: float) -> None:
    assert after(Machine(10, synchronised=True), Machine(20, ahead_s=by_s))[1] is Why.HELD


def test_a_clock_is_believed_by_what_it_is_right_by_now() -> None:
    synchronised, hardware = Machine(10, synchronised=True), Machine(10, hardware_clock=True)
    assert after(synchronised, Machine(20, hardware_clock=True))[1] is Why.HELD
    assert after(hardware, Machine(20))[1] is Why.HELD
    assert after(hardware, Machine(20, hardware_clock=True))[1] is Why.HARDWARE


def test_a_person_is_believed_and_the_box_keeps_an_offset() -> None:
    state = vouch(ClockState(), time(21, 47), Machine(0), ZONE, None)
    sight = observe(state, Machine(10))
    assert sight.why is Why.PERSON
    assert sight.moment.wall == START.replace(hour=21, minute=47) + timedelta(seconds=10)
    assert observe(state, Machine(8 * DAY_S)).why is Why.EXPIRED


@pytest.mark.parametrize(
    ("ahead_s", "offset_s"), [(0.0, 0.0), (59.0, 0.0), (90.0, 0.0), (91.0, -91.0), (-30.0, 0.0), (-31.0, 31.0)]
)
def test_a_person_who_agrees_with_the_clock_leaves_its_seconds_alone(ahead_s: float, offset_s: float) -> None:
    state = vouch(ClockState(), time(20), Machine(0, ahead_s), ZONE, None)
    assert state.offset_s == offset_s


def test_the_day_is_the_nearest_one() -> None:
    late = Machine(4 * 3600 - 60)
    state = vouch(ClockState(), time(0, 3), late, ZONE, None)
    assert observe(state, late).moment.wall == datetime(2026, 11, 22, 0, 3, tzinfo=ZONE)
    early = Machine(4 * 3600 + 60)
    state = vouch(ClockState(), time(23, 57), early, ZONE, None)
    assert observe(state, early).moment.wall == datetime(2026, 11, 21, 23, 57, tzinfo=ZONE)


def test_time_never_goes_back_behind_the_last_trusted_sight() -> None:
    stale = Machine(0)
    state = vouch(ClockState(), time(19), stale, ZONE, START + timedelta(hours=3))
    assert observe(state, stale).moment.wall == datetime(2026, 11, 22, 19, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("said", "not_before", "meant"),
    [
        (time(19), datetime(2026, 12, 4, 20, tzinfo=ZONE), datetime(2026, 12, 5, 19, tzinfo=ZONE)),
        (time(0, 10), datetime(2026, 12, 4, 0, 30, tzinfo=ZONE), datetime(2026, 12, 5, 0, 10, tzinfo=ZONE)),
        (time(20), START + timedelta(seconds=60), START),
        (time(20), START + timedelta(seconds=61), START + timedelta(days=1)),
    ],
)
def test_after_a_power_cut_of_any_length_the_time_that_is_said_lies_after_it(
    said: time, not_before: datetime, meant: datetime
) -> None:
    stale = Machine(0)
    state = vouch(ClockState(), said, stale, ZONE, not_before)
    assert observe(state, stale).moment.wall == meant


def test_the_kernel_outranks_a_person_and_drops_the_offset() -> None:
    state = vouch(ClockState(), time(21), Machine(0), ZONE, None)
    sight = observe(state, Machine(10, synchronised=True))
    assert (sight.why, sight.moment.wall) == (Why.KERNEL, Machine(10).wall)


def test_a_person_outranks_a_hardware_clock_until_the_holdover_is_over() -> None:
    state = vouch(ClockState(), time(21), Machine(0), ZONE, None)
    assert observe(state, Machine(10, hardware_clock=True)).why is Why.PERSON
    sight = observe(state, Machine(8 * DAY_S, hardware_clock=True))
    assert (sight.why, sight.moment.wall) == (Why.HARDWARE, Machine(8 * DAY_S).wall)


def test_a_clock_that_was_set_after_a_person_vouched_shows_what_the_machine_has() -> None:
    state = vouch(ClockState(), time(21), Machine(0), ZONE, None)
    sight = observe(state, Machine(10, ahead_s=500))
    assert (sight.why, sight.moment.wall) == (Why.STEPPED, Machine(10, ahead_s=500).wall)


def test_whoever_sets_the_clock_and_then_vouches_has_explained_the_step() -> None:
    state, _ = after(Machine(10))
    state = vouch(state, time(22), Machine(20, ahead_s=7200), ZONE, None)
    assert after(Machine(30, ahead_s=7200), state=state)[1] is Why.PERSON


def test_a_person_heals_a_clock_that_was_set_by_nobody_known() -> None:
    state, _ = after(Machine(10, synchronised=True), Machine(20, ahead_s=7200))
    healed = vouch(state, time(22), Machine(30, ahead_s=7200), ZONE, None)
    assert after(Machine(40, ahead_s=7200), state=healed)[1] is Why.PERSON


def test_trust_outlives_the_daemon_in_the_same_boot_only() -> None:
    state, _ = after(Machine(10, synchronised=True))
    kept = json.loads(json.dumps(keep(state, "boot-1")))
    assert after(Machine(60), state=recall(ClockState(), kept, "boot-1"))[1] is Why.HELD
    assert after(Machine(60), state=recall(ClockState(), kept, "boot-2"))[1] is Why.NEVER


def test_a_step_while_the_daemon_was_away_is_seen() -> None:
    state, _ = after(Machine(10, synchronised=True))
    recalled = recall(ClockState(), keep(state, "boot-1"), "boot-1")
    assert after(Machine(60, ahead_s=-300), state=recalled)[1] is Why.STEPPED


def test_what_a_person_said_and_what_nobody_explained_outlive_the_daemon() -> None:
    vouched = vouch(ClockState(), time(21), Machine(0), ZONE, None)
    stepped, _ = after(Machine(10, ahead_s=3600), state=vouched)
    hardware, _ = after(Machine(10, hardware_clock=True))
    for state in (vouched, stepped, hardware):
        assert recall(ClockState(), json.loads(json.dumps(keep(state, "boot-1"))), "boot-1") == state


def test_a_state_without_any_reading_can_be_kept() -> None:
    assert recall(ClockState(), keep(ClockState(), "boot-1"), "boot-1") == ClockState()


@pytest.mark.parametrize("kept", [{}, {"boot": "b"}, {"boot": "b", "source": "rumour", "good_at": 1.0}])
def test_what_cannot_be_read_back_is_not_believed(kept: dict[str, object]) -> None:
    assert recall(ClockState(), kept, "b") == ClockState()


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    assert all(WORDS[why].vi and WORDS[why].en for why in Why)
