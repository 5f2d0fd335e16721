"""Where the demo's commune lies: its folder, its three villages, and what they are called."""

import socket
from dataclasses import dataclass
from pathlib import Path

from gongd.demo.village import Village

COMMUNE = "nguyet-an"
RIVERSIDE, CENTRE = "ven-song", "trung-tam"
HOST = "127.0.0.1"

_MQTT = "mqtt: {{host: {host}, port: {port}, heartbeat: 10s}}\n"
_ROSTER = """\
name: Nguyệt Ấn
phone: 0373 123 456
officer: Trực ban Công an xã
zones: {ven-song: Khu ven sông, trung-tam: Khu trung tâm}
boxes:
  thon-1: {village: Thôn 1, zones: [ven-song]}
  thon-2: {village: Thôn 2, zones: [ven-song]}
  thon-3: {village: Thôn 3, zones: [trung-tam]}
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The commune's folder below `out`, and the broker's port on this machine."""

    out: Path
    port: int

    @property
    def folder(self) -> Path:
        """What `gongctl init` makes."""
        return self.out / COMMUNE

    @property
    def stick(self) -> Path:
        """The USB stick that goes from the boxes to the desk and back."""
        return self.out / "usb"

    def villages(self, port_of_the_third: int) -> tuple[Village, Village, Village]:
        """Two by the river, and one in the centre whose way to the broker is another."""
        here = _MQTT.format(host=HOST, port=self.port)
        there = _MQTT.format(host=HOST, port=port_of_the_third)
        return (
            Village(self.out / "thon-1", "thon-1", "Thôn 1", RIVERSIDE, here),
            Village(self.out / "thon-2", "thon-2", "Thôn 2", RIVERSIDE, here),
            Village(self.out / "thon-3", "thon-3", "Thôn 3", CENTRE, there),
        )

    def write_roster(self) -> None:
        """Who the villages are, for the desk."""
        (self.folder / "roster.yaml").write_text(_ROSTER, encoding="utf-8")


def found_place(out: Path) -> Place:
    """An empty folder, and a port that nobody listens at. The folder above it was emptied by the demo."""
    (out / "usb").mkdir(parents=True)
    with socket.socket() as door:
        door.bind((HOST, 0))
        return Place(out, int(door.getsockname()[1]))
