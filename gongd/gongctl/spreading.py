"""A new trust list on its way: given to the broker at once, which keeps it for every box. The collector does so too."""

import time
from pathlib import Path

from gongd.cli.screen import Screen
from gongd.core.errors import GongdError
from gongd.core.words import Text
from gongd.desk.broker_process import is_kept_up
from gongd.desk.link import Down, Link, Message, Up
from gongd.desk.office import Office, open_office
from gongd.gongctl.duty import connected, without_roster

WAIT_S = 5.0

SPREAD = Text(
    "Máy chủ đã giữ danh sách khóa số {number} cho các cụm loa.", "The broker keeps trust list {number} for the boxes."
)
NOT_SPREAD = Text(
    "CHƯA tới máy chủ: danh sách khóa số {number} đi khi gongctl collect có kết nối.",
    "NOT at the broker yet: trust list {number} goes when gongctl collect has a connection.",
)


def spread(folder: Path, screen: Screen) -> bool:
    """Give the broker the newest list, and say whether it has it. Raises what opening the office raises."""
    office = open_office(folder, without_roster)
    number = office.trust.number if office.trust else 0
    try:
        with connected(office, also=office.topics.trust()) as link:
            done = _is_kept(office, link)
    except GongdError as error:
        screen.complain(error.text)
        done = False
    screen.say((SPREAD if done else NOT_SPREAD).fill(number=number))
    return done


def _is_kept(office: Office, link: Link) -> bool:
    """Until the broker sends it back, as it does to whoever listens for it. One that is kept up from this folder may be
    starting again, with what this very list has changed."""
    deadline = time.monotonic() + WAIT_S
    while (left := deadline - time.monotonic()) > 0:
        match link.take(left):
            case Up():
                link.send(office.topics.trust(), office.token, retain=True)
            case Down() if not is_kept_up(office.folder.broker):
                return False
            case Message(topic=topic, payload=payload) if topic == office.topics.trust() and payload == office.token:
                return True
    return False
