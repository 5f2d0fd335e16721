"""What befalls the broker and the network to it: both are mended by themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gongd.sim import furniture
from gongd.sim.cabinet import Cabinet
from gongd.sim.commune import Commune
from gongd.sim.plan import Happening, What

NOTICED_S = (5.0, 70.0)
"""So long until an end of the line notices that nobody answers."""


@dataclass(frozen=True, slots=True)
class Network:
    """The lines of a commune."""

    commune: Commune

    def deeds(self) -> Mapping[What, Callable[[Happening], None]]:
        """What is done for each kind of happening."""
        return {
            What.BROKER_DOWN: lambda each: self._broker_down(each, forgets=False),
            What.BROKER_FORGETS: lambda each: self._broker_down(each, forgets=True),
            What.BROKER_SLOW: lambda each: self._broker_is(each, "slow"),
            What.BROKER_DOUBLES: lambda each: self._broker_is(each, "doubles"),
            What.BROKER_SHUFFLES: lambda each: self._broker_is(each, "shuffles"),
            What.NETWORK_CUT: self.network_cut,
            What.SPLIT: self.split,
            What.DESK_CUT: self.desk_cut,
        }

    def _shake(self, cabinets: Sequence[Cabinet]) -> None:
        for cabinet in cabinets:
            self.commune.facts.shake(cabinet.id, self.commune.world.now)

    # ── The broker ───────────────────────────────────────────────────────────────────────────────────────────────

    def _broker_down(self, each: Happening, forgets: bool) -> None:
        broker = self.commune.broker
        self._shake(self.commune.cabinets)
        broker.fail()
        if forgets:
            broker.forget()
            self.commune.facts.forgot.append(self.commune.world.now)
        self.commune.world.after(each.for_s, self.broker_back)

    def broker_back(self) -> None:
        """It answers again."""
        self._shake(self.commune.cabinets)
        self.commune.broker.is_up = True
        self.reconnect()

    def reconnect(self) -> None:
        """Whoever is not connected tries again."""
        self.commune.console.link.try_again()
        for sending in self.commune.console.sendings:
            sending.link.try_again()
        for cabinet in self.commune.cabinets:
            if cabinet.daemon is not None and cabinet.daemon.link is not None:
                cabinet.daemon.link.try_again()

    def _broker_is(self, each: Happening, how: str) -> None:
        broker = self.commune.broker
        self._shake(self.commune.cabinets)
        setattr(broker, how, True)

        def end() -> None:
            self._shake(self.commune.cabinets)
            setattr(broker, how, False)

        self.commune.world.after(each.for_s, end)

    # ── The way there ────────────────────────────────────────────────────────────────────────────────────────────

    def network_cut(self, each: Happening) -> None:
        """One box has no network."""
        self._cut_boxes(each, (self.commune.cabinets[each.box - 1],))

    def split(self, each: Happening) -> None:
        """The commune falls apart: half of its boxes reach the broker no more, and come back together."""
        chance = self.commune.chance.stream("split", each.at)
        every = sorted(self.commune.cabinets, key=lambda _cabinet: chance.unit())
        half = sorted(every[: max(1, len(every) // 2)], key=lambda cabinet: cabinet.number)
        self.commune.history.note("world", f"is split: {' '.join(cabinet.id for cabinet in half)}")
        self._cut_boxes(each, half)

    def _cut_boxes(self, each: Happening, cabinets: Sequence[Cabinet]) -> None:
        self._shake(cabinets)
        names = [f"{furniture.COMMUNE}/{cabinet.id}" for cabinet in cabinets]
        self._cut(names, each.for_s, lambda: self._shake(cabinets))

    def desk_cut(self, each: Happening) -> None:
        """The desk has none."""
        every = self.commune.cabinets
        self._shake(every)
        self._cut([self.commune.console.link.name], each.for_s, lambda: self._shake(every))

    def _cut(self, names: Sequence[str], for_s: float, healed: Callable[[], None]) -> None:
        broker, world = self.commune.broker, self.commune.world
        broker.cut.update(names)
        for name in names:
            world.after(self.commune.chance.between(*NOTICED_S), lambda name=name: self._notice(name))  # type: ignore[misc]

        def heal() -> None:
            for name in names:
                broker.drop(name)  # what was said into the silence is lost, and so is the connection
            broker.cut.difference_update(names)
            healed()
            self.reconnect()

        world.after(for_s, heal)

    def _notice(self, name: str) -> None:
        if name in self.commune.broker.cut:
            self.commune.broker.drop(name)

    # ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────

    def mend(self) -> None:
        """Everything works again."""
        broker = self.commune.broker
        broker.cut.clear()
        broker.is_up = True
        broker.slow = broker.doubles = broker.shuffles = False
        self.reconnect()
