"""`gongctl collect`: the collector, in the foreground, until it is stopped. systemd runs it all night."""

import signal
import threading

from gongd.cli.screen import Screen
from gongd.cli.usage import Request
from gongd.core.errors import KeyFileError, PassphraseError
from gongd.core.words import Text
from gongd.desk.collector import Collector
from gongd.desk.home_assistant import announcements
from gongd.desk.keyring import COLLECTOR
from gongd.desk.office import Office, Pen, open_office, take_pen
from gongd.desk.store import Store, StoreError
from gongd.gongctl.duty import connected, now, without_roster
from gongd.gongctl.passphrase import read_passphrase

COLLECTING = Text("Đang nhận tin của {n} cụm loa", "Collecting from {n} boxes")
CANNOT_ASK = Text(
    "Khóa trực ban có mật khẩu: bản ghi nào thiếu thì chỉ báo, không hỏi lại được. Làm một lần: gongctl key collector",
    "The desk's key is locked: missing records are told, not asked for. Do once: gongctl key collector",
)
STORED_AGAIN = Text("Lại ghi được vào sổ", "The store can be written again")
STOPPED = Text("Đã dừng", "Stopped")
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0


def collect(request: Request, screen: Screen) -> int:
    """Run until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    office = open_office(request.config, without_roster)
    store = Store(office.store)
    try:
        group = request.values.get("share")
        with connected(office, keeps=True, share=group) as link:
            pen = _pen(office, request, screen)
            announce = announcements if request.values.get("home-assistant") else _nothing
            collector = Collector(office, link, store, pen, screen.say, announce, shares=group is not None)
            screen.say(COLLECTING.fill(n=len(office.roster.boxes)))
            _run(collector, stop, screen)
    finally:
        store.close()
    screen.say(STOPPED)
    return 0


def _run(collector: Collector, stop: threading.Event, screen: Screen) -> None:
    """Step after step. While the store is away nothing is acknowledged, and it is tried again ever more rarely."""
    pause_s = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            collector.step(now())
            if pause_s > FIRST_PAUSE_S:
                screen.say(STORED_AGAIN)
            pause_s = FIRST_PAUSE_S
        except StoreError as error:
            if pause_s == FIRST_PAUSE_S:
                screen.complain(error.text)
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _nothing(_office: Office) -> tuple[tuple[str, bytes], ...]:
    return ()


def own_key(office: Office) -> str | None:
    """The collector's own key, where it has one: then the desk's may stay locked all night."""
    return COLLECTOR if (office.folder.desk / f"{COLLECTOR}.key").exists() else None


def _pen(office: Office, request: Request, screen: Screen) -> Pen | None:
    """The desk's key, where it can be opened without asking anybody."""
    file = request.values["passphrase-file"]
    try:
        return take_pen(office, read_passphrase(file) if file else None, request.values.get("key") or own_key(office))
    except (PassphraseError, KeyFileError) as error:
        if file:
            raise
        screen.complain(CANNOT_ASK if isinstance(error, PassphraseError) else error.text)
        return None
