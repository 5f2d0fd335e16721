"""The shelf of pushed settings: no start uses what is not proven, and a card that takes nothing keeps what was."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gongd.adapters.pushes import NOTE, Means, PushShelf
from gongd.core.push import DIFFERS, INVALID, NOT_STORED, Declined, Push
from gongd.settings import Settings
from gongd.sim import furniture

OLD = furniture.settings_text(1).encode()
NEW = furniture.settings_text(1, 61).encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Inline:
    """A clerk who does everything at once."""

    def do(self, job: Callable[[], object]) -> None:
        job()

    def close(self) -> None:
        pass


def refuse(*_args: object) -> None:
    raise OSError(30, "Read-only file system")


def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_bytes(OLD)
    return tmp_path


def shelf(state: Path, means: Means | None = None) -> PushShelf:
    return PushShelf(state / "config.yaml", state, lambda settings: settings, Inline(), means or Means())


def laid(on: PushShelf, data: bytes = NEW, replaces: bytes = OLD) -> Settings | Declined:
    found: list[Settings | Declined] = []
    on.read(Push("j" * 16, digest(data), digest(replaces)), data, on.load(), found.append)
    return found[0]


def answered(ask: Callable[[Callable[[bool], None]], None]) -> bool:
    heard: list[bool] = []
    ask(heard.append)
    return heard[0]


def in_force(state: Path, starting: bool = True) -> str:
    return shelf(state).load(starting).source_digest


def test_a_file_that_is_not_proven_is_in_force_and_used_by_no_start(tmp_path: Path) -> None:
    pushes = shelf(folder(tmp_path))
    assert isinstance(laid(pushes), Settings)
    assert pushes.load().source_digest == digest(NEW)
    assert in_force(tmp_path) == digest(OLD)


def test_a_file_that_is_proven_is_used_by_every_start(tmp_path: Path) -> None:
    pushes = shelf(folder(tmp_path))
    laid(pushes)
    assert answered(pushes.prove)
    assert in_force(tmp_path) == digest(NEW)


def test_what_is_undone_leaves_nothing(tmp_path: Path) -> None:
    pushes = shelf(folder(tmp_path))
    laid(pushes)
    assert answered(pushes.undo)
    assert in_force(tmp_path, starting=False) == digest(OLD)
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    ("data", "replaces", "why"),
    [(b"box: [", OLD, INVALID), (furniture.settings_text(2).encode(), OLD, INVALID), (NEW, NEW, DIFFERS)],
)
def test_a_file_that_is_wrong_is_not_laid_down(tmp_path: Path, data: bytes, replaces: bytes, why: str) -> None:
    found = laid(shelf(folder(tmp_path)), data, replaces)
    assert isinstance(found, Declined)
    assert found.reason == why
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_a_card_that_takes_nothing_keeps_what_was(tmp_path: Path) -> None:
    pushes = shelf(folder(tmp_path), Means(write=refuse))
    found = laid(pushes)
    assert isinstance(found, Declined)
    assert found.reason == NOT_STORED
    assert pushes.load().source_digest == digest(OLD)


def test_a_proof_that_the_card_does_not_take_is_none(tmp_path: Path) -> None:
    laid(shelf(folder(tmp_path)))
    pushes = shelf(tmp_path, Means(write=refuse, remove=refuse))
    assert not answered(pushes.prove)
    assert not answered(pushes.undo)
    assert pushes.load().source_digest == digest(OLD)
    assert json.loads((tmp_path / NOTE).read_text())["proven"] is False
    assert in_force(tmp_path) == digest(OLD)


def test_a_thread_of_its_own_does_the_work_and_finishes_it_before_the_end(tmp_path: Path) -> None:
    folder(tmp_path)
    pushes = PushShelf(tmp_path / "config.yaml", tmp_path, lambda settings: settings)
    pushes.read(Push("j" * 16, digest(NEW), digest(OLD)), NEW, pushes.load(), lambda _found: None)
    pushes.prove(lambda _kept: None)
    pushes.close()
    assert in_force(tmp_path) == digest(NEW)


def test_trouble_in_one_job_keeps_no_other_from_being_done(tmp_path: Path) -> None:
    folder(tmp_path)

    def trouble(_settings: Settings) -> Settings:
        raise RuntimeError

    pushes = PushShelf(tmp_path / "config.yaml", tmp_path, trouble)
    pushes.read(Push("j" * 16, digest(NEW), digest(OLD)), NEW, furniture.read(OLD.decode()), lambda _found: None)
    heard: list[bool] = []
    pushes.prove(heard.append)
    pushes.close()
    assert heard == [False]
