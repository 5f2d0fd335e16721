"""The collector (`gongctl collect`): hears every box all night, stores, and acknowledges what is on the disk.

It asks again for records that are missing, and keeps the newest trust list on the broker (and, where that is wanted,
what Home Assistant is told of the boxes).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from gongd.core.catalogue import Status
from gongd.core.errors import GongdError
from gongd.core.gathering import FRESH_FOR
from gongd.core.wire import Channel
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_event import EventBatch
from gongd.core.wire_name import to_box
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, ChallengeNote, Heartbeat, Info, Presence
from gongd.core.words import Text
from gongd.desk.hearing import Ear, Heard
from gongd.desk.link import Down, Link, Message, Posted, Up
from gongd.desk.office import Office, Pen, new_name
from gongd.desk.store import Store

MOST_AT_ONCE = 500
"""Messages in one transaction: a disk that needs 20 ms a commit still takes 25,000 a second."""
WAIT_S = 1.0
LOOK_EVERY = timedelta(seconds=10)
MOST_ASKED = 200
"""Records in one question: what a box answers with one batch or a few."""

CONNECTED = Text("Đã kết nối với máy chủ", "Connected to the broker")
NOT_CONNECTED = Text("Chưa kết nối được với máy chủ: {why}", "Not connected to the broker: {why}")
REFUSED = Text("Bỏ qua tin không tin được, thứ {n}: {why}", "Refused what cannot be believed, number {n}: {why}")
MISSING = Text(
    "{box}: thiếu bản ghi {first} đến {last} của nhật ký {journal}",
    "{box}: records {first} to {last} of journal {journal} are missing",
)

Say = Callable[[Text], None]
Announce = Callable[[Office], Iterable[tuple[str, bytes]]]
"""What others are told of the boxes, to be retained: topic and payload (`home_assistant.announcements`)."""


def question(pen: Pen, commune: str, box: str, journal: str, span: tuple[int, int], now: datetime) -> CommandClaims:
    """An order that asks a box for records again."""
    first, last = span
    return CommandClaims(
        iss=pen.name,
        aud=(to_box(commune, box),),
        jti=new_name(),
        sent=now,
        expires=now + FRESH_FOR,
        type=CommandType.QUERY,
        status=Status.ACTUAL,
        journal=journal,
        since=first,
        until=min(last, first + MOST_ASKED - 1),
    )


def keep(store: Store, heard: Sequence[Heard], now: datetime) -> None:
    """Put words of boxes into the store, in one step. Raises StoreError."""
    with store.writing():
        if batches := [one.word for one in heard if isinstance(one.word, EventBatch)]:
            store.add_batches(batches, now)
        if beats := [(one.box, one.word) for one in heard if isinstance(one.word, Heartbeat)]:
            store.heard_heartbeats(beats, now)
        for one in heard:
            _keep_alone(store, one, now)


def _keep_alone(store: Store, heard: Heard, now: datetime) -> None:
    match heard.word:
        case Answer() as answer:
            store.add_answer(answer, now)
        case Presence() as presence:
            store.heard_presence(heard.box, presence, now)
        case Info() as info:
            store.heard_info(heard.box, info, now)
        case ChallengeNote() | None as note:
            store.heard_challenge(heard.box, note, now)


class Collector:
    """One link, one store, one thread. `pen` None: it cannot ask for what is missing (the desk's key is locked).

    `shares`: others take their part of what boxes say. Then whoever asks a box hears its records itself until none is
    missing: else the broker deals the answer out among all, the dead too, and no question need ever bring it whole.
    """

    def __init__(
        self,
        office: Office,
        link: Link,
        store: Store,
        pen: Pen | None,
        say: Say,
        announce: Announce = lambda _office: (),
        shares: bool = False,
    ) -> None:
        self._office = office
        self._ear: Ear = office.ear
        self._link = link
        self._store = store
        self._pen = pen
        self._say = say
        self._announce = announce
        self._shares = shares
        self._heard_alone: set[str] = set()
        self._posted: list[Posted] = []
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._refused = 0
        self._trouble: Text | None = None

    def step(self, now: datetime, wait_s: float = WAIT_S) -> int:
        """Take what has come, store it, acknowledge it; look for gaps. How many messages.

        Raises StoreError: what has come is held, and stored by the next step that can.
        """
        self._posted = self._posted or self._gather(wait_s)
        taken = self._take(self._posted, now)
        self._posted = []
        if not timedelta(0) <= now - self._looked_at < LOOK_EVERY:  # below: the clock was set back
            self._looked_at = now
            self._renew()
            self._ask(now)
        return taken

    def _gather(self, wait_s: float) -> list[Posted]:
        first = self._link.take(wait_s)
        posted = [first] if first is not None else []
        while first is not None and len(posted) < MOST_AT_ONCE and (more := self._link.take(0)) is not None:
            posted.append(more)
        return posted

    def _take(self, posted: list[Posted], now: datetime) -> int:
        messages = [one for one in posted if isinstance(one, Message)]
        if heard := [one for message in messages if (one := self._hear(message)) is not None]:
            keep(self._store, heard, min(now, messages[-1].came_at))
        for message in messages:
            self._link.acknowledge(message)
        for change in posted:
            match change:
                case Up():
                    self._say(CONNECTED)
                    self._publish_standing()
                case Down(why):
                    self._say(NOT_CONNECTED.fill(why=why))
        return len(messages)

    def _hear(self, message: Message) -> Heard | None:
        """What is not believed is acknowledged all the same: it would come again for ever."""
        heard = self._ear.hear(message.topic, message.payload, message.retained)
        if isinstance(heard, Refused):
            self._refused += 1
            self._say(REFUSED.fill(n=self._refused, why=f"{heard.reason} {heard.detail}"[:300]))
            return None
        return heard

    def _renew(self) -> None:
        try:
            renewed = self._office.renewed()
        except GongdError as error:
            self._say_once(error.text)
            return
        if renewed is not self._office:
            self._office, self._ear = renewed, renewed.ear
            self._publish_standing()

    def _say_once(self, trouble: Text) -> None:
        """A roster that is being edited is looked at every ten seconds, and told of once."""
        if trouble != self._trouble:
            self._trouble = trouble
            self._say(trouble)

    def _publish_standing(self) -> None:
        if self._office.trust is not None:
            self._link.send(self._office.topics.trust(), self._office.token, retain=True)
        for topic, payload in self._announce(self._office):
            self._link.send(topic, payload, retain=True)

    def _ask(self, now: datetime) -> None:
        for box in [box for box in self._heard_alone if not self._store.missing(box)]:
            self._link.hear_no_more(self._office.topics.box(box, Channel.EVENT))
            self._heard_alone.remove(box)
        for box, journal, span in self._store.ask_for(now):
            self._say(MISSING.fill(box=box, first=span[0], last=span[1], journal=journal))
            if self._pen is not None:
                self._hear_alone(box)
                asked = question(self._pen, self._office.commune.id, box, journal, span, now)
                self._link.send(self._office.topics.command(box), self._pen.seal(asked))

    def _hear_alone(self, box: str) -> None:
        """Said before each question: a broker that has begun anew has forgotten it."""
        if self._shares:
            self._link.hear_too(self._office.topics.box(box, Channel.EVENT))
            self._heard_alone.add(box)
