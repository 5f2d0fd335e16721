"""A cancel may come before its alert, from whoever may, and ends nothing else."""

from dataclasses import replace

from gongd.core.air import Cancelled
from gongd.core.catalogue import Origin, Status, Why
from gongd.core.freshness import MOST_CANCELS, MOST_OF_A_NEIGHBOUR, REMEMBER_CANCEL_S, Cancels, EarlyCancel
from gongd.core.verdict import Accepted, End, Killed, Sound
from gongd.core.wire_refusal import Reason, Refused
from tests.core.orders import COMMUNE, DESK, DRILLER, JTI, NEIGHBOUR, ORDER, Bench, cancel
from tests.core.stage import FIRE, Scene


def deed(box: Bench, *order: object) -> object:
    verdict = box.give(*order)  # type: ignore[arg-type]
    assert isinstance(verdict, Accepted), verdict
    return verdict.deed


def test_a_cancel_that_comes_first_kills_its_alert() -> None:
    box = Bench()
    assert isinstance(deed(box, cancel(JTI)), End)
    killed = deed(box, ORDER)
    assert isinstance(killed, Killed)
    assert killed.activation is not None
    assert (killed.activation.id, killed.reason) == (JTI, Why.SAFE)
    assert isinstance(deed(box, replace(ORDER, jti="another-1")), Sound)


def test_it_kills_as_long_as_the_desk_would_sign_the_alert_again() -> None:
    for wait, kind in ((REMEMBER_CANCEL_S - 1, Killed), (REMEMBER_CANCEL_S, Sound)):
        box = Bench()
        deed(box, cancel(JTI))
        box.wait(wait)
        again = replace(ORDER, sent=box.now.wall, expires=box.now.wall)
        assert isinstance(deed(box, again), kind)


def test_a_killed_alert_counts_for_nothing_that_was_heard() -> None:
    box = Bench()
    deed(box, cancel(JTI))
    deed(box, ORDER)
    ended = deed(box, cancel(JTI, jti="cancel-0002"))
    assert isinstance(ended, End)
    assert ended.words is None


def test_a_neighbour_cancels_its_own_alarm_only() -> None:
    box = Bench()
    assert isinstance(deed(box, ORDER, NEIGHBOUR), Sound)
    assert isinstance(deed(box, cancel(JTI), NEIGHBOUR), End)
    box = Bench()
    deed(box, ORDER, DESK)
    refused = box.give(cancel(JTI), NEIGHBOUR)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_PERMITTED


def test_a_neighbour_kills_in_advance_its_own_alarm_only() -> None:
    box = Bench()
    deed(box, cancel(JTI), NEIGHBOUR)
    assert isinstance(deed(box, ORDER, DESK), Sound)
    box = Bench()
    deed(box, cancel(JTI), NEIGHBOUR)
    assert isinstance(deed(box, ORDER, NEIGHBOUR), Killed)


def test_the_desk_ends_a_neighbours_alarm() -> None:
    box = Bench()
    deed(box, ORDER, NEIGHBOUR)
    assert isinstance(deed(box, cancel(JTI), DESK), End)


def test_a_key_that_may_end_drills_cannot_end_what_is_actual() -> None:
    box = Bench()
    deed(box, ORDER)
    refused = box.give(cancel(JTI, status=Status.EXERCISE), DRILLER)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_PERMITTED
    box = Bench()
    deed(box, cancel(JTI, status=Status.EXERCISE), DRILLER)
    assert isinstance(deed(box, ORDER), Sound)


def test_a_cancel_is_obeyed_however_often_it_is_given() -> None:
    box = Bench()
    for number in range(40):
        assert isinstance(deed(box, cancel(JTI, jti=f"cancel-{number:04d}")), End)


