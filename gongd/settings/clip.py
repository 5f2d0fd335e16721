"""Where a recorded clip lies: beside the settings file, or among the sounds that are shipped."""

import sys
from pathlib import Path

CLIP_SUFFIXES = (".wav", ".ogg", ".mp3", ".flac")


def sounds_folders() -> tuple[Path, ...]:
    """Where `sounds/` may be: in the repository, in the virtual environment, in the system; those that exist."""
    places = (
        Path(__file__).resolve().parents[2] / "sounds",
        Path(sys.prefix) / "share" / "gongd" / "sounds",
        Path("/usr/local/share/gongd/sounds"),
        Path("/usr/share/gongd/sounds"),
    )
    return tuple(place for place in places if place.is_dir())


def find_clip(name: str, folder: Path | None) -> Path | None:
    """The file that a clip's name means: relative to the settings file's `folder`, then to the shipped sounds."""
    for start in (*((folder,) if folder else ()), *sounds_folders()):
        try:
            path: Path = start / name
            if path.is_file():
                return path
        except (OSError, ValueError):
            continue
    return None


def clips_near(name: str, folder: Path | None) -> tuple[str, ...]:
    """Names of clips that could have been meant: those that lie where `name` should."""
    names: list[str] = []
    for start in (*((folder,) if folder else ()), *sounds_folders()):
        try:
            near = [path for path in (start / name).parent.iterdir() if path.suffix.lower() in CLIP_SUFFIXES]
            names += (path.relative_to(start).as_posix() for path in near)
        except (OSError, ValueError):
            continue
    return tuple(sorted(set(names)))
