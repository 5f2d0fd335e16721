"""How long one activation sounds: where its ending begins and where everything is off."""

from dataclasses import dataclass

from gongd.core.timeline import Timeline

SHORTEST_S = 0.5
"""A cap that its lead and tail would eat up still lets this much sound out."""


@dataclass(frozen=True, slots=True)
class Span:
    """Instants on the timeline's axis, in seconds; 0 is the first sound.

    Strokes, blasts and loop stop at `turn_s`, where the ending (if any) begins; nothing sounds after `end_s`.
    """

    turn_s: float
    end_s: float


def span(timeline: Timeline, cap_s: float, lead_s: float, tail_s: float) -> Span:
    """The span of a timeline that began `lead_s` before its first sound and must be wholly off within `cap_s`.

    The tail of the amplifier lies inside the cap. An ending that does not fit any more is left out.
    """
    room_s = max(SHORTEST_S, cap_s - lead_s - tail_s)
    ending_s = timeline.ending.duration_s if timeline.ending else 0.0
    natural_turn_s = float("inf") if timeline.loop else timeline.head.duration_s
    if natural_turn_s + ending_s <= room_s:
        return Span(natural_turn_s, natural_turn_s + ending_s)
    if ending_s < room_s / 2:
        return Span(room_s - ending_s, room_s)
    return Span(min(room_s, natural_turn_s), room_s)
