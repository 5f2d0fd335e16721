"""What becomes of an order, as a whole: every field of the verdict, and what a refusal tells a technician."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.activation import Activation
from gongd.core.air import Cancelled, Silenced
from gongd.core.catalogue import Again, Origin, Priority, Status, Why
from gongd.core.command import BROKER, LOW_WAITS_S, Bare, judge
from gongd.core.fingerprint import thumbprint
from gongd.core.freshness import REMEMBER_CANCEL_S, EarlyCancel, Forgotten
from gongd.core.trust_list import Authority, KeyKind, ListedKey, TrustList, everything, identify, may
from gongd.core.verdict import Accepted, Done, End, Killed, Quiet, Repeated, Sound, Tell
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import to_json
from gongd.core.wire_name import to_all, to_box
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.wire_report import Step
from tests.core.orders import (
    COMMUNE,
    DESK,
    DRILLER,
    JTI,
    NEIGHBOUR,
    NOW,
    ORDER,
    OWN,
    SIGNALS,
    STRANGER,
    TRUST,
    Bench,
    cancel,
    signal,
    signed,
)

BY = "Trực ban Công an xã"
DONE = Done("cong-an-xa", Step.STARTED, NOW, Status.ACTUAL, sounded=True)


# ── Obeyed ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_alert_becomes_an_activation_with_all_that_was_ordered() -> None:
    box = Bench()
    flood = replace(signal("flood", Priority.EMERGENCY), number=7, again=Again(600.0, 7200.0))
    box.standing = replace(box.standing, signals={"flood": flood})
    order = replace(ORDER, signal="flood", at_most_s=60.0, place="nhà số 12")
    asked = Activation(
        *(JTI, "flood", Priority.EMERGENCY, Origin.COMMAND, Status.ACTUAL, ORDER.sent, 60.0),
        number=7,
        by=BY,
        again=Again(600.0, 7200.0),
    )
    assert box.give(order) == Accepted(JTI, order, "cong-an-xa", Origin.COMMAND, Sound(asked))


def test_a_neighbours_place_is_spoken_and_a_holder_without_a_name_is_called_as_its_key() -> None:
    order = replace(ORDER, place="nhà số 12", by=None)
    verdict = Bench().give(order, NEIGHBOUR)
    assert isinstance(verdict, Accepted)
    assert isinstance(verdict.deed, Sound)
    asked = verdict.deed.activation
    assert (verdict.key, asked.origin, asked.place, asked.by) == (
        *("nguyet-an/thon-4", Origin.NEIGHBOUR, "nhà số 12"),
        "nguyet-an/thon-4",
    )


@pytest.mark.parametrize(
    ("name", "status", "waits"),
    [
        ("fire", Status.ACTUAL, False),
        ("flood-watch", Status.ACTUAL, False),
        ("peace", Status.ACTUAL, True),
        ("fire", Status.EXERCISE, True),
        ("fire", Status.TEST, True),
    ],
)
def test_what_is_no_alarm_is_dropped_after_a_minute(name: str, status: Status, waits: bool) -> None:
    verdict = Bench().give(replace(ORDER, signal=name, status=status))
    assert isinstance(verdict, Accepted)
    assert isinstance(verdict.deed, Sound)
    assert verdict.deed.activation.wait_until == (1000.0 + LOW_WAITS_S if waits else None)


def test_a_cancel_names_what_it_ends_why_and_by_whom() -> None:
    box = Bench(past={JTI: DONE})
    order = cancel(JTI)
    words = Activation(
        *("cancel-0001.end", "all-clear", Priority.PRIORITY, Origin.COMMAND, Status.ACTUAL, ORDER.sent, 300.0), by=BY
    )
    end = End(Cancelled(Why.SAFE, ids=frozenset({JTI}), by=BY), words)
    assert box.give(order) == Accepted("cancel-0001", order, "cong-an-xa", Origin.COMMAND, end)


@pytest.mark.parametrize(
    ("reason", "sounded", "words", "pause"),
    [
        (Why.SAFE, True, "all-clear", False),
        (Why.MISTAKE, True, "false-alarm", False),
        (Why.PAUSE, True, None, True),
        (Why.SAFE, False, None, False),
        (Why.PAUSE, False, None, False),
    ],
)
def test_words_are_said_only_where_the_alarm_was_heard(
    reason: Why, sounded: bool, words: str | None, pause: bool
) -> None:
    box = Bench(past={JTI: replace(DONE, sounded=sounded)})
    box.standing = replace(box.standing, signals={**SIGNALS, "": SIGNALS["fire"]} if words else SIGNALS)
    verdict = box.give(replace(cancel(JTI), reason=reason))
    assert isinstance(verdict, Accepted)
    assert isinstance(verdict.deed, End)
    assert (verdict.deed.words and verdict.deed.words.signal, verdict.deed.pause) == (words, pause)


def test_an_alert_whose_cancel_came_first_is_dead_and_says_by_whom() -> None:
    box = Bench()
    box.give(cancel(JTI, "other-0001"))
    until = 1000.0 + REMEMBER_CANCEL_S
    early = [EarlyCancel(jti, Status.ACTUAL, None, until, Why.SAFE, BY) for jti in (JTI, "other-0001")]
    assert list(box.ledger.cancels.early.values()) == early
    verdict = box.give(ORDER)
    assert isinstance(verdict, Accepted)
    assert isinstance(verdict.deed, Killed)
    assert (verdict.deed.reason, verdict.deed.by) == (Why.SAFE, BY)


def test_a_neighbours_early_cancel_is_its_own_and_what_was_obeyed_is_not_remembered_as_early() -> None:
    box = Bench(past={"done-0001": replace(DONE, key="nguyet-an/thon-4")})
    box.give(cancel(JTI, "done-0001"), NEIGHBOUR)
    assert [(each.jti, each.own_of) for each in box.ledger.cancels.early.values()] == [(JTI, "nguyet-an/thon-4")]


def test_a_drill_that_was_killed_is_not_counted_against_its_hour() -> None:
    box = Bench()
    drill = replace(ORDER, status=Status.EXERCISE)
    box.give(cancel(JTI, status=Status.EXERCISE))
    box.give(drill)
    assert box.ledger.usage.marks == {}
    box.give(replace(drill, jti="order-0002"))
    assert box.ledger.usage.marks.keys() == {"cong-an-xa"}


def test_a_silence_and_a_query_say_all_that_they_were_asked() -> None:
    silence = Bench().give(replace(ORDER, type=CommandType.SILENCE, signal=None))
    assert isinstance(silence, Accepted)
    assert silence.deed == Quiet(Silenced(BY))
    query = Bench().give(replace(ORDER, type=CommandType.QUERY, signal=None, since=3, until=9, journal="j-1"))
    assert isinstance(query, Accepted)
    assert query.deed == Tell(3, 9, "j-1")


def test_an_order_of_nobody_is_the_brokers_on_a_bench() -> None:
    box = Bench()
    standing = replace(box.standing, bare=True)
    _, verdict = judge(Bare(to_json(ORDER)), False, standing, box.ledger, box.now, "d" * 22)
    assert isinstance(verdict, Accepted)
    assert (verdict.key, verdict.origin) == (BROKER, Origin.COMMAND)


# ── Refused ──────────────────────────────────────────────────────────────────────────────────────────────────────


def told(claims: CommandClaims, x: str = DESK, box: Bench | None = None) -> tuple[Reason, str, str | None, str | None]:
    """Why, in a technician's words; which order, and whose."""
    verdict = (box or Bench()).give(claims, x)
    assert isinstance(verdict, Refused)
    return verdict.reason, verdict.detail, verdict.jti, verdict.key


