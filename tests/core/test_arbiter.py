"""The arbiter's rules, one by one."""

from dataclasses import replace

import pytest

from gongd.core.activation import Activation, Outcome
from gongd.core.air import (
    Air,
    Begin,
    Cancelled,
    Ended,
    Extend,
    Reach,
    Report,
    Requested,
    Silenced,
    Stop,
    Tick,
    Together,
)
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
    no_alarm = {} if higher.status is Status.ACTUAL else {"behind_status": higher.status.value}
    told = {"behind": higher.signal, "behind_id": higher.id, **no_alarm}
    assert scene.effects == (Report(lower, Outcome.WAITING, told),)
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
        assert Report(short, Outcome.PREEMPTED, {"behind": "fire", "behind_id": "fire-1"}) in scene.effects
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


@pytest.mark.parametrize("now", [120.0, 121.0])
def test_a_gong_that_arrives_late_does_not_sound(now: float) -> None:
    assert Scene().then(GONG, now).effects == (Report(GONG, Outcome.MISSED, {"reason": "late"}),)


def test_an_alarm_that_arrives_late_sounds_all_the_same() -> None:
    assert Scene().then(replace(FIRE, wait_until=5.0), 60.0).sounding == "fire-1"


def test_a_waiting_command_expires() -> None:
    news = replace(NEWS, wait_until=30.0)
    assert Scene().then(FIRE).then(news, 1.0).then(Tick(), 30.0).effects == (Report(news, Outcome.EXPIRED, {}),)


def test_the_same_signal_asked_again_joins_and_its_cap_counts_anew() -> None:
    scene = Scene().then(FIRE).then(FIRE_TOO, 290.0)
    assert scene.effects == (Extend("fire-1", 300.0, 3), Report(FIRE_TOO, Outcome.JOINED, {"joined": "fire-1"}))
    assert next_deadline(scene.air) == 590.0 + CAP_ALLOWANCE_S
    assert scene.then(Ended("fire-1", Outcome.FINISHED), 590.0).moves == ["fire-1 finished!", "fire-2 finished!"]


def test_an_alarm_is_not_cut_short_by_who_asks_for_less_of_it() -> None:
    scene = Scene().then(FIRE).then(replace(FIRE_TOO, cap_s=8.0), 10.0)
    assert scene.effects[0] == Extend("fire-1", 290.0, 3)
    assert next_deadline(scene.air) == 300.0 + CAP_ALLOWANCE_S
    late = Scene().then(FIRE).then(replace(FIRE_TOO, cap_s=8.0), 296.0)
    assert next_deadline(late.air) == 304.0 + CAP_ALLOWANCE_S


def test_who_has_joined_is_told_that_the_alarm_goes_on_as_it_was_told_that_it_gave_way() -> None:
    scene = Scene().then(FIRE).then(FIRE_TOO, 10.0).then(SECURITY, 20.0)
    assert scene.moves[:3] == ["stop fire-1", "fire-1 preempted", "fire-2 preempted"]
    scene = scene.then(Ended("security-1", Outcome.FINISHED), 30.0)
    assert scene.moves == ["security-1 finished!", "begin fire-1", "fire-2 resumed"]
    assert scene.effects[-1] == Report(FIRE_TOO, Outcome.RESUMED, {"joined": "fire-1"})


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
    assert scene.moves == ["stop security-1", "security-1 preempted", "begin fire-1", "fire-2 joined"]
    assert isinstance(begin := scene.effects[-2], Begin)
    assert begin.cap_s == 300.0


def test_requests_that_wait_together_wait_as_long_as_the_most_patient_of_them() -> None:
    for first, second in ((30.0, 60.0), (60.0, 30.0)):
        scene = Scene().then(FIRE).then(replace(NEWS, wait_until=first), 1.0)
        scene = scene.then(replace(NEWS, id="news-2", wait_until=second), 2.0)
        assert scene.then(Tick(), 59.9).effects == ()
        assert scene.then(Tick(), 60.0).moves == ["news-1 expired!", "news-2 expired!"]
    for patient, other in ((None, 60.0), (60.0, None)):
        scene = Scene().then(FIRE).then(replace(NEWS, wait_until=patient), 1.0)
        scene = scene.then(replace(NEWS, id="news-2", wait_until=other), 2.0)
        assert scene.then(Tick(), 200.0).effects == ()


