"""The demo, run for real once: the end-to-end test of the product. And it must not lie when something goes wrong."""

import io
import os
import signal
import subprocess
import sys
import wave
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from gongd.adapters.journal.reader import read
from gongd.core.label import RATE
from gongd.core.words import Text
from gongd.demo.evidence import Row, judge
from gongd.demo.pins import Edge, PinsLog
from gongd.demo.play import Story
from gongd.demo.screen import Screen
from gongd.demo.sound import Aloud, silent_because
from gongd.demo.village import STRIKER, Village
from tests.adapters.ear import Card, until

PATIENCE_S = 300.0


def _begin(out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "gongd.demo", "--out", str(out), "--pictures", str(out.parent)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8")


def _daemon_of(out: Path) -> int:
    """The pid of the daemon once it can be asked."""
    until((out / "state" / "gongd.sock").exists, "the daemon's socket")
    return int((out / "state" / "gongd.lock").read_text())


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return False


@dataclass(frozen=True)
class Shown:
    """What one whole run of the demo left."""

    out: Path
    status: int
    said: str
    rows: list[Row]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    out = tmp_path_factory.mktemp("demo") / "out"
    said, _ = (demo := _begin(out)).communicate(timeout=PATIENCE_S)
    return Shown(out, demo.returncode, said, list(read(out / "state" / "journal.db")))


def test_the_demo_keeps_all_that_it_promises(shown: Shown) -> None:
    assert shown.status == 0, shown.said
    assert shown.said.count("✓") == 11 + 9
    assert "✗" not in shown.said


def test_the_journal_tells_the_night_in_its_order(shown: Shown) -> None:
    told = [
        (row["kind"], row["signal"], row["outcome"]) for row in shown.rows if row["signal"] or row["kind"] == "button"
    ]
    assert told == [
        ("night", "peace", "rung"),
        ("activation", "peace", "started"),
        ("activation", "peace", "preempted"),
        ("activation", "fire", "started"),
        ("button", None, "held"),
        ("activation", "fire", "silenced"),
        ("button", None, "held"),
    ]


def test_every_line_is_said_in_both_languages_and_without_colours_for_a_file(shown: Shown) -> None:
    assert "nút bấm dùng được sau" in shown.said
    assert "the buttons work after" in shown.said
    assert "có người tắt tiếng tại chỗ" in shown.said
    assert "silenced by somebody on site" in shown.said
    assert "\x1b" not in shown.said


def test_strokes_are_drawn_as_they_happened(shown: Shown) -> None:
    struck = sum(row.count("●") for row in shown.said.splitlines() if "striker" in row)
    pins = PinsLog(shown.out)
    pins.follow()
    assert struck >= 0.9 * sum(edge.on for edge in pins.edges if edge.pin == STRIKER)


@pytest.mark.parametrize(("folder", "name"), [("", "demo.png"), ("xa", "commune.png")])
@pytest.mark.parametrize("small", [False, True])
def test_a_picture_of_the_whole_is_left(shown: Shown, folder: str, name: str, small: bool) -> None:
    path = shown.out.parent / name if small else shown.out / folder / name
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.width > 1500
        assert image.height > 500
    assert path.stat().st_size < 400_000


def test_the_sound_files_are_named_and_can_be_played(shown: Shown) -> None:
    named = [Path(line.split("aplay ")[1]) for line in shown.said.splitlines() if "aplay " in line]
    assert [path.name.split("-")[3] for path in named] == ["peace", "fire"]
    for path in named:
        with wave.open(str(path)) as file:
            assert file.getframerate() == RATE


def test_a_daemon_that_dies_makes_the_demo_fail_and_say_so(tmp_path: Path) -> None:
    demo = _begin(tmp_path / "out")
    os.kill(_daemon_of(tmp_path / "out"), signal.SIGKILL)
    said, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 1
    assert "gongd has died (SIGKILL)" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_the_daemon_never_outlives_the_demo(tmp_path: Path, number: int, status: int) -> None:
    demo = _begin(tmp_path / "out")
    daemon = _daemon_of(tmp_path / "out")
    demo.send_signal(number)
    demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == status
    until(lambda: not _is_alive(daemon), "the daemon to be gone")


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("box: {}\n")
    demo = _begin(tmp_path)
    said, _ = demo.communicate(timeout=PATIENCE_S)
    assert demo.returncode == 1
    assert "was not made by the demo" in said
    assert (tmp_path / "config.yaml").read_text() == "box: {}\n"


def test_a_night_in_which_nothing_happened_keeps_no_promise() -> None:
    assert not any(promise.kept for promise in judge(Story(), []))


def test_a_pin_that_is_left_on_is_a_broken_promise(shown: Shown) -> None:
    pins = PinsLog(shown.out)
    pins.follow()
    story = Story(edges=[*pins.edges, Edge(pins.edges[-1].at + 1.0, STRIKER, True)], silent_at=pins.edges[-1].at)
    assert "✓" in shown.said
    [off] = [promise for promise in judge(story, shown.rows) if "pin is off" in promise.text.en]
    assert not off.kept


def test_a_half_written_line_of_the_pins_waits_for_its_end(tmp_path: Path) -> None:
    log, pins = tmp_path / "pins.jsonl", PinsLog(tmp_path)
    assert pins.follow() == []
    log.write_text('{"at": 1.5, "pin": 27, "level": 1}\n{"at": 1.6, "pi')
    assert pins.follow() == [Edge(1.5, 27, True)]
    log.write_text('{"at": 1.5, "pin": 27, "level": 1}\n{"at": 1.6, "pin": 27, "level": 0}\n')
    assert pins.follow() == [Edge(1.6, 27, False)]


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_the_strip_grow_in_place() -> None:
    terminal = Terminal()
    screen = Screen(terminal)
    screen.show([], 0.0, 10.0)
    screen.show([Edge(10.5, STRIKER, True)], 1.0, 10.6)
    screen.say(Text("xong", "done"))
    assert "●" in terminal.getvalue()
    assert "\x1b[5F" in terminal.getvalue()
    assert terminal.getvalue().endswith("  xong · done\n")


def test_a_machine_without_a_sound_card_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "asound.conf").write_text("pcm.null { type null }\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    why = silent_because()
    assert why
    assert "no sound comes out of this machine" in why.en
    monkeypatch.setenv("PATH", str(tmp_path))
    why = silent_because()
    assert why
    assert "alsa-utils" in why.en


def test_what_is_written_is_played_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = Card(tmp_path)
    card.config.write_text(card.config.read_text().replace("pcm.recorder", "pcm.!default"))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.config))
    assert silent_because() is None
    with wave.open(str(tmp_path / "20261122-220000-000-fire.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"\x07\x00" * RATE)
    aloud = Aloud(Village(tmp_path))
    until(lambda: b"\x07\x00" * 1000 in card.data(), "sound")
    aloud.end()
