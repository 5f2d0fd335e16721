"""Pictures (PNG): a signal's timeline to pin beside the gong, and what happened, lane by lane. Drawn with Pillow.

Import this only where a picture is drawn: Pillow has no place in the daemon.
"""

from gongd.adapters.picture.history import Band, Curve, Lane, Mark, draw_history
from gongd.adapters.picture.nights import Colour, draw_nights
from gongd.adapters.picture.paper import Ink, copy_small
from gongd.adapters.picture.score import draw_timeline

__all__ = [
    "Band",
    "Colour",
    "Curve",
    "Ink",
    "Lane",
    "Mark",
    "copy_small",
    "draw_history",
    "draw_nights",
    "draw_timeline",
]
