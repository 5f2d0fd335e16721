"""The outfit: the hands that settings ask for, also where they cannot be had."""

from pathlib import Path
from queue import SimpleQueue

import pytest

from gongd.adapters.dry import DryFactory
from gongd.adapters.shelf import Shelf
from gongd.core.errors import PinsError
from gongd.outfit import Outfit, boot_seconds
from gongd.ports import PrintsChanged
from gongd.settings import load

SETTINGS = """\
box: {id: thon-3, commune: nguyet-an, name: Thôn 3}
speaker: {backend: none}
relays: {striker: {pin: 27, on: stroke}}
buttons: {fire: {pin: 5, sound: fire}}
"""


def test_a_mock_button_cannot_be_pressed_where_another_daemon_has_the_mock_pins(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(SETTINGS, encoding="utf-8")
    taken = DryFactory(tmp_path / "out", boot_seconds)
    outfit = Outfit(config, tmp_path, tmp_path, tmp_path / "out", lambda _event: None)
    equipment = outfit.equip(load(config), None)
    try:
        assert [found.code for found in equipment.hands.found] == ["pins-missing"]
        assert equipment.hands.press is not None
        with pytest.raises(PinsError):
            equipment.hands.press("fire", 1.0)
    finally:
        equipment.hands.close()
        equipment.renderer.close()
        taken.close()


def test_the_studios_word_is_handed_on_once_the_labels_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(SETTINGS, encoding="utf-8")
    told: SimpleQueue[object] = SimpleQueue()
    monkeypatch.setattr(Shelf, "learn", lambda _shelf, stems: told.put(sorted(stems)))
    equipment = Outfit(config, tmp_path, tmp_path, tmp_path / "out", told.put).equip(load(config), None)
    try:
        equipment.renderer.request(equipment.jobs[:1])
        assert told.get(timeout=60.0) == sorted(job.stem for job in equipment.jobs)
        assert isinstance(told.get(timeout=60.0), PrintsChanged)
    finally:
        equipment.hands.close()
        equipment.renderer.close()
