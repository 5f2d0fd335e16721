"""The trust list: whose orders count, and in what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gongd.core.catalogue import Origin, Status
from gongd.core.fingerprint import check_code, thumbprint
from gongd.core.moment import Moment
from gongd.core.trust_list import (
    Authority,
    KeyKind,
    ListedBox,
    ListedKey,
    Successor,
    TrustList,
    accepts,
    everything,
    identify,
    may,
)
from gongd.core.verdict import Accepted
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_name import Identity, to_box
from gongd.core.wire_refusal import Reason, Refused
from tests.core.orders import COMMUNE, DESK, NEIGHBOUR, NOW, ORDER, OWN, PANEL, STRANGER, TRUST, Bench, cancel, x_of

ME = identify(COMMUNE, "thon-3", (), OWN, TRUST)


def judged(claims: CommandClaims, x: str, trust: TrustList = TRUST, box: str = "thon-3", own: str = OWN) -> object:
    verdict = may(trust, thumbprint(x), claims, identify(COMMUNE, box, (), own, trust))
    return verdict.reason if isinstance(verdict, Refused) else verdict


def test_the_number_only_grows() -> None:
    assert [accepts(replace(TRUST, number=number), COMMUNE, 7) for number in (6, 7, 8)] == [False, False, True]
    assert not accepts(TRUST, "khac", 0)


def test_a_list_is_written_and_read_with_all_it_holds() -> None:
    ids = {"thon-3": "thon-33"}
    successor = Successor("moi", x_of("root"), NOW + timedelta(days=90), ids, frozenset({thumbprint(DESK)}))
    full = replace(TRUST, successor=successor, revoked=frozenset({thumbprint(PANEL)}))
    assert from_json(TrustList, to_json(full), 10**6) == full


def test_a_key_is_known_by_its_thumbprint_which_nobody_can_claim() -> None:
    assert TRUST.find_key(thumbprint(DESK)) == DESK
    assert TRUST.find_key(thumbprint(OWN)) == OWN
    assert TRUST.find_key("cong-an-xa") == Refused(Reason.UNKNOWN_KEY, "cong-an-xa")


def test_a_revoked_key_is_no_key_even_where_it_is_listed() -> None:
    revoked = replace(TRUST, revoked=frozenset({thumbprint(DESK), "x" * 43}))
    for kid in (thumbprint(DESK), "x" * 43):
        found = revoked.find_key(kid)
        assert isinstance(found, Refused)
        assert found.reason is Reason.REVOKED


@pytest.mark.parametrize(
    "double",
    [
        lambda: replace(TRUST, keys=(*TRUST.keys, everything("khac", DESK, COMMUNE))),
        lambda: replace(TRUST, keys=(*TRUST.keys, everything("cong-an-xa", x_of("other"), COMMUNE))),
        lambda: replace(TRUST, keys=(everything("nguyet-an/thon-4", x_of("other"), COMMUNE),)),
        lambda: replace(TRUST, boxes=(*TRUST.boxes, ListedBox("thon-3", x_of("other")))),
        lambda: replace(TRUST, boxes=(*TRUST.boxes, ListedBox("thon-7", OWN))),
    ],
)
def test_two_holders_never_share_a_name_or_a_key(double: Callable[[], TrustList]) -> None:
    with pytest.raises(ValueError, match="name"):
        double()


def test_the_desk_may_do_everything_in_its_commune() -> None:
    for kind in (CommandType.SILENCE, CommandType.QUERY, CommandType.ALERT):
        assert judged(replace(ORDER, type=kind), DESK) == Authority("cong-an-xa", Origin.COMMAND)


def test_a_panel_may_what_stands_beside_its_key_and_where_it_stands() -> None:
    assert judged(ORDER, PANEL) == Authority("nha-van-hoa", Origin.COMMAND)
    assert judged(replace(ORDER, signal="flood"), PANEL) is Reason.NOT_PERMITTED
    assert judged(replace(ORDER, status=Status.TEST), PANEL) is Reason.NOT_PERMITTED
    assert judged(ORDER, PANEL, box="thon-4", own=NEIGHBOUR) is Reason.NOT_PERMITTED
    assert judged(cancel("some-alarm"), PANEL) == Authority("nha-van-hoa", Origin.COMMAND)


def test_a_box_may_raise_fire_only_where_it_is_listed_as_a_neighbour() -> None:
    neighbourly = Authority("nguyet-an/thon-4", Origin.NEIGHBOUR, own_only=True)
    assert judged(ORDER, NEIGHBOUR) == neighbourly
    assert judged(cancel("some-alarm"), NEIGHBOUR) == neighbourly
    assert judged(ORDER, STRANGER) is Reason.NOT_PERMITTED
    assert judged(ORDER, OWN) is Reason.NOT_PERMITTED
    assert judged(ORDER, NEIGHBOUR, box="thon-9", own=STRANGER) is Reason.NOT_PERMITTED
    for other in ("security", "flood", "all-clear", "peace"):
        assert judged(replace(ORDER, signal=other), NEIGHBOUR) is Reason.NOT_PERMITTED
    for status in (Status.EXERCISE, Status.TEST):
        assert judged(replace(ORDER, status=status), NEIGHBOUR) is Reason.NOT_PERMITTED
    for kind in set(CommandType) - {CommandType.ALERT, CommandType.CANCEL}:
        other_kind = from_kind(kind)
        assert judged(other_kind, NEIGHBOUR) is Reason.NOT_PERMITTED


def from_kind(kind: CommandType) -> CommandClaims:
    blob = {"sha256": "a" * 64, "size": 1, "pieces": 1, "replaces": "b" * 64}
    return replace(ORDER, type=kind, **blob)  # type: ignore[arg-type]


def test_a_box_that_is_a_panel_too_has_both_rights() -> None:
    both = replace(TRUST, keys=(*TRUST.keys[:1], ListedKey("bang-nut", NEIGHBOUR, KeyKind.PANEL, TRUST.keys[1].rights)))
    assert judged(ORDER, NEIGHBOUR, both) == Authority("bang-nut", Origin.COMMAND)
    without = replace(both, keys=(ListedKey("bang-nut", NEIGHBOUR, KeyKind.PANEL, ()),))
    assert judged(ORDER, NEIGHBOUR, without) == Authority("nguyet-an/thon-4", Origin.NEIGHBOUR, own_only=True)


def test_a_box_finds_itself_by_its_key_whatever_it_is_called() -> None:
    moved = replace(TRUST, commune="moi", boxes=(ListedBox("thon-33", OWN, ("bac",), former=("nguyet-an/thon-3",)),))
    me = identify("moi", "thon-3", ("nam",), OWN, moved)
    assert me.zones == {"bac", "nam"}
    assert me.is_meant_by(to_box("nguyet-an", "thon-3"))


def test_without_a_list_a_box_is_who_its_settings_say() -> None:
    me = identify(COMMUNE, "thon-3", ("nam",), None, None)
    assert me == Identity(COMMUNE, "thon-3", frozenset({"nam"}))


def test_the_thumbprint_is_that_of_the_standard() -> None:
    """RFC 8037, appendix A.3."""
    assert thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_check_code_is_eight_digits_that_follow_from_the_key() -> None:
    codes = {check_code(x_of(str(number))) for number in range(5)}
    assert len(codes) == 5
    assert all(len(code) == 9 and code[4] == "-" and code.replace("-", "").isdigit() for code in codes)
    assert check_code(OWN) == check_code(OWN)


def test_a_check_code_is_the_same_in_every_version_and_keeps_its_zeros() -> None:
    assert check_code("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") == "3254-0082"
    assert check_code("5") == "0178-9457"


def test_a_box_is_found_by_its_id_and_by_whom_it_calls() -> None:
    assert TRUST.box("thon-4") == TRUST.boxes[1]
    assert TRUST.box("thon-5") is None
    assert TRUST.hearers(ME) == (TRUST.boxes[2],)
    assert TRUST.hearers(identify(COMMUNE, "thon-4", (), NEIGHBOUR, TRUST)) == (TRUST.boxes[0],)
    assert TRUST.hearers(Identity(COMMUNE, "thon-5")) == ()


GUEST = x_of("the new commune's desk")
UNTIL = NOW + timedelta(days=90)
MERGING = replace(
    TRUST,
    keys=(*TRUST.keys, everything("cong-an-xa (moi)", GUEST, COMMUNE)),
    successor=Successor("moi", x_of("root"), UNTIL, {"thon-3": "thon-33"}, frozenset({thumbprint(GUEST)})),
)


@pytest.mark.parametrize(
    ("x", "box", "at", "obeyed"),
    [
        (GUEST, OWN, NOW, True),
        (GUEST, OWN, UNTIL, True),
        (GUEST, OWN, UNTIL + timedelta(seconds=1), False),
        (GUEST, OWN, None, True),
        (GUEST, NEIGHBOUR, NOW, False),
        (DESK, OWN, UNTIL + timedelta(days=900), True),
        (DESK, NEIGHBOUR, NOW, True),
    ],
)
def test_a_new_communes_desk_is_obeyed_by_the_boxes_that_go_over_until_the_overlap_ends(
    x: str, box: str, at: datetime | None, obeyed: bool
) -> None:
    name = "thon-3" if box == OWN else "thon-4"
    claims = replace(ORDER, aud=(to_box(COMMUNE, name),))
    verdict = may(MERGING, thumbprint(x), claims, identify(COMMUNE, name, (), box, MERGING), at)
    assert isinstance(verdict, Authority) == obeyed
    assert obeyed or (isinstance(verdict, Refused) and verdict.reason is Reason.NOT_PERMITTED)


def test_a_box_that_its_commune_does_not_list_obeys_no_other_commune() -> None:
    me = identify(COMMUNE, "thon-7", (), x_of("thon-7"), MERGING)
    claims = replace(ORDER, aud=(to_box(COMMUNE, "thon-7"),))
    assert isinstance(may(MERGING, thumbprint(GUEST), claims, me, NOW), Refused)
    assert isinstance(may(MERGING, thumbprint(DESK), claims, me, NOW), Authority)


def test_a_list_that_was_signed_after_the_overlap_ends_it_whatever_the_clock_says() -> None:
    later = replace(MERGING, issued=UNTIL + timedelta(days=1))
    for at in (None, NOW):
        assert isinstance(
            may(later, thumbprint(GUEST), ORDER, identify(COMMUNE, "thon-3", (), OWN, later), at), Refused
        )


def test_an_order_is_judged_by_the_clock_only_where_it_can_be_believed() -> None:
    after = UNTIL + timedelta(days=1)
    order = replace(ORDER, sent=after - timedelta(seconds=2), expires=after + timedelta(seconds=118))
    box = Bench(trust=MERGING, now=Moment(after, 1000.0, trusted=True))
    refused = box.give(order, GUEST)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.NOT_PERMITTED
    assert isinstance(box.give(replace(order, jti="order-0002"), DESK), Accepted)
    doubting = Bench(trust=MERGING, now=Moment(after, 1000.0, trusted=False))
    stale = doubting.give(order, GUEST)
    assert isinstance(stale, Refused)
    assert stale.challenge is not None
    fresh = replace(order, challenges={"thon-3": stale.challenge})
    assert isinstance(doubting.give(fresh, GUEST), Accepted)
