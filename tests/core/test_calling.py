"""A box's own orders: whom they are for, and which are followed after a restart."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core import calling
from gongd.core.calling import OwnOrder, Target, jti_for, to_follow
from gongd.core.catalogue import Origin, Status, Why
from gongd.core.moment import Moment
from gongd.core.record import Kind, Record
from gongd.core.trust_list import identify
from gongd.core.wire import Channel
from gongd.core.wire_name import to_all, to_box, to_zone
from tests.core.orders import COMMUNE, NOW, OWN, PANEL, TRUST, x_of

ME = identify(COMMUNE, "thon-3", (), OWN, TRUST)
BOOT = "boot-1"
AT = Moment(NOW, 1000.0, trusted=True)
FIRE = calling.alert("fire-0001", "fire", (to_box(COMMUNE, "thon-9"),), ME, NOW, by="Thôn 3", place="nhà số 12")
CALL = OwnOrder(FIRE, ("thon-9",), Channel.CALL)


def at(seconds: float, boot_s: float | None = None, trusted: bool = True) -> Moment:
    return Moment(NOW + timedelta(seconds=seconds), 1000.0 + (seconds if boot_s is None else boot_s), trusted)


def record(**how: object) -> Record:
    fire = Record(
        NOW, Kind.ACTIVATION, "fire", activation="a-1", origin=Origin.BUTTON, status="actual", outcome="started"
    )
    return replace(fire, **how)  # type: ignore[arg-type]


# ── Whom it is for ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_for_the_boxes_that_list_the_caller_and_for_nobody_where_none_does() -> None:
    assert calling.neighbours(TRUST, ME) == Target((to_box(COMMUNE, "thon-9"),), ("thon-9",))
    assert calling.neighbours(TRUST, identify(COMMUNE, "thon-9", (), x_of("thon-9"), TRUST)) is None
    assert calling.neighbours(None, ME) is None


@pytest.mark.parametrize(
    ("to", "found"),
    [
        ("all", Target((to_all(COMMUNE),), ("thon-3", "thon-9"))),
        ("thon-3", Target((to_box(COMMUNE, "thon-3"),), ("thon-3",))),
        ("trung-tam", Target((to_zone(COMMUNE, "trung-tam"),), ("thon-3",))),
        ("thon-4", None),
        ("thon-77", None),
        ("zone", None),
    ],
)
def test_a_button_names_a_box_a_zone_or_all_and_is_not_for_the_panel_itself(to: str, found: Target | None) -> None:
    assert calling.target(to, TRUST, identify(COMMUNE, "thon-4", (), x_of("thon-4"), TRUST)) == found


def test_on_a_bench_a_name_is_a_box_or_a_zone() -> None:
    assert calling.target("thon-9", None, ME) == Target((to_box(COMMUNE, "thon-9"), to_zone(COMMUNE, "thon-9")), ())
    assert calling.target("all", None, ME) == Target((to_all(COMMUNE),), ())


def test_the_rights_beside_the_key_say_where_it_is_obeyed() -> None:
    panel = identify(COMMUNE, "nha-van-hoa", (), PANEL, TRUST)
    assert calling.is_permitted(FIRE, TRUST, panel, ["thon-9", "thon-3"])
    assert not calling.is_permitted(FIRE, TRUST, panel, ["thon-9"])
    assert not calling.is_permitted(replace(FIRE, signal="flood-watch"), TRUST, panel, ["thon-3"])


# ── What it says ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_bears_the_name_of_its_activation_or_one_that_follows_from_it() -> None:
    assert jti_for("thon-3-fire-20261121T211403-d31b88d4-1") == "thon-3-fire-20261121T211403-d31b88d4-1"
    long = "x" * 65
    assert jti_for(long) == jti_for(long) != long


def test_only_a_real_fire_of_the_boxs_own_buttons_calls() -> None:
    assert calling.calls(record())
    others = ({"origin": Origin.NEIGHBOUR}, {"origin": Origin.COMMAND}, {"signal": "flood"}, {"status": Status.TEST})
    assert not any(calling.calls(record(**how)) for how in others)


@pytest.mark.parametrize(
    ("outcome", "reason", "why"),
    [
        ("cancelled", "mistake", Why.MISTAKE),
        ("cancelled", "safe", Why.SAFE),
        ("silenced", None, Why.PAUSE),
        ("finished", None, None),
        ("preempted", None, None),
        ("failed", "speaker-failed", None),
    ],
)
def test_a_call_ends_by_people_and_never_because_the_box_itself_fell_silent(
    outcome: str, reason: str | None, why: Why | None
) -> None:
    assert calling.ends(record(outcome=outcome, reason=reason)) is why


def test_the_end_of_the_same_calls_is_one_order_however_often_it_is_made() -> None:
    first, again = (calling.cancel([FIRE], Why.SAFE, ME, NOW + timedelta(seconds=late)) for late in (0, 60))
    assert (first.jti, first.references, first.reason) == (again.jti, (FIRE.jti,), Why.SAFE)


# ── After a restart ──────────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_sent_is_read_back_as_it_was() -> None:
    (found,) = to_follow([calling.sent(CALL, AT, BOOT)], ME, at(60), BOOT)
    assert found.age_s == pytest.approx(60)
    assert replace(found, age_s=0.0) == CALL


@pytest.mark.parametrize(
    ("now", "boot", "follows"),
    [
        (at(1799), BOOT, True),
        (at(1801), BOOT, False),
        (at(-86400, boot_s=60, trusted=False), BOOT, True),
        (at(60, boot_s=-900), "boot-2", True),
        (at(60, boot_s=-900, trusted=False), "boot-2", False),
        (at(86400, boot_s=-900), "boot-2", False),
    ],
)
def test_it_is_followed_only_while_its_age_is_known_and_under_half_an_hour(
    now: Moment, boot: str, follows: bool
) -> None:
    assert bool(to_follow([calling.sent(CALL, AT, BOOT)], ME, now, boot)) is follows


def test_what_was_ended_is_not_followed_and_its_end_is() -> None:
    end = OwnOrder(calling.cancel([FIRE], Why.SAFE, ME, NOW), ("thon-9",), Channel.CALL)
    written = [calling.sent(CALL, AT, BOOT), calling.sent(end, at(5), BOOT)]
    assert [order.claims.jti for order in to_follow(written, ME, at(10), BOOT)] == [end.claims.jti]


def test_an_all_clear_of_a_panel_ends_what_it_reaches_and_no_more() -> None:
    def order(jti: str, signal: str, *boxes: str) -> OwnOrder:
        claims = calling.alert(jti, signal, tuple(to_box(COMMUNE, box) for box in boxes), ME, NOW)
        return OwnOrder(claims, boxes, Channel.COMMAND, "send")

    orders = (
        order("fire-here", "fire", "a"),
        order("fire-all", "fire", "a", "b"),
        order("clear-here", "all-clear", "a"),
    )
    written = [calling.sent(one, AT, BOOT) for one in orders]
    assert [one.claims.jti for one in to_follow(written, ME, at(10), BOOT)] == ["fire-all", "clear-here"]


@pytest.mark.parametrize("spoilt", [{"to": "nobody"}, {"type": "dance"}, {"channel": None}, {"to": ["x/y/z/w"]}])
def test_a_record_that_says_nothing_sensible_is_passed_over(spoilt: dict[str, object]) -> None:
    good = calling.sent(CALL, AT, BOOT)
    assert to_follow([replace(good, detail={**good.detail, **spoilt})], ME, at(10), BOOT) == []
