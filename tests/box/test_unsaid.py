"""What a box that died says at its next start of orders that ended: how, and why."""

from dataclasses import replace
from datetime import UTC, datetime

from gongd.box.past import ACCEPTED, Past
from gongd.box.unsaid import early_cancels, last_words
from gongd.core import push
from gongd.core.catalogue import Origin, Status
from gongd.core.record import Kind, Record
from gongd.core.wire_report import Answer, Step
from gongd.ports import Recalled

JTI = "j" * 16
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def accepted(type_: str) -> Record:
    detail = {"key": "desk", "type": type_}
    return Record(
        NOON, Kind.COMMAND, activation=JTI, origin=Origin.COMMAND, status=Status.ACTUAL, outcome=ACCEPTED, detail=detail
    )


def settings(outcome: str, reason: str | None = None) -> Record:
    detail = {"digest": "d" * 64}
    return Record(NOON, Kind.SETTINGS, activation=JTI, outcome=outcome, reason=reason, detail=detail)


def said(*written: Record, published: int = 0, since: Record | None = None, told: tuple[str, ...] = ()) -> list[Answer]:
    """What is said of these records; `since` is what this start has written itself."""
    past = Past()
    for record in (*written, *((since,) if since else ())):
        past.note(record)
    found = Recalled("journal", len(written), published, tuple(enumerate(written, 1)))
    return list(last_words("thon-3", found, past, told))


def test_an_order_in_the_words_of_another_version_is_remembered_and_the_box_starts() -> None:
    past = Past()
    past.note(replace(accepted("alert"), status="unheard-of"))
    (known,) = past.unanswered()
    assert (known[0], known[1].step, known[1].status) == (JTI, Step.RECEIVED, None)


def test_settings_that_were_taken_back_are_told_with_the_reason() -> None:
    (answer,) = said(accepted("settings"), settings(push.ROLLED_BACK, push.ROLLED_BACK))
    assert (answer.step, answer.reason, answer.detail["digest"]) == (Step.FAILED, push.ROLLED_BACK, "d" * 64)


def test_settings_are_told_though_the_broker_has_the_record_of_their_order() -> None:
    (answer,) = said(accepted("settings"), settings(push.REFUSED, push.INVALID), published=1)
    assert (answer.step, answer.reason) == (Step.REFUSED, push.INVALID)


def test_settings_that_are_not_proven_yet_have_no_last_word() -> None:
    assert said(accepted("settings"), settings(push.APPLIED, push.AWAITS_HEARTBEAT)) == []


def test_what_a_start_has_found_out_itself_is_not_told_without_its_reason() -> None:
    assert said(accepted("settings"), since=settings(push.FAILED, "restarted")) == []


def test_what_a_start_has_said_already_is_not_said_again() -> None:
    assert said(accepted("settings"), settings(push.ROLLED_BACK, push.ROLLED_BACK), told=(JTI,)) == []


def test_an_alarm_that_a_start_has_found_to_be_lost_is_not_told_without_its_reason() -> None:
    lost = Record(NOON, Kind.ACTIVATION, activation=JTI, origin=Origin.COMMAND, outcome="failed", reason="restarted")
    assert said(accepted("alert"), since=lost) == []


def test_an_order_that_leaves_no_record_of_its_end_is_told_to_have_ended() -> None:
    (answer,) = said(accepted("silence"))
    assert (answer.step, answer.reason) == (Step.FINISHED, None)


def test_a_cancel_that_came_before_its_order_is_remembered_though_a_neighbour_has_used_the_name() -> None:
    detail = {"key": "desk", "type": "cancel", "references": [JTI]}
    over = replace(accepted("cancel"), activation="over-0001", detail=detail)
    past = Past()
    past.note(replace(accepted("alert"), origin=Origin.NEIGHBOUR, detail={"key": "nguyet-an/thon-4", "type": "alert"}))
    assert [early.jti for early in early_cancels([over], past, 0.0)] == [JTI]
    past.note(accepted("alert"))
    assert list(early_cancels([over], past, 0.0)) == []
