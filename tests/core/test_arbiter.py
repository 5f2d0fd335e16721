"""The arbiter's rules, one by one."""

from dataclasses import replace

import pytest

from gongd.core.activation import Activation, Outcome
from gongd.core.air import Air, Begin, Cancelled, Ended, Extend, Reach, Report, Requested, Silenced, Tick, Together
from gongd.core.arbiter import CAP_ALLOWANCE_S, MOST_JOINED, MOST_WAITING, decide, next_deadline
from gongd.core.catalogue import Origin, Priority, Status, Why
from tests.core.stage import DRILL, FIRE, FIRE_TOO, FLOOD, GONG, NEWS, SECURITY, TEST, WATCH, Scene, ask


def test_a_request_sounds_at_once_in_a_free_air() -> None:
    scene = Scene().then(GONG)
    assert scene.effects == (Begin(GONG, 60.0, False, 2),)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [(GONG, WATCH), (WATCH, FIRE), (GONG, FIRE), (DRILL, GONG), (TEST, NEWS), (TEST, DRILL), (FIRE, FLOOD)],
)
def test_a_better_rank_preempts_in_the_same_decision(lower: Activation, higher: Activation) -> None:
    scene = Scene().then(lower).then(higher, 1.0)
    assert scene.moves[0] == f"stop {lower.id}"
    assert scene.moves[1].startswith(f"{lower.id} preempted")
    assert scene.moves[2:] == [f"begin {higher.id}"]


@pytest.mark.parametrize(
    ("higher", "lower"),
    [(WATCH, GONG), (FIRE, WATCH), (GONG, NEWS), (NEWS, GONG), (GONG, DRILL), (DRILL, TEST), (FLOOD, FIRE)],
)
def test_a_rank_that_is_no_better_waits_and_is_told_behind_what(higher: Activation, lower: Activation) -> None:
    scene = Scene().then(higher).then(lower, 1.0)
    assert scene.sounding == higher.id
    assert scene.effects == (Report(lower, Outcome.WAITING, {"behind": higher.signal, "behind_id": higher.id}),)
    assert scene.then(Ended(higher.id, Outcome.FINISHED), 2.0).sounding in (
        lower.id,
        None if higher is FLOOD else lower.id,
    )


def test_among_equal_emergencies_the_newest_sounds_and_the_older_resumes_with_what_remains() -> None:
    scene = Scene().then(FIRE).then(SECURITY, 100.0)
    assert scene.moves == ["stop fire-1", "fire-1 preempted", "begin security-1"]
    scene = scene.then(Ended("security-1", Outcome.FINISHED), 150.0)
    assert isinstance(begin := scene.effects[-1], Begin)
    assert (begin.activation, begin.cap_s, begin.resumed) == (FIRE, 200.0, True)


def test_a_gong_or_drill_that_is_interrupted_is_over() -> None:
    for short in (GONG, DRILL):
        scene = Scene().then(short).then(FIRE, 1.0)
        assert f"{short.id} preempted!" in scene.moves
        assert scene.then(Ended("fire-1", Outcome.FINISHED), 2.0).air.turns == ()


def test_a_preempted_alarm_says_that_it_will_resume() -> None:
    report = Scene().then(WATCH).then(FIRE, 1.0).effects[1]
    assert isinstance(report, Report)
    assert report.detail == {"behind": "fire", "behind_id": "fire-1", "then": "resume"}
    assert not report.final


def test_a_gong_that_waits_too_long_is_missed_because_preempted() -> None:
    scene = Scene().then(FIRE).then(GONG, 1.0)
    assert next_deadline(scene.air) == 120.0
    scene = scene.then(Tick(), 120.0)
    assert scene.effects == (Report(GONG, Outcome.MISSED, {"reason": "preempted"}),)
    assert scene.effects[0].final


def test_a_gong_whose_time_is_over_when_the_air_falls_free_does_not_sound() -> None:
    scene = Scene().then(FIRE).then(GONG, 1.0).then(Ended("fire-1", Outcome.FINISHED), 120.5)
    assert scene.moves == ["fire-1 finished!", "gong-1 missed!"]


def test_a_gong_that_arrives_late_does_not_sound() -> None:
    assert Scene().then(GONG, 121.0).effects == (Report(GONG, Outcome.MISSED, {"reason": "late"}),)