def test_what_is_asked_again_while_it_waits_keeps_its_place() -> None:
    scene = Scene().then(FIRE).then(NEWS).then(replace(NEWS, id="other", signal="other"))
    scene = scene.then(replace(NEWS, id="news-2"), 1.0)
    assert scene.moves == ["news-2 waiting"]
    behind = {"behind": "fire", "behind_id": "fire-1", "joined": "news-1"}
    assert scene.effects[-1] == Report(replace(NEWS, id="news-2"), Outcome.WAITING, behind)
    scene = scene.then(Ended("fire-1", Outcome.FINISHED), 2.0)
    assert scene.moves == ["fire-1 finished!", "begin news-1", "news-2 started"]
    assert scene.effects[-1] == Report(replace(NEWS, id="news-2"), Outcome.STARTED, {"joined": "news-1"})


def test_calls_of_two_neighbours_are_two_and_orders_of_two_people_are_one() -> None:
    for origin, joins in ((Origin.NEIGHBOUR, False), (Origin.COMMAND, True)):
        scene = Scene().then(replace(FIRE, origin=origin, by="thon-2"))
        scene = scene.then(replace(FIRE_TOO, origin=origin, by="thon-4"), 1.0)
        assert ("fire-2 joined" in scene.moves) is joins
        assert "fire-3 joined" in scene.then(replace(FIRE, id="fire-3", origin=origin, by="thon-4"), 2.0).moves


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


def test_what_is_silenced_says_by_whom_where_that_is_known() -> None:
    assert Scene().then(FIRE).then(Silenced("button")).effects[1] == Report(FIRE, Outcome.SILENCED, {"by": "button"})
    assert Scene().then(FIRE).then(Silenced()).effects[1] == Report(FIRE, Outcome.SILENCED, {})
    by_order = Scene().then(FIRE).then(Silenced("Trực ban", "order-1")).effects[1]
    assert by_order == Report(FIRE, Outcome.SILENCED, {"by": "Trực ban", "order": "order-1"})


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


def test_a_cancelled_alarm_says_why_and_by_whom_where_that_is_known() -> None:
    effects = Scene().then(FIRE).then(Cancelled(Why.MISTAKE, Reach.ALL, by="an")).effects
    assert effects[1] == Report(FIRE, Outcome.CANCELLED, {"reason": "mistake", "by": "an"})
    effects = Scene().then(FIRE).then(Cancelled(Why.SAFE, Reach.ALL)).effects
    assert effects[1] == Report(FIRE, Outcome.CANCELLED, {"reason": "safe"})


def test_an_all_clear_with_its_words_lets_no_gong_slip_in_between() -> None:
    words = replace(ask("clear-1", "all-clear", Priority.PRIORITY, 60.0))
    scene = Scene().then(FIRE).then(GONG).then(Together((Cancelled(Why.SAFE, Reach.ALARMS), Requested(words))), 1.0)
    assert scene.moves == ["stop fire-1", "fire-1 cancelled!", "begin clear-1"]
    assert scene.then(Ended("clear-1", Outcome.FINISHED), 20.0).sounding == "gong-1"


def test_nothing_sounds_past_its_cap_even_when_the_player_says_nothing() -> None:
    scene = Scene().then(FIRE, 50.0)
    assert next_deadline(scene.air) == 350.0 + CAP_ALLOWANCE_S
    assert scene.then(Tick(), 350.0).effects == ()
    scene = scene.then(Tick(), 350.0 + CAP_ALLOWANCE_S)
    assert scene.effects == (Stop("fire-1"), Report(FIRE, Outcome.FINISHED, {"cap": True}))


def test_a_sound_that_fails_is_reported_with_what_and_the_next_one_sounds() -> None:
    scene = Scene().then(FIRE).then(WATCH).then(Ended("fire-1", Outcome.FAILED, "speaker-failed"), 1.0)
    assert scene.effects[0] == Report(FIRE, Outcome.FAILED, {"what": "speaker-failed"})
    assert scene.sounding == "watch-1"


def test_a_sound_that_ended_before_it_heard_that_it_was_asked_again_begins_once_more() -> None:
    scene = Scene().then(FIRE)
    run = scene.air.turns[0].run
    scene = scene.then(FIRE_TOO, 299.0).then(Ended("fire-1", Outcome.FINISHED, run=run), 299.0)
    assert scene.moves == ["stop fire-1", "begin fire-1"]


