"""A commune that goes on as another: its boxes obey both for a while, and none has to be visited that night."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.adapters import certificate, jose
from gongd.core.fingerprint import check_code
from gongd.core.trust_list import KeyKind, ListedKey, Right, everything
from gongd.core.wire_name import to_zone
from gongd.desk import ledger
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.membership import EnrolmentError, Passphrases, grant, link_neighbours
from gongd.desk.move import OVERLAP, move
from gongd.keygen import KeygenError, take_answer
from gongd.settings.place import papers
from tests.desk.commune import Village, everything_in, make_commune, make_village, now


def two_communes(ram: Path) -> tuple[CommuneFolder, CommuneFolder, Village]:
    """Kiên Thọ, with boxes thon-1 (enrolled, returned) and thon-2, neighbours; and Nguyệt Ấn, into which it merges."""
    old, new = make_commune(ram, "kien-tho"), make_commune(ram, "nguyet-an")
    village = make_village(ram, "thon-1", "kien-tho")
    village.join(old)
    make_village(ram, "thon-2", "kien-tho").join(old)
    make_village(ram, "thon-1", "nguyet-an").join(new)
    link_neighbours(old, "thon-1", ["thon-2"], now())
    return old, new, village


def renamed(village: Village, commune: str, box: str) -> Village:
    """The same box once its technician has written its new name into its settings."""
    settings = village.settings
    return Village(replace(settings, box=replace(settings.box, commune=commune, id=box)), village.stick)


def test_the_former_list_names_the_new_root_for_ninety_days(ram: Path) -> None:
    old, new, _ = two_communes(ram)
    at = now()
    moved = move(old, new, {"thon-1": "kien-tho-1", "thon-2": "thon-2"}, at)
    heir = moved.former.trust.successor
    assert heir is not None
    assert (heir.commune, heir.root) == ("nguyet-an", jose.load_public(new.root_public))
    assert heir.until == at + OVERLAP == moved.until
    assert heir.ids == {"thon-1": "kien-tho-1", "thon-2": "thon-2"}
    assert {box.id for box in moved.former.trust.boxes} == {"thon-1", "thon-2"}


def test_the_new_list_knows_their_former_names_and_their_neighbours(ram: Path) -> None:
    old, new, village = two_communes(ram)
    trust = move(old, new, {"thon-1": "kien-tho-1", "thon-2": "thon-2"}, now()).new.trust
    box = trust.box("kien-tho-1")
    assert box is not None
    assert (box.x, box.former, box.neighbours) == (
        village.ask().request.public,
        ("kien-tho/thon-1",),
        ("thon-2",),
    )


def test_the_new_desk_is_obeyed_by_the_former_boxes_as_far_as_its_rights_are_for_all(ram: Path) -> None:
    old, new, _ = two_communes(ram)
    own = everything("uy-ban", jose.generate().x, "nguyet-an")
    any_word = frozenset({"*"})
    zone = Right(any_word, any_word, any_word, (to_zone("nguyet-an", "khu-a"),))
    grant(new, own, now())
    grant(new, ListedKey("khu-a", jose.generate().x, KeyKind.DESK, (zone,)), now())
    keys = {key.name: key for key in move(old, new, {"thon-2": "thon-2"}, now()).former.trust.keys}
    assert keys.keys() == {"cong-an-xa", "cong-an-xa (nguyet-an)", "uy-ban"}
    assert [str(place) for right in keys["uy-ban"].rights for place in right.places] == ["kien-tho/all"]
    guests = {keys[name].kid for name in ("uy-ban", "cong-an-xa (nguyet-an)")}
    later = move(old, new, {"thon-1": "kien-tho-1"}, now()).former.trust.successor
    assert later is not None
    assert later.keys == guests


def test_a_box_takes_its_new_name_without_a_word_because_its_own_root_has_said_so(ram: Path) -> None:
    old, new, village = two_communes(ram)
    moved = move(old, new, {"thon-1": "kien-tho-1"}, now())
    papers(village.settings).trust.write_bytes(moved.former.token)
    there = renamed(village, "nguyet-an", "kien-tho-1")
    take_answer(there.settings, moved.answers["kien-tho-1"], now())
    place = papers(there.settings)
    assert certificate.read(place.certificate.read_bytes()).name == "nguyet-an/kien-tho-1"
    assert jose.load_public(place.root) == jose.load_public(new.root_public)


@pytest.mark.parametrize(
    ("days", "ids"), [(91, {"thon-1": "kien-tho-1"}), (0, {"thon-2": "thon-2"})], ids=["too late", "another box goes"]
)
def test_its_own_root_has_said_so_of_this_box_and_for_the_overlap_only(
    ram: Path, days: int, ids: dict[str, str]
) -> None:
    old, new, village = two_communes(ram)
    moved = move(old, new, ids, now())
    papers(village.settings).trust.write_bytes(moved.former.token)
    there = renamed(village, "nguyet-an", "kien-tho-1")
    answer = move(old, new, {"thon-1": "kien-tho-1"}, now()).answers["kien-tho-1"]
    with pytest.raises(KeygenError):
        take_answer(there.settings, answer, now() + timedelta(days=days))
    code = check_code(jose.load_public(new.root_public))
    take_answer(there.settings, answer, now() + timedelta(days=days), code)


def test_a_box_that_has_not_heard_of_it_keeps_its_root(ram: Path) -> None:
    old, new, village = two_communes(ram)
    moved = move(old, new, {"thon-1": "kien-tho-1"}, now())
    there = renamed(village, "nguyet-an", "kien-tho-1")
    with pytest.raises(KeygenError):
        take_answer(there.settings, moved.answers["kien-tho-1"], now())


def test_boxes_may_follow_one_by_one_to_the_same_commune_only(ram: Path) -> None:
    old, new, _ = two_communes(ram)
    first = move(old, new, {"thon-2": "thon-2"}, now())
    later = move(old, new, {"thon-1": "kien-tho-1"}, now() + timedelta(days=9))
    heir = later.former.trust.successor
    assert heir is not None
    assert heir.ids == {"thon-1": "kien-tho-1", "thon-2": "thon-2"}
    assert later.until == first.until
    with pytest.raises(EnrolmentError):
        move(old, make_commune(ram, "ngoc-lac"), {"thon-1": "thon-1"}, now())


@pytest.mark.parametrize(
    "ids", [{"thon-1": "thon-1"}, {"thon-9": "x"}, {"thon-1": "x", "thon-2": "x"}, {"thon-1": "all"}]
)
def test_a_move_that_cannot_be_made_whole_changes_neither_commune(ram: Path, ids: dict[str, str]) -> None:
    old, new, _ = two_communes(ram)
    before = everything_in(old.path), everything_in(new.path)
    with pytest.raises(EnrolmentError):
        move(old, new, ids, now())
    with pytest.raises(EnrolmentError):
        move(old, old, {"thon-1": "y"}, now())
    assert (everything_in(old.path), everything_in(new.path)) == before


def test_both_roots_are_needed(ram: Path) -> None:
    old, _, _ = two_communes(ram)
    locked = make_commune(ram, "ngoc-lac", Passphrases.one("khóa"))
    before = ledger.current(old).trust
    with pytest.raises(OSError, match="passphrase"):
        move(old, locked, {"thon-1": "thon-1"}, now())
    assert ledger.current(old).trust == before
