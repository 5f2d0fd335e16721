"""The dry driver: what it writes down, what survives, and contacts that are pressed."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gongd.adapters.dry import DryFactory
from gongd.adapters.gpio_buttons import GpioButtons
from gongd.adapters.gpio_relays import GpioRelays
from gongd.core.button import Button, Contact, Sound
from gongd.core.errors import PinsError
from gongd.core.relay import Relay, Role
from gongd.ports import ContactMoved

STRIKER = Relay("striker", pin=27, on=Role.STROKE)
SIREN = Relay("siren", pin=23, on=Role.BLAST, active_high=False)
FIRE = Button("fire", pin=5, action=Sound("fire"), lamp=25)
DOOR = Button("door", pin=6, action=Sound("security"), contact=Contact.NORMALLY_CLOSED)


@pytest.fixture
def factory(tmp_path: Path) -> Iterator[DryFactory]:
    pins = DryFactory(tmp_path)
    yield pins
    pins.close()


def written(out: Path) -> list[tuple[int, int]]:
    lines = [json.loads(line) for line in (out / "pins.jsonl").read_text().splitlines()]
    return [(line["pin"], line["level"]) for line in lines]


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10.0
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def test_every_change_of_level_is_one_line(tmp_path: Path) -> None:
    clock = iter([1.5, 2.5, 3.5, 4.5]).__next__
    factory = DryFactory(tmp_path, clock)
    relays = GpioRelays([STRIKER], factory)
    for on in (True, True, False):
        relays.switch("striker", on)
    assert (tmp_path / "pins.jsonl").read_text().splitlines() == [
        '{"at": 1.5, "pin": 27, "level": 0}',
        '{"at": 2.5, "pin": 27, "level": 1}',
        '{"at": 3.5, "pin": 27, "level": 0}',
    ]
    factory.close()


def test_an_active_low_relay_is_never_on_at_creation(factory: DryFactory, tmp_path: Path) -> None:
    relays = GpioRelays([SIREN], factory)
    assert written(tmp_path) == [(23, 1)]
    relays.close()


def test_relays_that_were_on_at_death_go_straight_to_off(tmp_path: Path) -> None:
    dying = DryFactory(tmp_path)
    relays = GpioRelays([STRIKER, SIREN], dying)
    relays.switch("striker", True)
    relays.switch("siren", True)
    dying.abandon()
    heir = DryFactory(tmp_path)
    assert heir.levels() == {27: True, 23: False}
    again = GpioRelays([STRIKER, SIREN], heir)
    assert again.broken == {}
    assert heir.levels() == {27: False, 23: True}
    assert written(tmp_path) == [(27, 0), (23, 1), (27, 1), (23, 0), (27, 0), (23, 1)]
    heir.close()


def test_a_pin_that_is_given_back_is_no_output_any_more(factory: DryFactory) -> None:
    relays = GpioRelays([STRIKER], factory)
    assert factory.levels() == {27: False}
    relays.close()
    assert factory.levels() == {}


def test_two_daemons_cannot_share_the_pins(factory: DryFactory, tmp_path: Path) -> None:
    with pytest.raises(PinsError, match="Dry pins cannot be opened"):
        DryFactory(tmp_path)


def test_a_directory_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PinsError) as caught:
        DryFactory(tmp_path / "file" / "out")
    assert caught.value.text.vi.startswith("Không mở được chân giả trong ")


def test_torn_levels_are_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "pins.levels").write_text("11")
    factory = DryFactory(tmp_path)
    assert factory.levels() == {}
    factory.close()


def test_gpiozeros_environment_variables_change_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "native")
    monkeypatch.setenv("GPIOZERO_MOCK_REVISION", "zzz")
    monkeypatch.setenv("GPIOZERO_MOCK_PIN_CLASS", "mockpwmpin")
    factory = DryFactory(tmp_path)
    relays = GpioRelays([STRIKER], factory)
    assert relays.switch("striker", True) is True
    assert factory.levels() == {27: True}
    factory.close()


def test_a_normally_closed_contact_is_closed_at_rest(factory: DryFactory) -> None:
    factory.wire([FIRE, DOOR])
    posted: list[object] = []
    buttons = GpioButtons([FIRE, DOOR], factory, posted.append)
    assert buttons.closed() == {"fire": False, "door": True}
    assert posted == []


def test_a_press_moves_the_contact_and_lets_it_go_again(factory: DryFactory) -> None:
    factory.wire([FIRE, DOOR])
    posted: list[object] = []
    buttons = GpioButtons([FIRE, DOOR], factory, posted.append)
    factory.press(FIRE, 0.05)
    factory.press(DOOR, 0.05)
    assert buttons.closed() == {"fire": True, "door": False}
    assert eventually(lambda: len(posted) == 4)
    moves = [(move.button, move.closed, move.at_mono) for move in posted if isinstance(move, ContactMoved)]
    assert [move[:2] for move in moves[:2]] == [("fire", True), ("door", False)]
    assert {move[:2] for move in moves[2:]} == {("fire", False), ("door", True)}
    assert moves[2][2] - moves[0][2] >= 0.04


def test_a_new_press_takes_over_from_one_that_still_lasts(factory: DryFactory) -> None:
    posted: list[object] = []
    buttons = GpioButtons([FIRE, DOOR], factory, posted.append)
    factory.press(FIRE, 60.0)
    factory.press(FIRE, 0.01)
    assert eventually(lambda: len(posted) == 2)
    assert buttons.closed()["fire"] is False


def test_pressing_what_is_no_button_is_an_error(factory: DryFactory) -> None:
    with pytest.raises(PinsError, match="not a button's input"):
        factory.press(FIRE, 1.0)
    relays = GpioRelays([Relay("odd", pin=FIRE.pin, on=Role.BLAST)], factory)
    with pytest.raises(PinsError, match="not a button's input"):
        factory.press(FIRE, 1.0)
    relays.close()


def test_a_broken_pin_cannot_be_claimed(factory: DryFactory) -> None:
    factory.broken.add(27)
    relays = GpioRelays([STRIKER, SIREN], factory)
    assert list(relays.broken) == ["striker"]
    assert factory.levels() == {23: True}


def test_closing_twice_does_nothing_more(tmp_path: Path) -> None:
    factory = DryFactory(tmp_path)
    factory.close()
    factory.close()
    DryFactory(tmp_path).close()
