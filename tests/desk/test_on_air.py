"""What the board says of what sounds: the newest word counts, a drill is called a drill, a signal by its name."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gongd.core.catalogue import Status, Why
from gongd.core.condition import State
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_event import Event
from gongd.core.wire_report import Answer, Heartbeat, Info, OfferedSignal, Step
from gongd.desk.board import Known, condition_words, row
from gongd.desk.on_air import words
from gongd.desk.orders import Hand, silence
from gongd.gongctl.duty import on_duty
from tests.desk.commune import needs_mosquitto
from tests.desk.records import BOXES, NOW, answer, beat, order, stop
from tests.desk.scripted import Commune, whole_commune

BOX = "thon-3"
FIRE = order()
DRILL = replace(order(), status=Status.EXERCISE)
TEST = replace(order("test"), status=Status.TEST)
SILENCE = silence(Hand("cong-an-xa"), "silence-1234", order().aud, NOW)
CANCEL = stop("order-1234")
MEETING = Info(BOX, "nguyet-an", "Thôn 3", "1", "0" * 64, signals=(OfferedSignal("meeting", "Kẻng họp thôn", 1, 60),))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def said(step: Step, seconds: float, of: CommandClaims = FIRE, **detail: str) -> Answer:
    return replace(answer(BOX, step, of.jti, detail=detail), at=after(seconds))


def wrote(outcome: str, seconds: float, activation: str = "by-button", status: str = "actual") -> Event:
    return Event(1, after(seconds), "activation", "fire", activation=activation, status=status, outcome=outcome)


def shown(
    last: Heartbeat | None, *told: Answer | Event, orders: tuple[CommandClaims, ...] = (FIRE,), info: Info | None = None
) -> str:
    """The board's column, with this heartbeat and these words."""
    known = Known(BOX, heartbeat=last, heartbeat_at=NOW, heard_at=after(40), info=info)
    answers = [one for one in told if isinstance(one, Answer)]
    events = [(BOX, one) for one in told if isinstance(one, Event)]
    found = words(orders, answers, events).get(BOX, [])
    return condition_words(row(BOXES[0], known, None, after(40), found)).vi


def sounding(signal: str = "fire") -> Heartbeat:
    return beat(condition=State.SOUNDING, sounding=signal)


def test_what_has_begun_since_the_last_heartbeat_sounds_and_what_has_ended_does_not() -> None:
    quiet = beat()
    assert shown(quiet, said(Step.RECEIVED, 5)) == "Sẵn sàng"
    assert shown(quiet, said(Step.STARTED, 5)) == "Đang phát báo cháy"
    assert shown(quiet, wrote("started", 5)) == "Đang phát báo cháy"
    assert shown(quiet, said(Step.STARTED, 5), said(Step.FINISHED, 20)) == "Sẵn sàng"
    for ends in (Step.SILENCED, Step.CANCELLED, Step.FINISHED, Step.FAILED, Step.PREEMPTED):
        assert shown(sounding(), said(Step.STARTED, -5), said(ends, 5)) == "Sẵn sàng"
        assert shown(sounding(), wrote(ends.value, 5)) == "Sẵn sàng"


def test_an_order_of_silence_that_was_taken_ends_all_of_it_and_a_cancel_what_it_names() -> None:
    ended = said(Step.FINISHED, 5, SILENCE)
    assert shown(sounding(), wrote("started", -5), ended, orders=(FIRE, SILENCE)) == "Sẵn sàng"
    assert shown(sounding(), ended, orders=(SILENCE,)) == "Sẵn sàng"
    assert (
        shown(sounding(), said(Step.STARTED, -5), said(Step.FINISHED, 5, CANCEL), orders=(FIRE, CANCEL)) == "Sẵn sàng"
    )
    other = replace(CANCEL, references=("another-1",))
    assert shown(sounding(), said(Step.STARTED, -5), said(Step.FINISHED, 5, other), orders=(FIRE, other)) == (
        "Đang phát báo cháy"
    )


