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
    assert after(replace(stepped, mono=30, synchronised=True), state=state)[1] is Why.KERNEL


def test_a_step_by_the_kernels_synchronisation_is_explained() -> None:
    assert after(Machine(10, synchronised=True), Machine(20, ahead_s=500, synchronised=True))[1] is Why.KERNEL


def test_a_step_before_anything_was_believed_breaks_nothing() -> None:
    assert after(Machine(10), Machine(20, ahead_s=9000, hardware_clock=True))[1] is Why.HARDWARE


def test_slow_drift_is_no_step() -> None:
    drifting = [Machine(10.0 * n, ahead_s=0.1 * n) for n in range(1, 200)]
    assert after(Machine(1, synchronised=True), *drifting)[1] is Why.HELD


def test_a_person_is_believed_and_the_box_keeps_an_offset() -> None:
    state = vouch(ClockState(), time(21, 47), Machine(0), ZONE, None)
    sight = observe(state, Machine(10))
    assert sight.why is Why.PERSON
    assert sight.moment.wall == START.replace(hour=21, minute=47) + timedelta(seconds=10)
    assert observe(state, Machine(8 * DAY_S)).why is Why.EXPIRED


@pytest.mark.parametrize("ahead_s", [0.0, 30.0, 59.0, -20.0])
def test_a_person_who_agrees_with_the_clock_leaves_its_seconds_alone(ahead_s: float) -> None:
    state = vouch(ClockState(), time(20), Machine(0, ahead_s), ZONE, None)
    assert state.offset_s == 0.0


def test_the_day_is_the_nearest_one() -> None:
    late = Machine(4 * 3600 - 60)
    state = vouch(ClockState(), time(0, 3), late, ZONE, None)
    assert observe(state, late).moment.wall == datetime(2026, 11, 22, 0, 3, tzinfo=ZONE)


def test_time_never_goes_back_behind_the_last_trusted_sight() -> None:
    stale = Machine(0)
    state = vouch(ClockState(), time(19), stale, ZONE, START + timedelta(hours=3))
    assert observe(state, stale).moment.wall == datetime(2026, 11, 22, 19, 0, tzinfo=ZONE)


def test_the_kernel_outranks_a_person_and_drops_the_offset() -> None:
    state = vouch(ClockState(), time(21), Machine(0), ZONE, None)
    sight = observe(state, Machine(10, synchronised=True))
    assert (sight.why, sight.moment.wall) == (Why.KERNEL, Machine(10).wall)


def test_a_person_outranks_a_hardware_clock_until_the_holdover_is_over() -> None:
    state = vouch(ClockState(), time(21), Machine(0), ZONE, None)
    assert observe(state, Machine(10, hardware_clock=True)).why is Why.PERSON
    assert observe(state, Machine(8 * DAY_S, hardware_clock=True)).why is Why.HARDWARE


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


@pytest.mark.parametrize("kept", [{}, {"boot": "b"}, {"boot": "b", "source": "rumour", "good_at": 1.0}])
def test_what_cannot_be_read_back_is_not_believed(kept: dict[str, object]) -> None:
    assert recall(ClockState(), kept, "b") == ClockState()


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    assert all(WORDS[why].vi and WORDS[why].en for why in Why)
