"""How often each thing is tried."""

from dataclasses import dataclass

from gongd.box.outbox import LINGER_S


@dataclass(frozen=True, slots=True)
class Effort:
    """Trials of each kind; so long the idle box is watched (`idle_s`) and its sounds are waited for (`prints_s`).

    `crowds`: how many boxes, and how many alerts to them; the broker of `outage_of` boxes dies for `outage_s`,
    and `some` of so many are alerted alone as well; an alert is over when nothing has come for `quiet_s`. `fleet` boxes
    send for `fleet_s` seconds at each rate.
    """

    starts: int
    triggers: int
    gongs: int
    sounds: int
    nights: int
    rings: int
    orders: int
    crowds: tuple[tuple[int, int], ...]
    outage_of: int
    some: int
    outage_s: float
    quiet_s: float
    messages: int
    fleet: int
    fleet_s: float
    idle_s: float
    prints_s: float


FULL = Effort(
    starts=10,
    triggers=120,
    gongs=30,
    sounds=50,
    nights=24,
    rings=40,
    orders=500,
    crowds=((1, 20), (100, 5), (1000, 5)),
    outage_of=1000,
    some=100,
    outage_s=5.0,
    quiet_s=LINGER_S + 1.0,
    messages=1500,
    fleet=10_000,
    fleet_s=20.0,
    idle_s=180.0,
    prints_s=300.0,
)
"""`idle_s` is a whole number of the three minutes between two signs of life, or it would catch one too many."""
QUICK = Effort(
    starts=1,
    triggers=3,
    gongs=1,
    sounds=2,
    nights=1,
    rings=1,
    orders=2,
    crowds=((2, 1),),
    outage_of=2,
    some=1,
    outage_s=1.0,
    quiet_s=0.5,
    messages=10,
    fleet=20,
    fleet_s=1.0,
    idle_s=1.0,
    prints_s=0.0,
)
"""A smoke run: proves that the bench works, measures nothing that counts."""
