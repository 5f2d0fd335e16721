"""Makes the ready-made tones of the bare rhythm out of our own gong and siren.

python -m gongd.studio.samples [FOLDER]
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gongd.core.label import RATE
from gongd.core.pattern import Tone
from gongd.studio import gong, siren
from gongd.studio.filter import Sound
from gongd.studio.mix import pcm

FOLDER = Path(__file__).parents[1] / "adapters" / "samples"
STRENGTHS = (0.5, 0.75, 1.0)
STROKE_S = 1.6
STROKE_PEAK = 0.72
BLAST_PEAK = 0.37
"""What gives an unbroken gong and an unbroken siren the loudness of a print (TARGET_LUFS)."""

STEADY_S = 0.25


def samples() -> Mapping[str, bytes]:
    """Each tone by its file's name without ending: PCM, signed 16 bit little endian."""
    made = {f"stroke-{round(100 * strength)}": _stroke(strength) for strength in STRENGTHS}
    made[Tone.STEADY.value] = siren.sustained(Tone.STEADY, round(STEADY_S * RATE)) * BLAST_PEAK
    made[Tone.WAILING.value] = siren.sustained(Tone.WAILING, round(siren.WAIL_S * RATE)) * BLAST_PEAK
    return {name: pcm(sound) for name, sound in made.items()}


def _stroke(strength: float) -> Sound:
    sound = gong.stroke(strength)[: round(STROKE_S * RATE)]
    fade = np.clip(np.arange(sound.size)[::-1] / (0.4 * RATE), 0.0, 1.0)
    return np.asarray(sound * fade * STROKE_PEAK)


def main(arguments: list[str]) -> int:
    """Write the files."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in samples().items():
        (folder / f"{name}.pcm").write_bytes(data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
