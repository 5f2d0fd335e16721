"""The play: what happens to the village in this minute, act by act."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gongd.core.lexicon import SIGNALS
from gongd.core.words import Text
from gongd.demo.daemon import Daemon
from gongd.demo.pins import Edge, PinsLog, still_on
from gongd.demo.screen import COLUMN_S, Screen
from gongd.demo.sound import Tail, level
from gongd.demo.village import AMPLIFIER, HOLD_S, LAMP, STRIKER, STROBE, ZONE, DemoError, Village

START_S, RENDER_S, ACT_S = 20.0, 240.0, 15.0
"""How long each may take on a slow machine before the demo gives up."""
AHEAD_S = 3.0
"""The demo's 22:00 is so far ahead, and up to a second more."""
PRESS_AFTER_S = 12.2
"""After the first stroke: the roll is over, the separate strokes begin."""
ALARM_S = 12.0
"""Six seconds of the opening that everybody knows, then the first words."""
QUIET_S = 1.0
_LOOK_S = 0.03

_STARTING = Text("1. Cụm loa khởi động", "1. The box starts")
_READY = Text("nút bấm dùng được sau {s} giây", "the buttons work after {s} s")
_RENDERING = Text(
    "dựng sẵn âm thanh, nút vẫn dùng được ...", "rendering its sounds ahead of time; the buttons work meanwhile ..."
)
_RENDERED = Text("{signal}: {s} giây", "{signal}: {s} s")
_EVENING = Text("2. Đến 22 giờ (trong bản này là {at})", "2. It is 22:00 (here {at})")
_AHEAD = Text("đã ghi lịch và nạp lại cấu hình; còn {s} giây", "schedule written, settings reloaded; {s} s to go")
_RINGS = Text(
    "rơ-le tăng âm đóng {ms} ms sau giờ đã định", "the amplifier relay closes {ms} ms after the appointed time"
)
_FIRE = Text(
    "3. Có cháy: giữ nút CHÁY 2 giây giữa lúc đánh kẻng", "3. Fire: the button is held for 2 s while the gong rings"
)
_ACCEPTED = Text(
    "đèn nút sáng hẳn: đã nhận. Rơ-le báo động đóng sau {ms} ms, kẻng dừng",
    "the lamp stays lit: accepted. The alarm's relay closes {ms} ms later, the gong stops",
)
_SILENCE = Text("4. Giữ nút TẮT TIẾNG 1 giây", "4. The silence button is held for 1 s")
_SILENT = Text("mọi rơ-le đã ngắt", "every relay is off")
_GONE = Text("gongd dừng theo lệnh, mã {status}", "gongd stopped as told, exit status {status}")
_TOO_LATE = Text("Chờ mãi không thấy: {what}", "waited in vain for: {what}")

_ANSWER = Text("gongd trả lời", "gongd to answer")
_PRINTS = Text("âm thanh dựng xong", "the sounds to be rendered")
_GONG = Text("kẻng đánh", "the gong to ring")
_ALARM = Text("báo động", "the alarm")
_QUIET = Text("tắt hết rơ-le", "all relays off")


@dataclass(slots=True)
class Story:
    """What happened when. Instants are seconds of CLOCK_BOOTTIME; `due` is wall time."""

    ready_s: float = 0.0
    due: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    gong_at: float = 0.0
    late_s: float = 0.0
    pressed_at: float = 0.0
    accepted_at: float = 0.0
    alarm_at: float = 0.0
    silence_at: float = 0.0
    silent_at: float = 0.0
    status: int = -1
    still_on: list[int] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    waves: list[Path] = field(default_factory=list)