def test_every_refusal_says_what_was_wrong_with_which_order() -> None:
    elsewhere = replace(ORDER, aud=(to_box(COMMUNE, "thon-4"), to_box(COMMUNE, "thon-9")))
    ours = (JTI, "cong-an-xa")
    assert told(elsewhere) == (Reason.NOT_FOR_ME, "nguyet-an/thon-4, nguyet-an/thon-9", *ours)
    many = replace(ORDER, aud=tuple(to_box(COMMUNE, f"thon-{number}") for number in range(100, 180)))
    assert len(told(many)[1]) == 200
    assert told(replace(ORDER, signal="quake")) == (Reason.UNKNOWN_SIGNAL, "quake", *ours)
    deaf = Bench()
    deaf.standing = replace(deaf.standing, can_drill=lambda name: name != "fire")
    assert told(replace(ORDER, status=Status.EXERCISE), box=deaf) == (Reason.DRILL_NEEDS_VOICE, "fire", *ours)
    busy = Bench()
    busy.standing = replace(busy.standing, per_hour=0)
    assert told(replace(ORDER, signal="peace"), box=busy) == (Reason.TOO_OFTEN, "0 an hour", *ours)


def test_a_cancel_that_may_not_says_of_what() -> None:
    past = {"a-000001": DONE, "b-000001": replace(DONE, key="nguyet-an/thon-4")}
    assert told(cancel("unknown-1", "a-000001"), NEIGHBOUR, Bench(past=dict(past))) == (
        *(Reason.NOT_PERMITTED, "nguyet-an/thon-4 did not raise a-000001"),
        *("cancel-0001", "nguyet-an/thon-4"),
    )
    drill = cancel("unknown-1", "a-000001", status=Status.EXERCISE)
    assert told(drill, DRILLER, Bench(past=dict(past))) == (
        *(Reason.NOT_PERMITTED, "a-000001 is actual, the cancel exercise"),
        *("cancel-0001", "dan-quan"),
    )


