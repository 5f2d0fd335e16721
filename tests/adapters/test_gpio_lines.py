"""Real pins: the choice of the driver, and lgpio itself on a kernel made of files."""

import importlib.util
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from gpiozero import Device

from gongd.adapters.pin_factory import open_factory, threads, until_asleep
from gongd.core.errors import PinsError
from tests.adapters.gpio_kernel import GpioKernel

SESSION = """
import json, sys
from pathlib import Path
from gongd.adapters.gpio_buttons import GpioButtons
from gongd.adapters.gpio_relays import GpioRelays
from gongd.adapters.pin_factory import open_factory
from gongd.core.button import Button, Sound
from gongd.core.relay import Relay, Role
scratch = Path(sys.argv[1])
here = Path.cwd()
factory = open_factory(scratch)
assert Path.cwd() == here
RELAYS = [Relay("striker", 27, Role.STROKE), Relay("siren", 23, Role.BLAST, active_high=False)]
FIRE = Button("fire", 5, Sound("fire"), lamp=25)
"""


@pytest.fixture
def kernel(tmp_path: Path) -> GpioKernel:
    if importlib.util.find_spec("lgpio") is None:
        pytest.skip("needs lgpio (python3-lgpio)")
    (tmp_path / "scratch").mkdir()
    return GpioKernel(tmp_path)


def act(kernel: GpioKernel, program: str) -> str:
    """Run a program after SESSION and return what it printed."""
    result = kernel.run("-c", SESSION + program, str(kernel.home / "scratch"))
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10.0
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def no_board() -> bool:
    return not any(Path("/dev").glob("gpiochip*"))


@pytest.mark.skipif(not no_board(), reason="this machine has pins")
def test_without_a_board_there_is_a_clear_error_and_no_other_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    with pytest.raises(PinsError) as caught:
        open_factory(tmp_path)
    assert caught.value.text.vi.startswith("Không điều khiển được rơ-le: không thấy mạch GPIO")
    assert caught.value.text.en.startswith("Relays cannot be driven: no GPIO chip")
    assert Device.pin_factory is None


def test_a_board_without_its_driver_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    kernel = GpioKernel(tmp_path)
    program = (
        "import sys; sys.modules['lgpio'] = None\n"
        "from pathlib import Path\n"
        "from gongd.adapters.pin_factory import open_factory\n"
        "from gongd.core.errors import PinsError\n"
        "try: open_factory(Path(sys.argv[1]))\n"
        "except PinsError as error: print(error.text.en)\n"
    )
    result = kernel.run("-c", program, str(tmp_path / "scratch"))
    assert result.stdout.startswith("Relays cannot be driven: python3-lgpio is missing. Run: sudo apt install")


def test_relays_are_claimed_off_without_a_moment_of_on(kernel: GpioKernel) -> None:
    kernel.set_level(27, "1")
    kernel.set_level(23, "0")
    assert act(kernel, "relays = GpioRelays(RELAYS, factory); print(relays.broken)") == "{}\n"
    assert kernel.log()[:6] == ["27 in", "27 0", "27 0", "23 in", "23 1", "23 1"]


def test_relays_are_left_driven_off_at_close(kernel: GpioKernel) -> None:
    program = """
relays = GpioRelays(RELAYS, factory)
print(relays.switch("siren", True), relays.switch("siren", False), relays.switch("striker", True))
relays.close()
factory.close()
"""
    assert act(kernel, program) == "True False True\n"
    assert [line for line in kernel.log() if line.startswith("27")] == ["27 0", "27 0", "27 1", "27 0"]
    assert [line for line in kernel.log() if line.startswith("23")] == ["23 1", "23 1", "23 0", "23 1", "23 1"]


def test_a_pin_can_be_claimed_again_as_either_kind(kernel: GpioKernel) -> None:
    program = """
GpioRelays(RELAYS, factory).close()
buttons = GpioButtons([Button("b", 27, Sound("fire"))], factory, print)
print(buttons.broken, buttons.closed())
buttons.close()
again = GpioRelays(RELAYS, factory)
print(again.broken, again.switch("striker", True))
again.close()
"""
    assert act(kernel, program) == "{} {'b': False}\n{} True\n"


def test_a_thread_is_waited_for_until_it_has_nothing_to_do() -> None:
    before, done = threads(), threading.Event()

    def busy() -> None:
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            pass
        done.set()
        threading.Event().wait(1.0)

    threading.Thread(target=busy, daemon=True).start()
    until_asleep(threads() - before)
    assert done.is_set()


def test_a_contact_is_given_back_though_the_drivers_own_thread_is_held_up(kernel: GpioKernel) -> None:
    kernel.hold_up(for_ms=50)
    program = """
for _ in range(3):
    buttons = GpioButtons([FIRE], factory, print)
    print(buttons.broken, buttons.closed())
    buttons.close()
"""
    assert act(kernel, program) == "{} {'fire': False}\n" * 3


def test_a_line_that_somebody_else_holds_is_told_by_name(kernel: GpioKernel) -> None:
    program = """
import fcntl, os
from gongd.relays_off import GET_LINE, Output, request_off
chip = os.open("/dev/gpiochip0", os.O_RDWR)
fcntl.ioctl(chip, GET_LINE, bytearray(request_off(Output("x", 27, 0))))
relays = GpioRelays(RELAYS, factory)
print([error.text.en for error in relays.broken.values()], relays.switch("siren", True))
relays.close()
"""
    assert act(kernel, program) == "[\"Relay striker (GPIO 27) cannot be claimed: 'GPIO busy'\"] True\n"


def test_the_working_directory_stays_clean(kernel: GpioKernel) -> None:
    act(kernel, "")
    assert [path.name for path in (kernel.home / "scratch").iterdir()] == [".lgd-nfy0"]


def test_edges_arrive_with_the_instant_at_which_the_kernel_saw_them(kernel: GpioKernel) -> None:
    program = """
import queue, time
moves = queue.SimpleQueue()
buttons = GpioButtons([FIRE], factory, lambda event: moves.put((event, time.monotonic())))
print(json.dumps([dict(buttons.closed())]), flush=True)
buttons.lamp("fire", True)
for _ in range(2):
    event, now = moves.get()
    print(json.dumps([event.button, event.closed, now - event.at_mono]), flush=True)
sys.stdin.readline()
buttons.close()
"""
    with kernel.start("-c", SESSION + program, str(kernel.home / "scratch")) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdin is not None
        assert json.loads(daemon.stdout.readline()) == [{"fire": False}]
        kernel.move_contact(5, closed=True, ago_s=3.0)
        name, closed, age_s = json.loads(daemon.stdout.readline())
        assert (name, closed) == ("fire", True)
        assert 3.0 <= age_s < 10.0
        kernel.move_contact(5, closed=False)
        assert json.loads(daemon.stdout.readline())[:2] == ["fire", False]
        daemon.stdin.write("\n")
        daemon.stdin.flush()
        assert daemon.wait(timeout=10) == 0
    assert [line for line in kernel.log() if line.startswith("25")] == ["25 0", "25 0", "25 1", "25 0"]