def test_what_is_remembered_is_bounded_and_a_neighbour_pushes_out_nobody() -> None:
    cancels = Cancels()
    for number in range(MOST_CANCELS + 20):
        cancels = cancels.remember(EarlyCancel(f"desk-{number:04d}", Status.ACTUAL, None, 100.0, Why.SAFE), 0.0)
    for number in range(MOST_CANCELS):
        cancels = cancels.remember(EarlyCancel(f"own-{number:05d}", Status.ACTUAL, "b", 100.0, Why.SAFE), 0.0)
    assert len(cancels.early) == MOST_CANCELS + MOST_OF_A_NEIGHBOUR
    assert cancels.find(f"desk-{MOST_CANCELS + 19:04d}", Status.ACTUAL, "x", 0.0) is not None
    assert cancels.find("desk-0000", Status.ACTUAL, "x", 0.0) is None


def test_the_end_of_a_neighbours_alarm_leaves_everybody_elses_alone() -> None:
    alarm = replace(FIRE, id="desk-0001", origin=Origin.COMMAND)
    scene = Scene().then(alarm)
    for call, caller in (("call-0001", "nguyet-an/thon-4"), ("call-0002", "nguyet-an/thon-5")):
        scene = scene.then(replace(alarm, id=call, origin=Origin.NEIGHBOUR, by=caller))
    scene = scene.then(Cancelled(Why.SAFE, ids=frozenset({"call-0001"})))
    assert {person.id for turn in scene.air.turns for person in turn.people} == {"desk-0001", "call-0002"}


def test_a_neighbour_is_called_as_the_list_of_trust_calls_it() -> None:
    sound = deed(Bench(), replace(ORDER, by="Công an xã"), NEIGHBOUR)
    assert isinstance(sound, Sound)
    assert sound.activation.by == f"{COMMUNE}/thon-4"


# ── Two holders, one name ────────────────────────────────────────────────────────────────────────────────────────


def ended(box: Bench, *order: object) -> frozenset[str]:
    """What an accepted cancel ends."""
    end = deed(box, *order)
    assert isinstance(end, End), end
    return end.cancelled.ids


def both(first: str, second: str) -> tuple[Bench, str]:
    """A box at which two holders have raised a fire under one name, and what the second one's is called."""
    box = Bench()
    deed(box, ORDER, first)
    sound = deed(box, ORDER, second)
    assert isinstance(sound, Sound)
    return box, sound.activation.id


def test_a_desk_ends_its_alarm_though_a_neighbour_has_used_its_name_before() -> None:
    box, marked = both(NEIGHBOUR, DESK)
    assert marked != JTI
    assert ended(box, cancel(JTI), DESK) == {JTI, marked}


def test_a_desk_ends_the_alarm_that_a_neighbour_has_raised_under_its_name() -> None:
    box, marked = both(DESK, NEIGHBOUR)
    assert ended(box, cancel(JTI), DESK) == {JTI, marked}


def test_a_neighbour_ends_its_own_alarm_alone_whoever_has_used_its_name() -> None:
    box, marked = both(DESK, NEIGHBOUR)
    assert ended(box, cancel(JTI), NEIGHBOUR) == {marked}
    box, _ = both(NEIGHBOUR, DESK)
    assert ended(box, cancel(JTI), NEIGHBOUR) == {JTI}


def test_a_drill_is_ended_though_a_neighbour_has_raised_a_fire_under_its_name() -> None:
    box = Bench()
    deed(box, ORDER, NEIGHBOUR)
    sound = deed(box, replace(ORDER, status=Status.EXERCISE), DRILLER)
    assert isinstance(sound, Sound)
    assert ended(box, cancel(JTI, status=Status.EXERCISE), DRILLER) == {sound.activation.id}


def test_a_cancel_that_comes_first_kills_the_desks_alarm_though_a_neighbour_has_used_its_name() -> None:
    box = Bench()
    deed(box, ORDER, NEIGHBOUR)
    deed(box, cancel(JTI), DESK)
    assert isinstance(deed(box, ORDER, DESK), Killed)