def test_a_sound_that_ended_after_all_that_it_heard_is_over() -> None:
    scene = Scene().then(FIRE)
    assert isinstance(begin := scene.effects[0], Begin)
    assert scene.then(Ended("fire-1", Outcome.FINISHED, run=begin.run), 9.0).moves == ["fire-1 finished!"]
    scene = scene.then(FIRE_TOO, 9.0)
    assert isinstance(extend := scene.effects[0], Extend)
    assert scene.then(Ended("fire-1", Outcome.FINISHED, run=extend.run), 99.0).air.turns == ()


def test_an_alarm_that_is_asked_again_while_it_yields_is_not_ended_by_an_end_from_before() -> None:
    scene = Scene().then(WATCH)
    run = scene.air.turns[0].run
    scene = scene.then(FIRE, 30.0).then(replace(WATCH, id="watch-2"), 30.1)
    scene = scene.then(Ended("watch-1", Outcome.FINISHED, run=run), 30.2)
    assert scene.effects == ()
    scene = scene.then(Ended("fire-1", Outcome.FINISHED), 40.0)
    assert scene.moves == ["fire-1 finished!", "begin watch-1", "watch-2 resumed"]


def test_an_alarm_that_had_ended_before_it_was_preempted_does_not_resume() -> None:
    scene = Scene().then(WATCH).then(FIRE, 30.0).then(Ended("watch-1", Outcome.FINISHED), 30.1)
    assert scene.moves == ["watch-1 finished!"]
    assert scene.sounding == "fire-1"


def test_the_number_of_those_who_wait_is_bounded_and_the_worst_rank_falls_out() -> None:
    scene = Scene().then(FIRE).then(replace(GONG, wait_until=None))
    for number in range(MOST_WAITING - 1):
        scene = scene.then(replace(NEWS, id=f"news-{number}", signal=f"news-{number}"))
    assert len(scene.air.turns) == MOST_WAITING + 1
    crowded = scene.then(TEST, 1.0)
    assert crowded.moves == ["test-1 waiting", "test-1 expired!"]
    assert crowded.effects[1] == Report(TEST, Outcome.EXPIRED, {"reason": "crowded"})
    assert scene.then(WATCH, 1.0).moves[1] == f"news-{MOST_WAITING - 2} expired!"


def test_a_nights_gong_that_falls_out_is_missed_because_it_gave_way() -> None:
    scene = Scene().then(FIRE)
    for number in range(MOST_WAITING):
        scene = scene.then(replace(WATCH, id=f"watch-{number}", signal=f"watch-{number}"))
    assert scene.then(GONG, 1.0).effects[1:] == (Report(GONG, Outcome.MISSED, {"reason": "preempted"}),)


def test_an_emergency_is_never_refused_and_the_oldest_that_has_sounded_falls_out() -> None:
    scene = Scene()
    for number in range(MOST_WAITING + 1):
        scene = scene.then(replace(FIRE, id=f"fire-{number}", place=str(number)), number)
    scene = scene.then(SECURITY, 100.0)
    oldest = replace(FIRE, id="fire-0", place="0")
    assert scene.moves[-2] == "begin security-1"
    assert scene.effects[-1] == Report(oldest, Outcome.PREEMPTED, {"reason": "crowded"})


def test_a_sound_remembers_only_so_many_who_joined_and_lets_the_oldest_go() -> None:
    scene = Scene().then(FIRE)
    for number in range(MOST_JOINED):
        scene = scene.then(replace(FIRE, id=f"more-{number}"), number)
    scene = scene.then(FIRE_TOO, 50.0)
    let_go = replace(FIRE, id="more-0")
    assert Report(let_go, Outcome.FINISHED, {"joined": "fire-1", "reason": "crowded"}) in scene.effects
    assert [person.id for person in scene.air.turns[0].people] == [
        *("fire-1", *(f"more-{number}" for number in range(1, MOST_JOINED)), "fire-2"),
    ]
    assert scene.sounding == "fire-1"


def test_who_joined_what_only_waits_and_is_let_go_is_told_that_nothing_sounded() -> None:
    scene = Scene().then(FIRE).then(NEWS)
    for number in range(MOST_JOINED + 1):
        scene = scene.then(replace(NEWS, id=f"more-{number}"), number)
    assert scene.moves == ["more-0 expired!", f"more-{MOST_JOINED} waiting"]


def test_a_nights_gong_that_was_let_go_while_it_sounded_does_not_sound_again() -> None:
    scene = Scene().then(GONG)
    for number in range(MOST_JOINED + 1):
        scene = scene.then(replace(GONG, id=f"more-{number}"), number)
    assert "more-0 finished!" in scene.moves
    assert scene.then(replace(GONG, id="more-0"), 50.0).effects == ()


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
