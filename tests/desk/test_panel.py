"""A box with `send:` buttons: the rights beside its key, and what the broker lets it write and hear."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.core.trust_list import KeyKind, TrustList
from gongd.core.wire import Channel, Topics
from gongd.desk import ledger
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.membership import EnrolmentError, revoke
from gongd.desk.panel import PanelError, set_panel
from gongd.desk.register import load_commune
from tests.desk.commune import Village, broker_of, call_as, make_commune, make_village, needs_mosquitto, now

TOPICS = Topics("gong", "nguyet-an")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def commune(ram: Path) -> tuple[CommuneFolder, dict[str, Village]]:
    """Three boxes, two of them in khu-a."""
    folder = make_commune(ram)
    boxes = {name: make_village(ram, name, zones=zone) for name, zone in _HOMES.items()}
    for box in boxes.values():
        box.join(folder)
    return folder, boxes


_HOMES = {"thon-1": "khu-a", "thon-2": "khu-a", "thon-3": "khu-b"}
Made = tuple[CommuneFolder, dict[str, Village]]


def rights(trust: TrustList) -> list[tuple[str, list[str], list[str]]]:
    panels = [key for key in trust.keys if key.kind is KeyKind.PANEL]
    return [(key.name, sorted(right.signals), list(map(str, right.places))) for key in panels for right in key.rights]


def test_a_panel_raises_what_it_was_given_and_the_next_gift_takes_its_place(commune: Made) -> None:
    folder, _ = commune
    set_panel(folder, "thon-3", ["fire"], ["all"], now())
    trust = set_panel(folder, "thon-3", ["fire", "all-clear"], ["khu-a", "thon-2"], now()).trust
    assert rights(trust) == [
        ("panel-thon-3", ["all-clear", "fire"], ["nguyet-an/zone/khu-a", "nguyet-an/thon-2"]),
    ]
    (right,) = next(key for key in trust.keys if key.kind is KeyKind.PANEL).rights
    assert (set(right.types), set(right.statuses)) == ({"alert"}, {"actual"})


def test_a_panel_that_is_one_no_more_is_a_box_still(commune: Made) -> None:
    folder, _ = commune
    set_panel(folder, "thon-3", ["fire"], ["all"], now())
    trust = set_panel(folder, "thon-3", [], [], now()).trust
    assert (rights(trust), trust.box("thon-3") is not None, trust.revoked) == ([], True, frozenset())


def test_a_box_that_is_revoked_is_no_panel_either(commune: Made) -> None:
    folder, _ = commune
    set_panel(folder, "thon-3", ["fire"], ["all"], now())
    assert rights(revoke(folder, "thon-3", now()).trust) == []


def test_rights_at_no_place_and_of_no_box_are_not_signed(commune: Made) -> None:
    folder, _ = commune
    before = ledger.current(folder).trust.number
    with pytest.raises(PanelError, match="khu-z"):
        set_panel(folder, "thon-3", ["fire"], ["khu-z"], now())
    with pytest.raises(EnrolmentError, match="thon-9"):
        set_panel(folder, "thon-9", ["fire"], ["all"], now())
    assert ledger.current(folder).trust.number == before


@pytest.fixture
def running(commune: Made) -> Iterator[Made]:
    """Its broker runs; thon-3 may raise fire in khu-a."""
    folder, _ = commune
    set_panel(folder, "thon-3", ["fire"], ["khu-a"], now())
    with broker_of(folder, load_commune(folder).port):
        yield commune


@needs_mosquitto
def test_the_broker_takes_its_orders_where_it_has_a_right_and_nowhere_else(running: Made) -> None:
    folder, boxes = running
    port = load_commune(folder).port
    with call_as(boxes["thon-3"], port) as panel, call_as(boxes["thon-1"], port) as box:
        panel.listen(TOPICS.every_box(Channel.ANSWER))
        for topic in (TOPICS.zone_command("khu-a"), TOPICS.command("thon-1"), TOPICS.command("thon-2")):
            assert panel.publish(topic), topic
            assert not box.publish(topic), topic
        for topic in (TOPICS.all_command(), TOPICS.zone_command("khu-b"), TOPICS.command("thon-3"), TOPICS.trust()):
            assert not panel.publish(topic), topic
        assert box.publish(TOPICS.box("thon-1", Channel.ANSWER))
        assert panel.hear()[0] == TOPICS.box("thon-1", Channel.ANSWER)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("panel", "thon-3", "--signals", "fire,all-clear", "--in", "khu-a"), 0, "Danh sách khóa số"),
        (("panel", "thon-3", "--none"), 0, "Danh sách khóa số"),
        (("panel", "thon-3"), 2, "--signals"),
        (("panel", "thon-3", "--signals", "fire", "--in", "khu-z"), 1, "khu-z"),
        (("neighbours", "thon-1", "--with", "thon-2,thon-3"), 0, "Danh sách khóa số"),
        (("neighbours", "thon-1", "--with", "thon-9"), 1, "thon-9"),
    ],
)
def test_the_desk_says_it_in_one_line(commune: Made, words: tuple[str, ...], status: int, said: str) -> None:
    folder, _ = commune
    told = subprocess.run(
        [sys.executable, "-m", "gongd.gongctl", "--folder", str(folder.path), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (told.returncode, "Traceback" in told.stderr) == (status, False), told.stderr + told.stdout
    assert said in told.stdout + told.stderr
