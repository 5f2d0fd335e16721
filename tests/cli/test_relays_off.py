"""`gongd relays-off`: works on the standard library alone, with broken settings, from the note alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from gongd.adapters.pins_note import write_note
from gongd.cli.relays import journal_of
from gongd.core.broken_file import USUAL_JOURNAL
from gongd.core.relay import Relay, Role
from gongd.settings import load
from tests.cli.box import gongd, write_settings
from tests.test_relays_off import leave_on, levels

RELAYS = [
    Relay("striker", pin=27, on=Role.STROKE),
    Relay("siren", pin=23, on=Role.BLAST, active_high=False),
    Relay("strobe", pin=22, on=Role.ACTIVATION),
]


def leave_a_daemons_note(folder: Path) -> None:
    leave_on(folder / "out")
    write_note(folder / "pins.json", RELAYS, {}, folder / "out")


@pytest.mark.parametrize("more", ["", "speker: {}\n", "\x00\x01 {{{"])
def test_everything_is_off_by_the_note_beside_the_journal_whatever_the_settings(tmp_path: Path, more: str) -> None:
    leave_a_daemons_note(tmp_path)
    done = gongd("relays-off", "--config", write_settings(tmp_path, more=more), environment={"RUNTIME_DIRECTORY": "/x"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert levels(tmp_path / "out") == {27: False, 23: True, 22: False}


def test_the_note_in_the_runtime_directory_goes_first(tmp_path: Path) -> None:
    leave_a_daemons_note(tmp_path)
    done = gongd("relays-off", "--config", "/nonexistent", environment={"RUNTIME_DIRECTORY": str(tmp_path)})
    assert done.returncode == 0
    assert levels(tmp_path / "out") == {27: False, 23: True, 22: False}


def test_a_note_may_be_named(tmp_path: Path) -> None:
    leave_a_daemons_note(tmp_path)
    assert gongd("--config", "/nonexistent", "relays-off", tmp_path / "pins.json").returncode == 0


def test_without_a_note_the_answer_is_no_and_misuse_is_misuse(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    assert gongd("relays-off", "--config", config, environment={"RUNTIME_DIRECTORY": "/x"}).returncode == 1
    assert gongd("relays-off", "one", "two").returncode == 2
    assert gongd("relays-off", "--fast").returncode == 2


def test_nothing_of_gongd_is_loaded_but_what_switches_off(tmp_path: Path) -> None:
    leave_a_daemons_note(tmp_path)
    script = (
        "import sys\n"
        "from gongd.cli import main\n"
        f"status = main(['relays-off', {str(tmp_path / 'pins.json')!r}])\n"
        "loaded = sorted(name for name in sys.modules if name.startswith(('gongd', 'yaml', 'gpiozero')))\n"
        "print(*loaded, file=sys.stderr)\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    assert done.stderr.split() == ["gongd", "gongd.cli", "gongd.cli.relays", "gongd.relays_off"]


@pytest.mark.parametrize(
    ("text", "journal"),
    [
        ("journal: {path: /a/b.db}\n", "/a/b.db"),
        ("journal: {keep_days: 500, path: '/a/b.db'}\n", "/a/b.db"),
        ("journal:\n  path: /a/b.db\n", "/a/b.db"),
        ('journal:   # here\n\n  # why\n  keep_days: 500\n  path: "/a/b.db"  # card\nbox: {id: a}\n', "/a/b.db"),
        ("journal:\r\n  path: /a/b.db\r\n", "/a/b.db"),
        ("prints: {path: /c}\njournal: {keep_days: 500}\n", USUAL_JOURNAL),
        ("journal:\nprints:\n  path: /c\n", USUAL_JOURNAL),
        ("# journal: {path: /a/b.db}\n", USUAL_JOURNAL),
        ("journal: {path: relative.db}\n", USUAL_JOURNAL),
        ("", USUAL_JOURNAL),
    ],
)
def test_the_journal_is_found_in_the_bare_text(tmp_path: Path, text: str, journal: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(text.encode())
    assert journal_of(str(path)) == journal


def test_the_bare_text_says_the_same_as_the_settings(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    assert journal_of(str(config)) == str(load(config).journal.path)
    assert journal_of("/nonexistent") == USUAL_JOURNAL
