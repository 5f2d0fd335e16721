"""The bench runs, and tells its figures. Nothing is asserted about how long anything took."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from bench import kept, together
from bench.box import AMPLIFIER, Pins, Yard
from bench.document import BEGIN, END, markdown
from bench.figure import Figure
from bench.moment import boot_seconds
from bench.night import APART, appointed
from bench.start import BareProgram

WORDS = ("relay edge", "PCM", "stop", "gong", "schedule", "start", "core", "PSS", "disk", "desk's order", "wire")
MORE_WORDS = ("two boxes", "alert to", "broker killed", "collector")
ROOT = Path(__file__).resolve().parents[1]


def test_the_quick_bench_measures_every_figure_and_writes_its_table_into_the_document(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    argv = [sys.executable, "-m", "bench", "--quick", "--json", "--out", str(tmp_path / "b"), "--write", str(document)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    names = [figure["name"] for figure in json.loads(done.stdout)["figures"]]
    for word in (*WORDS, *MORE_WORDS):
        assert any(word in name for name in names), word
    assert all(name in (tmp_path / "performance.json").read_text(encoding="utf-8") for name in names)
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


def test_what_is_appointed_are_whole_seconds_ahead_as_far_apart_as_a_gong_takes() -> None:
    due = appointed(4)
    assert due[0] > datetime.now(UTC)
    assert all(moment.microsecond == 0 for moment in due)
    assert {later - earlier for earlier, later in pairwise(due)} == {APART}


def test_a_bare_program_rings_at_each_instant_that_it_is_told_and_never_before(tmp_path: Path) -> None:
    wall = time.time() - boot_seconds()
    due = [time.time() + 0.2, time.time() + 0.4]
    with BareProgram(Yard(tmp_path, tmp_path / "dry"), "ring") as bare:
        bare.ring_at(due)
    pins = Pins(bare.pins)
    pins.follow()
    rung = [at + wall for at, pin, on in pins.edges if pin == AMPLIFIER and on]
    assert len(rung) == len(due)
    assert all(at >= moment for at, moment in zip(rung, due, strict=True))


def test_two_boxes_are_as_far_apart_as_their_first_edges_around_the_instant(tmp_path: Path) -> None:
    one, other = (Pins(tmp_path / f"{number}.jsonl") for number in range(2))
    for pins, edges in ((one, (8.0, 10.25)), (other, (9.0, 10.5, 12.0))):
        lines = [json.dumps({"at": at, "pin": AMPLIFIER, "level": 1}) for at in edges]
        pins.path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    assert together.apart([one, other], 10.0, "both") == 0.25
    assert together.apart([other, one], 10.0, "both") == 0.25


def _part(ours: float, floor: float, name: str = "edge") -> kept.KeptPart:
    return kept.keep([Figure(name, "ms", (ours,), (floor,), "a bare one")], {"cores": "2"})


def test_a_ratio_that_has_grown_by_more_than_a_fifth_is_told() -> None:
    before = {"relay": _part(2.0, 1.0)}
    assert kept.regressions(before, {"relay": _part(2.4, 1.0)}) == []
    assert kept.regressions(before, {"relay": _part(20.0, 10.0)}) == []
    (line,) = kept.regressions(before, {"relay": _part(2.5, 1.0)})
    assert line == "regression: edge: 2.50 times its floor, 2.00 before"


def test_where_more_is_better_a_smaller_figure_is_worse() -> None:
    def part(ours: float) -> kept.KeptPart:
        return kept.keep([Figure("rate", "a second", (ours,), (100.0,), "bare", more_is_better=True)], {})

    assert kept.regressions({"x": part(50.0)}, {"x": part(60.0)}) == []
    assert len(kept.regressions({"x": part(50.0)}, {"x": part(40.0)})) == 1


def test_what_is_kept_is_read_back_as_it_was(tmp_path: Path) -> None:
    held = {"relay": _part(2.0, 1.0), "wire": _part(3.0, 1.0, "order")}
    kept.save(tmp_path / "last.json", held)
    assert kept.load(tmp_path / "last.json") == held
    assert kept.load(tmp_path / "nothing.json") == {}


def test_a_part_that_failed_is_named_under_the_table() -> None:
    told = markdown({"relay": _part(2.0, 1.0)}, {"wire": "no broker"})
    assert "| edge | 1 | 2 ms |" in told
    assert "- wire: no broker" in told
