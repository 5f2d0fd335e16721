"""Alarms that come back: `again`, and after the daemon's death. And the table as a drawing."""

from dataclasses import replace

from gongd.core.activation import Outcome
from gongd.core.air import (
    MOVES,
    Begin,
    Cancelled,
    Ended,
    Phase,
    Reach,
    Report,
    Requested,
    Silenced,
    Tick,
    Together,
    diagram,
)
from gongd.core.arbiter import next_deadline
from gongd.core.catalogue import Why
from tests.core.stage import DRILL, FIRE, FIRE_TOO, FLOOD, GONG, NEWS, SECURITY, TEST, Scene


def _rested() -> Scene:
    return Scene().then(FLOOD).then(Ended("flood-1", Outcome.FINISHED), 600.0)


def test_an_uncancelled_flood_sounds_again_until_its_time_is_over() -> None:
    scene, now, soundings = Scene().then(FLOOD), 0.0, 1
    while scene.air.turns:
        now += 600.0
        scene = scene.then(Ended("flood-1", Outcome.FINISHED), now)
        if (wake_at := next_deadline(scene.air)) is not None:
            now, soundings = wake_at, soundings + 1
            scene = scene.then(Tick(), now)
            assert scene.effects[0] == Begin(FLOOD, 600.0, False, scene.air.count)
    assert soundings == 7
    assert now == 7800.0
    assert scene.moves == ["flood-1 finished!"]


def test_a_flood_that_rests_says_so_and_is_not_over() -> None:
    report = _rested().effects[0]
    assert isinstance(report, Report)
    assert report.detail == {"again_in_s": 600.0, "then": "again"}
    assert not report.final


def test_a_flood_that_is_stopped_at_its_cap_says_so_and_rests() -> None:
    higher = replace(FIRE, number=2)
    at_its_cap = Scene().then(FLOOD).then(Tick(), 602.0)
    outranked = Scene().then(FLOOD).then(higher, 599.5)
    for scene in (at_its_cap, outranked):
        assert scene.moves[:2] == ["stop flood-1", "flood-1 finished"]
        assert isinstance(report := scene.effects[1], Report)
        assert report.detail == {"cap": True, "again_in_s": 600.0, "then": "again"}


def test_silence_or_cancelling_ends_what_rests() -> None:
    for event in (Silenced(), Cancelled(Why.SAFE, Reach.ALARMS)):
        assert _rested().then(event, 700.0).air.turns == ()


def test_the_time_of_again_counts_from_the_last_request() -> None:
    scene = _rested().then(replace(FLOOD, id="flood-2"), 7000.0)
    for end in range(7600, 14200, 1200):
        scene = scene.then(Ended("flood-1", Outcome.FINISHED), end)
        assert scene.air.turns
        scene = scene.then(Tick(), end + 600.0)
    assert scene.then(Ended("flood-1", Outcome.FINISHED), 14800.0).air.turns == ()


def test_who_has_joined_is_told_each_time_that_an_alarm_sounds_again() -> None:
    too = replace(FLOOD, id="flood-2")
    scene = Scene().then(FLOOD).then(too, 10.0)
    for end in (600.0, 1800.0):
        scene = scene.then(Ended("flood-1", Outcome.FINISHED), end)
        assert scene.moves == ["flood-1 finished", "flood-2 finished"]
        scene = scene.then(Tick(), end + 600.0)
        assert scene.effects[1:] == (Report(too, Outcome.STARTED, {"joined": "flood-1"}),)


def test_a_resting_alarm_that_is_asked_again_sounds_at_once() -> None:
    scene = _rested().then(replace(FLOOD, id="flood-2"), 700.0)
    assert scene.moves == ["begin flood-1", "flood-2 joined"]
    assert isinstance(begin := scene.effects[0], Begin)
    assert (begin.cap_s, begin.resumed) == (600.0, False)


def test_no_gong_and_no_rehearsal_begins_while_an_alarm_rests() -> None:
    for calm in (replace(GONG, wait_until=900.0), TEST, DRILL):
        scene = _rested().then(calm, 700.0)
        assert scene.effects == (Report(calm, Outcome.WAITING, {"behind": "flood", "behind_id": "flood-1"}),)
    assert _rested().then(NEWS, 700.0).sounding == "news-1"


def test_an_alarm_that_nothing_could_sound_is_tried_again_when_it_has_again() -> None:
    scene = Scene().then(FLOOD).then(Ended("flood-1", Outcome.FAILED, "speaker-failed"), 1.0)
    assert scene.moves == ["flood-1 failed"]
    assert scene.then(Tick(), 601.0).sounding == "flood-1"


def test_a_flood_whose_time_is_over_before_it_could_wake_is_over() -> None:
    assert _rested().then(Tick(), 9000.0).moves == ["flood-1 finished!"]


def test_after_the_daemons_death_an_alarm_sounds_for_its_remainder() -> None:
    scene = Scene().then(Requested(FIRE, sounded_s=120.0, attempts=1), 10.0)
    assert scene.effects == (Begin(FIRE, 180.0, True, 2),)


