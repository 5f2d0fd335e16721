"""The bootstrap: the only file that sees everybody. Settings -> hands -> Box, in the order that sounds first."""

import json
import logging
import os
import re
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gongd import __version__
from gongd.adapters import bare
from gongd.adapters.clock import SystemClock, boot_id
from gongd.adapters.control import ControlSocket, lock
from gongd.adapters.journal.writer import SqliteJournal
from gongd.adapters.supervisor import Systemd
from gongd.box.engine import Box
from gongd.box.equipment import Doors, Found, Hangup, Remembered, Terminate
from gongd.box.inbox import Inbox
from gongd.box.timekeeper import Timekeeper
from gongd.core.clock_trust import ClockState
from gongd.core.errors import ConfigError, GongdError
from gongd.core.fault import FaultCode
from gongd.core.words import Text
from gongd.outfit import Outfit
from gongd.settings import Settings, load
from gongd.settings.model import Backend, TrustedBy
from gongd.settings.place import control_path, lock_path

LAST_GOOD = "last-good.yaml"
MESSAGES = "say.json"
USUAL_STATE = Path("/var/lib/gongd")

_NO_FOLDER = Text(vi="Không dùng được thư mục {path}: {why}", en="the folder {path} cannot be used: {why}")

log = logging.getLogger("gongd")


def run(config: Path, dry: bool = False, out: Path | None = None) -> int:
    """The daemon: runs until SIGTERM. Returns the exit status. Raises GongdError when it cannot start at all."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    out = (out or Path("out")) if dry else None
    settings, found = _settings(config, dry)
    state = settings.journal.path.parent
    _make(state)
    runtime = Path(os.environ.get("RUNTIME_DIRECTORY", state))
    held = lock(lock_path(settings.journal.path))
    inbox = Inbox()
    bare.load()
    outfit = Outfit(config, state, runtime, out, inbox.post)
    equipment = outfit.equip(settings, None)
    journal = SqliteJournal(settings.journal.path, inbox.post, boot_id(), settings.journal.keep_days)
    supervisor = Systemd()
    zone = settings.box.timezone
    clock = SystemClock(zone)
    doors = Doors(
        clock=clock,
        journal=journal,
        supervisor=supervisor,
        load=lambda: _as_asked(load(config), dry),
        keep=lambda _settings: _keep(config, state),
        boot_id=boot_id(),
        watchdog_s=supervisor.watchdog_s and supervisor.watchdog_s / 2,
        boot={"version": __version__, "settings": settings.source_digest[:12], "dry": dry},
        found=found,
        messages=_messages(runtime, state),
    )
    trust = ClockState(settings.clock.trust is TrustedBy.ASSUME, settings.clock.holdover_s)
    box = Box(inbox, doors, outfit.equip, equipment, Timekeeper(clock, trust, zone))
    _listen(inbox)
    control = ControlSocket(control_path(settings.journal.path), inbox.post)
    threading.Thread(target=lambda: inbox.post(Remembered(journal.remember())), name="memory", daemon=True).start()
    if not found:
        _keep(config, state)
    try:
        return box.run()
    finally:
        control.close()
        held.close()


def _settings(config: Path, dry: bool) -> tuple[Settings, tuple[Found, ...]]:
    """The settings; where the file is bad, the last good copy, and the fault that says so."""
    try:
        return _as_asked(load(config), dry), ()
    except ConfigError as error:
        copy = _state_of(config) / LAST_GOOD
        if not copy.is_file():
            raise
        log.error("%s", error.text.vi)
        settings = load(copy)
        return _as_asked(settings, dry), (Found(FaultCode.SETTINGS_BAD, None, error.text),)


def _as_asked(settings: Settings, dry: bool) -> Settings:
    """Dry: sound goes into files and the clock is believed (box.md)."""
    if not dry:
        return settings
    speaker = replace(settings.speaker, backend=Backend.FILE)
    return replace(settings, speaker=speaker, clock=replace(settings.clock, trust=TrustedBy.ASSUME))


def _state_of(config: Path) -> Path:
    """Where the state of a broken settings file lies: its journal's folder, found in its plain text."""
    text = ""
    with suppress(OSError):
        text = config.read_bytes()[:262_144].decode("utf-8", "replace")
    named = re.search(r"^journal:\s*(?:\{\s*|\n\s+)path:\s*[\"']?([^\s\"',}]+)", text, re.MULTILINE)
    return Path(named.group(1)).parent if named else Path(os.environ.get("STATE_DIRECTORY", USUAL_STATE))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GongdError(_NO_FOLDER.fill(path=folder, why=error.strerror)) from error


def _keep(config: Path, state: Path) -> None:
    """Put the last good copy aside. The copy is a help, not a duty: a full disk is told by the journal."""
    copy = state / LAST_GOOD
    with suppress(OSError):
        data = config.read_bytes()
        if not copy.is_file() or copy.read_bytes() != data:
            new = copy.with_suffix(".new")
            with new.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            new.replace(copy)


def _messages(*folders: Path) -> tuple[str, ...]:
    """What was left to be spoken at this start: a JSON list of texts, taken away when it has been read."""
    told: list[str] = []
    for path in dict.fromkeys(folder / MESSAGES for folder in folders):
        with suppress(OSError, ValueError):
            texts = json.loads(path.read_text(encoding="utf-8"))
            path.unlink()
            told += [text for text in texts if isinstance(text, str)][:5]
    return tuple(told)


def _listen(inbox: Inbox) -> None:
    """Signals of the operating system become events of the one loop."""
    signal.signal(signal.SIGHUP, lambda _number, _frame: inbox.post(Hangup()))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: inbox.post(Terminate()))
