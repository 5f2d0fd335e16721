"""The bootstrap: the only file that sees everybody. Settings -> hands -> Box, in the order that sounds first."""

import importlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gongd import __version__
from gongd.adapters import bare
from gongd.adapters.board import BoardWatch
from gongd.adapters.clips import ClipFolder
from gongd.adapters.clock import SystemClock, boot_id
from gongd.adapters.control import ControlSocket, Lock, LockedError, lock
from gongd.adapters.journal.writer import SqliteJournal
from gongd.adapters.last_good import LastGood
from gongd.adapters.pushes import PushShelf
from gongd.adapters.ring_note import RungNote
from gongd.adapters.supervisor import Systemd
from gongd.box.engine import Box
from gongd.box.equipment import Doors, Found, Hangup, Prepared, Remembered, Terminate
from gongd.box.inbox import Inbox
from gongd.box.parts import Line, OpenLine, Parts
from gongd.box.timekeeper import Timekeeper
from gongd.core.broken_file import journal_in
from gongd.core.clock_trust import ClockState
from gongd.core.errors import ConfigError, SocketError
from gongd.core.fault import FaultCode
from gongd.core.words import Text
from gongd.one_core import stay_together
from gongd.outfit import Outfit
from gongd.ports import Clock
from gongd.settings import Settings, load
from gongd.settings.model import Backend, TrustedBy
from gongd.settings.place import control_path, lock_path
from gongd.settings.source import LARGEST_BYTES

CLIPS = "clips"
LAST_GOOD = "last-good.yaml"
MESSAGES = "say.json"
RUNG = "rung.jsonl"

HAND_OVER_S = 0.0005
"""A thread that has been woken waits so long for one that reckons, and not Python's 5 ms: between an order and its
relay lie four threads, and the link may be reading a list of trust."""

_NO_FOLDER = Text(vi="Không dùng được thư mục {path}: {why}", en="the folder {path} cannot be used: {why}")

log = logging.getLogger("gongd")


def run(config: Path, dry: bool = False, out: Path | None = None) -> int:
    """The daemon: runs until SIGTERM. Returns the exit status.

    Raises ConfigError (bad settings and no last good copy) and LockedError (another daemon has this journal).
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    sys.setswitchinterval(HAND_OVER_S)
    out = (out or Path("out")) if dry else None
    settings, pushes, found = _settings(config, dry)
    state = settings.journal.path.parent
    _make(state)
    runtime = Path(os.environ.get("RUNTIME_DIRECTORY", state))
    held = _hold(lock_path(settings.journal.path))
    inbox = Inbox()
    _listen(inbox)
    bare.load()
    outfit = Outfit(config, state, runtime, out, inbox.post)
    equipment = outfit.equip(settings, None)
    last_good = LastGood(state / LAST_GOOD)
    doors = _doors(pushes, dry, settings, found, runtime, inbox, last_good)
    open_line = _open_line(state, inbox)
    box = Box(inbox, doors, outfit.equip, equipment, _timekeeper(settings, doors.clock), open_line)
    board = BoardWatch(state, inbox.post)
    control = _open_counter(control_path(settings.journal.path), inbox)
    threading.Thread(
        target=lambda: inbox.post(Remembered(doors.journal.remember())), name="memory", daemon=True
    ).start()
    if settings.mqtt is not None:
        threading.Thread(target=lambda: _prepare(inbox), name="papers", daemon=True).start()
    if not found:
        doors.keep(settings)
    stay_together()
    try:
        return box.run()
    finally:
        for door in (control, board, last_good, pushes, held):
            if door is not None:
                door.close()


def _doors(
    pushes: PushShelf,
    dry: bool,
    settings: Settings,
    found: tuple[Found, ...],
    runtime: Path,
    inbox: Inbox,
    last_good: LastGood,
) -> Doors:
    """What does not depend on later settings; the journal begins to open here."""
    state, boot, supervisor = settings.journal.path.parent, boot_id(), Systemd()
    return Doors(
        clock=SystemClock(settings.box.timezone),
        journal=SqliteJournal(settings.journal.path, inbox.post, boot, settings.journal.keep_days),
        supervisor=supervisor,
        load=pushes.load,
        keep=lambda settings: last_good.keep(settings.source_digest, pushes.path_of(settings.source_digest)),
        boot_id=boot,
        rings=RungNote(runtime / RUNG, boot),
        pushes=pushes,
        clips=ClipFolder(state / CLIPS),
        watchdog_s=supervisor.watchdog_s and supervisor.watchdog_s / 2,
        boot={"version": __version__, "settings": settings.source_digest[:12], "dry": dry},
        found=found,
        messages=_messages(runtime, state),
    )


def _prepare(inbox: Inbox) -> None:
    """Loading the line's libraries takes a second on a Raspberry Pi: the buttons do not wait for it."""
    importlib.import_module("gongd.line")
    inbox.post(Prepared())


