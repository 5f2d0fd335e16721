"""Promise 9 with a stranger's stick: whatever lies on it, no harm is done."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gongd.adopt import Verdict
from gongd.core.errors import ConfigError
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
