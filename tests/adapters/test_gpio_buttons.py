"""Buttons and their lamps on gpiozero's own mock pins."""

import time

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from gongd.adapters.gpio_buttons import GpioButtons
from gongd.core.button import Button, Contact, Deed, Sound
from gongd.core.errors import PinsError
from gongd.ports import Buttons, ContactMoved

FIRE = Button("fire", pin=5, action=Sound("fire"), hold_s=2.0, lamp=25)
PATROL = Button("patrol", pin=16, action=Deed.CHECK_IN)
DOOR = Button("door", pin=6, action=Sound("security"), contact=Contact.NORMALLY_CLOSED)


class Panel:
    """Buttons on mock pins, and what they post."""

    def __init__(self, *buttons: Button) -> None:
        self.factory = MockFactory(revision="c03111", pin_class=MockPin)
        self.posted: list[object] = []
        self.buttons = GpioButtons(buttons, self.factory, self.posted.append)

    def states(self, pin: int) -> list[bool]:
        return [state.state for state in self.factory.pin(pin).states]

    def edges(self) -> list[tuple[str, bool]]:
        return [(event.button, event.closed) for event in self.posted if isinstance(event, ContactMoved)]


def test_each_edge_is_posted_and_nothing_else() -> None:
    panel = Panel(FIRE, PATROL)
    panel.factory.pin(5).drive_low()
    panel.factory.pin(16).drive_low()
    panel.factory.pin(5).drive_high()
    assert panel.edges() == [("fire", True), ("patrol", True), ("fire", False)]
    assert len(panel.posted) == 3


def test_edges_bear_the_instant_at_which_they_happened() -> None:
    panel = Panel(FIRE)
    before = time.monotonic()
    panel.factory.pin(5).drive_low()
    after = time.monotonic()
    (event,) = panel.posted
    assert isinstance(event, ContactMoved)
    assert before - 0.001 <= event.at_mono <= after


def test_a_contact_wired_to_ground_is_closed_when_its_pin_is_low() -> None:
    panel = Panel(FIRE, DOOR)
    assert [panel.factory.pin(5).pull, panel.factory.pin(6).pull] == ["up", "up"]
    assert panel.buttons.closed() == {"fire": False, "door": False}
    panel.factory.pin(6).drive_low()
    assert panel.buttons.closed() == {"fire": False, "door": True}


def test_a_lamp_is_dark_at_start_and_at_close() -> None:
    panel = Panel(FIRE)
    panel.buttons.lamp("fire", True)
    panel.buttons.lamp("fire", False)
    panel.buttons.lamp("fire", True)
    panel.buttons.close()
    assert panel.states(25) == [False, True, False, True, False]


def test_a_button_without_a_lamp_has_nothing_to_switch() -> None:
    panel = Panel(PATROL)
    port: Buttons = panel.buttons
    port.lamp("patrol", True)
    port.lamp("nobody", True)
    assert [number for number in range(28) if panel.factory.pin(number).function == "output"] == []


def test_nothing_is_posted_after_close() -> None:
    panel = Panel(FIRE)
    panel.buttons.close()
    panel.factory.pin(5).drive_low()
    panel.buttons.close()
    assert panel.posted == []


def test_a_pin_that_is_taken_is_told_by_name_and_the_others_work() -> None:
    twin = Button("twin", pin=5, action=Sound("fire"))
    panel = Panel(FIRE, twin, PATROL)
    assert list(panel.buttons.broken) == ["twin"]
    assert panel.buttons.broken["twin"].text.vi.startswith("Không dùng được nút twin (GPIO 5): ")
    assert panel.buttons.closed() == {"fire": False, "patrol": False}
    panel.factory.pin(16).drive_low()
    assert panel.edges() == [("patrol", True)]


def test_a_broken_lamp_leaves_its_button_in_use() -> None:
    panel = Panel(FIRE, Button("dark", pin=13, action=Sound("flood"), lamp=25))
    assert list(panel.buttons.broken_lamps) == ["dark"]
    assert panel.buttons.broken == {}
    with pytest.raises(PinsError, match="lamp of button dark"):
        panel.buttons.lamp("dark", True)
    panel.factory.pin(13).drive_low()
    assert panel.edges() == [("dark", True)]