def test_an_alarm_that_arrives_late_sounds_all_the_same() -> None:
    assert Scene().then(replace(FIRE, wait_until=5.0), 60.0).sounding == "fire-1"


def test_a_waiting_command_expires() -> None:
    scene = Scene().then(FIRE).then(replace(NEWS, wait_until=30.0), 1.0).then(Tick(), 30.0)
    assert scene.moves == ["news-1 expired!"]


def test_the_same_signal_asked_again_joins_and_its_cap_counts_anew() -> None:
    scene = Scene().then(FIRE).then(FIRE_TOO, 290.0)
    assert scene.effects == (Extend("fire-1", 300.0, 3), Report(FIRE_TOO, Outcome.JOINED, {"joined": "fire-1"}))
    assert next_deadline(scene.air) == 590.0 + CAP_ALLOWANCE_S
    assert scene.then(Ended("fire-1", Outcome.FINISHED), 590.0).moves == ["fire-1 finished!", "fire-2 finished!"]


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRE_TOO, place="nhà số 12"),
        replace(FIRE_TOO, origin=Origin.COMMAND),
        replace(FIRE_TOO, status=Status.EXERCISE),
        replace(FIRE_TOO, signal="security"),
    ],
)
def test_another_signal_status_place_or_class_of_origin_does_not_join(other: Activation) -> None:
    assert "fire-2 joined" not in Scene().then(FIRE).then(other, 1.0).moves


def test_an_emergency_that_is_asked_again_while_it_is_paused_is_the_newest_again() -> None:
    scene = Scene().then(FIRE).then(SECURITY, 10.0).then(FIRE_TOO, 20.0)
    assert scene.moves == ["fire-2 joined", "stop security-1", "security-1 preempted", "begin fire-1"]
    assert isinstance(begin := scene.effects[-1], Begin)
    assert begin.cap_s == 300.0


def test_a_second_copy_is_ignored_alive_or_over() -> None:
    alive = Scene().then(FIRE).then(FIRE_TOO)
    for copy in (FIRE, FIRE_TOO):
        assert alive.then(copy, 1.0) == Scene(alive.air)
    over = alive.then(Silenced("button"), 2.0)
    for copy in (FIRE, FIRE_TOO):
        assert over.then(copy, 3.0) == Scene(over.air)


def test_a_nights_gong_that_never_sounded_may_be_asked_for_again_and_one_that_did_may_not() -> None:
    wrong = Scene().then(FIRE).then(GONG, 1.0).then(Cancelled(Why.PAUSE, Reach.ALL), 2.0)
    assert wrong.then(GONG, 100.0).sounding == "gong-1"
    rung = Scene().then(GONG).then(Ended("gong-1", Outcome.FINISHED), 30.0)
    assert rung.then(GONG, 100.0).sounding is None


def test_silence_drops_all_and_cannot_touch_the_next_alarm() -> None:
    scene = Scene().then(FIRE).then(SECURITY).then(GONG).then(Silenced("silence"), 1.0)
    assert sorted(scene.moves) == ["fire-1 silenced!", "gong-1 silenced!", "security-1 silenced!", "stop security-1"]
    assert scene.air.turns == ()
    assert scene.then(FIRE_TOO, 1.0).sounding == "fire-2"


def test_cancelling_by_id_signal_alarms_or_all_ends_what_it_names() -> None:
    scene = Scene().then(FIRE).then(FIRE_TOO).then(WATCH).then(GONG)
    why = Why.SAFE
    for cancelled, left in (
        (Cancelled(why, ids=frozenset({"fire-2"})), {"watch-1", "gong-1"}),
        (Cancelled(why, signals=frozenset({"peace"})), {"fire-1", "watch-1"}),
        (Cancelled(why, Reach.ALARMS), {"gong-1"}),
        (Cancelled(why, Reach.ALL), set()),
        (Cancelled(why, ids=frozenset({"nobody"})), {"fire-1", "watch-1", "gong-1"}),
    ):
        assert {turn.activation.id for turn in scene.then(cancelled, 1.0).air.turns} == left


def test_a_cancelled_alarm_says_why_and_by_whom() -> None:
    effects = Scene().then(FIRE).then(Cancelled(Why.MISTAKE, Reach.ALL, by="an")).effects
    assert effects[1] == Report(FIRE, Outcome.CANCELLED, {"reason": "mistake", "by": "an"})


