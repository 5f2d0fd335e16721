"""The buttons and their lamps on GPIO pins: gpiozero inputs and outputs on the pin factory that is handed in.

Every contact is wired from its pin to ground and pulled up, so a closed contact reads low.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from gpiozero import DigitalInputDevice, GPIOZeroError, OutputDevice

from gongd.core.button import Button
from gongd.core.errors import PinsError
from gongd.core.words import Text
from gongd.ports import ContactMoved, Post

NOT_CLAIMED = Text(
    vi="Không dùng được nút {name} (GPIO {pin}): {error}", en="Button {name} (GPIO {pin}) cannot be claimed: {error}"
)
NOT_READ = Text(
    vi="Không đọc được nút {name} (GPIO {pin}): {error}", en="Button {name} (GPIO {pin}) cannot be read: {error}"
)
LAMP_FAILED = Text(
    vi="Đèn của nút {name} (GPIO {pin}) không sáng, tắt theo lệnh: {error}",
    en="The lamp of button {name} (GPIO {pin}) does not obey: {error}",
)
BELIEVABLE_LAG_S = 60.0
"""An edge said to be older than this was stamped by another clock than ours, and is taken as new."""


class GpioButtons:
    """The port `Buttons`. `broken` names each button whose pin could not be claimed, `broken_lamps` each such lamp.

    Edges are posted from the driver's own thread, stamped with the instant of the edge on the clock `now`, so that a
    press is as long as it was even when this process was held up.
    """

    def __init__(
        self,
        buttons: Sequence[Button],
        pin_factory: Any,
        post: Post,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.broken: dict[str, PinsError] = {}
        self.broken_lamps: dict[str, PinsError] = {}
        self._trouble = (GPIOZeroError, OSError, *getattr(pin_factory, "trouble", ()))
        self._post = post
        self._now = now
        self._buttons = {button.name: button for button in buttons}
        self._contacts: dict[str, DigitalInputDevice] = {}
        self._lamps: dict[str, OutputDevice] = {}
        for button in buttons:
            self._claim_lamp(button, pin_factory)
        for button in buttons:
            self._claim_contact(button, pin_factory)

    def closed(self) -> Mapping[str, bool]:
        """For each button that works: is its contact closed (electrically) now? Raises PinsError."""
        return {name: self._read(name) for name in self._contacts}

    def lamp(self, button: str, on: bool) -> None:
        """Switch the lamp beside a button; nothing happens where there is none. Raises PinsError."""
        if button in self.broken_lamps:
            raise self.broken_lamps[button]
        if button not in self._lamps:
            return
        try:
            self._lamps[button].value = on
        except self._trouble as error:
            raise self._lamp_error(self._buttons[button], error) from error

    def close(self) -> None:
        """No more edges are posted; lamps off, pins given back. Raises PinsError once all have been tried."""
        failed: list[PinsError] = []
        for name in list(self._contacts):
            try:
                self._contacts.pop(name).close()
            except self._trouble as error:
                failed.append(self._error(NOT_READ, self._buttons[name], error))
        for name in list(self._lamps):
            lamp = self._lamps.pop(name)
            try:
                lamp.off()
                lamp.close()
            except self._trouble as error:
                failed.append(self._lamp_error(self._buttons[name], error))
        if failed:
            raise failed[0]

    def _claim_contact(self, button: Button, pin_factory: Any) -> None:
        try:
            device = DigitalInputDevice(button.pin, pull_up=True, pin_factory=pin_factory)
            device.when_activated = partial(self._moved, button.name, True)
            device.when_deactivated = partial(self._moved, button.name, False)
            self._contacts[button.name] = device
        except self._trouble as error:
            self.broken[button.name] = self._error(NOT_CLAIMED, button, error)

    def _claim_lamp(self, button: Button, pin_factory: Any) -> None:
        if button.lamp is None:
            return
        try:
            self._lamps[button.name] = OutputDevice(button.lamp, initial_value=False, pin_factory=pin_factory)
        except self._trouble as error:
            self.broken_lamps[button.name] = self._lamp_error(button, error)

    def _moved(self, name: str, closed: bool, device: DigitalInputDevice) -> None:
        """An edge, on the driver's thread."""
        lag_s = (device.active_time if closed else device.inactive_time) or 0.0
        if not 0.0 <= lag_s <= BELIEVABLE_LAG_S:
            lag_s = 0.0
        self._post(ContactMoved(name, closed, self._now() - lag_s))

    def _read(self, name: str) -> bool:
        try:
            return bool(self._contacts[name].value)
        except self._trouble as error:
            raise self._error(NOT_READ, self._buttons[name], error) from error

    def _error(self, text: Text, button: Button, error: Exception) -> PinsError:
        return PinsError(text.fill(name=button.name, pin=button.pin, error=error))

    def _lamp_error(self, button: Button, error: Exception) -> PinsError:
        return PinsError(LAMP_FAILED.fill(name=button.name, pin=button.lamp, error=error))
