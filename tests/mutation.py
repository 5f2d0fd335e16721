"""`make mutation`, or `python -m tests.mutation [MODULE ...]`: what the tests of the thinking room would not notice.

mutmut changes one thing at a time in one module of `gongd/core` and runs the tests of that module, quickest first. The
work is done on a copy of the tree under out/mutation, one folder a module; docs/mutation.md holds the last figures and
says of each survivor that is left why it is no fault.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
OUT = ROOT / "out" / "mutation"
CORE = ROOT / "gongd" / "core"
LEAST = 0.90
COPIED = ("gongd", "tests", "config.example.yaml", "sounds", "docs")
LONG = (
    "test_arbiter_orders.py",
    "test_arbiter_stateful.py",
    "test_schedule_machine.py",
    "test_command_machine.py",
    "test_notation_round_trip.py",
)
"""Long lives find what nothing else does, and are too long to be run for every change."""

TESTS = {
    "air": ("test_arbiter*.py",),
    "freshness": ("test_freshness.py", "test_command*.py"),
    "limit": ("test_limit.py", "test_command.py"),
    "verdict": ("test_command*.py",),
    "adoption": ("test_schedule*.py",),
    "belief": ("test_belief.py", "test_schedule_lies.py"),
    "night": ("test_schedule*.py",),
    "wire_form": ("test_wire_form.py", "test_wire_body.py", "test_wire_event.py"),
    "wire_name": ("test_wire.py", "test_command*.py"),
    "wire_command": ("test_wire_body.py", "test_command*.py"),
    "wire_report": ("test_wire_body.py",),
    "wire_blob": ("test_wire_event.py", "test_incoming.py"),
    "command": ("test_command*.py", "test_trust_list.py"),
    "trust_list": ("test_trust_list.py", "test_command*.py"),
    "fault": ("test_lexicon.py", "test_condition.py", "test_history.py"),
    "fingerprint": ("test_wire.py", "test_trust_list.py", "test_enrolment.py"),
    "notation_faults": ("test_notation*.py",),
    "notation_form": ("test_notation*.py",),
    "notation_misread": ("test_notation*.py",),
    "notation_scan": ("test_notation*.py",),
    "notation_words": ("test_notation*.py",),
    "numeral": ("test_reading.py",),
    "recording": ("test_incoming.py",),
    "pattern": ("test_rhythm.py", "test_timeline.py"),
}
"""The tests of a module, where they are not `test_<module>*.py`."""

STATUS = {0: "survived", 5: "untested", 33: "untested", 24: "killed", 36: "killed", 37: "killed", 34: "skipped"}
"""mutmut's exit codes: 24 and 36 are endless loops, stopped; 37 what mypy refuses. Everything else is killed."""

CONFIGURATION = """
[tool.mutmut]
source_paths = ["gongd"]
only_mutate = ["gongd/core/{module}.py"]
also_copy = ["config.example.yaml", "sounds", "docs"]
pytest_add_cli_args = ["-p", "no:cacheprovider", "--hypothesis-seed=0"]
pytest_add_cli_args_test_selection = {tests}
track_dependencies = false
use_git_change_detection = false
timeout_multiplier = 5.0
timeout_constant = 2.0
"""


def tests_of(module: str) -> list[str]:
    """The tests that are run for each change in a module."""
    patterns = TESTS.get(module, (f"test_{module}*.py",))
    found = sorted({path for pattern in patterns for path in (ROOT / "tests" / "core").glob(pattern)})
    return [str(path.relative_to(ROOT)) for path in found if path.name not in LONG]


def mutate(module: str) -> Counter[str]:
    """Try every change of one module; how many were noticed."""
    folder = OUT / module
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, folder / name)
    (folder / "pyproject.toml").write_text(CONFIGURATION.format(module=module, tests=json.dumps(tests_of(module))))
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(os.cpu_count() or 1)]
    with (folder / "log.txt").open("wb") as log:
        subprocess.run(command, cwd=folder, stdout=log, stderr=log, check=False)
    return count(module)


def count(module: str) -> Counter[str]:
    """What mutmut has written down."""
    told = OUT / module / "mutants" / "gongd" / "core" / f"{module}.py.meta"
    codes = json.loads(told.read_text())["exit_code_by_key"] if told.exists() else {}
    found = {name: "unknown" if code is None else STATUS.get(code, "killed") for name, code in codes.items()}
    alive = [name for name, status in found.items() if status in ("survived", "untested")]
    (OUT / module / "alive.txt").write_text("".join(f"{found[name]} {name}\n" for name in alive))
    return Counter(found.values())


def main(modules: list[str]) -> int:
    """0: at least nine of ten changes were noticed, in every module that has any."""
    total: Counter[str] = Counter()
    least = 1.0
    for module in modules or sorted(path.stem for path in CORE.glob("*.py") if tests_of(path.stem)):
        found = mutate(module)
        total += found
        least = min(least, _score(found)) if found else least
        print(f"{module:20} {_line(found)}", flush=True)
    print(f"{'all':20} {_line(total)}")
    return 0 if least >= LEAST else 1


def _score(found: Counter[str]) -> float:
    tried = found["killed"] + found["survived"] + found["untested"]
    return found["killed"] / tried if tried else 0.0


def _line(found: Counter[str]) -> str:
    told = ", ".join(f"{many} {what}" for what, many in sorted(found.items()))
    return f"{_score(found):6.1%}  {told or 'nothing was tried: see log.txt'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
