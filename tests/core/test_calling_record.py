"""A box's own orders, word for word: what they say, how they are recorded, and how the record is read again."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.activation import Outcome
from gongd.core.calling import (
    OwnOrder,
    alert,
    answered,
    calls,
    cancel,
    covers,
    ends,
    ends_alarms,
    jti_for,
    sent,
    to_follow,
    unsent,
)
from gongd.core.catalogue import Origin, Status, Why
from gongd.core.gathering import FRESH_FOR
from gongd.core.lexicon import Proof
from gongd.core.moment import Moment
from gongd.core.record import ANSWERED, SENT, UNSENT, Kind, Record
from gongd.core.trust_list import identify
from gongd.core.wire import Channel
from gongd.core.wire_command import CommandType
from gongd.core.wire_name import to_box
from gongd.core.wire_report import Answer, Step
from tests.core.orders import COMMUNE, NOW, OWN, TRUST

ME = identify(COMMUNE, "thon-3", (), OWN, TRUST)
HERE = Moment(NOW, 1000.0, trusted=True)
CALL = alert("call-0001", "fire", (to_box(COMMUNE, "thon-9"),), ME, NOW, by="fire", place="nhà số 12")
ORDER = OwnOrder(CALL, ("thon-9",), Channel.CALL, "fire")
LIVING = replace(TRUST, boxes=(*TRUST.boxes[:1], *(replace(box, zones=("dong",)) for box in TRUST.boxes[1:])))


# ── What it says ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_activations_own_id_names_the_order_and_any_other_is_named_after_it() -> None:
    assert jti_for("0192f3aa-7c1e") == "0192f3aa-7c1e"
    assert jti_for("a.b") == jti_for("a.b") != jti_for("a.c")
    assert len(jti_for("a.b")) == 40


def test_an_alert_is_actual_fresh_and_says_who_and_where() -> None:
    call = alert("call-0001", "fire", CALL.aud, ME, NOW, by="fire", place="nhà số 12")
    assert (call.iss, call.type, call.status, call.signal) == ("nguyet-an/thon-3", "alert", Status.ACTUAL, "fire")
    assert (call.sent, call.expires, call.by, call.place) == (NOW, NOW + FRESH_FOR, "fire", "nhà số 12")
    plain = alert("call-0001", "fire", CALL.aud, ME, NOW)
    assert (plain.by, plain.place) == (None, None)


def test_a_cancel_ends_all_calls_everywhere_and_given_twice_is_one() -> None:
    other = replace(CALL, jti="call-0002", aud=(*CALL.aud, to_box(COMMUNE, "thon-4")))
    made = cancel((CALL, other), Why.SAFE, ME, NOW)
    assert (made.type, made.references, made.reason) == (CommandType.CANCEL, ("call-0001", "call-0002"), Why.SAFE)
    assert made.aud == (to_box(COMMUNE, "thon-9"), to_box(COMMUNE, "thon-4"))
    assert (made.iss, made.status, made.by) == ("nguyet-an/thon-3", Status.ACTUAL, "fire")
    assert (made.sent, made.expires) == (NOW, NOW + FRESH_FOR)
    later = cancel((CALL, other), Why.SAFE, ME, NOW + FRESH_FOR)
    assert made.jti == later.jti != cancel((CALL, other), Why.MISTAKE, ME, NOW).jti
    assert made.jti != cancel((other, CALL), Why.SAFE, ME, NOW).jti
    assert made.jti == jti_for("end safe call-0001 call-0002")


RAISED = Record(
    NOW, Kind.ACTIVATION, "fire", activation="call-0001", origin="button", status="actual", outcome="started"
)


def test_only_a_fire_that_was_really_raised_at_this_box_calls() -> None:
    assert calls(RAISED)
    for other in (
        *({"kind": Kind.COMMAND}, {"origin": "command"}, {"signal": "security"}),
        *({"status": "exercise"}, {"activation": None}),
    ):
        assert not calls(replace(RAISED, **other))


@pytest.mark.parametrize(
    ("outcome", "reason", "why"),
    [
        (Outcome.SILENCED, None, Why.PAUSE),
        (Outcome.CANCELLED, None, Why.SAFE),
        (Outcome.CANCELLED, "mistake", Why.MISTAKE),
        (Outcome.CANCELLED, "strange", Why.SAFE),
        (Outcome.FINISHED, None, None),
        (Outcome.FINISHED, "safe", None),
        (None, None, None),
    ],
)
def test_what_was_called_is_over_when_somebody_has_ended_it(
    outcome: Outcome | None, reason: str | None, why: Why | None
) -> None:
    assert ends(replace(RAISED, outcome=outcome, reason=reason)) is why


def test_an_all_clear_and_a_cancel_say_that_all_is_over() -> None:
    assert ends_alarms(replace(CALL, signal="all-clear"))
    assert ends_alarms(cancel((CALL,), Why.SAFE, ME, NOW))
    assert not ends_alarms(CALL)


# ── What is remembered ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_that_leaves_is_recorded_with_all_that_is_needed_to_follow_it() -> None:
    record = sent(ORDER, replace(HERE, mono=1000.04), "boot-1")
    assert (record.kind, record.outcome, record.activation, record.origin) == (
        *(Kind.COMMAND, SENT, "call-0001"),
        Origin.BUTTON,
    )
    assert (record.signal, record.status, record.at, record.trusted) == ("fire", Status.ACTUAL, NOW, True)
    whom = {"type": "alert", "to": ["nguyet-an/thon-9"], "boxes": ["thon-9"], "channel": "call"}
    said = {"button": "fire", "by": "fire", "place": "nhà số 12", "boot": "boot-1", "mono": 1000.0}
    assert record.detail == {**whom, **said}


def test_answers_and_what_did_not_leave_are_recorded() -> None:
    answer = Answer("thon-9", Step.STARTED, NOW, True, "call-0001", proof=Proof.DRIVEN)
    record = answered(CALL, answer, HERE)
    assert (record.outcome, record.reason) == (ANSWERED, None)
    assert record.detail == {"type": "alert", "box": "thon-9", "result": "started", "proof": "driven"}
    refused = answered(CALL, replace(answer, step=Step.REFUSED, proof=None, reason="disabled"), HERE)
    assert (refused.reason, refused.detail) == ("disabled", {"type": "alert", "box": "thon-9", "result": "refused"})
    record = unsent(CALL, "not-permitted", "fire", HERE)
    assert (record.outcome, record.reason, record.detail) == (
        *(UNSENT, "not-permitted"),
        {"type": "alert", "button": "fire"},
    )


def following(*records: Record, after_s: float = 60.0, boot: str = "boot-1", trusted: bool = True) -> list[OwnOrder]:
    """What is followed so long after, in this boot."""
    now = Moment(NOW + timedelta(seconds=after_s), 1000.0 + after_s, trusted)
    return to_follow(records, ME, now, boot)


def test_an_order_is_followed_after_a_restart_as_it_was() -> None:
    assert following(sent(ORDER, HERE, "boot-1")) == [replace(ORDER, age_s=60.0)]


def test_it_is_followed_for_half_an_hour_by_a_clock_that_can_be_believed() -> None:
    record = sent(ORDER, HERE, "boot-1")
    assert following(record, after_s=1800.0) != []
    assert following(record, after_s=1800.5) == []
    assert following(record, after_s=1800.0, trusted=False) != []
    assert following(record, boot="boot-2") == [replace(ORDER, age_s=60.0)]
    assert following(record, boot="boot-2", trusted=False) == []
    assert following(replace(record, trusted=False), boot="boot-2") == []
    assert following(record, after_s=-1.0) == []
    assert following(record, after_s=0.0) != []


def test_what_was_ended_is_followed_no_more_but_its_end_is() -> None:
    end = OwnOrder(cancel((CALL,), Why.SAFE, ME, NOW), ("thon-9",), Channel.CALL)
    found = following(sent(ORDER, HERE, "boot-1"), sent(end, HERE, "boot-1"))
    assert [order.claims for order in found] == [end.claims]
    other = OwnOrder(cancel((replace(CALL, jti="call-0002"),), Why.SAFE, ME, NOW), ("thon-9",), Channel.CALL)
    assert len(following(sent(ORDER, HERE, "boot-1"), sent(other, HERE, "boot-1"))) == 2


def test_a_panels_all_clear_ends_what_it_has_sent_to_the_same_boxes() -> None:
    alarm = replace(ORDER, channel=Channel.COMMAND, boxes=("thon-4", "thon-9"))
    clear = replace(alarm, claims=replace(CALL, jti="clear-0001", signal="all-clear"))
    assert covers(clear, alarm)
    assert not covers(replace(clear, boxes=("thon-4",)), alarm)
    assert not covers(clear, ORDER)
    assert not covers(clear, clear)
    found = following(sent(alarm, HERE, "boot-1"), sent(clear, HERE, "boot-1"))
    assert [order.claims.jti for order in found] == ["clear-0001"]


@pytest.mark.parametrize(
    "spoilt",
    [
        *({"type": "dance"}, {"type": 1}, {"channel": "nowhere"}, {"why": "because"}),
        *({"to": []}, {"to": "nguyet-an/thon-9"}, {"to": ["#", 7]}, {"type": "cancel"}),
    ],
)
def test_a_record_that_makes_no_sense_is_not_followed(spoilt: Mapping[str, object]) -> None:
    record = sent(ORDER, HERE, "boot-1")
    assert following(replace(record, detail={**record.detail, **spoilt})) == []


def test_other_records_are_not_followed() -> None:
    record = sent(ORDER, HERE, "boot-1")
    others = (RAISED, replace(record, outcome=ANSWERED), replace(record, kind=Kind.BUTTON))
    assert following(*others) == []
    assert len(following(*others, replace(record, detail={}), record)) == 1


def test_words_of_another_kind_are_left_out() -> None:
    record = sent(ORDER, HERE, "boot-1")
    (found,) = following(replace(record, detail={**record.detail, "by": 1, "button": [], "boxes": "thon-9", "mono": 1}))
    assert (found.claims.by, found.button, found.boxes) == (None, None, ())
