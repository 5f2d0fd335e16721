"""What happens to the commune in this minute, act by act; the desk's own words are shown as an officer reads them."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gongd.adapters.journal import read
from gongd.core.words import Text
from gongd.demo.commune.place import HOST, RIVERSIDE, Place
from gongd.demo.commune.programs import Programs
from gongd.demo.commune.road import Road
from gongd.demo.daemon import Daemon
from gongd.demo.pins import Edge, PinsLog
from gongd.demo.screen import Screen
from gongd.demo.village import AMPLIFIER, HOLD_S, STROBE, ZONE, DemoError, Village

COMMUNE_START_S, SOUNDS_S, ACT_S = 60.0, 240.0, 30.0
"""How long each may take on a slow machine before the demo gives up."""
AHEAD_S = 5.0
ROLL_S = 6.0
ALARM_S = 7.0
ALONE_S = 5.0
_LOOK_S = 0.1
OFFICER = "Trực ban"
CODE = "dung"
"""What the person at the desk types once both have read the same check code."""

_FOUND = Text("8. Cả xã: ba cụm loa, một máy chủ, một bàn trực", "8. A whole commune: three boxes, a broker, the desk")
_MADE = Text("gongctl init: có khóa của xã và máy chủ riêng", "gongctl init: the commune has its keys and its broker")
_ENROLLED = Text(
    "{name}: gongd keygen, gongctl enrol; hai bên đọc cùng một mã {code}",
    "{name}: gongd keygen, gongctl enrol; both sides read the same code {code}",
)
_RENDERING = Text("ba cụm loa dựng sẵn âm thanh ...", "three boxes render their sounds ...")
_ALL_WELL = Text("bàn trực thấy cả ba cụm loa kêu được", "the desk sees that all three can sound")
_EVENING = Text("9. 22 giờ ở cả ba thôn (trong bản này là {at})", "9. It is 22:00 in all three villages (here {at})")
_TOGETHER = Text("ba rơ-le đóng cách nhau {ms} ms", "the three relays close within {ms} ms")
_ALARM = Text(
    "10. Cháy ở Thôn 1: bàn trực báo động khu ven sông", "10. Fire in Thôn 1: the desk raises the alarm by the river"
)
_SOUNDING = Text(
    "rơ-le báo động của Thôn 1 và Thôn 2 đóng {s} giây sau khi gõ lệnh; Thôn 3 vẫn đánh kẻng",
    "the alarm's relays of Thôn 1 and Thôn 2 close {s} s after the command; Thôn 3 goes on with its gong",
)
_CUT = Text(
    "11. Thôn 3 đứt mạng; có người giữ nút CHÁY ở đó", "11. Thôn 3 is cut off; somebody there holds the fire button"
)
_ALONE = Text("Thôn 3 vẫn kêu, dù đứt mạng", "Thôn 3 sounds all the same")
_UNKNOWN = Text("bàn trực chưa biết gì", "the desk knows nothing of it")
_MENDED = Text(
    "có mạng lại: {s} giây sau bàn trực có đủ nhật ký", "the network is back: {s} s later the desk has it all"
)
_SHEET = Text("12. Bảng theo dõi kẻng 22 giờ", "12. The attendance sheet")
_GONE = Text("mọi chương trình dừng êm", "every program has ended well")
_TOO_LATE = Text("Chờ mãi không thấy: {what}", "waited in vain for: {what}")
_SOUNDS = Text("cả ba cụm loa sẵn sàng", "three boxes that can sound")
_GONG = Text("kẻng ở cả ba thôn", "the gong in all three villages")
_SIREN = Text("báo động", "the alarm")
_QUIET = Text("rơ-le ngắt", "the relays to go off")
_RECORDS = Text("nhật ký về tới bàn trực", "the records at the desk")


@dataclass(slots=True)
class CommuneStory:
    """What happened. Instants are seconds of CLOCK_BOOTTIME; `arrived` and `written`: a box's records, by number."""

    gongs: list[float] = field(default_factory=list)
    edges: dict[str, list[Edge]] = field(default_factory=dict)
    ordered_at: float = 0.0
    alarms: dict[str, float | None] = field(default_factory=dict)
    alert_status: int = -1
    cancelled_at: float = 0.0
    calmed: bool = False
    was_cut_at: float = 0.0
    mended_at: float = 0.0
    alone_at: float | None = None
    known_early: bool = True
    arrived: dict[str, list[int]] = field(default_factory=dict)
    written: dict[str, list[int]] = field(default_factory=dict)
    sheet: dict[str, Any] = field(default_factory=dict)
    ended_at: float = 0.0
    statuses: list[int] = field(default_factory=list)