def _open_line(state: Path, inbox: Inbox) -> OpenLine:
    """The line to the desk: its libraries cost 20 MB, and a box without `mqtt:` loads none of them."""

    def open_line(parts: Parts, can_drill: Callable[[str], bool]) -> Line | None:
        if parts.settings.mqtt is None:
            return None
        from gongd.line import open_line as opened

        return opened(parts, can_drill, state, inbox)

    return open_line


def _timekeeper(settings: Settings, clock: Clock) -> Timekeeper:
    trust = ClockState(settings.clock.trust is TrustedBy.ASSUME, settings.clock.holdover_s)
    return Timekeeper(clock, trust, settings.box.timezone)


def _settings(config: Path, dry: bool) -> tuple[Settings, PushShelf, tuple[Found, ...]]:
    """The settings that count; where the file is bad, the last good copy, and the fault that says so."""

    def shelf(state: Path) -> PushShelf:
        return PushShelf(config, state, lambda read: _as_asked(read, dry))

    try:
        settings = _as_asked(load(config), dry)
        pushes = shelf(settings.journal.path.parent)
        return pushes.load(starting=True) if pushes.note else settings, pushes, ()
    except ConfigError as error:
        state = _state_of(config)
        copy = state / LAST_GOOD
        if not copy.is_file():
            raise
        log.error("%s", error.text.vi)
        settings = load(copy, config.parent)
        return _as_asked(settings, dry), shelf(state), (Found(FaultCode.SETTINGS_BAD, None, error.text),)


def _as_asked(settings: Settings, dry: bool) -> Settings:
    """Dry: sound goes into files and the clock is believed (box.md)."""
    if not dry:
        return settings
    speaker = replace(settings.speaker, backend=Backend.FILE)
    return replace(settings, speaker=speaker, clock=replace(settings.clock, trust=TrustedBy.ASSUME))


def _state_of(config: Path) -> Path:
    """Where the state of a settings file lies that cannot be read."""
    data = b""
    with suppress(OSError), config.open("rb") as file:
        data = file.read(LARGEST_BYTES)
    return Path(journal_in(data)).parent


def _make(folder: Path) -> None:
    """A disk that refuses it does not keep the box from sounding: the journal tells."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        log.error("%s", _NO_FOLDER.fill(path=folder, why=error.strerror).vi)


def _hold(path: Path) -> Lock | None:
    """One daemon per journal. Raises LockedError when another one holds it; a broken disk holds nobody up."""
    try:
        return lock(path)
    except LockedError:
        raise
    except SocketError as error:
        log.error("%s", error.text.vi)
        return None


def _open_counter(path: Path, inbox: Inbox) -> ControlSocket | None:
    """The local socket. Where it cannot be opened, buttons and gong work all the same."""
    try:
        return ControlSocket(path, inbox.post)
    except SocketError as error:
        log.error("%s", error.text.vi)
        return None


def _messages(*folders: Path) -> tuple[str, ...]:
    """What was left to be spoken at this start: a JSON list of texts, taken away when it has been read."""
    told: list[str] = []
    for path in dict.fromkeys(folder / MESSAGES for folder in folders):
        with suppress(OSError, ValueError, RecursionError):
            texts = json.loads(path.read_text(encoding="utf-8"))
            path.unlink()
            told += [text for text in texts if isinstance(text, str)][:5] if isinstance(texts, list) else []
    return tuple(told)


def _listen(inbox: Inbox) -> None:
    """Signals of the operating system become events of the one loop."""
    signal.signal(signal.SIGHUP, lambda _number, _frame: inbox.post(Hangup()))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: inbox.post(Terminate()))
