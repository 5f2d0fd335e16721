"""The bench runs, and tells its figures. Nothing is asserted about how long anything took."""

import json
import subprocess
import sys
from pathlib import Path

from bench.document import BEGIN, END

ROOT = Path(__file__).resolve().parents[1]


def test_the_quick_bench_measures_every_figure_and_writes_its_table_into_the_document(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    argv = [sys.executable, "-m", "bench", "--quick", "--json", "--out", str(tmp_path / "b"), "--write", str(document)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    names = [figure["name"] for figure in json.loads(done.stdout)["figures"]]
    for word in ("relay edge", "PCM", "stop", "gong", "schedule", "start", "core", "PSS", "disk"):
        assert any(word in name for name in names), word
    text = document.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{BEGIN}\n| figure |")
    assert text.endswith(f"{END}\nafter\n")
    assert all(name in text for name in names)


def test_a_folder_that_the_bench_did_not_make_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear", encoding="utf-8")
    argv = [sys.executable, "-m", "bench", "--quick", "--out", str(tmp_path)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "choose another" in done.stderr
    assert (tmp_path / "letter").read_text(encoding="utf-8") == "dear"
