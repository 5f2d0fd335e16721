"""The last good copy of the settings: kept without anybody waiting, and never a copy of something else."""

import hashlib
import os
from pathlib import Path

from gongd.adapters.last_good import LastGood


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def kept(folder: Path, text: str, wanted: str) -> str | None:
    config, copy = folder / "config.yaml", folder / "last-good.yaml"
    config.write_text(text, encoding="utf-8")
    last_good = LastGood(copy)
    last_good.keep(digest(wanted), config)
    last_good.close()
    return copy.read_text(encoding="utf-8") if copy.is_file() else None


def test_the_file_that_was_read_is_put_aside_by_the_time_it_is_closed(tmp_path: Path) -> None:
    assert kept(tmp_path, "box: one", "box: one") == "box: one"
    assert kept(tmp_path, "box: two", "box: two") == "box: two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "last-good.yaml"]


def test_a_file_that_was_edited_meanwhile_is_not_put_aside(tmp_path: Path) -> None:
    assert kept(tmp_path, "box: one", "box: one") == "box: one"
    assert kept(tmp_path, "half: [an edit", "box: one") == "box: one"


def test_asking_waits_for_no_disk_that_hangs(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    os.mkfifo(config)  # reading it hangs until somebody writes
    last_good = LastGood(tmp_path / "last-good.yaml")
    last_good.keep(digest("box: one"), config)
    config.write_text("box: one", encoding="utf-8")
    last_good.close()
    assert (tmp_path / "last-good.yaml").read_text(encoding="utf-8") == "box: one"


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("box: one", encoding="utf-8")
    last_good = LastGood(tmp_path / "nowhere" / "last-good.yaml")
    last_good.keep(digest("box: one"), config)
    last_good.close()
    assert not (tmp_path / "nowhere").exists()
