"""Calling: what this box orders others to do, followed until it is answered. On the deciding thread.

Its fire button rings the boxes that list it as their neighbour (Tổ liên gia), also while the desk is away; its `send:`
buttons make it the desk's own panel. The alarm at the box itself comes first: here is only told what was recorded.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from gongd.box.airtime import DISK_WAIT_S
from gongd.box.deeds import NO_LINK
from gongd.box.echoes import EchoCame
from gongd.box.parts import Parts
from gongd.core import calling
from gongd.core.activation import Outcome
from gongd.core.air import THEN
from gongd.core.button import Button, Send
from gongd.core.calling import OwnOrder
from gongd.core.catalogue import Origin, Why
from gongd.core.gathering import SENT_AGAIN_FOR, SILENT_AFTER, Gathering, Stand, Standing, freshly, open_gathering
from gongd.core.moment import Moment
from gongd.core.record import Record
from gongd.core.trust_list import TrustList
from gongd.core.wire import Channel, Topics
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_name import Address, Identity, To, to_all, to_box
from gongd.core.wire_report import Answer, ChallengeNote, Step
from gongd.core.words import Text

LEAST_GAP_S = 0.25
"""Between two copies of one order, whatever others answer."""
MOST_UNDER_WAY = 32
MOST_KNOWN = 200

_BEGINS = frozenset({Outcome.WAITING, Outcome.STARTED, Outcome.RESUMED, Outcome.JOINED})
_TELLING = (Standing.SOUNDING, Standing.DONE, Standing.UNDONE)
_OVER = frozenset(Step) - {Step.RECEIVED, Step.WAITING, Step.STARTED, Step.RESUMED, Step.PREEMPTED}
_START = datetime(2000, 1, 1, tzinfo=UTC)

REFUSALS: Mapping[str, Text] = {
    "not-permitted": Text("Nút này chưa được cấp quyền.", "This button has not been given the right."),
    "no-place": Text("Xã không có nơi nhận của nút này.", "The commune has no such place as this button names."),
}
SOUNDING = Text("{n} loa đang phát", "{n} boxes sound")
SILENT = Text("{n} loa chưa trả lời", "{n} have not answered")
UNDONE = Text("{n} loa không phát được", "{n} cannot sound")


class Mouth(Protocol):
    """What orders go out through."""

    @property
    def is_bare(self) -> bool: ...
    @property
    def is_up(self) -> bool: ...
    @property
    def topics(self) -> Topics: ...
    def identity(self) -> Identity: ...
    def order(self, topic: str, claims: CommandClaims) -> None: ...
    def want_echoes(self, filters: tuple[str, ...]) -> None: ...


@dataclass(slots=True)
class _UnderWay:
    """One order, and how it stands. `sent_at` is monotonic."""

    order: OwnOrder
    gathering: Gathering
    sent_at: float | None = None
    is_summed_up: bool = False
    told: set[tuple[str, Standing]] = field(default_factory=set)
    heard_at: dict[str, float] = field(default_factory=dict)

    @property
    def is_answered(self) -> bool:
        """Has everybody whom it is for ended, or said that it will not be?"""
        stands = self.gathering.stands.values()
        return bool(stands) and all(stand.last is not None and _is_over(stand.last) for stand in stands)

    def goes_on(self, now: Moment, lasts_s: float) -> bool:
        """Is any box at it still? Where one has been cancelled, it was there alone. A box that has said nothing for as
        long as it can sound has died over it."""
        at_it = (box for box, stand in self.gathering.stands.items() if stand.last and not _is_over(stand.last))
        return any(now.mono - self.heard_at.get(box, now.mono) < lasts_s for box in at_it)


@dataclass(slots=True)
class Calling:
    """Orders of this box. `trust` is the list in force."""

    parts: Parts
    mouth: Mouth
    trust: TrustList | None
    _under_way: dict[str, _UnderWay] = field(default_factory=dict)
    _known: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_KNOWN))
    _challenges: dict[str, str] = field(default_factory=dict)
    _wanted: tuple[str, ...] = ()

    # ── What sets it off ─────────────────────────────────────────────────────────────────────────────────────────

    def open(self, records: Sequence[Record], now: Moment) -> None:
        """The journal tells what was under way when the daemon died. Everybody who has obeyed just says so again."""
        for order in calling.to_follow(records, self.mouth.identity(), now, self.parts.doors.boot_id):
            if order.claims.jti not in self._known:
                self._follow(order, now)

    def note(self, written: Sequence[Record], now: Moment) -> None:
        """Records that were appended: a fire that somebody raises here, or its end."""
        ending: dict[Why, list[str]] = {}
        for record in written:
            if not calling.calls(record):
                continue
            jti, why = calling.jti_for(record.activation or ""), calling.ends(record)
            if why is not None and jti in self._under_way:
                ending.setdefault(why, []).append(jti)
            elif why is None and record.outcome in _BEGINS and jti not in self._known:
                self._call(record, jti, now)
        for why, jtis in ending.items():
            self._end(jtis, why, now)

    def _call(self, record: Record, jti: str, now: Moment) -> None:
        """Later calls reach everybody whom the earlier ones were for: these are signed no more."""
        me = self.mouth.identity()
        found = calling.neighbours(self.trust, me)
        if found is None or self.mouth.is_bare:
            return
        for one in self._calls():
            one.gathering = one.gathering.ended()
        box, place = self.parts.settings.box, record.detail.get("place")
        said = {"by": box.name, "place": place if isinstance(place, str) else box.place}
        claims = calling.alert(jti, record.signal or "", found.aud, me, now.wall, **said)
        self._begin(OwnOrder(claims, found.boxes, Channel.CALL), now)

    def _end(self, jtis: Sequence[str], why: Why, now: Moment) -> None:
        """What was called is over."""
        ended = [self._under_way.pop(jti).order for jti in jtis]
        claims = calling.cancel([one.claims for one in ended], why, self.mouth.identity(), now.wall)
        boxes = tuple(dict.fromkeys(box for one in ended for box in one.boxes))
        self._begin(OwnOrder(claims, boxes, Channel.CALL), now)

    def _calls(self) -> list[_UnderWay]:
        return [
            one
            for one in self._under_way.values()
            if one.order.channel is Channel.CALL and one.order.claims.type is CommandType.ALERT
        ]

    def send(self, button: Button, identity: str, now: Moment) -> None:
        """A `send:` button was held."""
        assert isinstance(button.action, Send)
        me, action = self.mouth.identity(), button.action
        found = calling.target(action.to, None if self.mouth.is_bare else self.trust, me)
        aud = found.aud if found else (to_all(me.commune),)
        by = f"{self.parts.settings.box.name}, {button.name}"[:100]
        claims = calling.alert(calling.jti_for(identity), action.signal, aud, me, now.wall, by=by)
        if found is None:
            self._refuse(claims, "no-place", button.name, now)
        elif not self.mouth.is_bare and not self._is_permitted(claims, found.boxes, me):
            self._refuse(claims, "not-permitted", button.name, now)
        else:
            self._send(OwnOrder(claims, found.boxes, Channel.COMMAND, button.name), now)

    def _is_permitted(self, claims: CommandClaims, boxes: Sequence[str], me: Identity) -> bool:
        return self.trust is not None and calling.is_permitted(claims, self.trust, me, boxes)

    def _send(self, order: OwnOrder, now: Moment) -> None:
        if calling.ends_alarms(order.claims):
            for jti, one in tuple(self._under_way.items()):
                if calling.covers(order, one.order):
                    self._drop(jti)
        self._begin(order, now)
        self.parts.doors.journal.append(()).wait(DISK_WAIT_S if self.parts.airtime.journal_well else 0.0)
        if not self.mouth.is_up:
            self._say(NO_LINK, order.button, now)

    def _refuse(self, claims: CommandClaims, reason: str, button: str, now: Moment) -> None:
        self.parts.write([calling.unsent(claims, reason, button, now)])
        self._say(REFUSALS[reason], button, now)
        self.parts.panel.over(button)

    def _begin(self, order: OwnOrder, now: Moment) -> None:
        self.parts.write([calling.sent(order, now, self.parts.doors.boot_id)])
        self._follow(order, now)

    def _follow(self, order: OwnOrder, now: Moment) -> None:
        jti = order.claims.jti
        self._known.append(jti)
        gathering = open_gathering(order.claims, order.boxes, _instant(now) - timedelta(seconds=order.age_s))
        self._under_way[jti] = _UnderWay(order, gathering)
        while len(self._under_way) > MOST_UNDER_WAY:
            self._drop(next(iter(self._under_way)))

    # ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────

    def heard(self, event: EchoCame, now: Moment) -> None:
        """Another box has said something."""
        match event.word:
            case Answer() as answer:
                self._answered(answer, now)
            case ChallengeNote(challenge=challenge):
                self._challenges[event.box] = challenge
                for one in self._under_way.values():
                    one.gathering = one.gathering.is_back(event.box)
            case None:
                self._challenges.pop(event.box, None)

    def _answered(self, answer: Answer, now: Moment) -> None:
        one = self._under_way.get(answer.jti or "")
        if one is None:
            return
        if answer.challenge is not None:
            self._challenges[answer.box] = answer.challenge
        if self.mouth.is_bare:
            one.gathering = replace(one.gathering, stands={answer.box: Stand(), **one.gathering.stands})
        before = one.gathering
        one.gathering = before.hear(answer)
        if one.gathering is before:
            return
        one.heard_at[answer.box] = now.mono
        standing = one.gathering.stands[answer.box].standing
        if standing in _TELLING and (answer.box, standing) not in one.told:
            one.told.add((answer.box, standing))
            self.parts.write([calling.answered(one.order.claims, answer, now)])
        if answer.step is Step.CANCELLED:
            goes_on = one.goes_on(now, self._lasts_s(one.order.claims))
            one.gathering = one.gathering.ended((answer.box,) if goes_on else None)

    def _lasts_s(self, claims: CommandClaims) -> float:
        """How long an alarm may go on, its rest between two soundings included."""
        signal = self.parts.settings.signals.get(claims.signal or "")
        if signal is None:
            return SENT_AGAIN_FOR.total_seconds()
        return signal.at_most_s + (signal.again.for_s if signal.again else 0.0)

    # ── Round after round ────────────────────────────────────────────────────────────────────────────────────────

    def step(self, now: Moment) -> float | None:
        """Send what is due; when to come again."""
        at, again = _instant(now), None
        for jti, one in tuple(self._under_way.items()):
            if one.is_answered or at - one.gathering.opened_at > SENT_AGAIN_FOR:
                self._drop(jti)
                continue
            if self.mouth.is_up and not self._send_due(one, now):
                again = now.mono + LEAST_GAP_S
            self._sum_up(one, now)
        filters = self._filters() if self._under_way else ()
        if filters != self._wanted:
            self._wanted = filters
            self.mouth.want_echoes(filters)
        return again

    def _send_due(self, one: _UnderWay, now: Moment) -> bool:
        """False where it is too soon."""
        at = _instant(now)
        due = one.gathering.due(at)
        if not due and one.sent_at is not None:
            return True
        if one.sent_at is not None and now.mono - one.sent_at < LEAST_GAP_S:
            return False
        if one.sent_at is None or one.order.channel is Channel.CALL:
            self._sign(one, one.order.claims.aud, self._topics_of(one.order), one.order.boxes, now)
        else:
            for box in due:
                place = to_box(self.mouth.identity().commune, box)
                self._sign(one, (place,), [self.mouth.topics.command(box)], (box,), now)
        one.sent_at = now.mono
        one.gathering = one.gathering.sent(due, at)
        return True

    def _sign(
        self,
        one: _UnderWay,
        aud: tuple[Address, ...],
        topics: Sequence[str],
        boxes: Sequence[str],
        now: Moment,
    ) -> None:
        challenges = {box: self._challenges[box] for box in boxes if box in self._challenges}
        claims = freshly(one.order.claims, now.wall, aud, challenges)
        for topic in topics:
            self.mouth.order(topic, claims)

    def _topics_of(self, order: OwnOrder) -> Sequence[str]:
        topics = self.mouth.topics
        if order.channel is Channel.CALL:
            return [topics.box(self.mouth.identity().box, Channel.CALL)]
        return [topics.of(address) for address in order.claims.aud if address.to is not To.KEY]

    def _filters(self) -> tuple[str, ...]:
        """Whose answers are to be heard: the neighbours' alone, a panel's whole commune."""
        topics, orders = self.mouth.topics, [one.order for one in self._under_way.values()]
        channels = (Channel.ANSWER, Channel.CHALLENGE)
        if any(order.channel is Channel.COMMAND for order in orders):
            return tuple(map(topics.every_box, channels))
        boxes = dict.fromkeys(box for order in orders for box in order.boxes)
        return tuple(topics.box(box, channel) for box in boxes for channel in channels)

    def _sum_up(self, one: _UnderWay, now: Moment) -> None:
        """A panel says once how many sound: when all have said what becomes of it, or some are silent."""
        stands = one.gathering.stands.values()
        if one.order.channel is not Channel.COMMAND or one.is_summed_up or one.sent_at is None:
            return
        waited = _instant(now) - one.gathering.opened_at >= SILENT_AFTER
        if waited or (stands and all(stand.is_settled for stand in stands)):
            one.is_summed_up = True
            self._say(_summary(one.gathering), one.order.button, now)

    def _drop(self, jti: str) -> None:
        """It is followed no more: the lamp beside its button goes dark."""
        button = self._under_way.pop(jti).order.button
        if button is not None and all(one.order.button != button for one in self._under_way.values()):
            self.parts.panel.over(button)

    def _say(self, text: Text, button: str | None, now: Moment) -> None:
        told = text.read(self.parts.settings.box.language)
        self.parts.announcer.say(told, Origin.BUTTON, button, now)

    def report(self) -> list[Mapping[str, object]]:
        """For `gongd status`."""
        return [_report(one) for one in self._under_way.values()]


def _is_over(answer: Answer) -> bool:
    """An alarm that gave way comes back, and so does one that sounds again: both can still be ended."""
    return answer.step in _OVER and THEN not in answer.detail


def _instant(now: Moment) -> datetime:
    """The clock that is never set, as an instant: what is sent again does not depend on what time it is."""
    return _START + timedelta(seconds=now.mono)


def _summary(gathering: Gathering) -> Text:
    counts = (
        (SOUNDING, sum(stand.has_sounded for stand in gathering.stands.values()), True),
        (SILENT, gathering.count(Standing.SILENT, Standing.TAKEN), False),
        (UNDONE, gathering.count(Standing.UNDONE), False),
    )
    told = [text.fill(n=count) for text, count, always in counts if count or always]
    return Text(", ".join(text.vi for text in told) + ".", ", ".join(text.en for text in told) + ".")


def _report(one: _UnderWay) -> Mapping[str, object]:
    stands = one.gathering.stands
    return {
        "jti": one.order.claims.jti,
        "type": one.order.claims.type.value,
        "signal": one.order.claims.signal,
        "to": [str(address) for address in one.order.claims.aud],
        "answers": {box: stand.standing.value for box, stand in stands.items()},
    }
