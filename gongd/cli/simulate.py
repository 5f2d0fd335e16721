"""`gongd simulate`: virtual communes, through years of every fault."""

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, NoError, Request
from gongd.core.lexicon import MISSED, why_not
from gongd.core.words import Text
from gongd.sim.crowd import Crowd
from gongd.sim.profile import ALL, PROFILES
from gongd.sim.report import RUNG, as_json, lines
from gongd.sim.run import run
from gongd.sim.shrink import shrink
from gongd.sim.tally import LETTERS, Failure, Tally

NO_PROFILE = Text("Không có loại “{name}”. Có: {known}", "there is no profile “{name}”. There are: {known}")
NOT_WRITTEN = Text("Không ghi được {path}: {why}", "{path} cannot be written: {why}")
SHORT = Text(
    "Lịch sử ngắn nhất tìm được của --seed {seed} (còn {count} sự việc):",
    "The shortest history found of --seed {seed} ({count} happenings):",
)
TITLE = Text("Mỗi ô là một đêm của một cụm loa", "Every square is one night of one box")
CAPTION = Text("{seeds} xã ảo, {years} năm cụm loa", "{seeds} virtual communes, {years} box-years")
BAR = 30
LAST_LINES = 60
_COLOURS = {
    "r": "#2f7d4f",
    "p": "#9aa5b1",
    "c": "#b7791f",
    "l": "#8a4b08",
    "a": "#c0362c",
    "m": "#1d6fa5",
    "s": "#52606d",
    "d": "#cbd2d9",
    "u": "#1f2933",
    "-": "#000000",
}


def simulate(request: Request, screen: Screen) -> int:
    """Run the seeds, report, draw; 1 when a rule was broken."""
    crowd = _crowd(request.values)
    found = _run_all(crowd)
    if request.wants_json:
        screen.json(as_json(found))
    else:
        for line in lines(found):
            screen.say(line)
    _write(request.values["report"], json.dumps(as_json(found), ensure_ascii=False, indent=1) + "\n")
    if request.values["history"] is not None:
        _write(request.values["history"], run(crowd.plan(crowd.first)).commune.history.text)
    if request.values["picture"] is not None:
        _draw(request.values["picture"], found, screen)
    if not found.failures:
        return 0
    _tell_shortest(found.failures[0], screen)
    return 1


def _crowd(values: Mapping[str, Any]) -> Crowd:
    profile = values["profile"] or ALL
    if profile != ALL and profile not in PROFILES:
        raise MisuseError(NO_PROFILE.fill(name=profile, known=", ".join((ALL, *PROFILES))))
    jobs = values["jobs"] or len(os.sched_getaffinity(0))
    return Crowd(values["seed"], values["seeds"], values["years"], values["boxes"], profile, jobs)


def _run_all(crowd: Crowd) -> Tally:
    found, began_at = Tally(), time.monotonic()
    for each in crowd.run():
        found.add(each)
        _show(found, crowd, time.monotonic() - began_at)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return found


def _show(found: Tally, crowd: Crowd, gone_s: float) -> None:
    """A bar on a terminal; nothing in a file."""
    if sys.stderr.isatty():
        full = round(BAR * found.seeds / crowd.count)
        bar = "#" * full + "." * (BAR - full)
        broken = f"  {len(found.failures)} !" if found.failures else ""
        print(f"\r[{bar}] {found.seeds}/{crowd.count}  {gone_s:.0f} s{broken} ", end="", file=sys.stderr, flush=True)


def _write(path: Path | None, text: str) -> None:
    if path is None:
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NoError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error


def _tell_shortest(failure: Failure, screen: Screen) -> None:
    first = failure.violations[0]
    short = shrink(failure.plan, first.at, first.rule)
    screen.say(SHORT.fill(seed=failure.plan.seed, count=len(short.happenings)))
    for line in run(short).commune.history.lines[-LAST_LINES:]:
        screen.say(line)


def _draw(path: Path, found: Tally, screen: Screen) -> None:
    from gongd.adapters.picture import Colour, draw_nights

    words = {letter: MISSED.get(word, RUNG) for word, letter in LETTERS.items()} | {"-": MISSED["unknown"]}
    colours = {letter: Colour(colour, words[letter].read(screen.language)) for letter, colour in _COLOURS.items()}
    rows = [(f"{seed} {box}", letters) for (seed, box), letters in sorted(found.grid.items())]
    caption = CAPTION.fill(seeds=found.seeds, years=f"{found.box_years:.1f}")
    draw_nights(path, TITLE.read(screen.language), caption.read(screen.language), rows, colours)
