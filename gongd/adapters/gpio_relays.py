"""The relays on GPIO pins: gpiozero outputs on the pin factory that is handed in, real or dry."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gpiozero import GPIOZeroError, OutputDevice

from gongd.core.errors import PinsError
from gongd.core.relay import Relay
from gongd.core.words import Text

NOT_CLAIMED = Text(
    vi="Không điều khiển được rơ-le {name} (GPIO {pin}): {error}",
    en="Relay {name} (GPIO {pin}) cannot be claimed: {error}",
)
NOT_SWITCHED = Text(
    vi="Rơ-le {name} (GPIO {pin}) không đóng, mở theo lệnh: {error}",
    en="Relay {name} (GPIO {pin}) does not obey: {error}",
)
UNKNOWN = Text(vi="Không có rơ-le tên {name}", en="There is no relay named {name}")
SEVERAL = Text(vi="{first}; {second}", en="{first}; {second}")


class GpioRelays:
    """The port `Relays`. `broken` names each relay whose pin could not be claimed; the others work all the same.

    `pin_factory` is a gpiozero factory; its `trouble`, where it has one, are the driver's own exceptions.
    """

    def __init__(self, relays: Sequence[Relay], pin_factory: Any) -> None:
        self.broken: Mapping[str, PinsError]
        self._trouble = (GPIOZeroError, OSError, *getattr(pin_factory, "trouble", ()))
        self._relays = {relay.name: relay for relay in relays}
        self._devices: dict[str, OutputDevice] = {}
        self.broken = self._try_each(list(self._relays), lambda name: self._claim(name, pin_factory), NOT_CLAIMED)

    def switch(self, name: str, on: bool) -> bool:
        """Command one relay and read its pin back. Raises PinsError, also for a relay that could not be claimed."""
        if name not in self._relays:
            raise PinsError(UNKNOWN.fill(name=name))
        if name in self.broken:
            raise self.broken[name]
        device = self._devices[name]
        try:
            device.value = on
            return bool(device.value)
        except self._trouble as error:
            raise self._error(NOT_SWITCHED, name, error) from error

    def all_off(self) -> None:
        """Everything off. Raises PinsError once every relay has been tried."""
        _raise_any(self._try_each(list(self._devices), self._off, NOT_SWITCHED))

    def close(self) -> None:
        """Everything off, then the pins given back: a pin that is given back while on might stay so, or float.

        Raises PinsError once every relay has been tried.
        """
        failed = self._try_each(list(self._devices), self._off, NOT_SWITCHED)
        failed |= self._try_each(list(self._devices), self._release, NOT_SWITCHED)
        _raise_any(failed)

    def _claim(self, name: str, pin_factory: Any) -> None:
        relay = self._relays[name]
        self._devices[name] = OutputDevice(
            relay.pin, active_high=relay.active_high, initial_value=False, pin_factory=pin_factory
        )

    def _off(self, name: str) -> None:
        self._devices[name].off()

    def _release(self, name: str) -> None:
        self._devices.pop(name).close()

    def _try_each(self, names: Sequence[str], deed: Callable[[str], None], text: Text) -> dict[str, PinsError]:
        failed = {}
        for name in names:
            try:
                deed(name)
            except self._trouble as error:
                failed[name] = self._error(text, name, error)
        return failed

    def _error(self, text: Text, name: str, error: Exception) -> PinsError:
        return PinsError(text.fill(name=name, pin=self._relays[name].pin, error=error))


def _raise_any(failed: Mapping[str, PinsError]) -> None:
    if not failed:
        return
    first, *others = (error.text for error in failed.values())
    for other in others:
        first = SEVERAL.fill(first=first, second=other)
    raise PinsError(first)