class Play:
    """One performance. Every act raises DemoError when what it waits for does not come."""

    def __init__(self, village: Village, daemon: Daemon, screen: Screen) -> None:
        self._village, self._daemon, self._screen = village, daemon, screen
        self._began = _now()
        self._pins = PinsLog(village.out)
        self._tail = Tail(village)
        self._story = Story()

    def perform(self) -> Story:
        """All acts, in their order."""
        for act in (self._start, self._render, self._evening, self._fire, self._silence, self._curtain):
            act()
        self._story.edges, self._story.waves = self._pins.edges, self._village.waves
        return self._story

    def _start(self) -> None:
        self._screen.act(_STARTING)
        self._wait(lambda: self._daemon.status() is not None, START_S, _ANSWER)
        self._story.ready_s = _now() - self._began
        self._screen.say(_READY.fill(s=_decimal(self._story.ready_s, 1)))

    def _render(self) -> None:
        self._screen.say(_RENDERING)
        wanted = ["fire", "peace"]

        def done() -> bool:
            missing = _missing(self._daemon)
            for signal in [name for name in wanted if f"{name} actual" not in missing]:
                wanted.remove(signal)
                self._screen.say(_RENDERED.fill(signal=SIGNALS[signal], s=_decimal(_now() - self._began, 1)))
            return not wanted

        self._wait(done, RENDER_S, _PRINTS, look_s=0.2)

    def _evening(self) -> None:
        story, screen = self._story, self._screen
        story.due = datetime.fromtimestamp(math.ceil(time.time() + AHEAD_S), ZONE)
        due_at = story.due.timestamp() - time.time() + _now()
        screen.act(_EVENING.fill(at=f"{story.due:%H:%M:%S}"))
        self._village.write(story.due.timetz().replace(tzinfo=None))
        self._daemon.ask(do="reload")
        screen.say(_AHEAD.fill(s=_decimal(due_at - _now(), 1)))
        self._wait(self._has_begun, ACT_S, _GONG)
        story.gong_at = self._pins.first(AMPLIFIER, True) or 0.0
        story.late_s = story.gong_at - due_at
        screen.say(_RINGS.fill(ms=_milliseconds(story.late_s)))
        self._watch_until(lambda: self._pins.first(STRIKER, True) is not None, ACT_S, _GONG)
        self._watch_for((self._pins.first(STRIKER, True) or _now()) + PRESS_AFTER_S - _now())

    def _fire(self) -> None:
        story, screen = self._story, self._screen
        screen.act(_FIRE)
        story.pressed_at = _now()
        self._daemon.ask(do="press", button="fire", for_s=HOLD_S + 0.5)
        self._watch_until(lambda: self._pins.first(STROBE, True) is not None, ACT_S, _ALARM)
        story.alarm_at = self._pins.first(STROBE, True) or 0.0
        story.accepted_at = self._pins.last(LAMP, True, story.alarm_at) or story.alarm_at
        screen.say(_ACCEPTED.fill(ms=_milliseconds(story.alarm_at - story.accepted_at)))
        self._watch_for(story.alarm_at + ALARM_S - _now())

    def _silence(self) -> None:
        story, screen = self._story, self._screen
        screen.act(_SILENCE)
        story.silence_at = _now()
        self._daemon.ask(do="press", button="silence", for_s=1.4)
        self._watch_until(lambda: self._pins.first(AMPLIFIER, False, story.alarm_at) is not None, ACT_S, _QUIET)
        story.silent_at = self._pins.first(AMPLIFIER, False, story.alarm_at) or 0.0
        self._watch_for(QUIET_S)
        screen.say(_SILENT)

    def _curtain(self) -> None:
        self._daemon.check()
        self._story.status = self._daemon.end()
        self._pins.follow()
        self._story.still_on = still_on(self._village.out)
        self._screen.say(_GONE.fill(status=self._story.status))

    def _has_begun(self) -> bool:
        self._screen.know(self._pins.follow())
        return self._pins.first(AMPLIFIER, True) is not None

    # ── Waiting ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _wait(self, done: Callable[[], bool], at_most_s: float, what: Text, look_s: float = _LOOK_S) -> None:
        until = _now() + at_most_s
        while not done():
            self._daemon.check()
            if _now() > until:
                raise DemoError(_TOO_LATE.fill(what=what))
            time.sleep(look_s)

    def _watch_until(self, done: Callable[[], bool], at_most_s: float, what: Text) -> None:
        """Wait, and draw what happens meanwhile."""

        def look() -> bool:
            edges = self._pins.follow()
            self._screen.show(edges, level(self._tail.hear()[1]), _now())
            return done()

        self._wait(look, at_most_s, what, COLUMN_S / 2)

    def _watch_for(self, duration_s: float) -> None:
        until = _now() + duration_s
        self._watch_until(lambda: _now() >= until, duration_s + ACT_S, _GONG)


def _missing(daemon: Daemon) -> list[str]:
    prints = (daemon.status() or {}).get("prints")
    return list(prints["missing"]) if isinstance(prints, dict) else ["fire actual", "peace actual"]


def _now() -> float:
    """The clock that the daemon writes its edges by."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _decimal(value: float, digits: int) -> Text:
    plain = f"{value:.{digits}f}"
    return Text(plain.replace(".", ","), plain)


def _milliseconds(value_s: float) -> Text:
    return _decimal(value_s * 1000, 1)
