"""Pins that are not there: the driver behind `--dry`, the demo and the tests. It behaves as a Raspberry Pi does.

Two files in its directory. `pins.jsonl` is what happened: one line per change of an output's level,
`{"at": monotonic seconds, "pin": BCM number, "level": 0 or 1}`. `pins.levels` is what the kernel would keep when the
process dies: one character per BCM pin, `-` for a pin that is not an output, else `0` or `1`; `relays-off` works on it.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock, Timer

from gpiozero import PinError
from gpiozero.pins.mock import MockFactory, MockPin

from gongd.core.button import Button, Contact
from gongd.core.errors import PinsError
from gongd.core.words import Text

PINS = 64
"""Characters in `pins.levels`; a Raspberry Pi's header uses BCM 0 to 27."""
BOARD = "c03111"
"""The revision code that the driver shows: a Raspberry Pi 4 B."""
NOT_OPENED = Text(vi="Không mở được chân giả trong {out}: {error}", en="Dry pins cannot be opened in {out}: {error}")
NOT_AN_INPUT = Text(
    vi="Chân GPIO {pin} không phải chân của nút đang dùng", en="GPIO {pin} is not a button's input in use"
)


class DryPin(MockPin):  # type: ignore[misc]
    """One pin: an output's level is kept in the files, an input follows the contact that is wired to it."""

    factory: "DryFactory"
    _number: int

    def output_with_state(self, state: bool) -> None:
        """Become an output at that level in one step, as the kernel does it: there is no other level before."""
        self.factory.obey(self._number)
        self._function = "output"
        self._change_state(bool(state))
        self.factory.keep(self._number, bool(state))

    def _set_function(self, value: str) -> None:
        super()._set_function(value)
        if value == "input":
            self.factory.forget(self._number)
        else:
            self.factory.keep(self._number, self._state)

    def _set_state(self, value: float) -> None:
        self.factory.obey(self._number)
        super()._set_state(value)
        self.factory.keep(self._number, bool(value))

    def _get_state(self) -> bool:
        return bool(self.factory.welded.get(self._number, self._state))

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        if self.factory.is_closed(self._number):
            self.drive_low()


class DryFactory(MockFactory):  # type: ignore[misc]
    """A gpiozero pin factory without a board. Raises PinsError when `out` cannot be used, or is used already.

    Verbs for failure: a pin in `broken` refuses everything; a pin in `welded` reads as that level whatever it is told.
    """

    def __init__(self, out: Path, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(revision=BOARD, pin_class=DryPin)
        self.broken: set[int] = set()
        self.welded: dict[int, bool] = {}
        self._clock = clock
        self._closed_contacts: set[int] = set()
        self._timers: dict[int, Timer] = {}
        self._lock = Lock()
        try:
            self._open(out)
        except OSError as error:
            raise PinsError(NOT_OPENED.fill(out=out, error=error.strerror)) from error

    def wire(self, buttons: Sequence[Button]) -> None:
        """Wire the contacts, at rest: a normally closed one is closed. To be called before the buttons are claimed."""
        for button in buttons:
            self.drive(button, active=False)

    def drive(self, button: Button, active: bool) -> None:
        """Move a contact to its active or its resting position."""
        closed = active == (button.contact is Contact.NORMALLY_OPEN)
        (self._closed_contacts.add if closed else self._closed_contacts.discard)(button.pin)
        pin = self._claimed_input(button.pin)
        if pin is not None:
            (pin.drive_low if closed else pin.drive_high)()

    def press(self, button: Button, for_s: float) -> None:
        """Hold a button for `for_s` seconds; returns at once. A new press takes over from one that still lasts.

        Raises PinsError when no daemon listens to that pin.
        """
        if self._claimed_input(button.pin) is None:
            raise PinsError(NOT_AN_INPUT.fill(pin=button.pin))
        release = Timer(for_s, self.drive, (button, False))
        release.daemon = True
        with self._lock:
            before, self._timers[button.pin] = self._timers.get(button.pin), release
        if before is not None:
            before.cancel()
        self.drive(button, active=True)
        release.start()

    def levels(self) -> Mapping[int, bool]:
        """The level of every pin that is an output, as the files have it."""
        kept = os.pread(self._levels, PINS, 0)
        return {pin: level == ord("1") for pin, level in enumerate(kept) if level in b"01"}

    def close(self) -> None:
        """Give all pins back, and the directory."""
        if self._levels >= 0:
            super().close()
            self.abandon()

    def abandon(self) -> None:
        """Die as a killed process does: nothing is switched, the kernel keeps every output at its level."""
        with self._lock:
            timers, self._timers = self._timers, {}
        for timer in timers.values():
            timer.cancel()
        for name in ("_levels", "_log"):
            os.close(getattr(self, name))
            setattr(self, name, -1)

    def pin(self, name: int | str, pin_class: type[MockPin] | None = None, **kwargs: object) -> MockPin:
        """The pin of that name. Raises gpiozero's PinError for a broken one."""
        pin = super().pin(name, pin_class, **kwargs)
        self.obey(pin._number)
        return pin

    def is_closed(self, pin: int) -> bool:
        """Is the contact that is wired to `pin` closed?"""
        return pin in self._closed_contacts

    def obey(self, pin: int) -> None:
        """Raises gpiozero's PinError for a broken pin, and for any pin once the files are closed."""
        if pin in self.broken or self._levels < 0:
            raise PinError(f"GPIO{pin} does not answer")

    def keep(self, pin: int, level: bool) -> None:
        """An output has that level now: write it down if it is news."""
        digit = b"1" if level else b"0"
        if os.pread(self._levels, 1, pin) != digit:
            os.pwrite(self._levels, digit, pin)
            line = json.dumps({"at": self._clock(), "pin": pin, "level": int(level)})
            os.write(self._log, line.encode() + b"\n")

    def forget(self, pin: int) -> None:
        """The pin is no output any more."""
        if self._levels >= 0:
            os.pwrite(self._levels, b"-", pin)

    def _open(self, out: Path) -> None:
        self._levels = self._log = -1
        out.mkdir(parents=True, exist_ok=True)
        levels = os.open(out / "pins.levels", os.O_RDWR | os.O_CREAT, 0o664)
        try:
            fcntl.flock(levels, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(levels).st_size != PINS:
                os.ftruncate(levels, 0)
                os.pwrite(levels, b"-" * PINS, 0)
            self._log = os.open(out / "pins.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o664)
        except OSError:
            os.close(levels)
            raise
        self._levels = levels

    def _claimed_input(self, number: int) -> DryPin | None:
        claimed = (pin for pin in self.pins.values() if isinstance(pin, DryPin) and pin._number == number)
        return next((pin for pin in claimed if pin.function == "input"), None)
