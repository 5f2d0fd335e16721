"""An alarm that has come to its limit, or was stopped for a pause, can still be called off: "Xong việc: chọn 4"."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest

from gongd.core.catalogue import Status, Why
from gongd.core.wire_command import CommandType
from gongd.core.wire_event import Event
from gongd.core.wire_report import Answer, Step
from gongd.desk.going_on import Given, GoingOn
from gongd.desk.uncleared import UNTOLD_FOR, uncleared
from tests.desk.commune import needs_mosquitto
from tests.desk.records import NOW, answer, order, stop
from tests.desk.scripted import Commune, whole_commune

MINUTE = timedelta(minutes=1)
LATER = NOW + 30 * MINUTE
BOTH = ("thon-3", "thon-5")
PRESSED = Event(1, NOW, "activation", "fire", activation="b-1", origin="button", status="actual", outcome="started")


def found(*given: Given, events: tuple[tuple[str, Event], ...] = (), later: timedelta = 30 * MINUTE) -> list[GoingOn]:
    return uncleared(given, events, NOW + later, lambda signal: signal in ("fire", "flood"))


def alarm(*answers: Answer, signal: str = "fire", status: Status = Status.ACTUAL) -> Given:
    return Given(replace(order(signal), status=status), BOTH, NOW, answers)


def heard_and(last: Step, box: str = "thon-3", reason: str | None = None) -> tuple[Answer, Answer]:
    return answer(box, Step.STARTED), replace(answer(box, last), reason=reason)


@pytest.mark.parametrize(("last", "reason"), [(Step.FINISHED, None), (Step.SILENCED, None), (Step.CANCELLED, "pause")])
def test_an_alarm_that_fell_silent_without_a_word_of_its_end_can_be_called_off(last: Step, reason: str | None) -> None:
    (one,) = found(alarm(*heard_and(last, reason=reason)))
    assert one == GoingOn("fire", Status.ACTUAL, ("order-1234",), ("thon-3",))
    assert found(alarm(*heard_and(last, reason=reason)), later=UNTOLD_FOR + MINUTE) == []


@pytest.mark.parametrize("reason", ["safe", "mistake"])
def test_one_whose_end_was_told_cannot_nor_can_one_that_nobody_heard_or_that_goes_on(reason: str) -> None:
    assert found(alarm(*heard_and(Step.CANCELLED, reason=reason))) == []
    assert found(alarm(answer("thon-3", Step.EXPIRED))) == []
    assert found(alarm(answer("thon-3", Step.STARTED))) == []
    rests = answer("thon-3", Step.FINISHED, detail={"then": "again"})
    assert found(alarm(answer("thon-3", Step.STARTED), rests)) == []


def test_neither_a_drill_nor_what_alarms_nobody_is_called_off() -> None:
    assert found(alarm(*heard_and(Step.FINISHED), status=Status.EXERCISE)) == []
    assert found(alarm(*heard_and(Step.FINISHED), signal="meeting")) == []
    assert found(alarm(*heard_and(Step.FINISHED), signal="all-clear")) == []


def test_a_box_that_has_taken_the_word_of_the_end_is_not_told_again_and_the_other_is() -> None:
    over = alarm(*heard_and(Step.FINISHED), *heard_and(Step.FINISHED, "thon-5"))
    told = Given(stop("order-1234"), BOTH, LATER, (answer("thon-3", Step.STARTED, "cancel-1234"),))
    (one,) = found(over, told)
    assert one.boxes == ("thon-5",)
    (one,) = found(over, replace(told, claims=replace(told.claims, reason=Why.PAUSE)))
    assert one.boxes == BOTH


def test_an_all_clear_that_was_sounded_later_has_told_it() -> None:
    over = alarm(*heard_and(Step.FINISHED))
    calm = replace(order("all-clear"), jti="calm-1234")
    sounded = Given(calm, BOTH, NOW + MINUTE, (answer("thon-3", Step.STARTED, "calm-1234"),))
    assert found(over, sounded) == []
    assert len(found(over, replace(sounded, at=NOW - MINUTE))) == 1
    assert len(found(over, replace(sounded, answers=()))) == 1


def test_what_people_at_a_box_have_raised_is_called_off_too_unless_they_have_done_it_there() -> None:
    over = ("thon-3", PRESSED), ("thon-3", replace(PRESSED, number=2, outcome="finished"))
    (one,) = found(events=over)
    assert one == GoingOn("fire", Status.ACTUAL, ("b-1",), ("thon-3",))
    green = replace(PRESSED, number=3, at=NOW + MINUTE, activation="b-2", signal="all-clear")
    assert found(events=(*over, ("thon-3", green))) == []
    assert len(found(events=(*over, ("thon-5", green)))) == 1
    safe = replace(PRESSED, number=2, outcome="cancelled", reason="safe")
    assert found(events=(over[0], ("thon-3", safe))) == []


def test_an_alarm_that_was_raised_again_and_called_off_then_is_not_called_off_once_more() -> None:
    first = alarm(*heard_and(Step.FINISHED), *heard_and(Step.FINISHED, "thon-5"))
    claims = replace(order(), jti="again-1234")
    cut = replace(answer("thon-3", Step.CANCELLED, "again-1234"), reason="safe")
    again = Given(claims, BOTH, NOW + 10 * MINUTE, (answer("thon-3", Step.STARTED, "again-1234"), cut))
    said = answer("thon-3", Step.STARTED, "cancel-1234")
    told = Given(stop("again-1234"), BOTH, NOW + 12 * MINUTE, (said,))
    (one,) = found(first, again, told)
    assert (one.activations, one.boxes) == (("order-1234",), ("thon-5",))
    (one,) = found(first, again, replace(told, claims=replace(told.claims, status=Status.EXERCISE)))
    assert one.boxes == BOTH
    (one,) = found(first, again, replace(told, answers=(replace(said, step=Step.FINISHED),)))
    assert one.boxes == BOTH
    (one,) = found(first, again, replace(told, at=NOW - MINUTE))
    assert one.boxes == BOTH


def test_the_end_of_a_drill_is_no_word_of_an_alarm() -> None:
    over = ("thon-3", PRESSED), ("thon-3", replace(PRESSED, number=2, outcome="finished"))
    end = replace(PRESSED, number=3, at=NOW + MINUTE, activation="d-1.end", signal="all-clear", status="exercise")
    assert len(found(events=(*over, ("thon-3", end)))) == 1


def test_an_alarm_whose_box_had_its_clock_set_meanwhile_can_be_called_off_too() -> None:
    begun = replace(PRESSED, trusted=False, at=NOW + MINUTE)
    over = replace(PRESSED, number=2, outcome="finished", trusted=True)
    (one,) = found(events=(("thon-3", over), ("thon-3", begun)))
    assert one.activations == ("b-1",)


def test_what_can_be_called_off_is_found_at_once_in_a_province_of_a_thousand_boxes() -> None:
    places = tuple(f"b-{number}" for number in range(1000))
    said = [answer(box, step) for box in places for step in (Step.STARTED, Step.FINISHED)]
    given = [Given(replace(order(), jti=f"order-{n:04}"), places, NOW, tuple(said)) for n in range(4)]
    asked = Mock(return_value=True)
    began = time.process_time()
    (one,) = uncleared(given, (), LATER, asked)
    assert (len(one.boxes), len(one.activations)) == (1000, 4)
    asked.assert_called_once_with("fire")
    assert time.process_time() - began < 2.0


@pytest.fixture
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    """A fire alarm has sounded in both villages, and has come to its limit."""
    with whole_commune(tmp_path_factory.mktemp("uncleared")) as made:
        for box in made.boxes.values():
            box.steps = (Step.RECEIVED, Step.STARTED, Step.FINISHED)
        assert made.gongctl("alert", "fire", "--to", "all", "--yes").returncode == 0
        yield made


def ended(commune: Commune, box: str = "thon-3") -> list[Why | None]:
    return [one.reason for one in commune.boxes[box].heard if one.type is CommandType.CANCEL]


@needs_mosquitto
def test_the_menu_calls_an_alarm_off_that_has_come_to_its_limit_and_once_only(commune: Commune) -> None:
    shown = commune.gongctl(typed="4\n1\n4\n0\n").stdout
    assert (
        "Không có hiệu lệnh nào đang phát.\nChưa báo yên: báo cháy ở 2 thôn. Loa nói gì?  1 Đã an toàn (loa nói “An "
        "toàn”)  2 Báo nhầm (loa xin lỗi bà con): "
    ) in shown
    assert shown.count("Không có hiệu lệnh nào đang phát.\n") == 2
    assert shown.count("Chưa báo yên") == 1
    assert (ended(commune), ended(commune, "thon-5")) == ([Why.SAFE], [Why.SAFE])


@needs_mosquitto
def test_whoever_chooses_nothing_has_nothing_said(commune: Commune) -> None:
    shown = commune.gongctl(typed="4\n3\n4\n\n0\n").stdout
    assert shown.count("Chưa phát gì.\n") == 2
    assert ended(commune) == []


@needs_mosquitto
def test_a_script_calls_it_off_at_the_place_that_it_names_and_a_pause_finds_nothing_to_stop(commune: Commune) -> None:
    assert commune.gongctl("cancel", "--reason", "pause").stderr == "Không có hiệu lệnh nào đang phát.\n"
    assert commune.gongctl("cancel", "--reason", "safe", "--to", "5", "--signal", "fire").returncode == 0
    assert (ended(commune), ended(commune, "thon-5")) == ([], [Why.SAFE])
    assert commune.gongctl("cancel", "--reason", "mistake").returncode == 0
    assert (ended(commune), ended(commune, "thon-5")) == ([Why.MISTAKE], [Why.SAFE])


@needs_mosquitto
@pytest.mark.parametrize("words", [(), ("cancel", "--reason", "safe", "--wait", "3")])
def test_a_box_that_never_answered_keeps_the_word_of_the_end_from_no_other(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    with whole_commune(tmp_path) as commune:
        commune.boxes["thon-3"].steps = (Step.RECEIVED, Step.STARTED, Step.FINISHED)
        commune.boxes["thon-5"].deaf = True
        commune.gongctl("alert", "fire", "--to", "all", "--yes", "--wait", "3")
        commune.gongctl(*words, typed=None if words else "4\n1\n0\nthoat\n")
        assert (ended(commune), ended(commune, "thon-5")) == ([Why.SAFE], [Why.SAFE])


@needs_mosquitto
def test_a_pause_and_an_end_at_a_place_reach_only_what_was_meant(tmp_path: Path) -> None:
    with whole_commune(tmp_path) as commune:
        commune.boxes["thon-3"].steps = (Step.RECEIVED, Step.STARTED, Step.FINISHED)
        assert commune.gongctl("alert", "fire", "--to", "all", "--yes").returncode == 0
        assert commune.gongctl("cancel", "--reason", "pause").returncode == 0
        assert (ended(commune), ended(commune, "thon-5")) == ([], [Why.PAUSE])
        assert commune.gongctl("alert", "fire", "--to", "all", "--yes").returncode == 0
        assert commune.gongctl("cancel", "--reason", "safe", "--to", "5").returncode == 0
        assert (ended(commune), ended(commune, "thon-5")) == ([], [Why.PAUSE, Why.SAFE])


@needs_mosquitto
def test_where_the_store_cannot_be_used_nobody_is_told_that_nothing_is_sounding(tmp_path: Path) -> None:
    with whole_commune(tmp_path) as commune:
        for box in commune.boxes.values():
            box.steps = (Step.RECEIVED, Step.STARTED, Step.FINISHED)
        (commune.folder.path / "desk.db").write_bytes(b"this is no database, and never was\n" * 300)
        shown = commune.gongctl(typed="1\ntat ca\ntat ca chay\n4\n1\n0\n").stdout
        assert "Không có hiệu lệnh nào đang phát" not in shown
        assert "máy không biết hiệu lệnh nào đang phát" in shown
        assert (ended(commune), ended(commune, "thon-5")) == ([Why.SAFE], [Why.SAFE])
        assert commune.gongctl("alert", "fire", "--to", "all", "--yes").returncode == 0
        told = commune.gongctl("cancel", "--reason", "safe")
        assert (told.returncode, len(ended(commune))) == (1, 1)
        assert "máy không biết hiệu lệnh nào đang phát" in told.stderr


@needs_mosquitto
def test_an_announcement_that_a_box_never_answered_does_not_keep_an_alarm_from_being_called_off_by_its_name(
    commune: Commune,
) -> None:
    commune.boxes["thon-5"].deaf = True
    commune.gongctl("announce", "Mai họp.", "--to", "5", "--yes", "--wait", "2")
    told = commune.gongctl("cancel", "--reason", "pause", "--signal", "fire")
    assert told.stderr.startswith("Chưa dừng gì: không có hiệu lệnh “báo cháy” nào đang phát.")
    commune.gongctl("cancel", "--reason", "safe", "--signal", "fire", "--wait", "2")
    assert (ended(commune), ended(commune, "thon-5")) == ([Why.SAFE], [Why.SAFE])
    (last,) = [one for one in commune.boxes["thon-3"].heard if one.type is CommandType.CANCEL]
    assert len(last.references or ()) == 1
