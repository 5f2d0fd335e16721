"""The box in the machine, as people have it: buttons, relays, sound, journal, and what the desk hears."""

import base64
import io
import json
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from machine.ear import RATE, Recording
from machine.guest import CACHE, Guest, Stream, until

PINS = {"amplifier": 17, "striker": 27, "siren": 23, "lamp": 24, "fire-lamp": 25}
BUTTONS = {"fire": (5, 3.0), "silence": (26, 1.5), "patrol": (16, 0.3)}
"""Line, and for how many seconds a finger is on it: longer than the settings ask."""
TAPE = "/run/heard.wav"
MICROPHONE = f"arecord -q -D hw:CARD=Loopback,DEV=1 -f S16_LE -c 1 -r {RATE} {TAPE}"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Edge:
    """A relay's line has changed; `at` is seconds since the epoch by the machine's clock."""

    at: float
    relay: str
    on: bool


def steps(rows: Iterable[Row], signal: str) -> list[str]:
    """What became of the last activation of a signal, one outcome after the other."""
    mine = [row for row in rows if row["kind"] == "activation" and row["signal"] == signal]
    return [str(row["outcome"]) for row in mine if row["activation"] == mine[-1]["activation"]]


class Box:
    """gongd in a machine that is switched on."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self._names = {str(pin): name for name, pin in PINS.items()}
        self._relays = guest.follow(f"exec python3 -I /usr/local/lib/machine/watch_pins.py {' '.join(self._names)}")
        self._desk = guest.follow(
            "until mosquitto_sub -h 127.0.0.1 -q 1 -t 'gong/+/+/event' -F %p; do sleep 1; done 2>/dev/null"
        )

    # ── Life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def wait_ready(self) -> "Box":
        """Until systemd has heard READY."""
        until(lambda: self.guest.ask("systemctl is-active --quiet gongd").status == 0, "READY", every_s=3)
        return self

    def pid(self) -> int:
        """The daemon's; 0 while there is none."""
        return int(self.guest.run("systemctl show -P MainPID gongd"))

    def restarts(self) -> int:
        """How often systemd has started it again."""
        return int(self.guest.run("systemctl show -P NRestarts gongd"))

    def status(self) -> Mapping[str, Any]:
        """What it says of itself; nothing while nobody answers."""
        done = self.guest.line.ask(gongd={"do": "status"})
        return dict(json.loads(done.out)) if done.out else {}

    def faults(self) -> set[str]:
        """The codes of the faults that stand."""
        return {fault["code"] for fault in self.status().get("faults", ())}

    # ── Buttons and relays ───────────────────────────────────────────────────────────────────────────────────────

    def press(self, button: str) -> None:
        """Hold a button: a contact to ground, through the kernel's line."""
        line, for_s = BUTTONS[button]
        pull = f"/run/pins/sim_gpio{line}/pull"
        self.guest.run(f"echo pull-down >{pull}; sleep {for_s}; echo pull-up >{pull}")

    def keep_checking_in(self) -> Stream:
        """A patrol that presses its button again and again: a record each time."""
        pull = f"/run/pins/sim_gpio{BUTTONS['patrol'][0]}/pull"
        return self.guest.follow(
            f"while :; do echo pull-down >{pull}; sleep 0.2; echo pull-up >{pull}; sleep 0.2; done"
        )

    def edges(self, relay: str | None = None) -> list[Edge]:
        """Every change of the relays' lines since the machine was switched on; where they were at first is one."""
        rows = (line.split() for line in list(self._relays.lines))
        found = [Edge(float(at), self._names[name], level == "1") for at, name, level in rows]
        return [edge for edge in found if relay in (None, edge.relay)]

    def strokes(self) -> list[float]:
        """When the striker was driven."""
        return [edge.at for edge in self.edges("striker") if edge.on]

    def wait_for_stroke(self, more_than: int = 0) -> None:
        """Until the striker was driven once more."""
        until(lambda: len(self.strokes()) > more_than, "a stroke")

    def all_off(self) -> bool:
        """Do the relays that sound hold still, off?"""
        last = {edge.relay: edge.on for edge in self.edges()}
        return not any(last.get(relay) for relay in ("amplifier", "striker", "siren"))

    # ── Sound ────────────────────────────────────────────────────────────────────────────────────────────────────

    def listen(self) -> None:
        """Record what comes out of the sound card, until `heard`."""
        self.guest.run(f"{MICROPHONE} >/dev/null 2>&1 &")

    def heard(self) -> Recording:
        """What was recorded, -1 to 1; the last one of a run stays in build/machine/heard.wav."""
        self.guest.run("pkill -INT arecord; while pgrep arecord >/dev/null; do sleep 0.1; done")
        tape = base64.b64decode(self.guest.run(f"base64 {TAPE}"))
        (CACHE / "heard.wav").write_bytes(tape)
        with wave.open(io.BytesIO(tape)) as file:
            return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768.0

    # ── Records ──────────────────────────────────────────────────────────────────────────────────────────────────

    def journal(self) -> list[Row]:
        """Every record, in order."""
        return [json.loads(line) for line in self.guest.run("gongd history --json --days 400").splitlines()]

    def last(self, signal: str) -> list[str]:
        """What became of the last activation of a signal, as the desk has heard it."""
        return steps(self.told().values(), signal)

    def told(self) -> dict[int, Row]:
        """Every record that the box has told the desk since it was switched on, by its number."""
        batches = [json.loads(line) for line in list(self._desk.lines)]
        return {event["number"]: event for batch in batches for event in batch["events"]}
