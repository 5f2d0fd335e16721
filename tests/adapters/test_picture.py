"""Pictures: each is a real PNG, shows what is there, and never covers a label with another."""

from pathlib import Path

import pytest
from PIL import Image

from gongd.adapters.picture import Band, Ink, Lane, Mark, draw_history, draw_timeline, history, paper
from gongd.core.catalogue import Priority, Signal, Status
from gongd.core.cue import cue_sheet
from gongd.core.errors import PictureError
from gongd.core.notation import parse
from gongd.core.relay import Relay, Role
from gongd.core.timeline import Timeline, compose
from gongd.core.words import Language

RELAYS = (
    Relay("amplifier", 17, Role.ACTIVATION, lead_s=0.5, tail_s=1.0),
    Relay("striker", 27, Role.STROKE),
    Relay("siren", 23, Role.BLAST),
)
NAMES = tuple(relay.name for relay in RELAYS)
FLOOD = Signal(
    "flood", "Báo lũ", Priority.EMERGENCY, parse("ngũ liên 12s, còi hú 15s, nghỉ 2s"), 100, 600.0, cycles=None
)
SPOKEN_S = {"full": 9.9, "short": 2.5, "pause": 3.0}


def colours(path: Path) -> set[str]:
    with Image.open(path) as image:
        found = image.convert("RGB").getcolors(maxcolors=1 << 20) or []
    return {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in found}  # type: ignore[misc]


def drawn(path: Path, timeline: Timeline, names: tuple[str, ...] = NAMES) -> set[str]:
    sheet = cue_sheet(timeline, RELAYS, names)
    draw_timeline(path, timeline, sheet, "Báo lũ", "Đánh ngũ liên 12 giây.", Language.VI, {"full": "Lũ về! Lũ về!"})
    return colours(path)


def test_a_timeline_is_drawn_for_a_sheet_of_a4_across(tmp_path: Path) -> None:
    drawn(tmp_path / "flood.png", compose(FLOOD, Status.ACTUAL, SPOKEN_S))
    with Image.open(tmp_path / "flood.png") as image:
        inches = [pixels / dots for pixels, dots in zip(image.size, image.info["dpi"], strict=True)]
    assert inches == pytest.approx([11.69, 8.27], abs=0.01)


def test_strokes_blasts_words_relays_the_loop_and_the_ending_are_all_there(tmp_path: Path) -> None:
    seen = drawn(tmp_path / "flood.png", compose(FLOOD, Status.ACTUAL, SPOKEN_S))
    parts = (Ink.STROKE, Ink.BLAST, Ink.WORD, Ink.RELAY, Ink.LOOP, Ink.ENDING)
    assert {ink.value for ink in parts} <= seen


def test_what_is_not_there_is_not_drawn(tmp_path: Path) -> None:
    gong = Signal("peace", "Kẻng", Priority.ROUTINE, parse("1 hồi, 9 tiếng"), 50, 60.0)
    seen = drawn(tmp_path / "gong.png", compose(gong, Status.ACTUAL, {}), names=())
    assert Ink.STROKE.value in seen
    assert not {Ink.BLAST.value, Ink.WORD.value, Ink.RELAY.value, Ink.LOOP.value, Ink.ENDING.value} & seen


def test_a_silent_timeline_can_be_drawn_too(tmp_path: Path) -> None:
    assert drawn(tmp_path / "silent.png", compose(FLOOD, Status.EXERCISE, {}))


@pytest.mark.parametrize("bold", [False, True])
def test_every_vietnamese_letter_has_its_own_shape(bold: bool) -> None:
    shape = paper.font(20, bold)
    unknown = bytes(shape.getmask("\uffff"))
    letters = "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơưâêĐƠƯẤẶỀỘỰ“”"
    assert [letter for letter in letters if bytes(shape.getmask(letter)) == unknown] == []


def test_without_a_font_the_error_says_which_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paper, "_FONTS", {False: ("no-such-font.ttf",), True: ("no-such-font.ttf",)})
    paper.font.cache_clear()
    with pytest.raises(PictureError, match="fonts-dejavu-core"):
        drawn(tmp_path / "flood.png", compose(FLOOD, Status.ACTUAL, {}))
    paper.font.cache_clear()


def test_a_picture_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="Cannot write the picture"):
        drawn(tmp_path / "no" / "such" / "folder.png", compose(FLOOD, Status.ACTUAL, {}))


def test_a_history_has_a_row_for_each_lane_and_grows_with_them(tmp_path: Path) -> None:
    lanes = [
        Lane("Nút CHÁY", (Band(1.0, 3.0, "giữ 2 giây", Ink.PRESS),)),
        Lane("Loa", (Band(3.0, 9.0, "Báo cháy", Ink.ALARM),)),
        Lane("Nhật ký", (), (Mark(3.0, "báo cháy: bắt đầu phát", Ink.ALARM), Mark(9.0, "tắt tiếng tại chỗ"))),
    ]
    heights = []
    for count in (1, 3):
        draw_history(tmp_path / "night.png", "Đêm thử", "Nút được giữ, loa kêu.", lanes[:count], 0.0, 10.0)
        with Image.open(tmp_path / "night.png") as image:
            heights.append(image.height)
    assert heights[0] < heights[1]
    assert {Ink.PRESS.value, Ink.ALARM.value} <= colours(tmp_path / "night.png")


def test_a_history_of_nothing_in_no_time_can_be_drawn(tmp_path: Path) -> None:
    draw_history(tmp_path / "empty.png", "Trống", "", [], 5.0, 5.0, lambda at_s: f"{at_s:.0f} s")
    assert Ink.TEXT.value in colours(tmp_path / "empty.png")


def test_labels_of_marks_that_are_close_stand_on_lines_of_their_own() -> None:
    marks = tuple(Mark(at_s, "một dòng nhật ký") for at_s in (1.0, 1.1, 1.2, 8.0))
    assert history._Levels.of(Lane("Nhật ký", (), marks), 0.0, 10.0).levels == (0, 1, 2, 0)
