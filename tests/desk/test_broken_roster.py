"""A mistake in the roster: orders, looks and what is written down go on without it; the papers wait."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.desk.commune import eventually, needs_mosquitto
from tests.desk.scripted import Commune, whole_commune
from tests.desk.test_commands import ENGLISH, ask, is_connected

pytestmark = needs_mosquitto


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    with whole_commune(tmp_path_factory.mktemp("broken")) as made:
        yield made


BROKEN_ROSTER = "name: Nguyệt Ấn\nboxes:\n  thon-3:\n    vilage: Thôn 3\n"


@pytest.fixture
def broken_roster(commune: Commune) -> Iterator[None]:
    path = commune.folder.path / "roster.yaml"
    held = path.read_bytes()
    path.write_text(BROKEN_ROSTER, encoding="utf-8")
    yield
    path.write_bytes(held)


ORDERS = (
    "alert|fire|--to|all|--yes",
    "drill|fire|--to|3|--yes",
    "test|--to|trung-tam|--yes",
    "announce|Mai họp.|--to|3|--yes",
    "cancel|--reason|safe",
    "silence|--to|3",
)


@pytest.mark.usefixtures("broken_roster")
@pytest.mark.parametrize("language", ["C.UTF-8", ENGLISH])
def test_a_mistake_in_the_roster_stops_no_order_and_is_told_with_its_place(commune: Commune, language: str) -> None:
    for words in ORDERS:
        before = len(commune.boxes["thon-3"].heard)
        done = commune.gongctl(*words.split("|"), language=language)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "roster.yaml:4:13: boxes.thon-3.vilage: " in done.stderr
        assert ("Danh bạ trực có lỗi" if language != ENGLISH else "The roster cannot be used") in done.stderr
        assert len(commune.boxes["thon-3"].heard) > before


@pytest.mark.usefixtures("broken_roster")
def test_the_menu_goes_on_without_a_roster_and_the_papers_do_not(commune: Commune) -> None:
    before = len(commune.boxes["thon-3"].heard)
    done = commune.gongctl(typed="1\n3\nCHAY\n4\n3\n0\n")
    assert (done.returncode, done.stderr.count("roster.yaml:4:13")) == (0, 1), done.stdout + done.stderr
    given = commune.boxes["thon-3"].heard[before:]
    assert [one.type.value for one in given] == ["alert", "cancel"]
    for words in ("roster", "attendance"):
        assert "roster.yaml:4:13: boxes.thon-3.vilage: " in ask(commune, words, status=1)
    told = commune.gongctl("doctor")
    assert (told.returncode, told.stderr) == (1, "")
    assert "LỖI" in told.stdout
    assert "roster.yaml:4:13: boxes.thon-3.vilage: " in told.stdout


LOOKS = ("status", "forecast", "events", "rung|thon-3|--by|Bà Hà|--at|22:03|--night|20/11/2026")


@pytest.mark.usefixtures("broken_roster")
@pytest.mark.parametrize("words", LOOKS)
def test_a_mistake_in_the_roster_hides_no_village_and_loses_no_night(commune: Commune, words: str) -> None:
    """It was told in place of the board, of who may be silent tonight, and of what was to be written down."""
    done = commune.gongctl(*words.split("|"))
    assert "roster.yaml:4:13: boxes.thon-3.vilage: " in done.stderr
    assert "Danh bạ trực có lỗi, tạm bỏ qua" in done.stderr
    assert (done.stdout != "", "Traceback" in done.stderr) == (True, False)


@pytest.mark.usefixtures("broken_roster")
def test_the_collector_needs_no_roster(commune: Commune) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "gongd.gongctl", "collect", "--folder", str(commune.folder.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(lambda: is_connected(process))
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert "roster.yaml:4:13" in process.stderr.read()
