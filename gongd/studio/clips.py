"""Makes the standard clips that we ship, with the synthetic voice, and their manifest.

    python -m gongd.studio.clips [FOLDER]

They stand in where a box has neither recordings nor espeak-ng. A clip knows no names: `{place}` is "thôn ta" in it,
and a sentence with a telephone number is left out.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

from gongd.core.job import Voicing
from gongd.core.label import RATE
from gongd.core.phrase import PHRASES, PLACE_UNNAMED, fill
from gongd.core.words import Language
from gongd.studio import espeak
from gongd.studio.mix import pcm

FOLDER = Path(__file__).parents[2] / "sounds"
MANIFEST = "manifest.json"

_LICENCE = "Apache-2.0"
_ORIGIN = (
    "Our own text, spoken by {program} (voice vi, {speed} words a minute) for this project by `python -m gongd.studio"
    ".clips`. espeak-ng is GPL-3.0-or-later; its licence covers the program, not the sound that it makes."
)


def text_of(name: str) -> str:
    """What the clip of that phrase says."""
    said = fill(PHRASES[name].vi, PLACE_UNNAMED.vi, None)
    return re.sub(r"(?:^|(?<=[.!?] ))\w", lambda first: first[0].upper(), said)


def main(arguments: list[str]) -> int:
    """Write every clip, and the manifest."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    entries = [_make(folder, name) for name in PHRASES]
    (folder / MANIFEST).write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    return 0


def _make(folder: Path, name: str) -> dict[str, object]:
    voicing = Voicing()
    sound = espeak.speak(text_of(name), Language.VI, voicing)
    path = folder / f"{name}.ogg"
    _encode(pcm(sound), path)
    return {
        "file": path.name,
        "language": Language.VI.value,
        "text": text_of(name),
        "seconds": round(sound.size / RATE, 2),
        "origin": _ORIGIN.format(program=_program(), speed=voicing.words_per_minute),
        "licence": _LICENCE,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _encode(data: bytes, path: Path) -> None:
    """Ogg Vorbis, without a date or an encoder's name in it: the same voice gives the same file."""
    exact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"]
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    command = ["ffmpeg", "-loglevel", "error", "-y", *source, *exact, "-c:a", "libvorbis", "-q:a", "3", str(path)]
    subprocess.run(command, input=data, check=True)


def _program() -> str:
    said = subprocess.run([espeak.PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"[0-9]+(\.[0-9]+)+", said)
    return f"{espeak.PROGRAM} {found[0] if found else ''}".strip()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
