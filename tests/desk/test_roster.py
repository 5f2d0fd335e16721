"""The roster, places, and the forecast: what people write, what officers type, and who may be silent tonight."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.core.condition import Sounds
from gongd.core.errors import ConfigError
from gongd.core.wire_event import Event
from gongd.core.wire_report import MOST_DUE, Connection, Due, Info, Presence
from gongd.core.words import Text
from gongd.desk.blank_roster import BLANK, lay_down
from gongd.desk.board import Known, Row, row, sounds_words
from gongd.desk.commune_folder import FolderError
from gongd.desk.forecast import doubts, heard_words, may_ring, sentence
from gongd.desk.places import Target, find_target
from gongd.desk.roster import Person, Roster, RosterBox, load_roster, read_roster
from gongd.settings.finding import Findings
from tests.desk.records import BOXES, NOW, ROSTER, beat, night, presence

MINUTE = timedelta(minutes=1)
OUT_OF_USE = Info("thon-3", "x", "x", "1", "0" * 64, disabled_until="1/12")
ENROLLED = {"thon-3": ("trung-tam",), "thon-5": ("trung-tam",), "thon-9": ()}


def read(text: str) -> Roster:
    return read_roster(text, Findings("roster.yaml"))


# ── The file ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_telephone_number_keeps_its_first_zero() -> None:
    (box,) = read("boxes: {thon-5: {village: Thôn 5, by_hand: [{name: Bà Hà, phone: 0345677123}]}}").boxes
    assert (box.name, box.by_hand) == ("Thôn 5", (Person("Bà Hà", "0345677123"),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("boxes: {Thôn 3: {village: Thôn 3}}", "không làm tên được"),
        ("boxes: {thon-3: {vilage: Thôn 3}}", 'Có phải "village"?'),
        ("boxes: {thon-3: {zones: [bac]}}", "Chưa có khu “bac”"),
        ("boxes: {thon-3: {by_hand: [{name: A, phone: hỏi sau}]}}", "không phải số điện thoại"),
        ("period: 31", "từ 1 đến 28"),
        ("timezone: Hà Nội", "Không có múi giờ"),
        ("boxes: 3", "Cần các mục"),
        ("boxes: {thon-3: {}, thon-3: {}}", "hai lần"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert said in caught.value.text.vi
    assert caught.value.text.vi.startswith("roster.yaml:1:")


def test_a_box_that_is_enrolled_and_not_written_down_is_there_all_the_same() -> None:
    more = ROSTER.with_boxes([RosterBox("thon-3", "x", "x"), RosterBox("thon-7", "Thôn 7", "Thôn 7")])
    assert [box.village for box in more.boxes] == ["Thôn 3", "Thôn 5", "Thôn 9", "Thôn 7"]


# ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "boxes", "addresses"),
    [
        ("3", ["thon-3"], ["nguyet-an/thon-3"]),
        ("thôn 3", ["thon-3"], ["nguyet-an/thon-3"]),
        ("thon-3", ["thon-3"], ["nguyet-an/thon-3"]),
        ("3 9", ["thon-3", "thon-9"], ["nguyet-an/thon-3", "nguyet-an/thon-9"]),
        ("5, 3", ["thon-3", "thon-5"], ["nguyet-an/thon-3", "nguyet-an/thon-5"]),
        ("khu trung tam", ["thon-3", "thon-5"], ["nguyet-an/zone/trung-tam"]),
        ("TẤT CẢ", ["thon-3", "thon-5", "thon-9"], ["nguyet-an/all"]),
    ],
)
def test_a_place_is_found_however_it_is_typed(typed: str, boxes: list[str], addresses: list[str]) -> None:
    found = find_target(typed, ROSTER, "nguyet-an", ENROLLED)
    assert isinstance(found, Target)
    assert (list(found.ids), [str(one) for one in found.addresses]) == (boxes, addresses)


@pytest.mark.parametrize("typed", ["7", "", " , ", "thôn", "33", "3 7", "tat", "²", "3 ²", "3" * 5000])
def test_what_is_no_place_is_no_target(typed: str) -> None:
    assert isinstance(find_target(typed, ROSTER, "nguyet-an", ENROLLED), Text)


def test_a_zone_that_the_boxes_do_not_know_is_addressed_box_by_box() -> None:
    found = find_target("trung-tam", ROSTER, "nguyet-an", {**ENROLLED, "thon-5": ()})
    assert isinstance(found, Target)
    assert [str(one) for one in found.addresses] == ["nguyet-an/thon-3", "nguyet-an/thon-5"]


def test_a_number_that_two_villages_bear_is_asked_about() -> None:
    roster = Roster(boxes=(RosterBox("thon-3", "Thôn 3", "Thôn 3"), RosterBox("ban-3", "Bản 3", "Bản 3")))
    found = find_target("3", roster, "nguyet-an", {})
    assert isinstance(found, Text)
    assert "Thôn 3, Bản 3" in found.vi


SAME_NAMES = Roster(
    boxes=(
        RosterBox("thon-3-a", "Thôn 3", "Nhà văn hóa"),
        RosterBox("thon-3-b", "Thôn 3", "Đầu thôn"),
        RosterBox("thon-5-a", "Thôn 5", "Nhà văn hóa"),
        RosterBox("thon-7-a", "Thôn 7", "Thôn 7"),
        RosterBox("thon-7-b", "Thôn 7", "Đình", zones=("bo-song",)),
    ),
    zones={"bo-song": "Thôn 7"},
)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nha van hoa", "Nhà văn hóa (thon-3-a), Nhà văn hóa (thon-5-a)"),
        ("thon 7", "Thôn 7, Thôn 7 (bo-song)"),
    ],
)
def test_a_name_that_two_places_bear_is_asked_about_and_told_with_what_can_be_typed(typed: str, told: str) -> None:
    found = find_target(typed, SAME_NAMES, "nguyet-an", {})
    assert isinstance(found, Text)
    assert told in found.vi


@pytest.mark.parametrize(("typed", "boxes"), [("thon-5-a", ["thon-5-a"]), ("bo-song", ["thon-7-b"])])
def test_of_two_places_with_one_name_each_is_found_by_its_id(typed: str, boxes: list[str]) -> None:
    found = find_target(typed, SAME_NAMES, "nguyet-an", {})
    assert isinstance(found, Target)
    assert list(found.ids) == boxes


WITH_COMMAS = Roster(
    boxes=(
        RosterBox("thon-3-moi", "Thôn 3", "Thôn 3, bản Mới"),
        RosterBox("thon-3-cu", "Thôn 3", "Đầu thôn"),
        RosterBox("thon-5", "Thôn 5", "Thôn 5", zones=("ven-song",)),
        RosterBox("thon-7", "Thôn 7", "Nhà văn hóa", zones=("ven-song",)),
    ),
    zones={"ven-song": "Khu ven sông", "khu-5": "Khu 5"},
)


@pytest.mark.parametrize(
    ("typed", "boxes"),
    [
        ("Thôn 3, bản Mới", ["thon-3-moi"]),
        ("thon 3,ban moi", ["thon-3-moi"]),
        ("Thôn 3 bản Mới", ["thon-3-moi"]),
        ("5; Thôn 3, bản Mới, đầu thôn", ["thon-3-moi", "thon-3-cu", "thon-5"]),
        ("Thôn 3, Thôn 5", ["thon-3-moi", "thon-3-cu", "thon-5"]),
        ("thôn 3 và thôn 5", ["thon-3-moi", "thon-3-cu", "thon-5"]),
        ("ven sông", ["thon-5", "thon-7"]),
        ("đầu thôn, VEN SONG", ["thon-3-cu", "thon-5", "thon-7"]),
        ("5", ["thon-5"]),
        ("nhà văn hóa", ["thon-7"]),
    ],
)
def test_a_name_is_typed_as_every_screen_shows_it(typed: str, boxes: list[str]) -> None:
    found = find_target(typed, WITH_COMMAS, "nguyet-an", {})
    assert isinstance(found, Target)
    assert list(found.ids) == boxes


PARTED = Roster(
    boxes=(
        RosterBox("thon-2", "Thôn 2", "Thôn 2"),
        RosterBox("an-1", "Nguyệt An", "Nguyệt An 1"),
        RosterBox("an-2", "Nguyệt An", "Nguyệt An 2"),
        RosterBox("dong", "Đông", "Đông"),
        RosterBox("tay", "Tây", "Tây"),
        RosterBox("dong-tay", "Đông Tây", "Đông Tây"),
    )
)


@pytest.mark.parametrize(
    ("typed", "boxes"),
    [
        ("Nguyệt An, 2", ["thon-2", "an-1", "an-2"]),
        ("Nguyệt An 2", ["an-2"]),
        ("Đông, Tây", ["dong", "tay"]),
        ("đông tây", ["dong-tay"]),
        ("Nguyệt An, 2 và Đông", ["thon-2", "an-1", "an-2", "dong"]),
    ],
)
def test_places_that_commas_part_become_no_other_place(typed: str, boxes: list[str]) -> None:
    found = find_target(typed, PARTED, "nguyet-an", {})
    assert isinstance(found, Target)
    assert list(found.ids) == boxes


def test_a_zone_without_its_word_khu_is_addressed_as_one() -> None:
    found = find_target("trung tâm", ROSTER, "nguyet-an", ENROLLED)
    assert isinstance(found, Target)
    assert [str(one) for one in found.addresses] == ["nguyet-an/zone/trung-tam"]


def test_where_no_place_is_found_the_boxes_of_a_village_that_has_several_are_offered_too() -> None:
    found = find_target("hồ", WITH_COMMAS, "nguyet-an", {})
    assert isinstance(found, Text)
    assert found.vi == (
        "Không có nơi “ho”. Có: Thôn 3, “Thôn 3, bản Mới”, Đầu thôn, Thôn 5, Thôn 7, Khu ven sông, Khu 5, TAT CA"
    )
    told = find_target("hồ", SAME_NAMES, "nguyet-an", {})
    assert isinstance(told, Text)
    assert "Thôn 3, Nhà văn hóa, Đầu thôn, Thôn 5, Thôn 7, Đình, Thôn 7, TAT CA" in told.vi


# ── The board and the forecast ───────────────────────────────────────────────────────────────────────────────────


def seen(known: Known, box: int = 0) -> Row:
    return row(BOXES[box], known, None, NOW)


STOPPED = Known("thon-3", presence=presence(Connection.STOPPED), presence_at=NOW, heard_at=NOW)
WELL = Known("thon-3", heartbeat=beat(), heartbeat_at=NOW, heard_at=NOW)


def test_a_box_that_is_well_is_in_no_forecast() -> None:
    assert doubts([seen(WELL)], NOW) == []
    assert sounds_words(seen(WELL)).vi == "Kêu được"


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (Known("thon-3"), "chưa từng liên lạc"),
        (
            Known("thon-3", presence=presence(Connection.LOST), presence_at=NOW, heard_at=NOW - timedelta(hours=3)),
            "mất liên lạc từ 18:30",
        ),
        (Known("thon-3", heartbeat=beat(), heard_at=NOW - 6 * MINUTE), "mất liên lạc từ 21:24"),
        (STOPPED, "đã tắt lúc 21:30"),
        (replace(STOPPED, presence=Presence(Connection.STOPPED, at=NOW - timedelta(hours=2))), "đã tắt lúc 19:30"),
        (
            replace(
                STOPPED,
                presence=Presence(Connection.STOPPED, at=NOW - timedelta(days=400)),
                heartbeat=beat(trusted=False),
            ),
            "đã tắt lúc 21:30",
        ),
        (
            replace(STOPPED, presence=Presence(Connection.STOPPED, at=NOW - timedelta(days=1), by="Anh Bình")),
            "đã tắt lúc 21:30 20/11, do Anh Bình",
        ),
        (
            Known("thon-3", heartbeat=beat(sounds=Sounds.NO), heartbeat_at=NOW, heard_at=NOW),
            "không kêu được",
        ),
        (
            Known("thon-3", heartbeat=beat(trusted=False), heartbeat_at=NOW, heard_at=NOW),
            "đồng hồ chưa tin được",
        ),
        (
            Known(
                "thon-3", beat(), NOW, heard_at=NOW, info=Info("thon-3", "x", "x", "1", "0" * 64, disabled_until="1/12")
            ),
            "tạm ngừng dùng đến 1/12",
        ),
    ],
)
def test_a_box_that_may_be_silent_is_named_with_its_reason(known: Known, why: str) -> None:
    (doubt,) = doubts([seen(known)], NOW)
    assert doubt.why.vi == why


TONIGHT = NOW.replace(hour=22, minute=0)
TOMORROW = TONIGHT + timedelta(days=1)
EARLIER = Due(NOW + timedelta(minutes=5), "news", "meeting")


def told_ahead(*due: Due, gong: Event | None = None, later: timedelta = timedelta(0)) -> list[str]:
    """The doubts about a box that is well and has told this of what is to come."""
    info = Info("thon-3", "nguyet-an", "Thôn 3", "1", "0" * 64, next=due)
    known = Known("thon-3", heartbeat=beat(), heartbeat_at=NOW + later, heard_at=NOW + later, info=info)
    return [doubt.why.vi for doubt in doubts([row(BOXES[0], known, gong, NOW + later)], NOW + later)]


def test_a_village_with_no_gong_scheduled_tonight_is_named() -> None:
    gong, tomorrow = Due(TONIGHT, "nightly", "peace"), Due(TOMORROW, "nightly", "peace")
    assert told_ahead(gong, tomorrow) == []
    assert told_ahead() == ["chưa đặt lịch kẻng"]
    assert told_ahead(EARLIER) == ["chưa đặt lịch kẻng"]
    assert told_ahead(tomorrow) == ["ngày nghỉ kẻng theo lịch, kẻng sắp tới 22/11 22:00"]
    assert told_ahead(*[EARLIER] * MOST_DUE) == [], "it has room for no more: the gong may come after these"
    morning = replace(gong, at=NOW.replace(hour=5))
    assert told_ahead(morning, tomorrow, later=timedelta(hours=-21)) == [
        "ngày nghỉ kẻng theo lịch, kẻng sắp tới 22/11 22:00"
    ]


def test_a_gong_that_has_rung_tonight_is_not_looked_for_and_one_that_was_missed_is_told() -> None:
    tomorrow, after = Due(TOMORROW, "nightly", "peace"), timedelta(hours=1)
    assert told_ahead(tomorrow, gong=night(NOW.date()), later=after) == []
    assert told_ahead(tomorrow, gong=night(NOW.date(), "missed", "muted"), later=after) == ["tắt tiếng tại chỗ"]
    assert told_ahead(tomorrow, gong=night(NOW.date() - timedelta(days=1)), later=after) == ["chưa có số liệu"]


def test_the_forecast_is_said_as_the_paper_has_it() -> None:
    lost = Known("thon-5", presence=presence(Connection.LOST), presence_at=NOW, heard_at=NOW - timedelta(minutes=190))
    clock = Known("thon-9", heartbeat=beat(trusted=False), heartbeat_at=NOW, heard_at=NOW)
    said = [text.vi for text in sentence(doubts([seen(WELL), seen(lost, 1), seen(clock, 2)], NOW))]
    assert said == [
        "Đêm nay 2 thôn có thể không có kẻng 22 giờ: Thôn 5 (mất liên lạc từ 18:20), Thôn 9 (đồng hồ chưa tin được).",
        "Gọi: Bà Hà 0345677123.",
        "Chưa có người đánh kẻng tay: Thôn 9.",
        "Mất liên lạc 1 cụm loa. Loa có thể vẫn tự đánh kẻng 22 giờ.",
    ]


@pytest.mark.parametrize(
    ("ago", "vi", "en"),
    [
        (timedelta(seconds=170), "21:27", "21:27"),
        (timedelta(minutes=27), "21:03, im 27 phút", "21:03, silent for 27 min"),
        (timedelta(hours=5), "16:30, im 5 giờ đồng hồ", "16:30, silent for 5 h"),
        (timedelta(days=3), "21:30 18/11, im 3 ngày", "21:30 18/11, silent for 3 days"),
    ],
)
def test_the_board_says_for_how_long_a_box_has_been_silent(ago: timedelta, vi: str, en: str) -> None:
    told = heard_words(seen(Known("thon-3", heartbeat=beat(), heard_at=NOW - ago)), NOW)
    assert (told.vi, told.en) == (vi, en)
    assert heard_words(seen(Known("thon-3")), NOW).vi == "–"


def test_a_box_that_is_set_to_speak_rarely_is_not_called_lost_between_two_of_its_heartbeats() -> None:
    info = Info("thon-3", "nguyet-an", "Thôn 3", "1", "0" * 64, heartbeat_s=600.0)
    rare = Known("thon-3", beat(), NOW - 9 * MINUTE, heard_at=NOW - 9 * MINUTE, info=info)
    assert not seen(rare).is_lost
    assert heard_words(seen(rare), NOW).vi == "21:21"
    gone = replace(rare, heard_at=NOW - 41 * MINUTE)
    assert seen(gone).is_lost
    assert heard_words(seen(gone), NOW).vi == "20:49, im 41 phút"


def test_a_box_out_of_touch_may_ring_and_one_that_was_never_heard_or_is_off_is_not_said_to() -> None:
    lost = Known("thon-3", heartbeat=beat(), heard_at=NOW - 6 * MINUTE)
    (told,) = may_ring([seen(lost), seen(STOPPED), seen(Known("thon-3")), seen(WELL)])
    assert told.vi == "Mất liên lạc 1 cụm loa. Loa có thể vẫn tự đánh kẻng 22 giờ."
    assert may_ring([seen(STOPPED), seen(WELL)]) == []


# ── The roster of a new commune ──────────────────────────────────────────────────────────────────────────────────


def test_a_new_communes_roster_says_nothing_yet_and_is_whole_once_its_lines_count(ram: Path) -> None:
    lay_down(ram / "roster.yaml")
    assert load_roster(ram / "roster.yaml") == Roster()
    text = "\n".join(line.removeprefix("#") for line in BLANK.splitlines()[3:])
    filled = read(text)
    assert (filled.name, filled.first_day, filled.zones) == ("Nguyệt Ấn", 15, {"trung-tam": "Khu trung tâm"})
    assert [len(box.by_hand) for box in filled.boxes] == [2]
    (ram / "roster.yaml").write_text("name: Của xã\n", encoding="utf-8")
    with pytest.raises(FolderError):
        lay_down(ram / "roster.yaml")
    assert load_roster(ram / "roster.yaml").name == "Của xã"
