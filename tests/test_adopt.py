"""Promise 9: settings that arrive on the boot partition or on a stick are taken or refused, and answered in speech."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongd import adopt as program
from gongd import cli
from gongd.adapters.control import ControlSocket
from gongd.adopt import Adoption, Verdict, adopt
from gongd.core.errors import ConfigError
from gongd.ports import Asked
from gongd.settings import load
from gongd.settings.clip import sounds_folders
from gongd.settings.place import control_path

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
ALARMING = ("cháy", "lũ", "lụt", "trộm", "cướp", "báo động", "khẩn cấp", "không", "chưa", "đừng")
"""language.md, section 1: no word that alarms, no negation."""


@dataclass
class Box:
    """A box in a folder of its own, and a partition beside it on which things arrive."""

    root: Path
    heard: list[str] = field(default_factory=list)
    reloaded: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.root / "etc" / "config.yaml"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def journal(self) -> Path:
        return self.state / "journal.db"

    @property
    def partition(self) -> Path:
        return self.root / "stick"

    @property
    def offered(self) -> Path:
        return self.partition / "gongd" / "config.yaml"

    def text(self, name: str = "Thôn 3, xã Nguyệt Ấn", more: str = "") -> str:
        return (
            f'box: {{id: thon-3, commune: nguyet-an, name: "{name}"}}\n'
            f"speaker: {{backend: none}}\njournal: {{path: {self.journal}}}\n{more}"
        )

    def offer(self, text: str | bytes) -> None:
        self.offered.parent.mkdir(parents=True, exist_ok=True)
        self.offered.write_bytes(text if isinstance(text, bytes) else text.encode())

    def adopt(self) -> Adoption:
        return adopt(self.config, self.partition, NOW, self.journal)

    def left(self) -> list[str]:
        """What waits to be spoken at the next start."""
        note = self.state / "say.json"
        return list(json.loads(note.read_text())) if note.exists() else []

    def former(self) -> list[Path]:
        return sorted(self.config.parent.glob("config.yaml.*"))

    def serve(self, asked: object) -> None:
        """What the daemon does with a request."""
        match asked:
            case Asked({"do": "say", "text": str(text)}, answer):
                self.heard.append(text)
                answer({"ok": True})
            case Asked({"do": "reload"}, answer):
                self.reloaded.append(load(self.config).box.name)
                answer({"ok": True, "waiting": False})


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path)
    made.config.parent.mkdir()
    made.state.mkdir()
    made.partition.mkdir()
    made.config.write_text(made.text())
    made.config.chmod(0o640)
    return made


@pytest.fixture
def running(box: Box) -> Iterator[Box]:
    socket = ControlSocket(control_path(box.journal), box.serve)
    yield box
    socket.close()


# ── Taken ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_good_settings_take_the_place_of_the_old_ones_which_are_kept_beside_them(box: Box) -> None:
    before = box.config.read_bytes()
    box.offer(box.text("Thôn 5, xã Nguyệt Ấn"))
    assert box.adopt().verdict is Verdict.TAKEN
    assert box.config.read_bytes() == box.offered.read_bytes()
    assert [path.name for path in box.former()] == ["config.yaml.20261122-073000"]
    assert box.former()[0].read_bytes() == before


def test_a_running_daemon_reads_the_new_settings_and_says_so(running: Box) -> None:
    running.offer(running.text("Thôn 5, xã Nguyệt Ấn"))
    running.adopt()
    assert running.reloaded == ["Thôn 5, xã Nguyệt Ấn"]
    assert running.heard == ["Loa Thôn 5 đã nhận cấu hình mới."]
    assert running.left() == []


def test_without_a_running_daemon_the_answer_waits_for_the_next_start(box: Box) -> None:
    box.offer(box.text("Thôn 5"))
    box.adopt()
    assert box.left() == ["Loa Thôn 5 đã nhận cấu hình mới."]


def test_the_answer_is_in_the_language_of_the_settings(box: Box) -> None:
    box.offer(box.text().replace("commune:", "language: en, commune:"))
    box.adopt()
    assert box.left() == ["Loudspeaker Thôn 3 has taken the new settings."]


def test_the_new_file_has_the_owner_and_the_mode_of_the_old_one(box: Box) -> None:
    box.config.chmod(0o600)
    before = box.config.stat()
    box.offer(box.text("Thôn 5"))
    box.adopt()
    after = box.config.stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)


def test_a_box_whose_own_settings_are_bad_or_missing_takes_good_ones(box: Box) -> None:
    for spoil in (lambda: box.config.write_text("box: ["), box.config.unlink):
        spoil()
        box.offer(box.text(f"Thôn {len(box.left()) + 5}"))
        assert box.adopt().verdict is Verdict.TAKEN
        assert load(box.config).box.id == "thon-3"
    assert stat.S_IMODE(box.config.stat().st_mode) == 0o640


def test_settings_made_with_notepad_under_an_unseen_ending_are_found(box: Box) -> None:
    box.offer("\ufeff" + box.text("Thôn 5").replace("\n", "\r\n"))
    box.offered.rename(box.offered.with_name("config.yaml.txt"))
    assert box.adopt().verdict is Verdict.TAKEN


def test_the_boot_partition_is_where_one_looks_first(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "BOOT_PARTITIONS", (box.root / "nothing", box.partition))
    box.offer(box.text("Thôn 5"))
    assert adopt(box.config, None, NOW).verdict is Verdict.TAKEN


def test_two_files_within_one_second_both_keep_what_was_before(box: Box) -> None:
    for number in (5, 6, 7):
        box.offer(box.text(f"Thôn {number}"))
        box.adopt()
    assert len({path.read_bytes() for path in box.former()}) == 3


# ── Clips ────────────────────────────────────────────────────────────────────────────────────────────────────────

NAMED = 'signals: {fire: {say: [muong/chay.ogg, {vi: "Cháy ở {place}!"}]}}\n'


def _clip() -> Path:
    return next(path for folder in sounds_folders() for path in sorted(folder.glob("*.ogg")))


def test_the_recordings_that_the_settings_name_come_along_and_no_others(box: Box) -> None:
    box.offer(box.text(more=NAMED))
    folder = box.offered.parent / "muong"
    folder.mkdir()
    shutil.copy(_clip(), folder / "chay.ogg")
    shutil.copy(_clip(), folder / "other.ogg")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    assert box.adopt().verdict is Verdict.TAKEN
    assert sorted(path.name for path in (box.config.parent / "muong").iterdir()) == ["chay.ogg"]
    assert (box.config.parent / "muong" / "chay.ogg").read_bytes() == _clip().read_bytes()


def test_recordings_that_lie_beside_the_settings_in_force_need_not_come_again(box: Box) -> None:
    (box.config.parent / "muong").mkdir()
    shutil.copy(_clip(), box.config.parent / "muong" / "chay.ogg")
    box.offer(box.text(more=NAMED))
    assert box.adopt().verdict is Verdict.TAKEN


def test_settings_that_name_a_recording_which_is_nowhere_are_refused(box: Box) -> None:
    box.offer(box.text(more=NAMED))
    assert box.adopt().verdict is Verdict.REFUSED


def test_a_recording_that_is_replaced_is_kept(box: Box) -> None:
    (box.config.parent / "muong").mkdir()
    (box.config.parent / "muong" / "chay.ogg").write_bytes(b"the old one")
    box.offer(box.text(more=NAMED))
    (box.offered.parent / "muong").mkdir()
    shutil.copy(_clip(), box.offered.parent / "muong" / "chay.ogg")
    box.adopt()
    (kept,) = (box.config.parent / "muong").glob("chay.ogg.*")
    assert kept.read_bytes() == b"the old one"


# ── Refused ──────────────────────────────────────────────────────────────────────────────────────────────────────

BAD = "schedules:\n  - {id: nightly, signal: piece, at: '25:00'}\n"


def test_bad_settings_change_nothing_and_the_lines_of_their_mistakes_are_said(running: Box) -> None:
    before = running.config.read_bytes()
    running.offer(running.text("Thôn 5", BAD))
    answer = running.adopt()
    assert answer.verdict is Verdict.REFUSED
    assert running.config.read_bytes() == before
    assert running.former() == []
    assert running.reloaded == []
    assert running.heard == ["Cấu hình mới có 2 lỗi, ở dòng 5. Loa Thôn 3 giữ cấu hình cũ."]
    assert "piece" in answer.details[0].vi


def test_a_daemon_that_will_not_have_the_new_settings_keeps_the_old_ones(box: Box) -> None:
    before = box.config.read_bytes()

    def serve(asked: object) -> None:
        assert isinstance(asked, Asked)
        error = {"vi": "thử", "en": "a trial"}
        asked.answer({"ok": True} if asked.request["do"] == "say" else {"ok": False, "error": error})

    socket = ControlSocket(control_path(box.journal), serve)
    box.offer(box.text("Thôn 5"))
    answer = box.adopt()
    socket.close()
    assert answer.verdict is Verdict.REFUSED
    assert box.config.read_bytes() == before


def test_nothing_that_is_said_alarms_or_denies() -> None:
    texts = (program.TAKEN, program.SAME, program.REFUSED, program.SPOILT, program.KEPT, program.UNSTORED)
    for text in texts:
        words = " ".join(text.vi.casefold().split())
        assert not [word for word in ALARMING if f" {word} " in f" {words} "]


# ── Answered once ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("more", ["", BAD])
def test_what_was_answered_is_not_answered_again(running: Box, more: str) -> None:
    running.offer(running.text("Thôn 5", more))
    running.adopt()
    config, heard = running.config.stat(), list(running.heard)
    answer = running.adopt()
    assert answer.verdict is Verdict.NOTHING
    assert running.heard == heard
    assert running.config.stat().st_ino == config.st_ino


def test_a_stick_that_stays_in_does_not_undo_what_a_technician_has_changed_since(box: Box) -> None:
    box.offer(box.text("Thôn 5"))
    box.adopt()
    box.config.write_text(box.text("Thôn 7"))
    box.adopt()
    assert load(box.config).box.place == "Thôn 7"


def test_a_stick_does_not_make_the_boot_partition_forget_its_answer(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    boot = box.root / "boot"
    (boot / "gongd").mkdir(parents=True)
    (boot / "gongd" / "config.yaml").write_text(box.text("Thôn 4"))
    monkeypatch.setattr(program, "BOOT_PARTITIONS", (boot,))
    assert adopt(box.config, None, NOW).verdict is Verdict.TAKEN
    box.offer(box.text("Thôn 5"))
    assert box.adopt().verdict is Verdict.TAKEN
    assert adopt(box.config, None, NOW).verdict is Verdict.NOTHING
    assert load(box.config).box.place == "Thôn 5"


def test_the_settings_in_force_are_answered_and_stay_as_they_are(running: Box) -> None:
    running.offer(running.config.read_bytes())
    before = running.config.stat()
    running.adopt()
    assert running.heard == ["Loa Thôn 3 đang dùng đúng cấu hình này."]
    assert running.config.stat().st_ino == before.st_ino


def test_a_partition_without_settings_is_left_in_peace(running: Box) -> None:
    (running.partition / "music").mkdir()
    assert running.adopt().verdict is Verdict.NOTHING
    assert running.heard == []


# ── Hostile ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _link(box: Box) -> None:
    secret = box.root / "secret"
    secret.write_text(box.text("Bí mật"))
    box.offered.symlink_to(secret)


def _linked_folder(box: Box) -> None:
    elsewhere = box.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "config.yaml").write_text(box.text("Bí mật"))
    box.offered.parent.rmdir()
    box.offered.parent.symlink_to(elsewhere)


def _huge(box: Box) -> None:
    with box.offered.open("wb") as file:
        file.truncate(1 << 40)


HOSTILE: dict[str, Callable[[Box], object]] = {
    "a link": _link,
    "a link to nothing": lambda box: box.offered.symlink_to("/nowhere"),
    "a folder that is a link": _linked_folder,
    "a pipe": lambda box: os.mkfifo(box.offered),
    "a folder": lambda box: box.offered.mkdir(),
    "a terabyte": _huge,
    "a program": lambda box: shutil.copy("/bin/true", box.offered),
    "nothing at all": lambda box: box.offered.write_bytes(b""),
    "a bomb": lambda box: box.offer("a: &a [1]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n"),
    "a deep nest": lambda box: box.offer("[" * 5_000),
    "python": lambda box: box.offer("box: !!python/object/apply:os.system ['touch /tmp/gongd-was-here']\n"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_without_harm(running: Box, what: str) -> None:
    before = running.config.read_bytes()
    running.offered.parent.mkdir()
    HOSTILE[what](running)
    answer = running.adopt()
    assert answer.verdict is Verdict.REFUSED
    assert answer.details
    assert len(running.heard) == 1
    assert running.heard[0].endswith("Loa Thôn 3 giữ cấu hình cũ.")
    assert running.config.read_bytes() == before
    assert not Path("/tmp/gongd-was-here").exists()


def test_a_clip_that_leads_out_of_the_partition_is_not_copied(box: Box) -> None:
    secret = box.root / "secret.ogg"
    secret.write_bytes(b"secret")
    box.offer(box.text(more=NAMED))
    (box.offered.parent / "muong").mkdir()
    (box.offered.parent / "muong" / "chay.ogg").symlink_to(secret)
    assert box.adopt().verdict is Verdict.REFUSED
    assert not (box.config.parent / "muong").exists()


def test_notes_that_somebody_has_replaced_by_links_are_replaced_and_not_followed(box: Box) -> None:
    victim = box.root / "victim"
    victim.write_text("[]")
    for name in ("say.json", "adopted.json"):
        (box.state / name).symlink_to(victim)
    box.offer(box.text("Thôn 5"))
    box.adopt()
    assert victim.read_text() == "[]"
    assert box.left() == ["Loa Thôn 5 đã nhận cấu hình mới."]


def test_a_place_that_cannot_be_written_keeps_the_old_settings(box: Box) -> None:
    box.offer(box.text(more=NAMED))
    (box.offered.parent / "muong").mkdir()
    shutil.copy(_clip(), box.offered.parent / "muong" / "chay.ogg")
    (box.config.parent / "muong").write_text("in the way")
    before = box.config.read_bytes()
    assert box.adopt().verdict is Verdict.REFUSED
    assert box.config.read_bytes() == before
    assert box.left() == ["Loa Thôn 3 giữ cấu hình cũ. Thẻ nhớ đầy hoặc hỏng."]


def test_the_command_prints_what_is_spoken_and_the_whole_list_and_its_status_is_the_answer(
    running: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["adopt", "--config", str(running.config), "--from", str(running.partition)]
    running.offer(running.text("Thôn 5"))
    assert cli.main(words) == 0
    assert capsys.readouterr().out == "Loa Thôn 5 đã nhận cấu hình mới.\n"
    running.offer(running.text("Thôn 6", BAD))
    assert cli.main(words) == 1
    spoken, *listed = capsys.readouterr().out.splitlines()
    assert spoken == "Cấu hình mới có 2 lỗi, ở dòng 5. Loa Thôn 5 giữ cấu hình cũ."
    for word in ("piece", "25:00"):
        assert [line for line in listed if line.startswith(f"{running.offered}:5:") and word in line]


def test_bad_settings_in_force_are_still_bad_after_a_refusal(box: Box) -> None:
    box.config.write_text("box: [")
    box.offer("box: {")
    box.adopt()
    with pytest.raises(ConfigError):
        load(box.config)
    assert len(box.left()) == 1
