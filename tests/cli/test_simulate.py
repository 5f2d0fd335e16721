"""`gongd simulate`: a commune of a few days, its report, its picture and its history."""

import json
from pathlib import Path

from tests.cli.box import Run

DAYS = ("simulate", "--years", "0.01", "--seeds", "2", "--profile", "power", "--jobs", "2")


def test_a_run_reports_draws_and_writes_its_history(run: Run, ram: Path) -> None:
    report, picture, history = ram / "run.json", ram / "run.png", ram / "history.txt"
    said = run(*DAYS, "--report", str(report), "--picture", str(picture), "--history", str(history))
    assert said.status == 0, said.err
    found = json.loads(report.read_text())
    assert found["failures"] == []
    assert found["nights"]["rung"] > 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "sounds peace actual" in history.read_text()


def test_a_profile_that_does_not_exist_is_named_with_those_that_do(run: Run) -> None:
    said = run("simulate", "--profile", "earthquake")
    assert said.status == 2
    assert "earthquake" in said.err
    assert "hostile" in said.err
