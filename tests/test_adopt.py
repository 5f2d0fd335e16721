"""Promise 9: settings that arrive on the boot partition or on a stick are taken or refused, and answered in speech."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd import adopt as program
from gongd import cli
from gongd.adapters.control import ControlSocket
from gongd.adopt import Verdict, adopt
from gongd.ports import Asked
from gongd.settings import load
from gongd.settings.place import control_path
from tests.adopting import BAD, NAMED, NOW, Box, bring_clip, running, settled

ALARMING = ("cháy", "lũ", "lụt", "trộm", "cướp", "báo động", "khẩn cấp", "không", "chưa", "đừng")
"""language.md, section 1: no word that alarms, no negation."""


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return settled(tmp_path)


@pytest.fixture
def live(box: Box) -> Iterator[Box]:
    with running(box):
        yield box


# ── Taken ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_good_settings_take_the_place_of_the_old_ones_which_are_kept_beside_them(box: Box) -> None:
    before = box.config.read_bytes()
    box.offer(box.text("Thôn 5, xã Nguyệt Ấn"))
    assert box.adopt().verdict is Verdict.TAKEN
    assert box.config.read_bytes() == box.offered.read_bytes()
    assert [path.name for path in box.former()] == ["config.yaml.20261122-073000"]
    assert box.former()[0].read_bytes() == before


def test_a_running_daemon_reads_the_new_settings_and_says_so(live: Box) -> None:
    live.offer(live.text("Thôn 5, xã Nguyệt Ấn"))
    live.adopt()
    assert live.reloaded == ["Thôn 5, xã Nguyệt Ấn"]
    assert live.heard == ["Loa Thôn 5 đã nhận cấu hình mới."]
    assert live.left() == []


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


def test_the_recordings_that_the_settings_name_come_along_and_no_others(box: Box) -> None:
    box.offer(box.text(more=NAMED))
    folder = box.offered.parent / "muong"
    folder.mkdir()
    bring_clip(folder / "chay.ogg")
    bring_clip(folder / "other.ogg")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    assert box.adopt().verdict is Verdict.TAKEN
    assert sorted(path.name for path in (box.config.parent / "muong").iterdir()) == ["chay.ogg"]
    assert (box.config.parent / "muong" / "chay.ogg").read_bytes() == (folder / "chay.ogg").read_bytes()


def test_recordings_that_lie_beside_the_settings_in_force_need_not_come_again(box: Box) -> None:
    (box.config.parent / "muong").mkdir()
    bring_clip(box.config.parent / "muong" / "chay.ogg")
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
    bring_clip(box.offered.parent / "muong" / "chay.ogg")
    box.adopt()
    (kept,) = (box.config.parent / "muong").glob("chay.ogg.*")
    assert kept.read_bytes() == b"the old one"


# ── Refused ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bad_settings_change_nothing_and_the_lines_of_their_mistakes_are_said(live: Box) -> None:
    before = live.config.read_bytes()
    live.offer(live.text("Thôn 5", BAD))
    answer = live.adopt()
    assert answer.verdict is Verdict.REFUSED
    assert live.config.read_bytes() == before
    assert live.former() == []
    assert live.reloaded == []
    assert live.heard == ["Cấu hình mới có 2 lỗi, ở dòng 5. Loa Thôn 3 giữ cấu hình cũ."]
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
def test_what_was_answered_is_not_answered_again(live: Box, more: str) -> None:
    live.offer(live.text("Thôn 5", more))
    live.adopt()
    config, heard = live.config.stat(), list(live.heard)
    answer = live.adopt()
    assert answer.verdict is Verdict.NOTHING
    assert live.heard == heard
    assert live.config.stat().st_ino == config.st_ino


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


def test_the_settings_in_force_are_answered_and_stay_as_they_are(live: Box) -> None:
    live.offer(live.config.read_bytes())
    before = live.config.stat()
    live.adopt()
    assert live.heard == ["Loa Thôn 3 đang dùng đúng cấu hình này."]
    assert live.config.stat().st_ino == before.st_ino


def test_a_partition_without_settings_is_left_in_peace(live: Box) -> None:
    (live.partition / "music").mkdir()
    assert live.adopt().verdict is Verdict.NOTHING
    assert live.heard == []


def test_the_command_prints_what_is_spoken_and_the_whole_list_and_its_status_is_the_answer(
    live: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["adopt", "--config", str(live.config), "--from", str(live.partition)]
    live.offer(live.text("Thôn 5"))
    assert cli.main(words) == 0
    assert capsys.readouterr().out == "Loa Thôn 5 đã nhận cấu hình mới.\n"
    live.offer(live.text("Thôn 6", BAD))
    assert cli.main(words) == 1
    spoken, *listed = capsys.readouterr().out.splitlines()
    assert spoken == "Cấu hình mới có 2 lỗi, ở dòng 5. Loa Thôn 5 giữ cấu hình cũ."
    for word in ("piece", "25:00"):
        assert [line for line in listed if line.startswith(f"{live.offered}:5:") and word in line]
