"""The collector tells Home Assistant of the boxes that are there, and takes back those that were struck off."""

import json
from pathlib import Path

from gongd.desk.collector import Collector
from gongd.desk.home_assistant import announcements
from gongd.desk.membership import revoke
from gongd.desk.office import open_office
from gongd.desk.register import load_commune
from gongd.desk.store import Store
from gongd.gongctl.duty import connected
from tests.desk.commune import broker_of, eventually, make_commune, make_village, needs_mosquitto, now

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
