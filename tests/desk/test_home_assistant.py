"""The collector tells Home Assistant of the boxes that are there, and takes back those that were struck off."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from gongd.core.wire import Channel, Topics
from gongd.desk.authority import take_seat
from gongd.desk.collector import Collector
from gongd.desk.home_assistant import announcements
from gongd.desk.membership import revoke
from gongd.desk.mosquitto import PROGRAMS
from gongd.desk.office import open_office
from gongd.desk.register import load_commune
from gongd.desk.store import Store
from gongd.gongctl.duty import connected
from tests.desk.commune import (
    Caller,
    broker_of,
    call_as,
    eventually,
    free_port,
    make_commune,
    make_village,
    needs_mosquitto,
    now,
)

GUIDE = Path(__file__).parents[2] / "docs" / "vi" / "may-chu.md"
THIRD, FIFTH = (f"homeassistant/device/nguyet-an/thon-{number}/config" for number in (3, 5))


def test_each_box_of_the_list_is_announced_and_one_that_is_struck_off_is_taken_back(ram: Path) -> None:
    folder = make_commune(ram)
    for box in ("thon-3", "thon-5"):
        make_village(ram, box).join(folder)
    office = open_office(folder.path)
    assert [topic for topic, _ in announcements(office)] == [THIRD, FIFTH]
    revoke(folder, "thon-5", now())
    told = dict(announcements(office.renewed()))
    assert told[FIFTH] == b""
    assert json.loads(told[THIRD])["device"]["identifiers"] == ["gongd_nguyet-an_thon-3"]


@needs_mosquitto
def test_the_desk_may_write_them_and_the_broker_keeps_them(ram: Path) -> None:
    folder = make_commune(ram)
    make_village(ram, "thon-3").join(folder)
    commune = load_commune(folder)
    office = open_office(folder.path)
    store = Store(office.store)
    kept: list[tuple[str, bool]] = []
    with broker_of(folder, commune.port), connected(office, keeps=True) as link:
        collector = Collector(office, link, store, None, lambda _said: None, announcements)
        eventually(lambda: collector.step(now(), 0.05) >= 0 and link.is_up)
        with connected(office) as reader:
            reader._client.on_message = lambda _c, _u, message: kept.append((message.topic, message.retain))
            eventually(lambda: reader.is_up)
            reader._client.subscribe("homeassistant/#", 1)
            eventually(lambda: (THIRD, True) in kept)
    store.close()


@contextmanager
def home(folder: Path) -> Iterator[tuple[int, paho.Client, list[str]]]:
    """Home Assistant's own broker, open to all, and somebody who hears everything there."""
    port, heard = free_port(), list[str]()
    settings = folder / "home.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="ascii")
    program = next(found for name in PROGRAMS if (found := shutil.which(name)))
    process = subprocess.Popen([program, "-c", str(settings)], stderr=subprocess.DEVNULL)
    client = paho.Client(CallbackAPIVersion.VERSION2, "home", protocol=paho.MQTTv5)

    def listen(*_about: object) -> None:
        client.subscribe("#", 1)

    client.on_connect = listen
    client.on_message = lambda _c, _u, message: heard.append(message.topic)
    try:
        client.connect_async("127.0.0.1", port)
        client.loop_start()
        eventually(client.is_connected)
        yield port, client, heard
    finally:
        client.loop_stop()
        process.terminate()
        process.wait(20)


@needs_mosquitto
def test_the_bridge_of_the_guide_shows_signs_of_life_and_lets_nothing_in(ram: Path) -> None:
    folder, topics = make_commune(ram), Topics("gong", "nguyet-an")
    village = make_village(ram, "thon-3")
    village.join(folder)
    commune = load_commune(folder)
    (bridge,) = re.findall(r"```\n(connection home-assistant\n.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    with home(ram) as (port, client, heard):
        text = re.sub(r"(?m)^address .*$", f"address 127.0.0.1:{port}", bridge)
        (folder.broker / "conf.d" / "home-assistant.conf").write_text(text, encoding="ascii")
        state, order = topics.box("thon-3", Channel.STATE), topics.command("thon-3")
        with (
            broker_of(folder, commune.port),
            call_as(village, commune.port) as box,
            take_seat(folder, commune) as seat,
            Caller(seat.authorities, seat.certificate, seat.key, commune.port) as desk,
        ):
            desk.listen(topics.every_box(Channel.STATE))
            assert desk.publish(order)
            assert desk.publish(THIRD, b"{}", retained=True)
            assert box.publish(topics.box("thon-3", Channel.ANSWER))
            assert box.publish(state, b"ours", retained=True)
            eventually(lambda: {THIRD, state} <= set(heard))
            assert not {order, topics.box("thon-3", Channel.ANSWER)} & set(heard)
            client.publish(state, b"theirs", 1).wait_for_publish(20)
            assert box.publish(state, b"ours again")
            assert [desk.hear()[1], desk.hear()[1]] == [b"ours", b"ours again"]
