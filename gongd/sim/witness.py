"""The witness: what a village hears and what its relays do, by the true clock. It knows nothing of the box's words.

Which activation a sound is for is what the stage says of it (`Began`); whether that was right is for `invariants`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from gongd.core.catalogue import Status
from gongd.sim.clockwork import Clockwork


@dataclass(slots=True)
class Sounding:
    """One stretch of sound. `began_at` is the first move, `ended_at` silence. `with_card`: had the loudspeaker a card?

    `own_end`: it came to its own end. Instants are of the true clock.
    """

    box: str
    signal: str
    status: Status
    began_at: float
    with_card: bool
    activation: str = ""
    ended_at: float | None = None
    own_end: bool = False
    relays: set[str] = field(default_factory=set)

    @property
    def is_heard(self) -> bool:
        """By the loudspeaker, or by a relay that makes a noise."""
        return self.with_card or bool(self.relays - {"amplifier"})

    def lasted_s(self, now: float) -> float:
        """How long so far."""
        return (now if self.ended_at is None else self.ended_at) - self.began_at


@dataclass(slots=True)
class Witness:
    """Sees one box. `began` and `ended` hear of every stretch, `moved` of every relay."""

    box: str
    world: Clockwork
    began: Callable[[Sounding], None]
    ended: Callable[[Sounding], None]
    moved: Callable[[str, str, bool], None]
    now_sounding: Sounding | None = None
    silent_since: float = 0.0
    relays_on: dict[str, float] = field(default_factory=dict)

    def begins(self, signal: str, status: Status, lead_s: float, with_card: bool) -> None:
        """The loudspeaker is given its sound."""
        del lead_s
        self.ends()
        self.now_sounding = Sounding(self.box, signal, status, self.world.now, with_card)

    def names(self, activation: str) -> None:
        """The stage says for whom that is."""
        sounding = self.now_sounding
        if sounding is not None and not sounding.activation:
            sounding.activation = activation
            sounding.relays |= set(self.relays_on)
            self.began(sounding)

    def own_end(self, activation: str) -> None:
        """The stage says that it has come to its own end."""
        last = self.last
        if last is not None and last.activation == activation:
            last.own_end = True

    last: Sounding | None = None

    def ends(self) -> None:
        """Silence."""
        sounding, self.now_sounding = self.now_sounding, None
        if sounding is not None:
            sounding.ended_at = self.silent_since = self.world.now
            self.last = sounding
            self.ended(sounding)

    def card(self, present: bool) -> None:
        """The sound card comes or goes in the middle."""
        if self.now_sounding is not None and present:
            self.now_sounding.with_card = True

    def relay(self, name: str, on: bool) -> None:
        """A relay has moved."""
        if on:
            self.relays_on[name] = self.world.now
            if self.now_sounding is not None:
                self.now_sounding.relays.add(name)
        else:
            self.relays_on.pop(name, None)
        self.moved(self.box, name, on)

    def dark(self) -> None:
        """The power is gone: nothing sounds, no relay holds."""
        for name in sorted(self.relays_on):
            self.relay(name, False)
        self.ends()
