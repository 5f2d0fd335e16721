"""The repertoire: which prints a settings file asks for. The daemon, `gongd render` and the doctor agree on it."""

from pathlib import Path

from gongd.adapters.shelf import find_clip
from gongd.core.job import House, Job, Voicing, jobs
from gongd.core.trust_list import NEIGHBOURS_SIGNAL
from gongd.settings.clip import sounds_folders
from gongd.settings.model import Settings


def house_of(settings: Settings) -> House:
    """What all prints of a box share."""
    return House(
        place=settings.box.place,
        phone=settings.desk.phone,
        tempo=settings.tempo,
        voicing=Voicing(settings.prints.voice, settings.prints.words_per_minute),
    )


def repertoire(settings: Settings, config: Path, house: House | None = None) -> tuple[Job, ...]:
    """Every print that the box wants, the most urgent first. Clips are looked for beside the settings file `config`."""
    folders = (config.parent, *sounds_folders())
    wanted = house or house_of(settings)
    called = (NEIGHBOURS_SIGNAL,) if settings.mqtt is not None else ()
    return jobs(settings.signals, settings.buttons, wanted, lambda name: find_clip(name, folders), called)
