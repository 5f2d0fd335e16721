"""What is missing from, or broken in, a commune's folder: it is named, with what to do; nothing is made up."""

from collections.abc import Iterator

import pytest

from tests.desk.commune import needs_mosquitto
from tests.desk.scripted import ROSTER, Commune, whole_commune

pytestmark = needs_mosquitto


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("missing")) as made:
        yield made


def test_a_desk_without_certificates_says_so_and_the_remedy_works(commune: Commune) -> None:
    for path in commune.folder.desk.glob("seat*.pem"):
        path.unlink()
    for words in (("silence", "--to", "3"), ("watch",), ()):
        done = commune.gongctl(*words, typed="")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Thiếu chứng thư số của bàn trực (")
        assert "gongctl renew --seats" in done.stderr
    assert "no certificate" in commune.gongctl("silence", "--to", "3", language="en_US.UTF-8").stderr
    assert commune.gongctl("renew", "--seats").returncode == 0
    assert "1/1 cụm loa đã nhận." in commune.gongctl("silence", "--to", "3").stdout


def test_the_menu_shows_no_attendance_sheet_of_a_store_that_cannot_be_read(commune: Commune) -> None:
    commune.gongctl("status")  # the store is there
    store = commune.folder.path / "desk.db"
    held = store.read_bytes()
    store.write_bytes(b"garbage" * 1000)
    try:
        refused = commune.gongctl("attendance")
        shown = commune.gongctl(typed="9\n0\n")
    finally:
        store.write_bytes(held)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert shown.returncode == 0
    assert "BẢNG THEO DÕI" not in shown.stdout
    assert refused.stderr.splitlines()[0] in shown.stdout


def test_a_commune_without_a_name_stands_on_its_papers_by_its_id(commune: Commune) -> None:
    path = commune.folder.path / "roster.yaml"
    path.write_text(ROSTER.replace("name: Nguyệt Ấn\n", ""), encoding="utf-8")
    try:
        report, sheet = commune.gongctl("report").stdout, commune.gongctl("attendance").stdout
        csv = commune.gongctl("attendance", "--format", "csv").stdout
        menu = commune.gongctl(typed="9\n0\n").stdout
    finally:
        path.write_text(ROSTER, encoding="utf-8")
    assert "ỦY BAN NHÂN DÂN XÃ NGUYET-AN" in report
    assert "Xã nguyet-an\n" in sheet
    assert "Xã nguyet-an" in csv
    assert "Xã nguyet-an\n" in menu


@pytest.mark.parametrize("words", [("key", "--help"), ("key", "-h")])
def test_the_first_word_of_the_commands_for_keys_explains_them_all(commune: Commune, words: tuple[str, ...]) -> None:
    done = commune.gongctl(*words)
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("list", "new", "change", "replace", "collector", "make"):
        assert f"  key {name}" in done.stdout
    assert "  alert" not in done.stdout
    assert commune.gongctl("key").stderr.startswith("Không có lệnh “key”.")
    listed = commune.gongctl("key", f"--folder={commune.folder.path}", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
