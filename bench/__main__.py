"""`python -m bench [PART...] [--quick] [--idle S] [--json] [--write FILE] [--out DIR]`.

Status 0 when all could be measured, 1 when something could not, 3 when a ratio has grown by more than a fifth.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import document, kept
from bench.box import Box, Yard
from bench.effort import FULL, QUICK
from bench.figure import Figure
from bench.kept import Kept
from bench.machine import load, machine
from bench.moment import BenchError
from bench.parts import PARTS, Run
from bench.relay import Rest
from bench.table import as_json, text
from gongd.core.errors import GongdError
from gongd.core.words import Text

MARK = ".gongd-bench"
"""Lies in a folder that is ours to empty."""
LAST = Path(__file__).resolve().parents[1] / "docs" / "performance.json"
UNRENDERED = frozenset({"start", "crowd", "collector", "fleet"})
"""Parts that need no rendered sounds."""
NOT_MEASURED, REGRESSED = 1, 3

_NOT_OURS = Text(
    vi="{out} có sẵn và không phải của phép đo; chọn thư mục khác: --out DIR",
    en="{out} is there and was not made by the bench; choose another with --out DIR",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and tell. The table goes to standard output, what is going on to standard error."""
    options = _options(argv)
    effort = QUICK if options.quick else FULL
    if options.idle is not None:
        effort = replace(effort, idle_s=options.idle)
    try:
        before = kept.load(LAST)
        load_before, rest = load(), Rest()
        with tempfile.TemporaryDirectory(prefix="gongd-bench-", dir=_memory()) as dry:
            run = Run(_yard(options.out.absolute(), Path(dry)), effort, rest)
            found, failed = measure(run, options.parts or list(PARTS))
        about = machine(load_before, rest.late_s or [0.0])
        now = {part: kept.keep(figures, about) for part, figures in found.items()}
        if options.write:
            _write(options.write, now, failed)
    except GongdError as error:
        print(f"bench: {error.text.en}", file=sys.stderr)
        return NOT_MEASURED
    print((as_json if options.json else text)([one for figures in found.values() for one in figures], about))
    return _judge(failed, [] if options.quick else kept.regressions(before, now))


def measure(run: Run, parts: Sequence[str]) -> tuple[dict[str, list[Figure]], dict[str, str]]:
    """The figures of each part, and why a part has none: one that fails does not lose the others."""
    _prepare(run, parts)
    found: dict[str, list[Figure]] = {}
    failed: dict[str, str] = {}
    for part in parts:
        began_at = time.monotonic()
        try:
            found[part] = PARTS[part](run)
        except Exception as error:  # noqa: BLE001  the outermost loop: it is told, and the next part has its turn
            failed[part] = error.text.en if isinstance(error, GongdError) else f"{type(error).__name__}: {error}"
        _say(f"{part}: {failed.get(part, 'measured')} in {time.monotonic() - began_at:.0f} s")
    return found, failed


def _prepare(run: Run, parts: Sequence[str]) -> None:
    run.yard.write()
    if run.effort.prints_s and not set(parts) <= UNRENDERED:
        _say("rendering the sounds, so that every trial finds them")
        with Box(run.yard) as box:
            box.wait_prints(run.effort.prints_s)


def _judge(failed: dict[str, str], worse: Sequence[str]) -> int:
    for part, why in failed.items():
        print(f"bench: {part} could not be measured: {why}", file=sys.stderr)
    for line in worse:
        print(f"bench: {line}", file=sys.stderr)
    return NOT_MEASURED if failed else REGRESSED if worse else 0


def _write(file: Path, now: Kept, failed: dict[str, str]) -> None:
    """The table and, beside it, the same for programs. Parts that were not measured now stay as they were."""
    beside = file.with_suffix(".json")
    held = kept.load(beside)
    both = {part: found for part in PARTS if (found := now.get(part) or held.get(part)) is not None}
    document.write(file, both, failed)
    kept.save(beside, both)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast and how small gongd is.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="a smoke run: everything once or a few times")
    parser.add_argument("--idle", type=float, metavar="S", help="watch the idle boxes for so many seconds")
    parser.add_argument("--json", action="store_true", help="every sample, for a program")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table between the markers of a document")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR", help="emptied at every run")
    options = parser.parse_args(argv)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return options


def _memory() -> Path | None:
    """A folder in memory, where the system has one."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else None


def _yard(out: Path, dry: Path) -> Yard:
    if out.exists():
        if any(out.iterdir()) and not (out / MARK).exists():
            raise BenchError(_NOT_OURS.fill(out=out))
        shutil.rmtree(out)
    yard = Yard(out, dry)
    yard.state.mkdir(parents=True)
    (out / MARK).touch()
    return yard


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
