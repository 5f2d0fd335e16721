"""An amplifier's relay that failed once and works again: the next night is rung."""

from pathlib import Path

from tests.box.village import Village, at


def test_a_relay_that_works_again_lets_the_next_gong_ring(ram: Path) -> None:
    village = Village(ram, at("21:59:50")).start()
    village.relays.dead.add("amplifier")
    village.wait(60)
    assert "relay-disagrees" in village.faults()
    village.relays.dead.clear()
    village.wait(900)
    assert "relay-disagrees" not in village.faults()
    village.until_wall(at("22:05", day=22))
    assert village.nights()[-1] == ("2026-11-22", "rung", None)


def test_a_relay_that_does_not_obey_is_tried_in_silence_and_left_open(ram: Path) -> None:
    village = Village(ram, at("21:59:50")).start()
    village.relays.dead.add("amplifier")
    village.wait(60)
    told = len(village.speaker.told)
    village.wait(1300)
    assert len(village.speaker.told) == told
    assert "relay-disagrees" in village.faults()
    assert not village.relays.on - {"lamp"}
