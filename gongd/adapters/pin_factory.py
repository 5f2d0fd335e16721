"""The real pins of a Raspberry Pi: gpiozero's lgpio driver, without its surprises, or a clear error.

Never any other driver: gpiozero's own search would fall through to one that does not work, or, by an environment
variable, to mock pins; then a box would look well and switch nothing.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpiozero import GPIOZeroError

from gongd.core.errors import PinsError
from gongd.core.words import Text
from gongd.relays_off import find_chip

NO_CHIP = Text(
    vi="Không điều khiển được rơ-le: không thấy mạch GPIO của Raspberry Pi ({error})",
    en="Relays cannot be driven: no GPIO chip of a Raspberry Pi was found ({error})",
)
NO_DRIVER = Text(
    vi="Không điều khiển được rơ-le: chưa có python3-lgpio. Chạy: sudo apt install python3-lgpio ({error})",
    en="Relays cannot be driven: python3-lgpio is missing. Run: sudo apt install python3-lgpio ({error})",
)
NOT_OPENED = Text(
    vi="Không điều khiển được rơ-le: không mở được GPIO ({error})",
    en="Relays cannot be driven: GPIO cannot be opened ({error})",
)


def open_factory(scratch: Path) -> Any:
    """The real pins as a gpiozero factory; `factory.trouble` are the driver's own exceptions.

    lgpio makes a pipe in the working directory when it is loaded: it gets `scratch` (the runtime directory).
    To be called before other threads start. Raises PinsError, in both languages, when there are no real pins.
    """
    try:
        chip = find_chip()
    except OSError as error:
        raise PinsError(NO_CHIP.fill(error=error)) from error
    try:
        driver, base, pin = _load(scratch)
    except (ImportError, OSError) as error:
        raise PinsError(NO_DRIVER.fill(error=error)) from error
    try:
        return _build(driver, base, pin)(chip)
    except (GPIOZeroError, OSError, driver.error) as error:
        raise PinsError(NOT_OPENED.fill(error=error)) from error


def _load(scratch: Path) -> tuple[Any, Any, Any]:
    os.environ.pop("LG_WD", None)
    with contextlib.chdir(scratch):
        import lgpio
        from gpiozero.pins.lgpio import LGPIOFactory, LGPIOPin
    return lgpio, LGPIOFactory, LGPIOPin


def _build(lgpio: Any, base: Any, base_pin: Any) -> Callable[[int], Any]:
    """The factory's class. Made here because its bases exist only where lgpio does."""

    class LinePin(base_pin):  # type: ignore[misc]
        """gpiozero's pin claims an output low and writes its level afterwards: on an active-low board every relay
        would click on at start. And its `close` makes an input of an output, which then floats."""

        def output_with_state(self, state: bool) -> None:
            lgpio.gpio_claim_output(self.factory._handle, self._number, int(state))
            lgpio.gpio_write(self.factory._handle, self._number, int(state))

        def close(self) -> None:
            mode = lgpio.gpio_get_mode(self.factory._handle, self._number)
            if mode & self.GPIO_IS_LG_OUTPUT:
                lgpio.gpio_free(self.factory._handle, self._number)
            elif mode & (self.GPIO_IS_LG_INPUT | self.GPIO_IS_LG_ALERT):
                super().close()

    class LineFactory(base):  # type: ignore[misc]
        """gpiozero's lgpio factory on the chip that was found by its label."""

        trouble = (lgpio.error,)

        def __init__(self, chip: int) -> None:
            super().__init__(chip)
            self.pin_class = LinePin
            self._get_board_info()

    return LineFactory
