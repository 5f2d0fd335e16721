"""Promise 9 with a stranger's stick: whatever lies on it, no harm is done."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gongd.adopt import Verdict
from gongd.core.errors import ConfigError
from gongd.core.words import Language
from gongd.settings import load
from tests.adopting import NAMED, Box, bring_clip, running, settled


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return settled(tmp_path)


@pytest.fixture
def live(box: Box) -> Iterator[Box]:
    with running(box):
        yield box


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
def test_a_hostile_file_is_refused_without_harm(live: Box, what: str) -> None:
    before = live.config.read_bytes()
    live.offered.parent.mkdir()
    HOSTILE[what](live)
    answer = live.adopt()
    assert answer.verdict is Verdict.REFUSED
    assert answer.details
    assert len(live.heard) == 1
    assert live.heard[0].endswith("Loa Thôn 3 giữ cấu hình cũ.")
    assert live.config.read_bytes() == before
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
    bring_clip(box.offered.parent / "muong" / "chay.ogg")
    (box.config.parent / "muong").write_text("in the way")
    before = box.config.read_bytes()
    assert box.adopt().verdict is Verdict.REFUSED
    assert box.config.read_bytes() == before
    assert box.left() == ["Loa Thôn 3 giữ cấu hình cũ. Thẻ nhớ đầy hoặc hỏng."]


def test_bad_settings_in_force_are_still_bad_after_a_refusal(box: Box) -> None:
    box.config.write_text("box: [")
    box.offer("box: {")
    box.adopt()
    with pytest.raises(ConfigError):
        load(box.config)
    assert len(box.left()) == 1


# ── An enrolled box ──────────────────────────────────────────────────────────────────────────────────────────────

WEAKER = (
    "trust: {require: broker}\n",
    "trust: {root: /boot/firmware/gongd/root.pub}\n",
    "trust: {root: /etc/gongd/root.ogg}\n",
)


def enrolled(box: Box) -> Box:
    """A box that has pinned its commune's root."""
    (box.state / "enrolment").mkdir()
    (box.state / "enrolment" / "root.pub").write_text("the commune's")
    return box


@pytest.mark.parametrize("more", WEAKER)
@pytest.mark.parametrize("readable", [True, False])
def test_an_enrolled_box_takes_no_settings_that_change_whom_it_obeys(box: Box, more: str, readable: bool) -> None:
    if not readable:
        box.config.write_text("box: [")
    before = enrolled(box).config.read_bytes()
    box.offer(box.text(more=more))
    answer = box.adopt()
    assert (answer.verdict, box.config.read_bytes()) == (Verdict.REFUSED, before)
    assert box.left() == [f"Loa{' Thôn 3' if readable else ''} giữ cấu hình cũ. Cấu hình mới đổi phần bảo vệ lệnh."]
    (why,) = (text.read(Language.EN) for text in answer.details)
    assert why.startswith(
        "This box is enrolled: trust, and where the journal lies, can be changed on the machine itself"
    )


def test_an_enrolled_box_does_not_forget_its_root_by_a_journal_elsewhere(box: Box) -> None:
    box.offer(enrolled(box).text().replace(str(box.journal), str(box.root / "journal.db")))
    assert box.adopt().verdict is Verdict.REFUSED


def test_other_settings_of_an_enrolled_box_and_all_of_one_that_is_not_are_taken(box: Box) -> None:
    box.offer(box.text(more=WEAKER[0]))
    assert box.adopt().verdict is Verdict.TAKEN
    enrolled(box)
    box.offer(box.text("Thôn 5", more=WEAKER[0]))
    assert box.adopt().verdict is Verdict.TAKEN
    box.offer(box.text("Thôn 6"))
    assert box.adopt().verdict is Verdict.TAKEN