def test_an_alarm_is_resumed_at_most_twice() -> None:
    assert Scene().then(Requested(FIRE, sounded_s=1.0, attempts=2), 10.0).moves == ["begin fire-1"]
    scene = Scene().then(Requested(FIRE, sounded_s=1.0, attempts=3), 10.0)
    assert scene.effects == (Report(FIRE, Outcome.FAILED, {"reason": "restarted"}),)


def test_a_gong_or_drill_that_was_cut_off_does_not_sound_again() -> None:
    for cut in (GONG, DRILL):
        assert Scene().then(Requested(cut, attempts=1)).effects == (Report(cut, Outcome.INTERRUPTED, {}),)


def test_an_alarm_that_had_sounded_to_its_cap_does_not_sound_again() -> None:
    capped = Report(FIRE, Outcome.FINISHED, {"cap": True})
    assert Scene().then(Requested(FIRE, sounded_s=299.5, attempts=1)).effects == (capped,)
    assert Scene().then(Requested(FIRE, sounded_s=299.0, attempts=1)).moves == ["begin fire-1"]


def test_a_flood_goes_on_with_its_again_after_the_daemons_death() -> None:
    scene = Scene().then(Requested(FLOOD, sounded_s=600.0, attempts=1, age_s=6000.0), 50.0)
    assert next_deadline(scene.air) == 650.0
    scene = scene.then(Tick(), 650.0).then(Ended("flood-1", Outcome.FINISHED), 1250.0)
    assert scene.moves == ["flood-1 finished!"]


def test_after_the_daemons_death_the_time_of_again_counts_from_the_last_of_the_requests_for_it() -> None:
    first = Requested(FLOOD, sounded_s=300.0, attempts=1, age_s=7000.0)
    later = Requested(replace(FLOOD, id="flood-2"), sounded_s=300.0, attempts=1, age_s=1000.0)
    scene = Scene().then(Together((first, later)), 8000.0).then(Ended("flood-1", Outcome.FINISHED), 8300.0)
    assert scene.moves == ["flood-1 finished", "flood-2 finished"]
    assert scene.then(Tick(), 8900.0).sounding == "flood-1"


def test_after_the_daemons_death_the_emergency_that_was_asked_for_last_sounds_first() -> None:
    asked = (FIRE, SECURITY, FIRE_TOO)
    cut = [Requested(each, 10.0, attempts=1, age_s=100.0 - place) for place, each in enumerate(asked)]
    assert Scene().then(Together(tuple(cut)), 200.0).sounding == "fire-1"
    assert Scene().then(Together(tuple(cut[:2])), 200.0).sounding == "security-1"


def test_what_comes_back_after_a_power_cut_makes_no_later_request_newer_than_it_is() -> None:
    scene = Scene().then(FIRE, 200.0).then(SECURITY, 210.0)
    assert scene.then(Requested(FIRE_TOO, 10.0, attempts=1, age_s=100.0), 220.0).sounding == "security-1"


def test_what_comes_back_after_a_power_cut_has_the_alarm_that_it_joins_sound_no_longer_than_its_cap() -> None:
    scene = Scene().then(FIRE).then(SECURITY, 200.0).then(Requested(FIRE_TOO, 10.0, attempts=1, age_s=400.0), 210.0)
    scene = scene.then(Ended("security-1", Outcome.FINISHED), 220.0)
    assert Begin(FIRE, 100.0, True, scene.air.count) in scene.effects


def test_every_alive_phase_can_be_silenced_and_cancelled_and_nothing_leaves_over() -> None:
    ends = {phase for (phase, _), move in MOVES.items() if move.outcome is Outcome.SILENCED}
    assert ends == set(Phase) - {Phase.NONE, Phase.OVER}
    assert Phase.OVER not in {phase for phase, _ in MOVES}


def test_the_diagram_has_one_line_for_each_row_of_the_table() -> None:
    lines = diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert len(lines) == len(MOVES) + 1
    assert lines[1] == "    [*] --> arrived: requested"
    assert "    sounding --> paused: alarm outranked / preempted" in lines
    assert "    waiting --> sounding: best rank, air free" in lines
    assert "    waiting --> [*]: waited too long / expired" in lines


def test_an_alarm_that_is_asked_for_again_after_a_restart_joins_but_does_not_count_as_new() -> None:
    scene = Scene().then(FIRE).then(Requested(FIRE_TOO, sounded_s=10.0, attempts=1), 100.0)
    assert scene.moves == ["fire-2 joined"]
    assert scene.then(Tick(), 299.9).sounding == "fire-1"


def test_an_alarm_with_a_click_left_of_its_cap_is_finished_when_another_outranks_it() -> None:
    scene = Scene().then(FIRE).then(FLOOD, 299.5)
    assert "fire-1 finished!" in scene.moves
    assert scene.sounding == "flood-1"
    scene = Scene().then(FIRE).then(FLOOD, 299.0)
    assert "fire-1 preempted" in scene.moves
