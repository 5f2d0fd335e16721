"""The terminal: lines in both languages, and a strip in which every stroke and lamp is drawn as it happens."""

import sys
from collections.abc import Mapping, Sequence
from typing import TextIO

from gongd.core.words import Text
from gongd.demo.pins import Edge
from gongd.demo.village import AMPLIFIER, LAMP, STRIKER, STROBE

COLUMN_S = 0.125
COLUMNS = 48
"""One row of the strip is six seconds."""
LANES = (
    (AMPLIFIER, Text("tăng âm", "amplifier"), "━"),
    (STRIKER, Text("búa", "striker"), "●"),
    (STROBE, Text("chớp", "strobe"), "█"),
    (LAMP, Text("đèn nút", "lamp"), "█"),
)
VOICE = Text("loa", "speaker")
_BARS = " ▁▂▃▄▅▆▇█"
_TITLE = 19
_WIDEST = 110
"""A longer line is two: English below."""
_FAINT, _BOLD, _GOOD, _BAD, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[0m"


class Strip:
    """Six seconds, a lane a pin and one for the loudspeaker. Instants are on the daemon's clock of edges."""

    def __init__(self, start: float, on: Mapping[int, bool]) -> None:
        self.start = start
        self._on = dict(on)
        self._lanes: dict[int, list[bool]] = {pin: [] for pin, _, _ in LANES}
        self._levels: list[float] = []

    @property
    def is_full(self) -> bool:
        """Is there no room any more?"""
        return len(self._levels) >= COLUMNS

    @property
    def on(self) -> Mapping[int, bool]:
        """Which pins are on at its end."""
        return self._on

    def draw(self, edges: Sequence[Edge], level: float, now: float) -> None:
        """Up to `now`: what moved, and how loud it was."""
        columns = min(COLUMNS, int((now - self.start) / COLUMN_S) + 1)
        while len(self._levels) < columns:
            self._levels.append(0.0)
            for pin, lane in self._lanes.items():
                lane.append(self._on.get(pin, False) and pin != STRIKER)
        for edge in edges:
            self._move(edge, columns)
        self._levels[-1] = max(self._levels[-1], level)

    def _move(self, edge: Edge, columns: int) -> None:
        self._on[edge.pin] = edge.on
        column = min(max(0, int((edge.at - self.start) / COLUMN_S)), columns - 1)
        lane = self._lanes.get(edge.pin)
        if lane is None:
            return
        lane[column] = lane[column] or edge.on
        if edge.pin != STRIKER:
            lane[column + 1 :] = [edge.on] * (columns - column - 1)

    def rows(self) -> list[str]:
        """The lanes as text."""
        drawn = [_row(title, "".join(sign if on else " " for on in self._lanes[pin])) for pin, title, sign in LANES]
        return [*drawn, _row(VOICE, "".join(_BARS[round(level * (len(_BARS) - 1))] for level in self._levels))]


def _row(title: Text, signs: str) -> str:
    return f"  {f'{title.vi} · {title.en}':>{_TITLE}} │{signs:<{COLUMNS}}│"


class Screen:
    """Where the demo is told. Plain text, line by line, where nobody watches a terminal."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._strip: Strip | None = None
        self._on: Mapping[int, bool] = {}
        self._drawn = 0
        if hasattr(self._out, "reconfigure"):
            self._out.reconfigure(errors="replace")

    def act(self, text: Text) -> None:
        """The headline of what comes."""
        self.say(Text("", ""))
        self._write(self._in(_BOLD, f"{text.vi} · {text.en}"))

    def say(self, text: Text, sign: str = " ") -> None:
        """One line, Vietnamese and English side by side."""
        self.close()
        if len(text.vi) + len(text.en) > _WIDEST:
            self._write(f"{sign} {text.vi}")
            self._write(f"  {text.en}")
        else:
            self._write(f"{sign} {text.vi} · {text.en}" if text.vi else "")

    def know(self, edges: Sequence[Edge]) -> None:
        """What moved while no strip was drawn."""
        self._on = {**self._on, **{edge.pin: edge.on for edge in edges}}

    def plain(self, line: str) -> None:
        """A line without words."""
        self._write(line)

    def pair(self, text: Text) -> None:
        """A long one: English below."""
        self._write(text.vi)
        self._write(self._in(_FAINT, text.en))

    def judge(self, text: Text, kept: bool) -> None:
        """One promise: kept or not."""
        self.say(text, self._in(_GOOD, "✓") if kept else self._in(_BAD, "✗"))

    def show(self, edges: Sequence[Edge], level: float, now: float) -> None:
        """Draw what has happened up to `now`."""
        if self._strip is None:
            self._strip = Strip(now, self._on)
        while now >= self._strip.start + COLUMNS * COLUMN_S:
            self._turn(edges, level)
        self._strip.draw(edges, level, now)
        if self._live:
            self._redraw()

    def close(self) -> None:
        """The strip as it stands; what comes next stands below it."""
        strip, self._strip = self._strip, None
        if strip is None:
            return
        self._on = strip.on
        if not self._live:
            self._print(strip)
        self._drawn = 0

    def _turn(self, edges: Sequence[Edge], level: float) -> None:
        """A full strip stays; the next one goes on below."""
        strip = self._strip
        assert strip is not None
        end = strip.start + COLUMNS * COLUMN_S
        strip.draw([edge for edge in edges if edge.at < end], level, end - COLUMN_S / 2)
        self._redraw() if self._live else self._print(strip)
        self._drawn = 0
        self._strip = Strip(end, strip.on)

    def _redraw(self) -> None:
        assert self._strip is not None
        up = f"\x1b[{self._drawn}F" if self._drawn else ""
        rows = self._strip.rows()
        self._out.write(up + "".join(f"{row}\x1b[K\n" for row in rows))
        self._out.flush()
        self._drawn = len(rows)

    def _print(self, strip: Strip) -> None:
        for row in strip.rows():
            self._write(row)

    def _write(self, line: str) -> None:
        self._out.write(line.rstrip() + "\n")
        self._out.flush()

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._live else text
