"""`relays-off` on dry pins, and with every kind of note that it may find."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongd.adapters.dry import DryFactory
from gongd.adapters.gpio_relays import GpioRelays
from gongd.adapters.pins_note import write_note
from gongd.core.relay import Relay, Role
from gongd.core.words import Language
from gongd.relays_off import main

RELAYS = [
    Relay("striker", pin=27, on=Role.STROKE),
    Relay("siren", pin=23, on=Role.BLAST, active_high=False),
    Relay("strobe", pin=22, on=Role.ACTIVATION),
]


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """The note of a daemon on dry pins."""
    path = tmp_path / "pins.json"
    write_note(path, RELAYS, {"fire": 25}, tmp_path / "out", Language.EN)
    return path


def leave_on(out: Path) -> None:
    """A daemon that dies while relays are on."""
    factory = DryFactory(out)
    relays = GpioRelays(RELAYS, factory)
    relays.switch("striker", True)
    relays.switch("siren", True)
    factory.abandon()


def levels(out: Path) -> dict[int, bool]:
    factory = DryFactory(out)
    kept = dict(factory.levels())
    factory.abandon()
    return kept


def test_everything_is_off_after_the_daemon_has_died(
    note: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leave_on(tmp_path / "out")
    assert levels(tmp_path / "out") == {27: True, 23: False, 22: False}
    assert main([str(note)]) == 0
    assert levels(tmp_path / "out") == {27: False, 23: True, 22: False, 25: False}
    assert capsys.readouterr().out.splitlines() == [
        "striker (GPIO 27): off",
        "siren (GPIO 23): off",
        "strobe (GPIO 22): off",
        "fire (lamp) (GPIO 25): off",
    ]


def test_what_it_did_stands_in_the_log_of_the_dry_pins(note: Path, tmp_path: Path) -> None:
    leave_on(tmp_path / "out")
    assert main([str(note)]) == 0
    lines = [json.loads(line) for line in (tmp_path / "out" / "pins.jsonl").read_text().splitlines()]
    assert [(line["pin"], line["level"]) for line in lines] == [
        *[(27, 0), (23, 1), (22, 0), (27, 1), (23, 0)],
        *[(27, 0), (23, 1), (25, 0)],
    ]
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


def test_it_works_after_a_kill_in_a_process_of_its_own_without_gongd(note: Path, tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from tests.test_relays_off import leave_on, RELAYS, DryFactory, GpioRelays\n"
        f"relays = GpioRelays(RELAYS, DryFactory(Path({str(tmp_path / 'out')!r})))\n"
        "relays.switch('striker', True); print('on', flush=True); time.sleep(60)\n"
    )
    root = Path(__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=root) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == "on\n"
        daemon.kill()
    assert levels(tmp_path / "out")[27] is True
    alone = Path(__file__).parents[1] / "gongd" / "relays_off.py"
    subprocess.run([sys.executable, "-I", "-S", str(alone), str(note)], check=True, capture_output=True)
    assert levels(tmp_path / "out") == {27: False, 23: True, 22: False, 25: False}


def test_a_living_daemon_keeps_its_relays_and_is_named(
    note: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    factory = DryFactory(tmp_path / "out")
    relays = GpioRelays(RELAYS, factory)
    relays.switch("striker", True)
    assert main([str(note)]) == 1
    assert factory.levels() == {27: True, 23: True, 22: False}
    assert capsys.readouterr().out.splitlines()[0] == "striker (GPIO 27): busy, held by gongd --dry"
    relays.close()
    factory.close()


def test_the_runtime_directory_of_systemd_is_where_it_looks(
    note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_on(tmp_path / "out")
    monkeypatch.setenv("RUNTIME_DIRECTORY", f"{tmp_path}:/run/other")
    assert main([]) == 0
    assert levels(tmp_path / "out")[27] is False


def test_a_missing_note_is_said_in_both_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.json"
    assert main([str(path)]) == 1
    reason = os.strerror(2)
    assert capsys.readouterr().out == f"không đọc được {path}: {reason} / cannot read {path}: {reason}\n"


def test_vietnamese_is_spoken_where_the_note_asks_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave_on(tmp_path / "out")
    write_note(tmp_path / "pins.json", RELAYS[:1], {}, tmp_path / "out", Language.VI)
    assert main([str(tmp_path / "pins.json")]) == 0
    assert capsys.readouterr().out == "striker (GPIO 27): đã tắt\n"


def test_a_note_without_relays_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave_on(tmp_path / "out")
    write_note(tmp_path / "pins.json", [], {}, tmp_path / "out", Language.EN)
    assert main([str(tmp_path / "pins.json")]) == 0
    assert capsys.readouterr().out == "there are no relays to switch off\n"


HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"{}",
    b"\xff\xfe",
    b"[" * 60_000,
    b"1" * 60_000,
    b" " * 70_000,
    b'{"outputs": {}}',
    b'{"outputs": [1]}',
    b'{"outputs": [{"name": "a", "pin": 5}]}',
    b'{"outputs": [{"name": "a", "pin": -1, "off": 0}]}',
    b'{"outputs": [{"name": "a", "pin": 64, "off": 0}]}',
    b'{"outputs": [{"name": "a", "pin": 5, "off": 2}]}',
    b'{"outputs": [{"name": "a", "pin": true, "off": 0}]}',
    b'{"outputs": [{"name": "a", "pin": 5, "off": 0.0}]}',
    b'{"outputs": [{"name": 1, "pin": 5, "off": 0}]}',
    b'{"outputs": [], "dry": 1}',
    b'{"outputs": [], "dry": "\\u0000"}',
    b'{"outputs": [], "dry": "\\ud800"}',
    b'{"outputs": [], "dry": "/nonexistent"}',
]


@pytest.mark.parametrize("content", HOSTILE)
def test_a_hostile_note_is_refused_in_one_line(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pins.json"
    path.write_bytes(content)
    assert main([str(path)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_pipe_in_place_of_the_note_or_of_the_dry_files_does_not_hold_it_up(note: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main([str(tmp_path / "pipe")]) == 1
    (tmp_path / "out").mkdir()
    os.mkfifo(tmp_path / "out" / "pins.levels")
    assert main([str(note)]) == 1


def test_a_name_cannot_play_tricks_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave_on(tmp_path / "out")
    outputs = [{"name": "a\n\x1b[2Jb\ud800{pin}", "pin": 5, "off": 0}]
    note = {"language": "en", "dry": str(tmp_path / "out"), "outputs": outputs}
    (tmp_path / "pins.json").write_text(json.dumps(note))
    assert main([str(tmp_path / "pins.json")]) == 0
    assert capsys.readouterr().out == "a??[2Jb?{pin} (GPIO 5): off\n"


def test_wrong_usage_is_said() -> None:
    assert main(["--help"]) == 2
    assert main(["a", "b"]) == 2


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    output=st.dictionaries(st.sampled_from(["name", "pin", "off"]), anything),
    dry=anything.filter(lambda dry: dry is not None),  # real pins are nothing for a guess
    language=anything,
)
def test_no_note_whatever_makes_a_traceback(output: object, dry: object, language: object, tmp_path: Path) -> None:
    path = tmp_path / "pins.json"
    path.write_text(json.dumps({"outputs": [output], "dry": dry, "language": language}))
    assert main([str(path)]) == 1
