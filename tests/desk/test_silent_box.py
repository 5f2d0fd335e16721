"""A box that does not answer: what the officer is asked to do, which is to ring by hand for nothing but an alarm."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gongd.core.catalogue import Priority, Status, Why
from gongd.core.condition import Sounds
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_name import to_box
from gongd.core.wire_report import Connection, Presence
from gongd.desk.orders import Hand, announce, silence
from gongd.desk.places import target_of
from gongd.desk.roster import RosterBox
from gongd.desk.unheard import silent_line
from gongd.desk.wording import ask_actual
from tests.desk.commune import needs_mosquitto
from tests.desk.records import BOXES, NOW, ROSTER, order, stop
from tests.desk.scripted import Commune, whole_commune

pytestmark = needs_mosquitto
BY_HAND = "Loa Thôn 3: CHƯA TRẢ LỜI. Gọi Ông Lê Văn An, 0912 345 678, nhờ đánh kẻng tay. Máy vẫn gửi lại, đến khi dừng."
AUD = (to_box("nguyet-an", "thon-3"),)
HAND = Hand("cong-an-xa")
WORDS = announce(HAND, "words-1234", AUD, NOW, "Mai họp.")
SILENCE = silence(HAND, "silence-1234", AUD, NOW)
DRILL = replace(order(), status=Status.EXERCISE)
TEST = replace(order("test"), status=Status.TEST)
STOP = stop("order-1234")


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("silent")) as made:
        yield made


def said(claims: CommandClaims, priority: Priority | None, box: RosterBox = BOXES[0]) -> str:
    return silent_line(box, claims, priority).vi


@pytest.mark.parametrize(
    ("signal", "priority"),
    [
        ("fire", Priority.EMERGENCY),
        ("flood-watch", Priority.PRIORITY),
        ("peace", Priority.ROUTINE),
        ("our-own-alarm", Priority.EMERGENCY),
        ("nobody-has-told", None),
    ],
)
def test_an_alarm_and_the_peace_gong_are_rung_by_hand_where_the_box_is_silent(signal: str, priority: Priority) -> None:
    assert said(order(signal), priority) == BY_HAND


@pytest.mark.parametrize(
    ("claims", "priority"),
    [
        (DRILL, Priority.EMERGENCY),
        (TEST, Priority.ROUTINE),
        (WORDS, None),
        (order("meeting"), Priority.ROUTINE),
        (SILENCE, None),
        (STOP, None),
        (order("all-clear"), Priority.PRIORITY),
    ],
)
def test_nothing_else_is_rung_by_hand(claims: CommandClaims, priority: Priority | None) -> None:
    for box in BOXES:
        told = silent_line(box, claims, priority)
        assert told.vi.startswith(f"Loa {box.name}: CHƯA TRẢ LỜI")
        assert "đánh kẻng tay" not in told.vi
        assert "by hand" not in told.en


@pytest.mark.parametrize(
    ("claims", "to_do"),
    [
        (STOP, "nhờ tắt tiếng tại chỗ, báo bà con đã an toàn."),
        (order("all-clear"), "nhờ tắt tiếng tại chỗ, báo bà con đã an toàn."),
        (replace(STOP, reason=Why.MISTAKE), "nhờ tắt tiếng tại chỗ, báo bà con vừa rồi là báo nhầm."),
        (replace(STOP, reason=Why.PAUSE), "nhờ tắt tiếng tại chỗ."),
        (replace(STOP, status=Status.EXERCISE), "nhờ tắt tiếng tại chỗ, báo bà con đã hết tập."),
        (SILENCE, "nhờ tắt tiếng tại chỗ."),
    ],
)
def test_what_was_to_be_ended_may_still_be_sounding_and_is_ended_on_site(claims: CommandClaims, to_do: str) -> None:
    assert said(claims, Priority.PRIORITY) == (
        f"Loa Thôn 3: CHƯA TRẢ LỜI, có thể vẫn đang phát. Gọi Ông Lê Văn An, 0912 345 678, {to_do} "
        "Máy vẫn gửi lại, đến khi dừng."
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("test|--to|5|--yes", "Loa Thôn 5: CHƯA TRẢ LỜI. Nhờ Bà Hà, 0345677123, xem loa."),
        (
            "silence|--to|5",
            "Loa Thôn 5: CHƯA TRẢ LỜI, có thể vẫn đang phát. Gọi Bà Hà, 0345677123, nhờ tắt tiếng tại chỗ.",
        ),
    ],
)
def test_nobody_is_sent_to_the_gong_for_a_test_or_for_silence(commune: Commune, words: str, told: str) -> None:
    commune.boxes["thon-5"].deaf = True
    try:
        done = commune.gongctl(*words.split("|"), "--wait", "10")
    finally:
        commune.boxes["thon-5"].deaf = False
    assert done.returncode == 1
    assert told in done.stdout
    assert "đánh kẻng tay" not in done.stdout


def test_the_menu_sends_nobody_to_the_gong_for_a_test(commune: Commune) -> None:
    commune.boxes["thon-5"].tell(Presence(Connection.ONLINE, Sounds.YES, at=NOW))
    commune.boxes["thon-5"].deaf = True
    try:
        done = commune.gongctl(typed="7\n5\nTHU\n0\nTHOAT\n")
    finally:
        commune.boxes["thon-5"].deaf = False
    assert "Loa Thôn 5: CHƯA TRẢ LỜI. Nhờ Bà Hà, 0345677123, xem loa." in done.stdout
    assert "đánh kẻng tay" not in done.stdout


def test_only_an_emergency_is_said_to_be_as_loud_as_can_be() -> None:
    target = target_of(("thon-3",), ROSTER, "nguyet-an")
    fire = ask_actual("fire", target, {}, 300, None, Priority.EMERGENCY).lines[0].vi
    assert fire == (
        "SẮP PHÁT THẬT: BÁO CHÁY ở Thôn 3 (1 thôn, 1 cụm loa). Loa nói: “Cháy! Cháy! Cháy ở Thôn 3!”. "
        "To nhất, tối đa 5 phút."
    )
    for signal, priority in (("peace", Priority.ROUTINE), ("flood-watch", Priority.PRIORITY), ("own", None)):
        asked = ask_actual(signal, target, {}, 300, "", priority).lines[0]
        assert asked.vi.endswith("(1 thôn, 1 cụm loa). Tối đa 5 phút.")
        assert "full volume" not in asked.en
