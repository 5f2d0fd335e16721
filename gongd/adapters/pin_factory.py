"""The real pins of a Raspberry Pi: gpiozero's lgpio driver, without its surprises, or a clear error.

Never any other driver: gpiozero's own search would fall through to one that does not work, or, by an environment
variable, to mock pins; then a box would look well and switch nothing.
"""

import contextlib
import os
import time
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
LET_GO_S = 0.5
"""lgpio gives its own thread 2 ms to leave a line before it closes it (`xSetAsFree` in its lgGpio.c). On a busy machine
the thread is in the kernel still, and the line is busy until it comes back: usually within half a millisecond."""
ASLEEP_S = 0.5
"""lgpio's thread for edges looks whether there is anything to watch, and where there is not it sleeps until it is told
(`xWaitForSignal` in its lgPthAlerts.c). A contact that is claimed between the two wakes nobody, and its edges are never
told (seen once in about a hundred starts on a crowded machine)."""
_THREADS = Path("/proc/self/task")


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
        before = threads()
        factory = _build(driver, base, pin)(chip)
        until_asleep(threads() - before)
        return factory
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
                _once_let_go(super().close, lgpio.error)

    class LineFactory(base):  # type: ignore[misc]
        """gpiozero's lgpio factory on the chip that was found by its label."""

        trouble = (lgpio.error,)

        def __init__(self, chip: int) -> None:
            super().__init__(chip)
            self.pin_class = LinePin
            self._get_board_info()

    return LineFactory


def _once_let_go(close: Callable[[], None], busy: type[Exception]) -> None:
    """Close a line, as soon as the driver's own thread has left it. Raises `busy` where it does not."""
    deadline = time.monotonic() + LET_GO_S
    while True:
        try:
            return close()
        except busy:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.001)


def threads() -> frozenset[str]:
    """The kernel's numbers of this process's threads."""
    return frozenset(path.name for path in _THREADS.iterdir())


def until_asleep(wanted: frozenset[str]) -> None:
    """Until these threads have nothing to do, or `ASLEEP_S` is over."""
    deadline = time.monotonic() + ASLEEP_S
    while any(_is_awake(thread) for thread in wanted) and time.monotonic() < deadline:
        time.sleep(0.001)


def _is_awake(thread: str) -> bool:
    """Does it run, or would it? (proc_pid_stat(5): the state follows the name in brackets.)"""
    try:
        return (_THREADS / thread / "stat").read_text().rpartition(")")[2].split()[0] == "R"
    except OSError:
        return False
