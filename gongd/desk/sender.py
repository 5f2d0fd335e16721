"""The sender: gives orders to the boxes, gathers each one's answers, and signs again for those that are silent.

One thread works it by calling `step`; what has happened comes back as news.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gongd.core.gathering import SENT_AGAIN_FOR, Gathering, Standing, freshly, open_gathering
from gongd.core.push import AWAITS_PIECES
from gongd.core.wire import Channel
from gongd.core.wire_blob import blob_in
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_name import Address, To, to_box
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Answer, ChallengeNote, Connection, Heartbeat, Presence, Step
from gongd.desk.collector import MOST_AT_ONCE, keep
from gongd.desk.ends import Ends
from gongd.desk.hearing import Heard
from gongd.desk.link import Down, Link, Message, Posted, Up
from gongd.desk.office import Office, Pen
from gongd.desk.pieces import Pieces
from gongd.desk.store import Store

LOOK_FOR_END_EVERY = timedelta(seconds=2)
LEAST_LEAP = timedelta(seconds=2)
"""By less a clock is only corrected."""
RECORDS_AT_ONCE = 20
MOST_RECORDS_WAITING = 500
"""Half of what the broker sends ahead of our acknowledgements: answers go on coming."""
_RECORD = f"/{Channel.EVENT}"


@dataclass(frozen=True, slots=True)
class Told:
    """A box has answered."""

    jti: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Sent:
    """An order has left, to these boxes; `again` when they had been sent it before."""

    jti: str
    boxes: tuple[str, ...]
    again: bool


@dataclass(frozen=True, slots=True)
class Silent:
    """A box has said nothing for a while: somebody must be called."""

    jti: str
    box: str
    is_sent: bool = True
    """Is it being sent the order again?"""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """From now on the order is sent no more, though the word of these boxes is missing."""

    jti: str
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreached:
    """There is no connection: nobody has been sent anything."""

    jti: str
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection to the broker is there, or has gone."""

    is_up: bool
    why: str = ""


News = Told | Sent | Silent | GivenUp | Unreached | LinkChanged


