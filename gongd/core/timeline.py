"""A whole activation on one axis of time: strokes, blasts and spoken words. What the studio renders and relays follow."""

from dataclasses import dataclass

from gongd.core.pattern import Blast, Stroke


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken piece. `key` names it among the words of its print (`full`, `short`, `drill-before` ...)."""

    at_s: float
    duration_s: float
    key: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of time, from 0 to `duration_s`."""

    strokes: tuple[Stroke, ...]
    blasts: tuple[Blast, ...]
    words: tuple[Word, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """`head` once, then `loop` for ever (or not at all), then, before the cap or at the end, `ending`.

    Instant 0 is the first sound; relays with a lead move before it. A head may be played twice as long as it seems
    needed so that `loop` meets itself without a seam: see `compose`.
    """

    head: Passage
    loop: Passage | None = None
    ending: Passage | None = None
