"""Mishaps: what happens to cabinets, cards, clocks, hands and settings. Most end by themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gongd.ports import Asked
from gongd.sim import furniture
from gongd.sim.cabinet import BOOTING_S, Cabinet
from gongd.sim.commune import Commune
from gongd.sim.disk import Cut, State
from gongd.sim.network import Network
from gongd.sim.plan import Happening, What

SYNC_S = (5.0, 120.0)
"""From a time server that answers to a kernel that says so."""
YEARS_S = 26 * 365 * 86400.0
"""A machine that has lost its time altogether believes that it is the year 2000."""
DOWN_S = 120.0
"""How long a machine that died in the middle of a write stays dead, unless the plan says otherwise."""
ARMED_S = 12 * 3600.0


@dataclass(slots=True)
class Mishaps:
    """The hands of fate. `spoofed_s` by box: how wrong its time server is; `silent` have none."""

    commune: Commune
    spoofed_s: dict[int, float] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)
    downtime_s: dict[int, float] = field(default_factory=dict)
    network: Network = field(init=False)

    def __post_init__(self) -> None:
        self.network = Network(self.commune)

    def deeds(self) -> Mapping[What, Callable[[Happening], None]]:
        """What is done for each kind of happening."""
        return {
            **self.network.deeds(),
            What.POWER_CUT: self.power_cut,
            What.CUT_AT_WRITE: self.cut_at_write,
            What.CUT_AT_RELAY: self.cut_at_relay,
            What.KILL: lambda each: self._of(each).kill(),
            What.DISK_FULL: lambda each: self._card(each, State.FULL),
            What.DISK_READ_ONLY: lambda each: self._card(each, State.READ_ONLY),
            What.DISK_STALLED: self.stall,
            What.DISK_CORRUPT: self.corrupt,
            What.NTP_GONE: self.ntp_gone,
            What.NTP_SPOOFED: self.ntp_spoofed,
            What.CLOCK_SET: self.clock_set,
            What.CLOCK_DRIFTS: self.clock_drifts,
            What.CLOCK_VOUCHED: self.clock_vouched,
            What.CARD_GONE: self.card_gone,
            What.RELAY_STUCK: self.relay_stuck,
            What.PINS_DEAD: self.pins_dead,
            What.VOICE_GONE: self.voice_gone,
            What.SETTINGS_BAD: self.settings_bad,
            What.SETTINGS_NEW: self.settings_new,
        }

    def _of(self, each: Happening) -> Cabinet:
        return self.commune.cabinets[each.box - 1]

    def _shake(self, cabinet: Cabinet) -> None:
        self.commune.facts.shake(cabinet.id, self.commune.world.now)

    def _lasts(self, each: Happening, cabinet: Cabinet, heal: Callable[[], None]) -> None:
        def end() -> None:
            self._shake(cabinet)
            self.commune.history.note(cabinet.id, f"is over: {each.what}")
            heal()
            cabinet.poke()

        self.commune.world.after(each.for_s, end)

    # ── Power ────────────────────────────────────────────────────────────────────────────────────────────────────

    def power_cut(self, each: Happening) -> None:
        """Now, for so long."""
        self.lose_power(self._of(each), each.for_s)

    def lose_power(self, cabinet: Cabinet, for_s: float) -> None:
        """Everything at this box goes dark; it comes back by itself."""
        if not cabinet.has_power:
            return
        self._shake(cabinet)
        self.commune.history.note(cabinet.id, f"loses power for {for_s:.1f} s")
        cabinet.cut_power()
        died_at = self.commune.world.now
        error_s = cabinet.clock.error_s

        def back() -> None:
            dark_s = self.commune.world.now - died_at
            frozen_s = error_s - dark_s if cabinet.chance.happens(0.7) else -YEARS_S
            self._boot(cabinet, 0.0 if cabinet.has_battery else frozen_s)

        self.commune.world.after(for_s + BOOTING_S, back)

    def _boot(self, cabinet: Cabinet, error_s: float) -> None:
        self._shake(cabinet)
        self.commune.history.note(cabinet.id, f"boots, its clock {error_s:+.1f} s off")
        cabinet.clock.run_at(1.0)
        cabinet.power_on(error_s)
        self.sync_soon(cabinet)

    def died(self, cabinet: Cabinet, how: str) -> None:
        """The power went in the middle of something."""
        self.commune.history.note(cabinet.id, f"dies {how}")
        self.lose_power(cabinet, self.downtime_s.pop(cabinet.number, DOWN_S))

    def cut_at_write(self, each: Happening) -> None:
        """The next write is the machine's last; of it remains nothing, a torn part, or all."""
        cabinet = self._of(each)
        cabinet.disk.cut = tuple(Cut)[int(each.choice * 3)]
        self.downtime_s[cabinet.number] = each.for_s
        self._shake(cabinet)
        self.commune.world.after(ARMED_S, lambda: self._disarm(cabinet))

    def cut_at_relay(self, each: Happening) -> None:
        """The next move of a relay is the machine's last."""
        cabinet = self._of(each)
        cabinet.cut_at_relay = True
        self.downtime_s[cabinet.number] = each.for_s
        self._shake(cabinet)
        self.commune.world.after(ARMED_S, lambda: self._disarm(cabinet))

    def _disarm(self, cabinet: Cabinet) -> None:
        self._shake(cabinet)
        cabinet.disk.cut, cabinet.cut_at_relay = None, False

    # ── Cards ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _card(self, each: Happening, state: State) -> None:
        cabinet = self._of(each)
        self._shake(cabinet)
        cabinet.disk.state = state
        self._lasts(each, cabinet, lambda: self._mend_card(cabinet))

    def _mend_card(self, cabinet: Cabinet) -> None:
        cabinet.disk.state, cabinet.disk.stalled = State.WELL, False
        if cabinet.daemon is not None:
            cabinet.daemon.journal.try_again()

    def stall(self, each: Happening) -> None:
        """The card answers nothing for a while."""
        cabinet = self._of(each)
        self._shake(cabinet)
        cabinet.disk.stalled = True
        self._lasts(each, cabinet, lambda: self._mend_card(cabinet))

    def corrupt(self, each: Happening) -> None:
        """A page of the journal is lost; the machine finds out at its next start."""
        cabinet, was_dark = self._of(each), not self._of(each).has_power
        self._shake(cabinet)
        cabinet.cut_power()
        self.commune.loses_journal(cabinet)
        cabinet.disk.corrupt()
        cabinet.lost_at = self.commune.world.now
        if not was_dark:  # else it boots when its power comes back
            self.commune.world.after(BOOTING_S, lambda: self._boot(cabinet, 0.0 if cabinet.has_battery else -BOOTING_S))

    # ── Clocks ───────────────────────────────────────────────────────────────────────────────────────────────────

    def sync_soon(self, cabinet: Cabinet) -> None:
        """A time server answers by and by."""
        low, high = SYNC_S
        boot = cabinet.boots
        self.commune.world.after(cabinet.chance.between(low, high), lambda: self._sync(cabinet, boot))

    def _sync(self, cabinet: Cabinet, boot: int) -> None:
        if boot != cabinet.boots or not cabinet.has_power or cabinet.number in self.silent:
            return
        error_s = self.spoofed_s.get(cabinet.number, 0.0)
        if abs(cabinet.clock.error_s - error_s) > 1.0 or not cabinet.clock.synchronised:
            self._shake(cabinet)
        is_first = cabinet.synced_at is None and not cabinet.clock.hardware and not cabinet.vouched
        self.commune.facts.tells(cabinet.id, self.commune.world.now, error_s, is_first)
        cabinet.clock.run_at(1.0)
        cabinet.clock.set_off(error_s)
        cabinet.clock.synchronised, cabinet.broken, cabinet.vouched = True, False, False
        cabinet.lied_to = error_s != 0.0
        cabinet.synced_at = self.commune.world.now
        cabinet.poke()

    def _unsync(self, cabinet: Cabinet) -> None:
        if cabinet.clock.synchronised:
            cabinet.clock.synchronised = False
            cabinet.synced_at = self.commune.world.now
        self._shake(cabinet)
        cabinet.poke()

    def ntp_gone(self, each: Happening) -> None:
        """No time server, for so long."""
        cabinet = self._of(each)
        self.silent.add(cabinet.number)
        self._unsync(cabinet)
        self._lasts(each, cabinet, lambda: self._ntp_back(cabinet))

    def _ntp_back(self, cabinet: Cabinet) -> None:
        self.silent.discard(cabinet.number)
        self.spoofed_s.pop(cabinet.number, None)
        self.sync_soon(cabinet)

    def ntp_spoofed(self, each: Happening) -> None:
        """The time server lies."""
        cabinet = self._of(each)
        self.spoofed_s[cabinet.number] = each.size
        self._sync(cabinet, cabinet.boots)
        self._lasts(each, cabinet, lambda: self._ntp_back(cabinet))

    def clock_set(self, each: Happening) -> None:
        """Somebody sets the wall clock, wrongly. The kernel calls itself unsynchronised from then on."""
        cabinet = self._of(each)
        if not cabinet.has_power:
            return
        self._unsync(cabinet)
        cabinet.clock.set_off(each.size)
        cabinet.broken, cabinet.vouched = True, False
        if cabinet.number not in self.silent:
            self.sync_soon(cabinet)

    def clock_drifts(self, each: Happening) -> None:
        """No time server, and a crystal that runs wrong."""
        cabinet = self._of(each)
        self.silent.add(cabinet.number)
        self._unsync(cabinet)
        cabinet.clock.run_at(1.0 + each.size)
        cabinet.lied_to = True
        self._lasts(each, cabinet, lambda: self._ntp_back(cabinet))

    def clock_vouched(self, each: Happening) -> None:
        """Somebody tells the box what time it truly is."""
        cabinet = self._of(each)
        if cabinet.daemon is None:
            return
        said = f"{self.commune.world.wall:%H:%M}"
        cabinet.daemon.inbox.post(Asked({"do": "vouch", "at": said}, lambda _answer: None))
        self._shake(cabinet)
        cabinet.vouched = not cabinet.clock.synchronised
        cabinet.poke()

    # ── Hands and settings ───────────────────────────────────────────────────────────────────────────────────────

    def card_gone(self, each: Happening) -> None:
        """The sound card is pulled out, and put back."""
        cabinet = self._of(each)
        self._shake(cabinet)
        self._card_is(cabinet, False)
        self._lasts(each, cabinet, lambda: self._card_is(cabinet, True))

    def _card_is(self, cabinet: Cabinet, there: bool) -> None:
        cabinet.has_card = there
        if cabinet.daemon is not None:
            (cabinet.speaker.put_back if there else cabinet.speaker.pull_out)()
            cabinet.poke()

    def relay_stuck(self, each: Happening) -> None:
        """A relay does not close: what is read back disagrees."""
        cabinet = self._of(each)
        self._shake(cabinet)
        cabinet.relays.stuck.add(("amplifier", "striker", "siren")[int(each.choice * 3)])
        self._lasts(each, cabinet, cabinet.relays.stuck.clear)

    def pins_dead(self, each: Happening) -> None:
        """No relay can be commanded."""
        cabinet = self._of(each)
        self._shake(cabinet)
        cabinet.relays.all_off()
        cabinet.relays.dead = True
        self._lasts(each, cabinet, lambda: setattr(cabinet.relays, "dead", False))

    def voice_gone(self, each: Happening) -> None:
        """No synthetic voice, for prints that are made meanwhile."""
        cabinet = self._of(each)
        cabinet.has_voice = False
        self._lasts(each, cabinet, lambda: setattr(cabinet, "has_voice", True))
        cabinet.reload()

    def settings_bad(self, each: Happening) -> None:
        """A technician saves half a file, and mends it later."""
        cabinet = self._of(each)
        good = cabinet.drawer.text
        if good == furniture.BROKEN:
            return
        self._save(cabinet, furniture.BROKEN)
        self._lasts(each, cabinet, lambda: self._save(cabinet, good))

    def settings_new(self, each: Happening) -> None:
        """A technician changes something that is sound."""
        cabinet = self._of(each)
        if cabinet.drawer.text != furniture.BROKEN:
            self._save(cabinet, furniture.settings_text(cabinet.number, 60 + int(each.choice * 20)))

    def _save(self, cabinet: Cabinet, text: str) -> None:
        cabinet.drawer.save(text)
        cabinet.reload()

    # ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────

    def mend(self) -> None:
        """Everything works again."""
        self.silent.clear()
        self.spoofed_s.clear()
        for cabinet in self.commune.cabinets:
            self._mend_card(cabinet)
            cabinet.disk.cut, cabinet.cut_at_relay = None, False
            cabinet.relays.stuck.clear()
            cabinet.relays.dead = False
            cabinet.shut.clear()
            cabinet.has_voice = True
            self._card_is(cabinet, True)
            self.sync_soon(cabinet)
            cabinet.poke()
        self.network.mend()
