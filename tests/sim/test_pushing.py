"""Settings pushed in the virtual commune: each kind of file, and each mishap, ends as it must."""

import pytest

from gongd.core import push
from gongd.sim.plan import Happening, Plan, What
from gongd.sim.pushes import PushedFile
from gongd.sim.pushing import BEFALLS, Wrong
from gongd.sim.run import Outcome, run

NOON = 1800.0
TO_THE_END = {
    Wrong.BROKEN: push.REFUSED,
    Wrong.OTHERS: push.REFUSED,
    Wrong.FORBIDDEN: push.REFUSED,
    Wrong.DIFFERS: push.REFUSED,
    Wrong.ALTERED: push.FAILED,
    Wrong.MISSING: push.FAILED,
}


def _run(*happenings: Happening) -> Outcome:
    outcome = run(Plan(1, 2, 0.2, "hands", happenings))
    assert outcome.violations == ()
    return outcome


def _pushed(outcome: Outcome) -> list[PushedFile]:
    return list(outcome.commune.pushes.files.values())


def _said(outcome: Outcome) -> list[list[str]]:
    return [[word for _, word in file.words] for file in _pushed(outcome)]


def _at(kinds: tuple[object, ...], kind: object) -> float:
    """The choice that picks it."""
    return (kinds.index(kind) + 0.5) / len(kinds)


def _in_force(outcome: Outcome) -> str:
    daemon = outcome.commune.cabinets[0].daemon
    assert daemon is not None
    return daemon.box.parts.settings.source_digest


@pytest.mark.parametrize("choice", [0.02, 0.3, 0.6, 0.98])
def test_a_good_file_is_proven_and_stays(choice: float) -> None:
    outcome = _run(
        Happening(NOON, What.SETTINGS_PUSHED, 1, choice=choice), Happening(2 * NOON, What.POWER_CUT, 1, for_s=10.0)
    )
    assert _said(outcome) == [[push.APPLIED, push.PROVEN]]
    assert _in_force(outcome) == _pushed(outcome)[0].digest


@pytest.mark.parametrize("wrong", Wrong)
def test_a_file_with_which_something_is_wrong_is_never_in_force(wrong: Wrong) -> None:
    outcome = _run(Happening(NOON, What.SETTINGS_PUSHED_BAD, 1, choice=_at(tuple(Wrong), wrong)))
    assert _said(outcome) == [[TO_THE_END[wrong]]]
    assert _in_force(outcome) == outcome.commune.cabinets[0].drawer.digest


@pytest.mark.parametrize(("size", "choice"), [(0.1, 0.3), (0.4, 0.3), (0.9, 0.3), (0.1, 0.95)])
def test_a_file_that_no_heartbeat_proves_is_taken_back(size: float, choice: float) -> None:
    outcome = _run(Happening(NOON, What.SETTINGS_UNPROVEN, 1, for_s=300.0, size=size, choice=choice))
    assert _said(outcome) == [[push.APPLIED, push.ROLLED_BACK]]
    assert _in_force(outcome) == outcome.commune.cabinets[0].drawer.digest


@pytest.mark.parametrize("choice", [0.1, 0.5, 0.9])
def test_a_file_of_somebody_who_may_not_changes_nothing(choice: float) -> None:
    outcome = _run(Happening(NOON, What.SETTINGS_FORGED, 1, choice=choice))
    assert _said(outcome) == [[]]
    assert _in_force(outcome) == outcome.commune.cabinets[0].drawer.digest


@pytest.mark.parametrize("part", range(len(BEFALLS) * 3))
def test_whatever_befalls_the_box_meanwhile_every_file_has_one_end(part: int) -> None:
    """The choice decides what, and when: in 33 parts every kind comes, most of them early and late."""
    outcome = _run(
        Happening(NOON, What.SETTINGS_DISTURBED, 1, for_s=120.0, size=part % 2 / 2 + 0.2, choice=(part + 0.5) / 33)
    )
    for words in _said(outcome):
        assert set(words) & {push.PROVEN, push.ROLLED_BACK, push.FAILED, push.REFUSED, push.SUPERSEDED}


def test_a_card_that_hangs_keeps_no_unproven_file_in_force() -> None:
    outcome = _run(
        Happening(NOON, What.SETTINGS_UNPROVEN, 1, for_s=3600.0, size=0.9, choice=0.3),
        Happening(NOON + 30.0, What.DISK_STALLED, 1, for_s=3600.0),
    )
    ((applied_at, _), (taken_back_at, word)) = _pushed(outcome)[0].words
    assert word == push.ROLLED_BACK
    assert taken_back_at - applied_at < 70.0


def test_a_reload_while_a_file_is_read_is_no_edit_and_loses_nothing() -> None:
    outcome = _run(
        Happening(NOON, What.SETTINGS_PUSHED, 1, choice=0.3),
        Happening(2 * NOON, What.DISK_STALLED, 1, for_s=600.0),
        Happening(2 * NOON + 60.0, What.SETTINGS_PUSHED, 1, choice=0.6),
        Happening(2 * NOON + 120.0, What.VOICE_GONE, 1, for_s=60.0),
    )
    assert _said(outcome) == [[push.APPLIED, push.PROVEN]] * 2
    assert _in_force(outcome) == _pushed(outcome)[1].digest


def test_a_reload_while_a_bad_file_is_read_leaves_the_proven_one_for_the_next_start() -> None:
    outcome = _run(
        Happening(NOON, What.SETTINGS_PUSHED, 1, choice=0.3),
        Happening(2 * NOON, What.DISK_STALLED, 1, for_s=600.0),
        Happening(2 * NOON + 60.0, What.SETTINGS_PUSHED_BAD, 1, choice=_at(tuple(Wrong), Wrong.BROKEN)),
        Happening(2 * NOON + 120.0, What.VOICE_GONE, 1, for_s=60.0),
        Happening(3 * NOON, What.POWER_CUT, 1, for_s=10.0),
    )
    assert _said(outcome) == [[push.APPLIED, push.PROVEN], [push.REFUSED]]
    assert _in_force(outcome) == _pushed(outcome)[0].digest
