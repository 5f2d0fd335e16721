"""A village's box as far as the desk sees it: signed answers, events, heartbeats, over a real broker; and a desk."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from paho.mqtt.client import MQTTMessageInfo

from gongd.adapters import jose
from gongd.core.condition import Sounds, State
from gongd.core.lexicon import Proof
from gongd.core.wire import Channel, FindKey, Seal, Topics, Verified
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_event import EventBatch
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, Connection, Heartbeat, Presence, Step
from gongd.desk import ledger
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.register import load_commune
from gongd.settings.place import papers
from tests.desk.commune import WAIT_S, Caller, Village, broker_of, call_as, eventually, make_commune, make_village

COMMUNE = "nguyet-an"
ROSTER = """\
name: Nguyệt Ấn
zones: {trung-tam: Khu trung tâm}
boxes:
  thon-3:
    village: Thôn 3
    zones: [trung-tam]
    by_hand: [{name: Ông Lê Văn An, phone: 0912 345 678}]
  thon-5:
    village: Thôn 5
    zones: [trung-tam]
    by_hand: [{name: Bà Hà, phone: 0345677123}]
"""


@dataclass
class Box:
    """Answers every order as its script says. `steps` are answered to an alert; `deaf`: it says nothing."""

    village: Village
    caller: Caller
    find: FindKey
    steps: tuple[Step, ...] = (Step.RECEIVED, Step.STARTED)
    wants_challenge: str | None = None
    deaf: bool = False
    journal: dict[int, EventBatch] = field(default_factory=dict)
    heard: list[CommandClaims] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.key = jose.load(papers(self.village.settings).key)
        self.topics = Topics("gong", COMMUNE)

    @property
    def id(self) -> str:
        return self.village.id

    def listen(self) -> None:
        """Be there: subscribe, say that it is online, answer from a thread of its own."""
        self.caller.listen(
            self.topics.command(self.id), self.topics.zone_command("trung-tam"), self.topics.all_command()
        )
        self.tell(Presence(Connection.ONLINE, Sounds.YES, at=datetime.now(UTC)))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        from queue import Empty

        while not self._stop.is_set():
            try:
                _, body = self.caller.heard.get(timeout=0.05)
            except Empty:
                continue
            opened = jose.verify(body, self.find, Seal.COMMAND)
            assert isinstance(opened, Verified), opened
            claims = from_json(CommandClaims, opened.payload)
            assert not isinstance(claims, Refused)
            is_deaf = self.deaf  # before it is seen to have heard: whoever sees it may let it answer the next
            self.heard.append(claims)
            if not is_deaf:
                self._answer(claims)

    def _answer(self, claims: CommandClaims) -> None:
        if self.wants_challenge and claims.challenges.get(self.id) != self.wants_challenge:
            self.say(claims.jti, Step.REFUSED, reason="clock-untrusted", challenge=self.wants_challenge)
            return
        if claims.type is CommandType.QUERY and claims.since:
            for number in range(claims.since, (claims.until or claims.since) + 1):
                self.publish(Channel.EVENT, self.journal[number], Seal.EVENT)
        alerted = claims.type in (CommandType.ALERT, CommandType.ANNOUNCE)
        for step in self.steps if alerted else (Step.RECEIVED, Step.FINISHED):
            self.say(claims.jti, step, proof=Proof.DRIVEN if step is Step.STARTED else None)

    def say(self, jti: str, step: Step, **more: object) -> None:
        """One answer."""
        answer = Answer(self.id, step, datetime.now(UTC), True, jti, **more)  # type: ignore[arg-type]
        self.publish(Channel.ANSWER, answer, Seal.ANSWER)

    def beat(self, number: int = 0, journal: str | None = None) -> None:
        """A heartbeat."""
        at = datetime.now(UTC)
        self.publish(
            Channel.HEARTBEAT,
            Heartbeat(Sounds.YES, State.QUIESCENT, 1, "b", at, True, 1, journal=journal, number=number),
            None,
        )

    def tell(self, state: Presence) -> None:
        """Its state, until the broker has it: whoever asks next finds it."""
        sent = self.publish(Channel.STATE, state, None)
        sent.wait_for_publish(WAIT_S)
        assert sent.is_published()

    def publish(self, channel: Channel, body: object, seal: Seal | None) -> MQTTMessageInfo:
        """Anything, signed where the channel is. It is under way."""
        data = to_json(body)
        token = data if seal is None else jose.sign(data, self.key, seal)
        return self.caller.client.publish(self.topics.box(self.id, channel), token, 1, channel is Channel.STATE)


@dataclass
class Commune:
    """A folder with two boxes, a broker that runs, and gongctl as a person runs it."""

    folder: CommuneFolder
    port: int
    boxes: dict[str, Box]

    def gongctl(
        self, *words: str, typed: str | None = None, wait_s: float = 60, language: str = "C.UTF-8"
    ) -> subprocess.CompletedProcess[str]:
        """The command, as a process of its own."""
        return subprocess.run(
            [sys.executable, "-m", "gongd.gongctl", *words, "--folder", str(self.folder.path)],
            input=typed,
            capture_output=True,
            text=True,
            timeout=wait_s,
            check=False,
            env={**os.environ, "LANG": "vi_VN.UTF-8", "LC_ALL": language},
        )


def found_commune(ram: Path) -> tuple[CommuneFolder, list[Village]]:
    """A commune with two boxes enrolled and a roster; no broker runs."""
    folder = make_commune(ram)
    villages = [make_village(ram, "thon-3"), make_village(ram, "thon-5")]
    for village in villages:
        village.join(folder)
    (folder.path / "roster.yaml").write_text(ROSTER, encoding="utf-8")
    return folder, villages


@contextmanager
def whole_commune(ram: Path, absent: tuple[str, ...] = ()) -> Iterator[Commune]:
    """The commune, its broker, and its boxes but the absent ones."""
    folder, villages = found_commune(ram)
    port = load_commune(folder).port

    def find(kid: str) -> str | Refused:
        return ledger.current(folder).trust.find_key(kid)

    with broker_of(folder, port):
        commune = Commune(folder, port, {})
        for village in villages:
            if village.id not in absent:
                commune.boxes[village.id] = Box(village, call_as(village, port, village.id), find)
        for box in commune.boxes.values():
            box.caller.__enter__()
            box.listen()
        try:
            yield commune
        finally:
            for box in commune.boxes.values():
                box.close()
                box.caller.__exit__()


__all__ = ["Box", "Commune", "eventually", "found_commune", "whole_commune"]