def test_an_all_clear_with_its_words_lets_no_gong_slip_in_between() -> None:
    words = replace(ask("clear-1", "all-clear", Priority.PRIORITY, 60.0))
    scene = Scene().then(FIRE).then(GONG).then(Together((Cancelled(Why.SAFE, Reach.ALARMS), Requested(words))), 1.0)
    assert scene.moves == ["stop fire-1", "fire-1 cancelled!", "begin clear-1"]
    assert scene.then(Ended("clear-1", Outcome.FINISHED), 20.0).sounding == "gong-1"


def test_nothing_sounds_past_its_cap_even_when_the_player_says_nothing() -> None:
    scene = Scene().then(FIRE)
    assert next_deadline(scene.air) == 300.0 + CAP_ALLOWANCE_S
    assert scene.then(Tick(), 300.0).effects == ()
    assert scene.then(Tick(), 300.0 + CAP_ALLOWANCE_S).moves == ["stop fire-1", "fire-1 finished!"]


def test_a_sound_that_fails_is_reported_with_what_and_the_next_one_sounds() -> None:
    scene = Scene().then(FIRE).then(WATCH).then(Ended("fire-1", Outcome.FAILED, "speaker-failed"), 1.0)
    assert scene.effects[0] == Report(FIRE, Outcome.FAILED, {"what": "speaker-failed"})
    assert scene.sounding == "watch-1"


def test_a_sound_that_ended_before_it_heard_that_it_was_asked_again_begins_once_more() -> None:
    scene = Scene().then(FIRE)
    run = scene.air.turns[0].run
    scene = scene.then(FIRE_TOO, 299.0).then(Ended("fire-1", Outcome.FINISHED, run=run), 299.0)
    assert scene.moves == ["stop fire-1", "begin fire-1"]


def test_an_alarm_that_had_ended_before_it_was_preempted_does_not_resume() -> None:
    scene = Scene().then(WATCH).then(FIRE, 30.0).then(Ended("watch-1", Outcome.FINISHED), 30.1)
    assert scene.moves == ["watch-1 finished!"]
    assert scene.sounding == "fire-1"


def test_the_number_of_those_who_wait_is_bounded_and_the_worst_rank_falls_out() -> None:
    scene = Scene().then(FIRE).then(replace(GONG, wait_until=None))
    for number in range(MOST_WAITING - 1):
        scene = scene.then(replace(NEWS, id=f"news-{number}", signal=f"news-{number}"))
    assert len(scene.air.turns) == MOST_WAITING + 1
    assert scene.then(TEST, 1.0).moves == ["test-1 waiting", "test-1 expired!"]
    assert scene.then(WATCH, 1.0).moves[1] == f"news-{MOST_WAITING - 2} expired!"


def test_an_emergency_is_never_refused_and_the_oldest_that_has_sounded_falls_out() -> None:
    scene = Scene()
    for number in range(MOST_WAITING + 1):
        scene = scene.then(replace(FIRE, id=f"fire-{number}", place=str(number)), number)
    assert scene.then(SECURITY, 100.0).moves[-2:] == ["begin security-1", "fire-0 preempted!"]


def test_a_sound_remembers_only_so_many_who_joined_and_lets_the_oldest_go() -> None:
    scene = Scene().then(FIRE)
    for number in range(MOST_JOINED):
        scene = scene.then(replace(FIRE, id=f"more-{number}"), number)
    scene = scene.then(FIRE_TOO, 50.0)
    assert "more-0 finished!" in scene.moves
    assert scene.sounding == "fire-1"


@pytest.mark.parametrize(
    "event",
    [Ended("nobody", Outcome.FINISHED), Ended("gong-1", Outcome.FINISHED), Ended("fire-1", Outcome.STARTED), Tick()],
)
def test_an_event_that_the_table_does_not_know_changes_nothing(event: Ended | Tick) -> None:
    air = Scene().then(FIRE).then(GONG, 1.0).air
    assert decide(air, event, 2.0) == (air, ())


def test_nothing_changes_an_empty_air_but_a_request() -> None:
    for event in (Tick(), Silenced(), Cancelled(Why.PAUSE, Reach.ALL), Ended("fire-1", Outcome.FINISHED)):
        assert decide(Air(), event, 1.0) == (Air(), ())
    assert next_deadline(Air()) is None