def test_what_nobody_listed_has_signed_says_no_more_than_that() -> None:
    box = Bench()
    _, bare = judge(Bare(to_json(ORDER)), False, box.standing, box.ledger, box.now, "d" * 22)
    assert bare == Refused(Reason.SIGNATURE, "not signed")
    unlisted = replace(box.standing, trust=None)
    _, unknown = judge(signed(ORDER), False, unlisted, box.ledger, box.now, "d" * 22)
    assert unknown == Refused(Reason.UNKNOWN_KEY, "no trust list is held")


def test_a_second_copy_names_the_first_and_its_holder() -> None:
    assert Bench(past={JTI: DONE}).give(ORDER) == Repeated(JTI, "cong-an-xa", DONE)
    other = f"{JTI}.{thumbprint(DESK)[:8]}"
    by_both = Bench(past={JTI: replace(DONE, key="nguyet-an/thon-4"), other: DONE})
    assert by_both.give(ORDER) == Repeated(other, "cong-an-xa", DONE)


def test_a_box_that_has_lost_its_journal_obeys_old_orders_by_its_challenge_only() -> None:
    box = Bench()
    box.standing = replace(box.standing, forgotten=Forgotten(at=NOW))
    assert told(ORDER, box=box)[0] is Reason.CLOCK_UNTRUSTED


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────

ME = identify(COMMUNE, "thon-3", (), OWN, TRUST)


def test_a_key_for_everything_may_everything_everywhere_in_its_commune() -> None:
    key = everything("bang", DESK, COMMUNE, KeyKind.PANEL)
    (right,) = key.rights
    assert (key.name, key.x, key.kind) == ("bang", DESK, KeyKind.PANEL)
    assert (right.types, right.signals, right.statuses) == (frozenset("*"), frozenset("*"), frozenset("*"))
    assert right.places == (to_all(COMMUNE),)
    assert everything("bang", DESK, COMMUNE).kind is KeyKind.DESK


@pytest.mark.parametrize(
    ("x", "name", "claims", "what"),
    [
        (DRILLER, "dan-quan", ORDER, "actual alert fire"),
        (STRANGER, "nguyet-an/thon-9", ORDER, "actual alert fire"),
        (NEIGHBOUR, "nguyet-an/thon-4", replace(ORDER, type=CommandType.SILENCE, signal=None), "actual silence"),
    ],
)
def test_whoever_may_not_is_named_with_what_it_may_not(x: str, name: str, claims: CommandClaims, what: str) -> None:
    found = may(TRUST, thumbprint(x), claims, ME)
    assert found == Refused(Reason.NOT_PERMITTED, f"{name} may not: {what}", jti=JTI, key=name)


def test_a_listed_neighbour_is_an_authority_of_its_own_only() -> None:
    assert may(TRUST, thumbprint(NEIGHBOUR), ORDER, ME) == Authority(
        "nguyet-an/thon-4", Origin.NEIGHBOUR, own_only=True
    )
    assert may(TRUST, thumbprint(DESK), ORDER, ME) == Authority("cong-an-xa", Origin.COMMAND)


def test_keys_are_found_by_their_thumbprint_and_revoked_ones_named() -> None:
    trust = TrustList(COMMUNE, 1, NOW - timedelta(days=1), (everything("a", DESK, COMMUNE),), TRUST.boxes)
    assert trust.find_key(thumbprint(DESK)) == DESK
    assert trust.find_key(thumbprint(OWN)) == OWN
    assert trust.box("thon-4") == TRUST.boxes[1]
    assert trust.box_of(replace(ME, fingerprint=None)) == TRUST.boxes[0]
    assert trust.box_of(replace(ME, fingerprint=thumbprint(DESK))) == TRUST.boxes[0]
    revoked = replace(trust, revoked=frozenset({thumbprint(DESK)}))
    assert revoked.find_key(thumbprint(DESK)) == Refused(Reason.REVOKED, thumbprint(DESK))


def test_a_list_that_names_two_alike_says_so() -> None:
    key = everything("a", DESK, COMMUNE)
    with pytest.raises(ValueError, match=r"^a key or a name stands twice$"):
        replace(TRUST, keys=(key, key))
    with pytest.raises(ValueError, match=r"^a name with / is a box's$"):
        replace(TRUST, keys=(ListedKey("a/b", DESK, KeyKind.DESK, ()),))
