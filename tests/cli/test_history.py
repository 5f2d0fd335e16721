"""`gongd history`: a real journal, read while and after it was written."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from gongd.adapters.journal import SqliteJournal
from gongd.core.record import Kind, Record
from tests.cli.box import Run, gongd, write_settings

KEYS = ["number", "at", "kind", "signal", "schedule", "night", "activation", "origin", "status", "outcome", "reason"]
NOW = datetime.now(UTC).replace(microsecond=0)


def write_journal(folder: Path, *records: Record) -> Path:
    path = folder / "journal.db"
    journal = SqliteJournal(path, lambda event: None, "boot-1")
    journal.remember()
    assert journal.append(records).wait(20.0)
    journal.close()
    return path


def begun(at: datetime = NOW, trusted: bool = True) -> Record:
    return Record(
        at,
        Kind.ACTIVATION,
        signal="fire",
        activation="a-1",
        origin="button",
        status="actual",
        outcome="started",
        detail={"proof": "driven", "by": "fire"},
        trusted=trusted,
    )


def missed() -> Record:
    night = date(2026, 11, 21)
    return Record(NOW, Kind.NIGHT, "peace", "nightly", night, outcome="missed", reason="no-power", trusted=True)


def test_every_record_is_one_line_that_a_person_can_read(run: Run, config: Path, tmp_path: Path) -> None:
    write_journal(tmp_path, begun(), missed())
    said = run("history", "--config", config)
    assert (said.status, said.err) == (0, "")
    first, second = said.out.splitlines()
    assert first.strip().startswith("1  ")
    assert first.endswith("Báo cháy (thật, bấm nút fire): bắt đầu phát (đã đóng rơ-le)")
    assert second.endswith("Kẻng đêm 21/11/2026 (nightly): không đánh: mất điện")


def test_times_are_those_of_the_box(run: Run, config: Path, tmp_path: Path) -> None:
    write_journal(tmp_path, begun())
    local = NOW + timedelta(hours=7)
    assert f"{local:%d/%m/%Y %H:%M:%S}" in run("history", "--config", config).out


def test_a_record_under_a_doubtful_clock_says_so(run: Run, config: Path, tmp_path: Path) -> None:
    write_journal(tmp_path, begun(trusted=False))
    assert "(đồng hồ chưa tin được)" in run("history", "--config", config).out


def test_a_program_gets_one_object_a_line_with_the_agreed_keys(run: Run, config: Path, tmp_path: Path) -> None:
    write_journal(tmp_path, begun(), missed())
    lines = [json.loads(line) for line in run("history", "--json", "--config", config).out.splitlines()]
    assert [sorted(line) for line in lines] == [sorted([*KEYS, "detail"])] * 2
    assert [line["number"] for line in lines] == [1, 2]
    assert lines[0]["detail"] == {"proof": "driven", "by": "fire"}


def test_only_the_days_that_were_asked_for_are_shown(run: Run, config: Path, tmp_path: Path) -> None:
    write_journal(tmp_path, begun(NOW - timedelta(days=5)), begun())
    assert len(run("history", "--config", config).out.splitlines()) == 2
    assert len(run("history", "--days", "3", "--config", config).out.splitlines()) == 1


def test_an_empty_journal_says_so(run: Run, config: Path, tmp_path: Path) -> None:
    write_journal(tmp_path, begun(NOW - timedelta(days=50)))
    assert run("history", "--config", config).out == "Nhật ký không có gì trong 7 ngày qua\n"


def test_another_journal_is_read_without_any_settings(run: Run, tmp_path: Path) -> None:
    path = write_journal(tmp_path, begun())
    said = run("history", "--from", path, "--config", "/nonexistent.yaml")
    assert said.status == 0
    assert "báo cháy" in said.out.lower()
    assert said.err == ""


def test_the_journal_is_found_even_where_the_settings_are_broken(run: Run, tmp_path: Path) -> None:
    write_journal(tmp_path, begun())
    said = run("history", "--config", write_settings(tmp_path, more="speker: {}\n"))
    assert said.status == 0
    assert len(said.out.splitlines()) == 1
    assert "gongd check" in said.err


def test_no_journal_and_a_ruined_one_are_told_in_one_line(config: Path, tmp_path: Path) -> None:
    done = gongd("history", "--config", config)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Chưa có nhật ký" in done.stderr
    (tmp_path / "journal.db").write_bytes(b"no database " * 1000)
    done = gongd("history", "--config", config)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "Không đọc được nhật ký" in done.stderr


def test_reading_changes_not_a_byte(run: Run, config: Path, tmp_path: Path) -> None:
    path = write_journal(tmp_path, begun())
    before = path.read_bytes()
    run("history", "--config", config)
    assert path.read_bytes() == before
