"""A village box with its line to the desk, that dies at any step a test chooses and comes back as after a power cut."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gongd.adapters import jose
from gongd.adapters.journal import SqliteJournal
from gongd.box.equipment import Prepared
from gongd.box.gate import Gate, Inlets, Names
from gongd.box.heart import Self
from gongd.box.link import Line
from gongd.box.parts import Parts
from gongd.core.catalogue import Status
from gongd.core.trust_list import ListedBox, TrustList, everything
from gongd.core.wire import Seal
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import to_json
from gongd.core.wire_name import to_box
from gongd.line import BoxSeals
from gongd.ports import Journal
from tests.box.village import SETTINGS, Village, at
from tests.survival.fate import Death, Fate, FatedJournal, FatedRelays, FatedSpeaker
from tests.survival.wire import BASE, BOX, COMMUNE, Ears, HandBroker, HandLink

QUIET_S = 20.0
WIRED = SETTINGS.replace("liên thanh 20s, nghỉ 1s", "1 tiếng, nghỉ 5s") + "mqtt: {host: 127.0.0.1}\n"


class Mortal(Village):
    """Box, broker and desk. `fate` counts the box's steps from `arm` on."""

    def __init__(self, folder: Path, kill_at: int | None = None) -> None:
        super().__init__(folder, at("14:00"), WIRED)
        self.fate = Fate(kill_at)
        self.relays = FatedRelays(self.clock, fate=self.fate)
        self.speaker = FatedSpeaker(self.clock, fate=self.fate)
        self.open_line = self._open_line
        self.broker = HandBroker()
        self.box_key, self.desk_key = jose.generate(), jose.generate()
        self.ears = Ears(self.broker, self.box_key.x)
        self.link: HandLink | None = None
        self.under_way = 0

    def _open_line(self, parts: Parts, can_drill: Callable[[str], bool]) -> Line:
        keys = (everything("desk", self.desk_key.x, COMMUNE),)
        boxes = (ListedBox(BOX, self.box_key.x),)
        trust = TrustList(COMMUNE, 1, datetime(2026, 1, 1, tzinfo=UTC), keys=keys, boxes=boxes)
        inlets = Inlets(self.inbox.post, self.inbox.post_remote)
        gate = Gate(Names(BASE, COMMUNE, BOX, ()), BoxSeals(self.box_key), trust, lambda _token, _held: None, inlets)
        self.link = HandLink(self.broker, gate, self.fate)
        me = Self(45.0, f"run-{self.broker.sessions}", self.clock.mono, self.box_key.x, None)
        return Line(parts, gate, self.link, me, trust, can_drill)

    def open_journal(self) -> Journal:
        return FatedJournal(self.path, SqliteJournal(self.path, self.inbox.post, self.boot), self.fate)

    def start(self) -> "Mortal":
        self.link = None
        super().start()
        self.inbox.post(Prepared())
        self.settle()
        return self

    def settle(self) -> None:
        super().settle()
        while self.link is not None and self.link.turn(self.clock.mono):
            super().settle()

    # ── Death ────────────────────────────────────────────────────────────────────────────────────────────────────

    def live_through(self, story: Callable[["Mortal"], None], kept: float | None) -> bool:
        """Live the story; True when the box has died in it. `kept`: see `die`."""
        self.fate.is_armed = True
        try:
            story(self)
        except Death:
            self.fate.is_armed = False
            self.die(kept)
            return True
        self.fate.is_armed = False
        return False

    def die(self, kept: float | None) -> None:
        """SIGKILL now. Of what waited for the disk a share is `kept`; None: the last commit is torn in its middle."""
        journal = self.journal
        assert isinstance(journal, FatedJournal)
        self.broker.line = None
        self.under_way = sum(bool(promise.records) for promise in journal.pending)
        torn = kept is None and self._tear(journal)
        if kept:
            journal.store(round(len(journal.pending) * kept))
        self.kill()
        if torn:
            for file in self.folder.glob("torn-*"):
                file.replace(self.folder / file.name.removeprefix("torn-"))

    def _tear(self, journal: FatedJournal) -> bool:
        """Copies of the journal as the card would have it: all of the log but the last half of the last commit."""
        log = Path(f"{self.path}-wal")
        before = log.stat().st_size
        journal.store(len(journal.pending))
        after = log.stat().st_size
        for file in self.folder.glob("journal.db*"):
            shutil.copyfile(file, self.folder / f"torn-{file.name}")
        with (self.folder / f"torn-{log.name}").open("r+b") as torn:
            torn.truncate(before + (after - before) // 2)
        return True

    def come_back(self, after_s: float = 3.0) -> None:
        """The supervisor starts it again."""
        self.clock.pass_by(after_s)
        self.start()

    # ── The desk ─────────────────────────────────────────────────────────────────────────────────────────────────

    def order(self, kind: CommandType, **how: Any) -> CommandClaims:
        """An order, fresh now."""
        now = self.clock.wall
        told: dict[str, Any] = {"status": Status.ACTUAL, "by": "Trực ban", **how}
        aud = (to_box(COMMUNE, BOX),)
        expires = now + timedelta(minutes=4)
        return CommandClaims("desk", aud, told.pop("jti"), now, expires, kind, **told)

    def give(self, *orders: CommandClaims) -> None:
        """The desk signs and publishes them, and time stands still until the box has heard them."""
        for claims in orders:
            self.broker.give(jose.sign(to_json(claims), self.desk_key, Seal.COMMAND))
        self.settle()

    # ── What was heard ───────────────────────────────────────────────────────────────────────────────────────────

    def heard_s(self) -> float:
        """For how long the striker's amplifier was on, over all lives."""
        total, on_at = 0.0, None
        for moved_at, name, on in self.relays.moves:
            if name == "amplifier":
                total += 0.0 if on or on_at is None else moved_at - on_at
                on_at = moved_at if on else None
        return total