class CommunePlay:
    """One performance. Every act raises DemoError when what it waits for does not come."""

    def __init__(self, place: Place, programs: Programs, road: Road, screen: Screen) -> None:
        self._place, self._programs, self._road, self._screen = place, programs, road, screen
        self.villages = place.villages(road.port)
        self.daemons: list[Daemon] = []
        self._pins = {village.id: PinsLog(village.out) for village in self.villages}
        self._story = CommuneStory()

    def perform(self) -> CommuneStory:
        """All acts, in their order."""
        for act in (self._found, self._evening, self._alarm, self._cut_off, self._attend, self._curtain):
            act()
        return self._story

    # ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _found(self) -> None:
        screen, programs, place = self._screen, self._programs, self._place
        screen.act(_FOUND)
        programs.gongctl("init", "nguyet-an", "--host", HOST, "--address", HOST, "--port", str(place.port))
        place.write_roster()
        screen.say(_MADE)
        programs.start("broker")
        for village in self.villages:
            village.found()
            screen.say(_ENROLLED.fill(name=village.name, code=self._enrol(village)))
        programs.start("collect")
        self.daemons = [Daemon(village) for village in self.villages]
        screen.say(_RENDERING)
        self._wait(self._all_can_sound, SOUNDS_S, _SOUNDS, look_s=1.0)
        screen.say(_ALL_WELL)
        self._show(programs.gongctl("status", good=(0, 1)))

    def _enrol(self, village: Village) -> str:
        """There and back over the stick; the check code that both sides read."""
        config, stick = str(village.config), self._place.stick
        self._programs.gongd("keygen", "--to", str(stick), "--config", config)
        request = stick / f"nguyet-an-{village.id}.request.json"
        asked = self._programs.gongctl("enrol", str(request), "--out", str(stick), typed=f"{CODE}\n")
        answer = stick / f"nguyet-an-{village.id}.answer.json"
        self._programs.gongd("keygen", "--answer", str(answer), "--config", config)
        return asked.split(": ", 1)[1].split(".", 1)[0]

    def _evening(self) -> None:
        screen = self._screen
        due = datetime.fromtimestamp(math.ceil(time.time() + AHEAD_S), ZONE)
        screen.act(_EVENING.fill(at=f"{due:%H:%M:%S}"))
        for village, daemon in zip(self.villages, self.daemons, strict=True):
            village.write(due.timetz().replace(tzinfo=None))
            daemon.ask(do="reload")
        self._wait(lambda: all(self._first(village, AMPLIFIER) for village in self.villages), ACT_S, _GONG)
        gongs = self._story.gongs = [self._first(village, AMPLIFIER) or 0.0 for village in self.villages]
        screen.say(_TOGETHER.fill(ms=_decimal((max(gongs) - min(gongs)) * 1000, 1)))
        self._rest(ROLL_S)

    def _alarm(self) -> None:
        """The officer's own command, and his all clear."""
        story, screen, programs = self._story, self._screen, self._programs
        screen.act(_ALARM)
        words = ("alert", "fire", "--to", RIVERSIDE, "--yes", "--by", OFFICER, "--note", "Cháy nhà ở Thôn 1")
        screen.plain(f"$ gongctl {' '.join(words[:5])}")
        story.ordered_at = _now()
        with programs.begin(*words) as officer:
            said, _ = officer.communicate(timeout=ACT_S)
        story.alert_status = officer.returncode
        self._show(said)
        by_the_river = self.villages[:2]
        self._wait(lambda: all(self._first(one, STROBE) for one in by_the_river), ACT_S, _SIREN)
        took_s = max(self._first(one, STROBE) or 0.0 for one in by_the_river) - story.ordered_at
        screen.say(_SOUNDING.fill(s=_decimal(took_s, 2)))
        self._rest(ALARM_S)
        screen.plain("$ gongctl cancel --reason safe")
        story.cancelled_at = _now()
        self._show(programs.gongctl("cancel", "--reason", "safe", "--by", OFFICER, good=(0, 1)))
        self._wait(lambda: all(self._is_off(village, STROBE) for village in by_the_river), ACT_S, _QUIET)
        story.calmed = True
        story.alarms = {village.id: self._first(village, STROBE) for village in self.villages}

    def _cut_off(self) -> None:
        story, screen = self._story, self._screen
        third, daemon = self.villages[2], self.daemons[2]
        screen.act(_CUT)
        self._road.cut()
        story.was_cut_at = _now()
        daemon.ask(do="press", button="fire", for_s=HOLD_S + 0.5)
        self._wait(lambda: self._first(third, STROBE, story.was_cut_at) is not None, ACT_S, _SIREN)
        story.alone_at = self._first(third, STROBE, story.was_cut_at)
        screen.say(_ALONE)
        self._rest(ALONE_S)
        daemon.ask(do="press", button="silence", for_s=1.4)
        self._wait(lambda: self._is_off(third, STROBE), ACT_S, _QUIET)
        story.known_early = any(event.get("signal") == "fire" for event in self._events(third))
        if not story.known_early:
            screen.say(_UNKNOWN)
        story.mended_at = _now()
        self._road.mend()
        self._wait(lambda: self._is_told(third), COMMUNE_START_S, _RECORDS, look_s=0.5)
        screen.say(_MENDED.fill(s=_decimal(_now() - story.mended_at, 1)))
        self._show(self._programs.gongctl("events", "--box", third.id), last=6)

    def _attend(self) -> None:
        self._screen.act(_SHEET)
        today = f"{datetime.now(ZONE):%d/%m/%Y}"
        span = ("attendance", "--from", today, "--until", today)
        self._show(self._programs.gongctl(*span))
        [self._story.sheet] = self._programs.told(*span, "--format", "json")

    def _curtain(self) -> None:
        story = self._story
        self._wait(self._compare, ACT_S, _RECORDS, look_s=0.5)
        story.ended_at = _now()
        story.statuses = [daemon.end() for daemon in self.daemons]
        for name, pins in self._pins.items():
            pins.follow()
            story.edges[name] = pins.edges
        self._programs.check()
        self._screen.say(_GONE)

    # ── Looking ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _all_can_sound(self) -> bool:
        """As the desk sees it: the fire alarm and the gong are rendered, and a heartbeat has come."""
        for daemon in self.daemons:
            prints = (daemon.status() or {}).get("prints")
            missing = prints["missing"] if isinstance(prints, dict) else ["fire actual"]
            if {"fire actual", "peace actual"} & set(missing):
                return False
        return all(row["sounds"] == "yes" for row in self._programs.told("status", "--json"))

    def _events(self, village: Village) -> list[dict[str, Any]]:
        return self._programs.told("events", "--box", village.id, "--json")

    def _is_told(self, village: Village) -> bool:
        """Has the desk every record that this box has written so far?"""
        return {int(event["number"]) for event in self._events(village)} >= set(_numbers(village))

    def _compare(self) -> bool:
        """The journals, and then the desk's record of them: what a box writes in between counts at the next look."""
        story = self._story
        for village in self.villages:
            story.written[village.id] = _numbers(village)
            story.arrived[village.id] = sorted(int(event["number"]) for event in self._events(village))
        return story.arrived == story.written

    def _first(self, village: Village, pin: int, after: float = 0.0) -> float | None:
        pins = self._pins[village.id]
        pins.follow()
        return pins.first(pin, True, after)

    def _is_off(self, village: Village, pin: int) -> bool:
        pins = self._pins[village.id]
        pins.follow()
        moves = [edge.on for edge in pins.edges if edge.pin == pin]
        return bool(moves) and not moves[-1]

    def _show(self, said: str, last: int | None = None) -> None:
        lines = said.rstrip().splitlines()
        for line in lines[-last:] if last else lines:
            self._screen.plain(f"  │ {line}")

    # ── Waiting ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _wait(self, done: Callable[[], bool], at_most_s: float, what: Text, look_s: float = _LOOK_S) -> None:
        until = _now() + at_most_s
        while not done():
            self._programs.check()
            for daemon in self.daemons:
                daemon.check()
            if _now() > until:
                raise DemoError(_TOO_LATE.fill(what=what))
            time.sleep(look_s)

    def _rest(self, duration_s: float) -> None:
        until = _now() + duration_s
        self._wait(lambda: _now() >= until, duration_s + ACT_S, _GONG)


def _numbers(village: Village) -> list[int]:
    return [int(row["number"]) for row in read(village.journal)]


def _now() -> float:
    """The clock that the daemons write their edges by."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _decimal(value: float, digits: int) -> Text:
    plain = f"{value:.{digits}f}"
    return Text(plain.replace(".", ","), plain)
