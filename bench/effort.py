"""How often each thing is tried."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Trials of each kind; so long the idle box is watched (`idle_s`) and its sounds are waited for (`prints_s`)."""

    starts: int
    triggers: int
    gongs: int
    sounds: int
    nights: int
    idle_s: float
    prints_s: float


FULL = Effort(starts=10, triggers=150, gongs=40, sounds=60, nights=40, idle_s=360.0, prints_s=300.0)
"""`idle_s` is a whole number of the three minutes between two signs of life, or it would catch one too many."""
QUICK = Effort(starts=1, triggers=3, gongs=1, sounds=2, nights=1, idle_s=1.0, prints_s=0.0)
"""A smoke run: proves that the bench works, measures nothing that counts."""
