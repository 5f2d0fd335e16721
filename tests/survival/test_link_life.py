"""The link's own life: what it says when it connects, what it believes, and what it does about papers and time."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gongd.adapters.mqtt import link as pauses
from gongd.box.heart import TAKEN_S
from gongd.core.wire import WILL_DELAY_S
from gongd.desk import authority
from gongd.desk.register import load_commune
from gongd.settings.place import papers
from tests.desk.commune import Caller, needs_mosquitto
from tests.survival.county import County, FarVillage
from tests.survival.impostor import CONNACK, WITHOUT_END, Line, floods_with_qos_2, impostor, suback, swallows

pytestmark = needs_mosquitto
WILL_DELAY, WILL_FLAGS = 0x18, 0b0010_1100
"""MQTT 5, 3.1.2.3 and 3.1.3.2.2: the will of QoS 1 is retained, the session goes on (no clean start)."""
CLEAN_START = 0b10
NOT_AUTHORISED = b"\x87"
ENDING, ENDED = "certificate-expiring", "certificate-expired"
AWAY_S = 3.0
"""A box that connects anew is seen to be away, on any machine."""
SILENCE_S = 31.0
"""Longer than three heartbeats of ten seconds."""


@pytest.fixture
def county(ram: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    made = County(ram, monkeypatch)
    yield made
    made.close()


def report(box: FarVillage) -> dict[str, object]:
    """What it says of its link."""
    line = box.box.parts.line
    assert line is not None
    return dict(line.report())


def connected(county: County, box: FarVillage) -> None:
    """Until its own heartbeat has come back."""
    box.connect()
    county.live(lambda: report(box)["proven"])


def refuses(line: Line) -> None:
    """CONNACK: not authorised."""
    line.greet()
    line.broker.connects.append(line.packet()[2])
    line.sock.sendall(b"\x20\x03\x00\x87\x00")


# ── What it says when it connects ────────────────────────────────────────────────────────────────────────────────


def test_it_leaves_a_will_that_the_broker_says_after_30_s_and_keeps_its_session_for_ever(county: County) -> None:
    box = county.add("thon-3")
    with impostor(county.commune.broker, county.broker.port, swallows) as broker:
        box.connect()
        county.live(lambda: broker.connects)
        told = broker.connects[0]
    flags = told[7]
    assert flags & (WILL_FLAGS | CLEAN_START) == WILL_FLAGS
    assert bytes([WILL_DELAY]) + struct.pack(">I", 30) in told
    assert WILL_DELAY_S == 30
    assert WITHOUT_END in told
    assert b"gong/nguyet-an/thon-3/state" in told
    assert b'"lost"' in told


# ── What it believes ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_broker_that_swallows_everything_is_found_out_and_left(county: County) -> None:
    box = county.add("thon-3")
    with impostor(county.commune.broker, county.broker.port, swallows) as broker:
        box.connect()
        county.live(lambda: report(box)["connected"])
        assert not report(box)["proven"]
        box.clock.pass_by(SILENCE_S)
        county.live(lambda: "link-down" in box.faults())
        county.live(lambda: len(broker.connects) >= 2)
    county.broker.start()
    county.live(lambda: report(box)["proven"])
    assert "link-down" not in box.faults()


def test_a_broker_that_insists_on_qos_2_is_left_before_it_fills_the_memory(county: County) -> None:
    box = county.add("thon-3")
    with impostor(county.commune.broker, county.broker.port, floods_with_qos_2) as broker:
        box.connect()
        county.live(lambda: len(broker.connects) >= 2)
    county.broker.start()
    county.live(lambda: report(box)["proven"])


def test_a_broker_that_refuses_is_a_fault_until_it_lets_the_box_in(county: County) -> None:
    box = county.add("thon-3")
    with impostor(county.commune.broker, county.broker.port, refuses):
        box.connect()
        county.live(lambda: "broker-refused" in box.faults())
    county.broker.start()
    county.live(lambda: report(box)["proven"])
    assert "broker-refused" not in box.faults()
    told = [row["outcome"] for row in box.rows("fault") if row["reason"] == "broker-refused"]
    assert told == ["raised", "cleared"]


def test_a_broker_that_grants_everything_but_its_orders_is_a_fault(county: County) -> None:
    def keeps_orders_back(line: Line) -> None:
        line.greet()
        line.broker.connects.append(line.packet()[2])
        line.sock.sendall(CONNACK)
        granted = suback(line.packet()[2])
        line.sock.sendall(granted[:5] + NOT_AUTHORISED + granted[6:])
        line.wait()

    box = county.add("thon-3")
    with impostor(county.commune.broker, county.broker.port, keeps_orders_back):
        box.connect()
        county.live(lambda: "broker-refused" in box.faults())


# ── Papers and time ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("years", [-20, 20])
def test_a_certificate_out_of_its_time_does_until_the_clock_is_trusted(county: County, years: int) -> None:
    folder, now = county.commune, datetime.now(UTC)
    made_at = now + timedelta(days=365 * years)
    authority.renew_broker(folder, load_commune(folder), authority.open_authority(folder, None), made_at)
    box = county.add("thon-3", synchronised=False)
    county.broker.start()
    connected(county, box)
    box.clock.synchronised = True
    county.live(lambda: "broker-refused" in box.faults())
    assert not report(box)["connected"]


def test_a_certificate_in_its_time_is_looked_at_again_and_does(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "LEAST_PAUSE_S", AWAY_S)
    box = county.add("thon-3", synchronised=False)
    county.broker.start()
    connected(county, box)
    box.clock.synchronised = True
    county.live(lambda: not report(box)["connected"])
    county.live(lambda: report(box)["proven"])
    assert "broker-refused" not in box.faults()


@pytest.mark.parametrize(("left", "fault"), [(timedelta(days=20), ENDING), (-timedelta(days=1), ENDED)])
def test_a_certificate_that_ends_or_has_ended_is_a_fault_until_there_is_a_new_one(
    county: County, left: timedelta, fault: str
) -> None:
    box = county.add("thon-3", certified_at=datetime.now(UTC) + left - authority.SPAN)
    county.broker.start()
    box.connect()
    county.live(lambda: fault in box.faults())
    box.join(county.commune)
    county.live(lambda: not box.faults() & {ENDING, ENDED, "broker-refused"} and report(box)["proven"])
    assert [row["outcome"] for row in box.rows("fault") if row["reason"] == fault] == ["raised", "cleared"]


def test_a_certificate_that_ends_while_the_box_runs_is_told_as_ended(county: County) -> None:
    box = county.add("thon-3", certified_at=datetime.now(UTC) + timedelta(minutes=30) - authority.SPAN)
    box.connect()
    county.live(lambda: ENDING in box.faults())
    box.clock.pass_by(3600)
    county.live(lambda: ENDED in box.faults())
    assert ENDING not in box.faults()


def test_a_name_that_was_taken_is_a_fault_until_it_has_long_been_the_boxs_own(county: County) -> None:
    box = county.add("thon-3")
    county.broker.start()
    connected(county, box)
    own = papers(box.box.parts.settings)
    with Caller(own.authorities, own.certificate, own.tls_key, county.broker.port):
        county.live(lambda: "id-taken" in box.faults())
    county.live(lambda: report(box)["proven"])
    assert "id-taken" in box.faults()
    box.clock.pass_by(TAKEN_S + 1)
    county.live(lambda: "id-taken" not in box.faults())
