"""`gongctl doctor` says what is so: of this desk's own key, of a broker that is away, of each box's people."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.desk.commune_folder import CommuneFolder
from tests.desk.commune import needs_mosquitto
from tests.desk.scripted import ROSTER, Commune, found_commune, whole_commune

pytestmark = needs_mosquitto


@pytest.fixture
def commune(ram: Path) -> Iterator[Commune]:
    with whole_commune(ram) as made:
        yield made


@pytest.fixture
def alone(ram: Path) -> Commune:
    """The folder only: no broker runs."""
    folder, _ = found_commune(ram)
    return Commune(folder, 0, {})


def found(commune: Commune, *words: str, status: int = 0) -> dict[str, tuple[object, str]]:
    """What is found of each part: well or not, and the words."""
    done = commune.gongctl(*words, "doctor", "--json")
    assert done.returncode == status, done.stdout + done.stderr
    return {one["part"]: (one["well"], one["vi"]) for one in json.loads(done.stdout)["findings"]}


def second_desk(first: Commune, place: Path) -> Commune:
    """A copy of the folder as may-chu.md tells of it: a key and seats of its own, no root, no broker."""
    folder = CommuneFolder(place)
    assert first.gongctl("key", "make", str(place.with_name("tram.key"))).returncode == 0
    public = str(place.with_name("tram.pub"))
    assert first.gongctl("key", "new", "tram", "--public", public).returncode == 0
    shutil.copytree(first.folder.path, place)
    for path in (place / "root", place / "broker"):
        shutil.rmtree(path)
    for path in (folder.authority / "ca.key", folder.desk / "desk.key", *(place / "desk").glob("seat-[1-4].pem")):
        path.unlink()
    place.with_name("tram.key").rename(folder.desk / "tram.key")
    return Commune(folder, first.port, {})


def test_a_second_desk_is_well_with_its_own_key_and_without_what_only_the_first_has(
    commune: Commune, ram: Path
) -> None:
    desk = second_desk(commune, ram / "second")
    parts = found(desk, "--key", "tram")
    assert parts["key"] == (True, "Khóa trực ban tram: dùng được")
    assert parts["certificates"][0] is True
    assert found(desk, status=1)["key"][0] is False


def test_while_the_broker_is_away_no_box_is_called_in_touch(alone: Commune) -> None:
    parts = found(alone, status=1)
    assert parts["broker"][0] is False
    assert parts["boxes"] == (None, "Cụm loa: chưa biết cụm nào đang liên lạc, vì máy chủ không kết nối được")


def test_a_box_that_nobody_rings_for_is_named_and_not_its_whole_village(alone: Commune) -> None:
    text = ROSTER + '  thon-3-ban-moi:\n    village: Thôn 3\n    name: "Thôn 3, bản Mới"\n'
    (alone.folder.path / "roster.yaml").write_text(text, encoding="utf-8")
    assert found(alone, status=1)["people"] == (None, "Chưa có người đánh kẻng tay: Thôn 3, bản Mới")