def test_the_words_at_the_end_of_an_alarm_are_what_sounds_then() -> None:
    told = (said(Step.STARTED, -5), said(Step.CANCELLED, 4), said(Step.STARTED, 5, CANCEL))
    assert shown(sounding(), *told, orders=(FIRE, CANCEL)) == "Đang phát báo yên"
    assert shown(sounding(), *told, said(Step.FINISHED, 9, CANCEL), orders=(FIRE, CANCEL)) == "Sẵn sàng"
    assert CANCEL.reason is Why.SAFE


def test_a_heartbeat_that_is_newer_than_a_word_counts() -> None:
    assert shown(beat(), said(Step.STARTED, -30)) == "Sẵn sàng", "the word of its end was lost"
    assert shown(beat(), said(Step.STARTED, -30), wrote("finished", 5)) == "Sẵn sàng"
    assert shown(sounding("flood"), said(Step.STARTED, -30)) == "Đang phát báo lũ"
    assert shown(sounding("flood"), wrote("finished", 5)) == "Đang phát báo lũ"


def test_a_drill_and_a_test_are_called_so() -> None:
    assert shown(beat(), said(Step.STARTED, 5, DRILL), orders=(DRILL,)) == "Đang phát diễn tập báo cháy"
    assert shown(sounding(), said(Step.STARTED, -5, DRILL), orders=(DRILL,)) == "Đang phát diễn tập báo cháy"
    assert shown(sounding(), wrote("started", -5, status="exercise")) == "Đang phát diễn tập báo cháy"
    assert shown(sounding("test"), said(Step.STARTED, -5, TEST), orders=(TEST,)) == "Đang phát thử loa"
    real = (said(Step.STARTED, -9, DRILL), said(Step.PREEMPTED, -5, DRILL), wrote("started", -5))
    assert shown(sounding(), *real, orders=(DRILL,)) == "Đang phát báo cháy"
    assert shown(sounding(), *real, wrote("finished", 5), said(Step.RESUMED, 6, DRILL), orders=(DRILL,)) == (
        "Đang phát diễn tập báo cháy"
    )


def test_an_alarm_that_a_heartbeat_alone_has_told_of_is_not_called_by_the_drill_before_it() -> None:
    drill = (said(Step.STARTED, -60, DRILL), said(Step.FINISHED, -30, DRILL))
    assert shown(sounding(), *drill, orders=(DRILL,)) == "Đang phát báo cháy"
    gave_way = (said(Step.STARTED, -60, DRILL), said(Step.PREEMPTED, -30, DRILL, then="resume"))
    assert shown(sounding(), *gave_way, orders=(DRILL,)) == "Đang phát diễn tập báo cháy"
    assert (
        shown(sounding(), *drill[:1], said(Step.FINISHED, -30, SILENCE), orders=(DRILL, SILENCE))
        == "Đang phát báo cháy"
    )
    rests = (wrote("started", -60, status="exercise"), replace(wrote("finished", -30), detail={"then": "again"}))
    assert shown(sounding(), *rests) == "Đang phát diễn tập báo cháy"


def test_a_communes_own_signal_has_its_name() -> None:
    assert shown(sounding("meeting"), info=MEETING) == "Đang phát Kẻng họp thôn"
    assert shown(sounding("meeting")) == "Đang phát meeting"


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("air")) as made:
        yield made


def condition(commune: Commune) -> str:
    return commune.gongctl("status").stdout


@needs_mosquitto
def test_the_board_knows_at_once_what_an_order_has_done(commune: Commune) -> None:
    at = datetime.now(UTC)
    with on_duty(commune.folder.path) as duty:
        duty.store.heard_heartbeat(BOX, beat(at=at.replace(microsecond=0)), at)
    assert "Thôn 3   Sẵn sàng" in condition(commune)
    assert commune.gongctl("drill", "fire", "--to", "3", "--yes").returncode == 0
    assert "Thôn 3   Đang phát diễn tập báo cháy" in condition(commune)
    (mine,) = [one for one in json.loads(commune.gongctl("status", "--json").stdout) if one["box"] == BOX]
    assert (mine["condition"], mine["sounding"], mine["status"]) == ("sounding", "fire", "exercise")
    assert commune.gongctl("silence", "--to", "3").returncode == 0
    assert "Đang phát" not in condition(commune)
