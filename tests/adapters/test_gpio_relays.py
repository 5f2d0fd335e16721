"""Relays on gpiozero's own mock pins and on the dry driver."""

from pathlib import Path

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory, MockPin

from gongd.adapters.dry import DryFactory
from gongd.adapters.gpio_relays import GpioRelays
from gongd.core.errors import PinsError
from gongd.core.relay import Relay, Role
from gongd.ports import Relays

STRIKER = Relay("striker", pin=27, on=Role.STROKE)
SIREN = Relay("siren", pin=23, on=Role.BLAST, active_high=False)
STROBE = Relay("strobe", pin=22, on=Role.ACTIVATION)


def mock_pins() -> MockFactory:
    return MockFactory(revision="c03111", pin_class=MockPin)


def states(factory: MockFactory, pin: int) -> list[bool]:
    """All states of a pin: the full list (gpiozero's own assert_states compares only as far as it is given)."""
    return [state.state for state in factory.pin(pin).states]


def test_a_relay_follows_its_commands_and_is_off_at_close() -> None:
    factory = mock_pins()
    relays: Relays = GpioRelays([STRIKER, SIREN], factory)
    assert relays.switch("striker", True) is True
    assert relays.switch("striker", False) is False
    assert relays.switch("striker", True) is True
    relays.close()
    assert states(factory, 27) == [False, True, False, True, False]


def test_an_active_low_relay_is_on_when_its_pin_is_low() -> None:
    factory = mock_pins()
    relays = GpioRelays([SIREN], factory)
    assert relays.switch("siren", True) is True
    assert factory.pin(23).state is False
    assert relays.switch("siren", False) is False
    assert states(factory, 23) == [False, True, False, True]


def test_all_off_leaves_every_relay_off() -> None:
    factory = mock_pins()
    relays = GpioRelays([STRIKER, SIREN, STROBE], factory)
    for name in ("striker", "siren", "strobe"):
        relays.switch(name, True)
    relays.all_off()
    assert [factory.pin(pin).state for pin in (27, 23, 22)] == [False, True, False]


def test_the_pins_are_free_after_close() -> None:
    factory = mock_pins()
    GpioRelays([STRIKER], factory).close()
    again = GpioRelays([STRIKER], factory)
    assert again.broken == {}
    assert [factory.pin(27).function, factory.pin(22).function] == ["output", "input"]


def test_closing_twice_does_nothing_more() -> None:
    factory = mock_pins()
    relays = GpioRelays([STRIKER], factory)
    relays.close()
    relays.close()
    assert states(factory, 27) == [False]


def test_a_pin_that_is_taken_is_told_by_name_and_the_others_work() -> None:
    factory = mock_pins()
    first = GpioRelays([STRIKER], factory)
    second = GpioRelays([Relay("horn", pin=27, on=Role.BLAST), STROBE], factory)
    assert list(second.broken) == ["horn"]
    assert second.broken["horn"].text.vi.startswith("Không điều khiển được rơ-le horn (GPIO 27): ")
    assert second.broken["horn"].text.en.startswith("Relay horn (GPIO 27) cannot be claimed: ")
    assert second.switch("strobe", True) is True
    with pytest.raises(PinsError, match="horn"):
        second.switch("horn", True)
    assert first.switch("striker", True) is True


def test_a_pin_that_the_board_does_not_have_is_told_by_name() -> None:
    relays = GpioRelays([Relay("far", pin=40, on=Role.BLAST), STROBE], mock_pins())
    assert list(relays.broken) == ["far"]
    assert relays.switch("strobe", True) is True


def test_an_unknown_relay_is_an_error_in_both_languages() -> None:
    with pytest.raises(PinsError) as caught:
        GpioRelays([], mock_pins()).switch("horn", True)
    assert (caught.value.text.vi, caught.value.text.en) == (
        "Không có rơ-le tên horn",
        "There is no relay named horn",
    )


def test_a_relay_that_does_not_obey_reads_back_as_it_is(tmp_path: Path) -> None:
    factory = DryFactory(tmp_path)
    relays = GpioRelays([STRIKER], factory)
    factory.welded[27] = False
    assert relays.switch("striker", True) is False
    factory.close()


def test_one_failing_relay_does_not_stop_the_others_from_going_off(tmp_path: Path) -> None:
    factory = DryFactory(tmp_path)
    relays = GpioRelays([STRIKER, SIREN, STROBE], factory)
    for name in ("striker", "siren", "strobe"):
        relays.switch(name, True)
    factory.broken.add(27)
    with pytest.raises(PinsError, match="striker"):
        relays.all_off()
    assert factory.levels() == {27: True, 23: True, 22: False}
    factory.close()


def test_one_failing_relay_does_not_stop_the_others_from_being_closed(tmp_path: Path) -> None:
    factory = DryFactory(tmp_path)
    relays = GpioRelays([STRIKER, SIREN, STROBE], factory)
    relays.switch("strobe", True)
    factory.broken |= {27, 23}
    with pytest.raises(PinsError, match=r"striker.*; .*siren"):
        relays.close()
    assert factory.levels() == {}
    assert (tmp_path / "pins.jsonl").read_text().splitlines()[-1].endswith('"pin": 22, "level": 0}')
    factory.close()


def test_gpiozeros_global_factory_is_left_alone() -> None:
    GpioRelays([STRIKER], mock_pins()).close()
    assert Device.pin_factory is None