class Sender:
    """Orders on their way. `office`, `link` and `store` are the caller's; one thread only. `steady_s` is a clock that
    nobody sets, by which it is seen that the desk's own was set."""

    def __init__(self, office: Office, link: Link, store: Store, steady_s: Callable[[], float] | None = None) -> None:
        self._office = office
        self._ear = office.ear
        self._link = link
        self._store = store
        self._ends = Ends(store)
        self._pens: dict[str, Pen] = {}
        self._pieces: dict[str, Pieces] = {}
        self._orders: dict[str, Gathering] = {}
        self._named: set[tuple[str, str]] = set()
        self._given_up: set[str] = set()
        self._challenges: dict[str, str] = {}
        self._unreached: set[str] = set()
        self._records: deque[Message] = deque()
        self._looked_at: datetime | None = None
        self._steady_s = steady_s
        self._seen: tuple[datetime, float] | None = None
        self._has_been_up = False

    def renew(self, office: Office) -> None:
        """From now on this office: its list of trust says whose answers are believed."""
        self._office, self._ear = office, office.ear

    def gathering(self, jti: str) -> Gathering:
        """How an order stands."""
        return self._orders[jti]

    @property
    def orders(self) -> tuple[Gathering, ...]:
        """Every order given here."""
        return tuple(self._orders.values())

    @property
    def is_up(self) -> bool:
        """Is there a connection, as far as is known?"""
        return self._link.is_up

    def give(
        self, claims: CommandClaims, boxes: Iterable[str], pen: Pen, now: datetime, data: bytes | None = None
    ) -> list[News]:
        """Give an order; `data` is the file that it names, sent in pieces as boxes ask for them.

        It is in the store before it leaves. Raises StoreError.
        """
        blob = blob_in(claims)
        if blob is not None and data is not None:
            self._pieces[claims.jti] = Pieces(blob, data)
        for box, known in self._store.boxes().items():
            if known.challenge is not None:
                self._challenges.setdefault(box, known.challenge.challenge)
        self._keep_age(now)
        gathering = open_gathering(claims, boxes, now)
        self._ends.open(claims, gathering.stands, now, self._given_at())
        self._store.open_order(claims, gathering.stands, now)
        self._orders[claims.jti] = gathering
        self._pens[claims.jti] = pen
        self._apply_ends()
        return self._send_due(now)

    def end(self, jtis: Iterable[str], boxes: Iterable[str]) -> None:
        """These orders are over at these boxes, before any cancel of them is seen, and whatever becomes of that."""
        self._ends.end(jtis, boxes)
        self._apply_ends()

    def leave(self, jtis: Iterable[str]) -> list[News]:
        """Whoever works the sender goes, and nothing of these orders is sent any more: boxes that are silent are named,
        however short their time was."""
        return [news for jti in jtis for news in self._give_up(jti)]

    def step(self, now: datetime, wait_s: float) -> list[News]:
        """Take what has come, send what is due. Raises StoreError."""
        self._keep_age(now)
        posted = self._link.take(0 if self._records else wait_s)
        news: list[News] = []
        taken: list[Message] = []
        with self._store.writing():
            while posted is not None:
                if isinstance(posted, Message) and posted.topic.endswith(_RECORD):
                    self._records.append(posted)
                else:
                    news += self._take(posted, now)
                    taken += [posted] if isinstance(posted, Message) else []
                posted = self._link.take(0) if len(taken) < MOST_AT_ONCE else None
            taken += self._take_records(now, all_answers_heard=len(taken) < MOST_AT_ONCE)
        for message in taken:
            self._link.acknowledge(message)
        self._look_for_ends(now)
        self._send_pieces(now)
        news += self._send_due(now)
        return news + self._name_silent(now) + self._give_up_old(now)

    def _keep_age(self, now: datetime) -> None:
        """Where the desk's clock was set, orders are as old as they were: none is given up for it, nor waits for it."""
        if self._steady_s is None:
            return
        before, self._seen = self._seen, (now, self._steady_s())
        if before is None:
            return
        leap = now - before[0] - timedelta(seconds=self._seen[1] - before[1])
        if abs(leap) < LEAST_LEAP:
            return
        self._looked_at = None
        if leap > timedelta(0):  # what others have ended since the last look bears the time of the clock as it was
            self._look_for_ends(before[0])
            self._looked_at = None
        self._orders = {jti: gathering.moved(leap) for jti, gathering in self._orders.items()}
        for jti, gathering in self._orders.items():
            self._store.date_order(jti, gathering.opened_at)

    # ── Hearing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _take_records(self, now: datetime, all_answers_heard: bool) -> list[Message]:
        """Records wait until every answer is heard, for somebody looks at the screen; but not for ever."""
        most = RECORDS_AT_ONCE if all_answers_heard else len(self._records) - MOST_RECORDS_WAITING
        taken = [self._records.popleft() for _ in range(min(most, len(self._records)))]
        for message in taken:
            self._take(message, now)
        return taken

    def _take(self, posted: Posted, now: datetime) -> list[News]:
        match posted:
            case Up():
                self._has_been_up = True
                self._orders = {
                    jti: gathering.all_back(now) if jti in self._unreached else gathering
                    for jti, gathering in self._orders.items()
                }
                self._unreached.clear()
                return [LinkChanged(True)]
            case Down(why):
                return [LinkChanged(False, why)]
            case Message():
                heard = self._ear.hear(posted.topic, posted.payload, posted.retained)
                news: list[News] = []
                if not isinstance(heard, Refused):
                    keep(self._store, [heard], now)
                    news = self._hear(heard)
                return news

    def _hear(self, heard: Heard) -> list[News]:
        match heard.word:
            case Answer() as answer:
                return self._answered(answer)
            case ChallengeNote(challenge=challenge):
                self._challenges[heard.box] = challenge
                self._is_back(heard)
            case None:
                self._challenges.pop(heard.box, None)
            case Heartbeat():
                self._is_back(heard)
            case Presence(state=state) if state in (Connection.ONLINE, Connection.DEGRADED):
                self._is_back(heard)
        return []

    def _is_back(self, heard: Heard) -> None:
        """A sign of life now; what was retained says nothing of now."""
        if not heard.retained:
            self._orders = {jti: gathering.is_back(heard.box) for jti, gathering in self._orders.items()}

    def _answered(self, answer: Answer) -> list[News]:
        jti = answer.jti
        if jti is None or jti not in self._orders:
            return []
        before = self._orders[jti]
        self._orders[jti] = before.hear(answer)
        if answer.challenge is not None:
            self._challenges[answer.box] = answer.challenge
        if answer.step is Step.WAITING and answer.reason == AWAITS_PIECES and jti in self._pieces:
            self._pieces[jti].ask(answer.detail.get("missing"))
        return [] if self._orders[jti] is before else [Told(jti, answer)]

    def _look_for_ends(self, now: datetime) -> None:
        """Another program of the desk may have ended something, or a box have refused an end."""
        if self._looked_at is not None and now - self._looked_at < LOOK_FOR_END_EVERY:
            return
        self._looked_at = now
        young = [one.opened_at for one in self._orders.values() if now - one.opened_at <= SENT_AGAIN_FOR]
        if young:
            self._ends.look(min(young), self._given_at())
            self._apply_ends()

    def _given_at(self) -> dict[str, datetime]:
        """When each order was given, at the earliest; only who has a steady clock knows it once the other was set."""
        orders = self._orders.items() if self._steady_s else ()
        return {jti: gathering.opened_at - LEAST_LEAP for jti, gathering in orders}

    def _apply_ends(self) -> None:
        """What was ended by an order that boxes refuse goes on."""
        for jti, gathering in self._orders.items():
            ended = self._ends.boxes(gathering.claims)
            if ended != gathering.ended_at:
                self._orders[jti] = replace(gathering, ended_at=ended)

    # ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _send_due(self, now: datetime) -> list[News]:
        news: list[News] = []
        for jti, gathering in self._orders.items():
            if due := gathering.due(now):
                news += self._send(gathering, due, now)
                self._orders[jti] = gathering.sent(due, now)
        return news

    def _send(self, gathering: Gathering, boxes: tuple[str, ...], now: datetime) -> list[News]:
        jti = gathering.jti
        again = any(gathering.stands[box].sent_at is not None for box in boxes)
        if again:
            left = all(tuple(self._send_one(gathering, box, now) for box in boxes))
        else:
            left = self._send_first(gathering, boxes, now)
        if left:
            return [Sent(jti, boxes, again)]
        is_new = jti not in self._unreached
        self._unreached.add(jti)
        return [Unreached(jti, boxes)] if is_new else []

    def _send_first(self, gathering: Gathering, boxes: tuple[str, ...], now: datetime) -> bool:
        """One signature for all: to a zone's or everybody's topic as one message, else to each box's own."""
        claims = freshly(gathering.claims, now, gathering.claims.aud, self._challenges_of(boxes))
        token = self._pens[gathering.jti].seal(claims)
        topics = [self._office.topics.of(address) for address in claims.aud if address.to is not To.KEY]
        return all(tuple(self._link.send(topic, token) for topic in topics))

    def _send_pieces(self, now: datetime) -> None:
        for pieces in self._pieces.values() if self._link.is_up else ():
            for number, piece in pieces.due(now):
                self._link.send(self._office.topics.blob(pieces.blob.sha256, number), piece)

    def _send_one(self, gathering: Gathering, box: str, now: datetime) -> bool:
        """Again, for one box alone."""
        aud: tuple[Address, ...] = (to_box(self._office.commune.id, box),)
        claims = freshly(gathering.claims, now, aud, self._challenges_of((box,)))
        return self._link.send(self._office.topics.command(box), self._pens[gathering.jti].seal(claims))

    def _challenges_of(self, boxes: Iterable[str]) -> dict[str, str]:
        return {box: self._challenges[box] for box in boxes if box in self._challenges}

    def _name_silent(self, now: datetime) -> list[News]:
        news: list[News] = []
        for jti, gathering in self._orders.items():
            if jti in self._unreached or gathering.is_ended:
                continue
            for box in gathering.silent(now):
                if (jti, box) not in self._named:
                    self._named.add((jti, box))
                    news.append(Silent(jti, box))
        return news

    def _give_up_old(self, now: datetime) -> list[News]:
        over = [jti for jti, gathering in self._orders.items() if gathering.is_over(now)]
        return [news for jti in over for news in self._give_up(jti)]

    def _give_up(self, jti: str) -> list[News]:
        gathering = self._orders[jti]
        if jti in self._given_up or not gathering.unsettled:
            return []
        self._given_up.add(jti)
        silent = [box for box in gathering.unsettled if gathering.stands[box].standing is Standing.SILENT]
        unnamed = [box for box in silent if (jti, box) not in self._named and jti not in self._unreached]
        self._named |= {(jti, box) for box in unnamed}
        return [*(Silent(jti, box, is_sent=False) for box in unnamed), GivenUp(jti, gathering.unsettled)]
