"""The outfit: from Settings to the hands that they ask for. Used by the bootstrap, at start and at every reload."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongd.adapters import bare
from gongd.adapters.aplay import Aplay, CardWatch
from gongd.adapters.calendar import TriggerCalendar
from gongd.adapters.child import ChildOutputs
from gongd.adapters.dry import DryFactory
from gongd.adapters.gpio_buttons import GpioButtons
from gongd.adapters.gpio_relays import GpioRelays
from gongd.adapters.loudspeaker import Loudspeaker
from gongd.adapters.mute import Mute
from gongd.adapters.no_pins import NoPins
from gongd.adapters.pin_factory import open_factory
from gongd.adapters.pins_note import write_note
from gongd.adapters.renderer import Renderer
from gongd.adapters.shelf import Shelf
from gongd.adapters.simpleaudio_child import SimpleAudio
from gongd.adapters.wavefile import WaveFolder
from gongd.box.equipment import Equipment, Found, Hands
from gongd.core.errors import PinsError
from gongd.core.fault import FaultCode
from gongd.player import Player
from gongd.ports import Buttons, Post, Relays, Speaker
from gongd.repertoire import house_of, repertoire
from gongd.settings.clip import sounds_folders
from gongd.settings.model import Backend, Settings

NOTE = "pins.json"

log = logging.getLogger("gongd")


def boot_seconds() -> float:
    """The monotonic clock of the whole box: seconds since the machine was switched on, suspend included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(slots=True)
class Outfit:
    """Opens equipment. `state` and `runtime` are folders; `dry` is where mock pins and sound files go, if dry."""

    config: Path
    state: Path
    runtime: Path
    dry: Path | None
    post: Post
    _factory: Any = None
    _pins_error: PinsError | None = None
    _renderer: Renderer | None = None
    _shelf: Path | None = None
    _learn: Callable[[], None] = lambda: None

    def equip(self, settings: Settings, before: Equipment | None) -> Equipment:
        """The equipment for these settings. Pins and speaker are taken over where they need not change."""
        hands = self._hands(settings, before)
        folder = self._prints_folder(settings)
        house = house_of(settings)
        prints, jobs = Shelf(folder), repertoire(settings, self.config, house)
        self._learn = lambda: prints.learn([job.stem for job in jobs])
        return Equipment(
            settings=settings,
            hands=hands,
            prints=prints,
            renderer=self._studio(folder),
            calendar=TriggerCalendar(settings.box.timezone),
            house=house,
            jobs=jobs,
            bare_track=bare.bare_track,
        )

    def _prints_folder(self, settings: Settings) -> Path:
        return settings.prints.path if self.dry is None else self.state / "prints"

    def _studio(self, folder: Path) -> Renderer:
        if self._renderer is not None and self._shelf == folder:
            return self._renderer
        if self._renderer is not None:
            self._renderer.close()
        shipped = next(iter(sounds_folders()), self.config.parent)
        self._renderer, self._shelf = Renderer(folder, shipped, self._rendered), folder
        return self._renderer

    def _rendered(self, event: object) -> None:
        """On the studio's thread. Whoever decides looks all prints over now, and finds their labels read: on a small
        machine that takes a second in which it would hear no button, and the stage would drop what sounds."""
        self._learn()
        self.post(event)

    # ── Hands ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _hands(self, settings: Settings, before: Equipment | None) -> Hands:
        if before is not None:
            if _same_hands(before.settings, settings):
                return before.hands
            before.hands.close()
        found: list[Found] = []
        relays, buttons = self._pins(settings, found)
        speaker, rest = self._speaker(settings)
        player = Player(relays, speaker, self.post, boot_seconds)

        def close() -> None:
            player.close()
            rest()
            for hand in (speaker, buttons, relays):
                with suppress(PinsError):
                    hand.close()

        has_speaker = settings.speaker.backend is not Backend.NONE
        return Hands(player, speaker, buttons, has_speaker, close, self._press(settings), tuple(found))

    def _pins(self, settings: Settings, found: list[Found]) -> tuple[Relays, Buttons]:
        lamps = {button.name: button.lamp for button in settings.buttons if button.lamp is not None}
        with suppress(OSError):  # a full disk: the relays work all the same
            write_note(self.runtime / NOTE, settings.relays, lamps, self.dry, settings.box.language)
        try:
            factory = self._open_factory(settings)
            relays = GpioRelays(settings.relays, factory)
            buttons = GpioButtons(settings.buttons, factory, self.post, boot_seconds)
            self._pins_error = None
        except PinsError as error:
            self._pins_error = error
            found.append(Found(FaultCode.PINS_MISSING, None, error.text))
            return NoPins(error), NoPins(error)
        found += [Found(FaultCode.PINS_MISSING, name, error.text) for name, error in relays.broken.items()]
        found += [Found(FaultCode.BUTTON_STUCK, name, error.text) for name, error in buttons.broken.items()]
        for lamp in buttons.broken_lamps.values():
            log.warning("%s", lamp.text.vi)
        return relays, buttons

    def _open_factory(self, settings: Settings) -> Any:
        if self._factory is None:
            self._factory = DryFactory(self.dry, boot_seconds) if self.dry else open_factory(self.runtime)
        if self.dry is not None:
            self._factory.wire(settings.buttons)
        return self._factory

    def _press(self, settings: Settings) -> Callable[[str, float], None] | None:
        if self.dry is None:
            return None
        buttons = {button.name: button for button in settings.buttons}

        def press(name: str, for_s: float) -> None:
            if self._pins_error is not None:
                raise self._pins_error
            self._factory.press(buttons[name], for_s)

        return press

    def _speaker(self, settings: Settings) -> tuple[Speaker, Callable[[], None]]:
        """The speaker, and what else must be closed with it."""
        device = settings.speaker.device
        match settings.speaker.backend:
            case Backend.NONE:
                return Mute(), _nothing
            case Backend.FILE:
                return Loudspeaker(WaveFolder(self.dry or self.state / "sound").open, self.post), _nothing
            case Backend.SIMPLEAUDIO:
                played = Loudspeaker(ChildOutputs(SimpleAudio(device)).open, self.post)
            case Backend.APLAY:
                played = Loudspeaker(ChildOutputs(Aplay(device)).open, self.post)
        return played, CardWatch(played.probe).close


def _nothing() -> None:
    """Nothing else to close."""


def _same_hands(one: Settings, other: Settings) -> bool:
    return (one.relays, one.buttons, one.speaker) == (other.relays, other.buttons, other.speaker)
