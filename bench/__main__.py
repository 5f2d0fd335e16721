"""`python -m bench [--quick] [--idle S] [--json] [--write FILE] [--out DIR]`: status 0 when all could be measured."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.box import Box, Yard
from bench.effort import FULL, QUICK, Effort
from bench.figure import Figure
from bench.floor import Bare
from bench.idle import idle
from bench.machine import load, machine
from bench.moment import BenchError
from bench.night import nights
from bench.relay import Rest, preemptions, triggers
from bench.sound import Card, sounds
from bench.start import BareProgram, starts
from bench.table import as_json, markdown, text
from gongd.core.errors import GongdError
from gongd.core.words import Text

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
MARK = ".gongd-bench"
"""Lies in a folder that is ours to empty."""

_NOT_OURS = Text(
    vi="{out} có sẵn và không phải của phép đo; chọn thư mục khác: --out DIR",
    en="{out} is there and was not made by the bench; choose another with --out DIR",
)
_NO_MARKS = Text(vi="{file} thiếu hai dòng đánh dấu", en="{file} lacks the two markers")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and tell. The table goes to standard output, what is going on to standard error."""
    options = _options(argv)
    effort = QUICK if options.quick else FULL
    if options.idle is not None:
        effort = replace(effort, idle_s=options.idle)
    try:
        before, rest = load(), Rest()
        with tempfile.TemporaryDirectory(prefix="gongd-bench-", dir=_memory()) as dry:
            figures = measure(_yard(options.out.absolute(), Path(dry)), effort, rest)
        about = machine(before, rest.late_s)
        if options.write:
            _write(options.write, markdown(figures, about))
    except GongdError as error:
        print(f"bench: {error.text.en}", file=sys.stderr)
        return 1
    print((as_json if options.json else text)(figures, about))
    return 0


def measure(yard: Yard, effort: Effort, rest: Rest) -> list[Figure]:
    """Every figure, each beside its floor, in one run."""
    yard.write()
    if effort.prints_s:
        _say("rendering the sounds, so that every trial finds them")
        with Box(yard) as box:
            box.wait_prints(effort.prints_s)
    _say(f"start to button: {effort.starts} times")
    figures = starts(yard, effort.starts)
    bare = Bare(yard.root / "floor", yard.dry / "floor")
    with Box(yard) as box, BareProgram(yard, "wait") as program:
        box.wait_ready()
        _say(f"triggers: {effort.triggers} times")
        figures = triggers(box, bare, rest, effort.triggers) + figures
        _say(f"fire over a sounding gong: {effort.gongs} times")
        figures += preemptions(box, bare, rest, effort.gongs)
        _say(f"the schedule: {effort.nights} times")
        figures += nights(box, yard, bare, effort.nights)
        yard.write()
        box.ask(do="reload")
        bare.close()
        _say(f"an idle box, for {effort.idle_s:.0f} s")
        figures += idle(box.pid, program.pid, effort.idle_s)
    _say(f"sound: {effort.sounds} times")
    return figures + sounds(yard, Card(yard.root), effort.sounds)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast and how small gongd is.")
    parser.add_argument("--quick", action="store_true", help="a smoke run: everything once or a few times")
    parser.add_argument("--idle", type=float, metavar="S", help="watch the idle box for so many seconds")
    parser.add_argument("--json", action="store_true", help="every sample, for a program")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table between the markers of a document")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR", help="emptied at every run")
    return parser.parse_args(argv)


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


def _write(file: Path, table: str) -> None:
    head, begin, rest = file.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise BenchError(_NO_MARKS.fill(file=file))
    file.write_text(f"{head}{BEGIN}\n{table}{END}{tail}", encoding="utf-8")


def _say(what: str) -> None:
    print(f"bench: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
