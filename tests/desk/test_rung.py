"""`gongctl rung`: which night was rung by hand, and at what time, at any hour of the day."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from gongd.cli.usage import MisuseError
from gongd.desk.attendance import HandRung, Mark, sheet
from gongd.desk.store import ByHand, Store
from gongd.gongctl.paper import night_and_time
from tests.desk.commune import needs_mosquitto
from tests.desk.records import BOXES, HANOI
from tests.desk.scripted import ROSTER, Commune, found_commune, whole_commune

TODAY = date(2026, 11, 30)
YESTERDAY = TODAY - timedelta(days=1)


def at(hour: int, minute: int, day: date = TODAY) -> datetime:
    return datetime.combine(day, time(hour, minute), HANOI)


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("rung")) as made:
        yield made


@pytest.mark.parametrize(
    ("local", "night", "when"),
    [
        (at(21, 0), TODAY, at(21, 0)),
        (at(22, 3), TODAY, at(22, 3)),
        (at(23, 0), TODAY, at(23, 0)),
        (at(23, 1), TODAY, None),
        (at(0, 30), YESTERDAY, None),
        (at(8, 0), YESTERDAY, None),
        (at(13, 0), YESTERDAY, None),
        (at(20, 59), YESTERDAY, None),
    ],
)
def test_without_a_word_of_it_the_night_is_the_last_whose_gong_was_due_and_no_time_is_made_up(
    local: datetime, night: date, when: datetime | None
) -> None:
    assert night_and_time(local, None, None) == (night, when)


@pytest.mark.parametrize(
    ("local", "said_night", "said", "night", "when"),
    [
        (at(22, 30), None, time(22, 3), TODAY, at(22, 3)),
        (at(22, 0), None, time(22, 4), TODAY, at(22, 4)),
        (at(8, 0), None, time(22, 3), YESTERDAY, at(22, 3, YESTERDAY)),
        (at(8, 0), None, time(0, 10), YESTERDAY, at(0, 10)),
        (at(18, 10), YESTERDAY, time(23, 59), YESTERDAY, at(23, 59, YESTERDAY)),
        (at(18, 10), date(2026, 11, 20), None, date(2026, 11, 20), None),
    ],
)
def test_what_is_said_of_it_is_written_down(
    local: datetime, said_night: date | None, said: time | None, night: date, when: datetime | None
) -> None:
    assert night_and_time(local, said_night, said) == (night, when)


@pytest.mark.parametrize(
    ("local", "night", "said"),
    [
        (at(18, 10), None, time(23, 59)),
        (at(18, 10), None, time(18, 0)),
        (at(13, 0), None, time(22, 3)),
        (at(22, 30), None, time(23, 59)),
        (at(22, 30), TODAY, time(23, 59)),
        (at(18, 10), TODAY, None),
        (at(18, 10), TODAY, time(22, 0)),
        (at(0, 30), None, time(1, 0)),
    ],
)
def test_what_is_still_to_come_was_rung_by_nobody(local: datetime, night: date | None, said: time | None) -> None:
    with pytest.raises(MisuseError):
        night_and_time(local, night, said)


def test_a_time_alone_that_is_to_come_is_refused_with_the_night_that_may_be_meant() -> None:
    with pytest.raises(MisuseError) as refused:
        night_and_time(at(18, 10), None, time(23, 59))
    assert refused.value.text.vi == (
        "Lúc 23:59 30/11/2026 chưa có kẻng đêm để đánh. Ghi cho đêm trước thì thêm --night 29/11/2026"
    )


def test_a_night_rung_at_nobody_knows_what_time_is_kept_and_stands_on_the_sheet(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = Store(tmp_path_factory.mktemp("store") / "desk.db")
    store.add_by_hand(ByHand("thon-3", YESTERDAY, None, "Chị Bùi Thị Mai", "trực ban"))
    (kept,) = store.by_hand(YESTERDAY, YESTERDAY)
    store.close()
    assert kept.at is None
    hands = {(kept.box, kept.night): HandRung(kept.by, kept.at)}
    cell = sheet(BOXES[:1], YESTERDAY, YESTERDAY, at(8, 0), [], {}, hands, {}).lines[0].cells[0]
    assert cell.mark is Mark.BY_HAND
    assert cell.note is not None
    assert cell.note.vi == "đã đánh tay, Chị Bùi Thị Mai"


@needs_mosquitto
def test_the_command_of_the_paper_works_at_any_hour(commune: Commune) -> None:
    done = commune.gongctl("rung", "thon-5", "--by", "Chị Bùi Thị Mai")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Đã ghi: Thôn 5 đánh tay ")
    assert ", người đánh Chị Bùi Thị Mai, người ghi " in done.stdout
    assert "T" in commune.gongctl("attendance").stdout


def test_a_night_that_no_sheet_can_have_any_more_was_typed_by_mistake() -> None:
    assert night_and_time(at(8, 0), TODAY - timedelta(days=400), None)[0] == TODAY - timedelta(days=400)
    for night in (TODAY - timedelta(days=401), date(1999, 1, 1)):
        with pytest.raises(MisuseError) as refused:
            night_and_time(at(8, 0), night, None)
        assert refused.value.text.vi.startswith(f"Đêm {night:%d/%m/%Y} đã quá 400 đêm")


@needs_mosquitto
def test_what_is_written_down_names_the_night_and_the_box(commune: Commune) -> None:
    night = datetime.now(HANOI).date() - timedelta(days=2)
    done = commune.gongctl("rung", "5", "--by", "Bà Hà", "--at", "22:03", "--night", f"{night:%d/%m/%Y}")
    assert done.stdout.startswith("Đã ghi: Thôn 5 đánh tay lúc 22:03, người đánh Bà Hà, người ghi ")
    assert done.stdout.endswith(f" Đêm {night:%d/%m/%Y}, cụm loa thon-5.\n")


@needs_mosquitto
def test_a_mistake_is_taken_back_and_the_sheet_keeps_who_did_it(commune: Commune) -> None:
    night = datetime.now(HANOI).date() - timedelta(days=3)
    which = ("--night", f"{night:%d/%m/%Y}")
    assert commune.gongctl("rung", "thon-3", "--by", "Ông An", *which).returncode == 0
    done = commune.gongctl("rung", "thon-3", "--undo", *which)
    assert done.stdout.startswith(f"Đã bỏ: Thôn 3 đánh tay đêm {night:%d/%m/%Y}, người đánh Ông An, người bỏ ")
    again = commune.gongctl("rung", "thon-3", "--undo", *which)
    assert (again.returncode, again.stderr.startswith(f"Đêm {night:%d/%m/%Y} không có ghi đánh tay nào")) == (1, True)
    span = ("--from", which[1], "--until", which[1])
    assert "bỏ ghi đánh tay (" in commune.gongctl("attendance", *span).stdout
    assert "Ông An" not in commune.gongctl("attendance", *span).stdout
    assert commune.gongctl("rung", "thon-3", "--by", "Chị Mai", *which).returncode == 0
    assert "đã đánh tay, Chị Mai" in commune.gongctl("attendance", *span).stdout


@needs_mosquitto
@pytest.mark.parametrize("words", [["rung", "thon-3"], ["rung", "thon-3", "--undo", "--by", "Ông An"]])
def test_who_rang_is_asked_for_and_belongs_to_no_undo(commune: Commune, words: list[str]) -> None:
    assert commune.gongctl(*words).returncode == 2


@needs_mosquitto
def test_a_village_of_several_boxes_is_asked_about_by_their_ids(ram: Path) -> None:
    folder, _ = found_commune(ram)
    more = '  thon-3-moi:\n    village: Thôn 3\n    name: "Thôn 3, bản Mới"\n  xom-5:\n    village: Xóm 5\n'
    (folder.path / "roster.yaml").write_text(ROSTER + more, encoding="utf-8")
    commune = Commune(folder, 0, {})
    done = commune.gongctl("rung", "3", "--by", "Bà Hà")
    assert done.returncode == 2
    assert done.stderr.startswith("“3” có 2 cụm loa: thon-3 (Thôn 3), thon-3-moi (Thôn 3, bản Mới). Gõ mã của một cụm")
    assert commune.gongctl("rung", "5", "--by", "Bà Hà").stderr.startswith("“5” có thể là: Thôn 5, Xóm 5.")
    assert "Danh bạ không có cụm loa “99”. Có: thon-3," in commune.gongctl("rung", "99", "--by", "Bà Hà").stderr
