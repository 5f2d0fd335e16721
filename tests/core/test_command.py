"""Orders: what is obeyed, and what is refused for which reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.air import Cancelled, Requested, Silenced, Together
from gongd.core.catalogue import Origin, Status, Why
from gongd.core.command import Bare, judge
from gongd.core.fingerprint import thumbprint
from gongd.core.verdict import Accepted, Apply, End, Quiet, Repeated, Sound, Speak, Tell, Verdict, jti_of
from gongd.core.wire import Verified
from gongd.core.wire_blob import Blob
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import to_json
from gongd.core.wire_name import Address, to_all, to_box, to_key, to_zone
from gongd.core.wire_refusal import Reason, Refused
from tests.core.orders import (
    COMMUNE,
    DESK,
    DRILLER,
    JTI,
    NEIGHBOUR,
    ORDER,
    OWN,
    PANEL,
    STRANGER,
    TRUST,
    Bench,
    cancel,
    x_of,
)


def deed_of(verdict: Verdict) -> object:
    assert isinstance(verdict, Accepted), verdict
    return verdict.deed


def reason_of(verdict: Verdict) -> Reason:
    assert isinstance(verdict, Refused), verdict
    return verdict.reason


def test_a_fresh_alert_is_sounded() -> None:
    verdict = Bench().give(replace(ORDER, at_most_s=120.0))
    assert isinstance(verdict, Accepted)
    assert (verdict.id, verdict.key, verdict.origin) == (JTI, "cong-an-xa", Origin.COMMAND)
    assert isinstance(verdict.deed, Sound)
    asked = verdict.deed.activation
    assert (asked.id, asked.signal, asked.cap_s, asked.status) == (JTI, "fire", 120.0, Status.ACTUAL)
    assert asked.by == "Trực ban Công an xã"
    assert asked.wait_until is None


def test_an_order_never_sounds_longer_than_the_signal_may() -> None:
    deed = deed_of(Bench().give(replace(ORDER, at_most_s=3000.0)))
    assert isinstance(deed, Sound)
    assert deed.activation.cap_s == 300.0


@pytest.mark.parametrize(
    "aud",
    [
        (to_box(COMMUNE, "thon-3"),),
        (to_zone(COMMUNE, "trung-tam"),),
        (to_zone(COMMUNE, "bo-song"),),
        (to_all(COMMUNE),),
        (to_key(TRUST.boxes[0].kid),),
        (to_box(COMMUNE, "thon-4"), to_box(COMMUNE, "thon-3")),
    ],
    ids=str,
)
def test_an_order_is_for_the_box_its_zones_all_and_its_key(aud: tuple[Address, ...]) -> None:
    assert isinstance(deed_of(Bench().give(replace(ORDER, aud=aud))), Sound)


REFUSALS: list[tuple[Reason, Callable[[Bench], Verdict]]] = [
    (Reason.UNKNOWN_KEY, lambda box: box.give(ORDER, x_of("nobody"))),
    (Reason.NOT_FOR_ME, lambda box: box.give(replace(ORDER, aud=(to_box(COMMUNE, "thon-4"),)))),
    (Reason.NOT_FOR_ME, lambda box: box.give(replace(ORDER, aud=(to_zone(COMMUNE, "xa"),)))),
    (Reason.NOT_PERMITTED, lambda box: box.give(replace(ORDER, signal="peace"), PANEL)),
    (Reason.NOT_PERMITTED, lambda box: box.give(ORDER, DRILLER)),
    (Reason.NOT_PERMITTED, lambda box: box.give(replace(ORDER, type=CommandType.SILENCE), PANEL)),
    (Reason.RETAINED, lambda box: box.give(ORDER, retained=True)),
    (Reason.UNKNOWN_SIGNAL, lambda box: box.give(replace(ORDER, signal="tsunami"))),
    (Reason.NOT_PERMITTED, lambda box: box.give(ORDER, STRANGER)),
    (Reason.NOT_PERMITTED, lambda box: box.give(ORDER, OWN)),
    (Reason.NOT_PERMITTED, lambda box: box.give(replace(ORDER, signal="flood-watch"), NEIGHBOUR)),
    (Reason.NOT_PERMITTED, lambda box: box.give(replace(ORDER, status=Status.EXERCISE), NEIGHBOUR)),
    (Reason.NOT_PERMITTED, lambda box: box.give(replace(ORDER, type=CommandType.QUERY), NEIGHBOUR)),
]


@pytest.mark.parametrize(("reason", "given"), REFUSALS)
def test_an_order_is_refused_for_its_reason(reason: Reason, given: Callable[[Bench], Verdict]) -> None:
    assert reason_of(given(Bench())) is reason


def test_a_refusal_names_the_order_only_where_a_listed_key_has_signed_it() -> None:
    wrong = Bench().give(replace(ORDER, aud=(to_box(COMMUNE, "thon-4"),)))
    assert isinstance(wrong, Refused)
    assert (wrong.jti, wrong.key) == (JTI, "cong-an-xa")
    forged = Bench().give(ORDER, x_of("nobody"))
    assert isinstance(forged, Refused)
    assert (forged.jti, forged.key) == (None, None)


def test_what_the_signature_check_refused_stays_refused() -> None:
    refused = Refused(Reason.SIGNATURE, "forged")
    box = Bench()
    assert judge(refused, False, box.standing, box.ledger, box.now, "d" * 22) == (box.ledger, refused)


def test_without_a_trust_list_nobody_is_obeyed() -> None:
    assert reason_of(Bench(trust=None).give(ORDER)) is Reason.UNKNOWN_KEY


def test_a_revoked_key_is_told_from_one_that_nobody_knows() -> None:
    revoked = replace(TRUST, revoked=frozenset({TRUST.keys[0].kid}))
    assert reason_of(Bench(trust=revoked).give(ORDER)) is Reason.REVOKED


def test_an_unsigned_order_is_good_on_a_bench_only() -> None:
    box = Bench()
    bare = Bare(to_json(ORDER))
    _, verdict = judge(bare, False, box.standing, box.ledger, box.now, "d" * 22)
    assert reason_of(verdict) is Reason.SIGNATURE
    on_bench = replace(box.standing, bare=True)
    _, verdict = judge(bare, False, on_bench, box.ledger, box.now, "d" * 22)
    assert isinstance(deed_of(verdict), Sound)
    assert isinstance(verdict, Accepted)
    assert verdict.key == "broker"


def test_a_second_copy_gets_the_stored_answer_and_no_sound() -> None:
    box = Bench()
    assert isinstance(deed_of(box.give(ORDER)), Sound)
    box.wait(20)
    again = box.give(replace(ORDER, sent=box.now.wall, expires=box.now.wall + timedelta(seconds=120)))
    assert isinstance(again, Repeated)
    assert again.done == box.past[JTI]
    assert again.reason is Reason.DUPLICATE


def test_an_old_copy_of_an_obeyed_order_is_a_second_copy_too() -> None:
    box = Bench()
    box.give(ORDER)
    box.wait(3600)
    assert isinstance(box.give(ORDER), Repeated)


def test_no_key_can_use_up_the_id_of_another_ones_alarm() -> None:
    box = Bench()
    drill = replace(ORDER, status=Status.TEST)
    assert isinstance(deed_of(box.give(drill, DRILLER)), Sound)
    verdict = box.give(ORDER)
    assert isinstance(verdict, Accepted)
    assert isinstance(verdict.deed, Sound)
    assert verdict.id != JTI
    assert jti_of(verdict.id) == jti_of(JTI) == JTI
    assert isinstance(box.give(ORDER), Repeated)


def test_an_order_that_was_refused_may_come_again() -> None:
    box = Bench()
    assert reason_of(box.give(ORDER, retained=True)) is Reason.RETAINED
    assert isinstance(deed_of(box.give(ORDER)), Sound)


def test_a_box_out_of_use_sounds_nothing_but_can_be_silenced_and_asked() -> None:
    box = Bench()
    box.standing = replace(box.standing, disabled=True)
    assert reason_of(box.give(ORDER)) is Reason.DISABLED
    assert reason_of(box.give(order(CommandType.ANNOUNCE, text="Họp thôn"))) is Reason.DISABLED
    assert isinstance(deed_of(box.give(order(CommandType.SILENCE))), Quiet)
    assert isinstance(deed_of(box.give(order(CommandType.QUERY, jti="query-0001"))), Tell)


def test_a_drill_without_words_is_refused_and_an_alarm_is_not() -> None:
    box = Bench()
    box.standing = replace(box.standing, can_drill=lambda signal: signal != "fire")
    assert reason_of(box.give(replace(ORDER, status=Status.EXERCISE))) is Reason.DRILL_NEEDS_VOICE
    assert isinstance(deed_of(box.give(ORDER)), Sound)


def test_drills_are_limited_by_the_hour_and_actual_emergencies_never() -> None:
    box = Bench()
    drills = [box.give(replace(ORDER, status=Status.EXERCISE, jti=f"drill-{n:04d}")) for n in range(14)]
    assert [type(one) for one in drills] == [Accepted] * 12 + [Refused] * 2
    assert reason_of(drills[-1]) is Reason.TOO_OFTEN
    alarms = [box.give(replace(ORDER, jti=f"alarm-{n:04d}")) for n in range(30)]
    assert all(isinstance(one, Accepted) for one in alarms)
    assert isinstance(box.give(replace(ORDER, status=Status.EXERCISE, jti="drill-else"), DRILLER), Accepted)


def test_a_drill_that_cannot_sound_soon_is_dropped() -> None:
    box = Bench()
    for claims in (replace(ORDER, status=Status.EXERCISE), replace(ORDER, signal="peace", jti="peace-0001")):
        deed = deed_of(box.give(claims))
        assert isinstance(deed, Sound)
        assert deed.activation.wait_until == box.now.mono + 60.0


def test_a_neighbour_raises_fire_and_says_where() -> None:
    verdict = Bench().give(replace(ORDER, iss="x", by=None, place="Thôn 4"), NEIGHBOUR)
    assert isinstance(verdict, Accepted)
    assert (verdict.key, verdict.origin) == (f"{COMMUNE}/thon-4", Origin.NEIGHBOUR)
    assert isinstance(verdict.deed, Sound)
    assert (verdict.deed.activation.place, verdict.deed.activation.by) == ("Thôn 4", f"{COMMUNE}/thon-4")


def test_a_panel_does_what_it_may_in_its_zone() -> None:
    assert isinstance(deed_of(Bench().give(ORDER, PANEL)), Sound)


def order(kind: CommandType, jti: str = "order-00001", **named: object) -> CommandClaims:
    plain = {"signal": None, "type": kind, "jti": jti, **named}
    return replace(ORDER, **plain)  # type: ignore[arg-type]


def test_each_type_becomes_its_deed() -> None:
    box = Bench()
    digest, replaces = "a" * 64, "b" * 64
    assert deed_of(box.give(order(CommandType.SILENCE, "order-1000"))) == Quiet(Silenced("Trực ban Công an xã"))
    assert deed_of(box.give(order(CommandType.QUERY, "order-2000", since=12, until=40))) == Tell(12, 40)
    assert deed_of(box.give(order(CommandType.ANNOUNCE, "order-3000", text="Họp"))) == Speak("Họp", None, None)
    clip = order(CommandType.ANNOUNCE, "order-4000", sha256=digest, size=12289, pieces=2, at_most_s=60.0)
    assert deed_of(box.give(clip)) == Speak(None, Blob(digest, 12289, 2), 60.0)
    settings = order(CommandType.SETTINGS, "order-5000", sha256=digest, size=900, pieces=1, replaces=replaces)
    assert deed_of(box.give(settings)) == Apply(Blob(digest, 900, 1), replaces)


def test_a_cancel_ends_what_it_names_and_says_why_where_it_was_heard() -> None:
    box = Bench()
    box.give(ORDER)
    deed = deed_of(box.give(cancel(JTI)))
    assert isinstance(deed, End)
    assert deed.cancelled == Cancelled(Why.SAFE, ids=frozenset({JTI}), by="Trực ban Công an xã")
    assert deed.words is not None
    assert deed.words.signal == "all-clear"
    assert deed.event == Together((deed.cancelled, Requested(deed.words)))


def test_a_cancel_of_what_was_never_heard_here_says_nothing() -> None:
    deed = deed_of(Bench().give(cancel("never-came-1")))
    assert isinstance(deed, End)
    assert (deed.words, deed.pause) == (None, False)
    assert deed.event == deed.cancelled


def test_a_pause_has_no_signal_but_its_phrase() -> None:
    box = Bench()
    box.give(ORDER)
    deed = deed_of(box.give(replace(cancel(JTI), reason=Why.PAUSE)))
    assert isinstance(deed, End)
    assert (deed.words, deed.pause) == (None, True)


def test_the_end_of_a_drill_is_no_all_clear() -> None:
    box = Bench()
    box.give(replace(ORDER, status=Status.EXERCISE))
    deed = deed_of(box.give(cancel(JTI, status=Status.EXERCISE)))
    assert isinstance(deed, End)
    assert deed.words is None


def test_what_a_listed_key_has_signed_and_is_no_order_is_malformed() -> None:
    verdict = Bench().judge(Verified(thumbprint(DESK), b"[]"))
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.jti) == (Reason.MALFORMED, None)


@pytest.mark.parametrize(
    ("body", "jti"),
    [
        (b'{"jti": "order-1234", "type": "alert"}', "order-1234"),
        (b'{"jti": "x"}', None),
        (b'{"jti": 7}', None),
        (b"{}", None),
    ],
)
def test_what_a_listed_key_has_signed_and_is_no_order_is_refused_by_its_name(body: bytes, jti: str | None) -> None:
    verdict = Bench().judge(Verified(thumbprint(DESK), body))
    assert isinstance(verdict, Refused)
    assert (verdict.reason, verdict.jti) == (Reason.MALFORMED, jti)
    assert verdict.key == ("cong-an-xa" if jti else None)
