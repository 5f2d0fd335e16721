"""What a box sounds at this moment, by the newest of its words: heartbeats, answers and records. Pure.

A heartbeat comes every 45 s and names the signal alone. An answer or a record comes at once, and knows of which order
it is, and whether that is the real thing. One thing at a time sounds at a box: whatever begins is what sounds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongd.core.air import THEN
from gongd.core.catalogue import ENDINGS
from gongd.core.job import SPEECH
from gongd.core.record import RUNG, Kind
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_event import Event
from gongd.core.wire_report import Answer, Heartbeat, Step

TOLD_WITHIN = timedelta(hours=2)
"""Whatever sounds has begun, or gone on, within so long: no cap is longer than an hour."""
KINDS = (str(Kind.ACTIVATION), str(Kind.NIGHT))

_BEGUN = frozenset({"started", "resumed", RUNG})
_GOING_ON = frozenset({"received", "waiting", "joined"})
"""`joined` is the journal's word of what an answer calls `started`, with `joined` in its detail."""


@dataclass(frozen=True, slots=True)
class OnAir:
    """What sounds. `activation` and `status` None: only a heartbeat has told of it."""

    signal: str
    status: str | None = None
    activation: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """What a box has said, when by its own clock: that something began (`begins`), or that these activations ended.
    `ends` None: all that sounded."""

    at: datetime
    begins: OnAir | None = None
    ends: frozenset[str] | None = frozenset()
    signal: str | None = None
    """Of what has ended, where it is known."""
    comes_back: bool = False
    """Does it rest only, or has it given way?"""


def words(
    orders: Iterable[CommandClaims], answers: Iterable[Answer], events: Iterable[tuple[str, Event]]
) -> Mapping[str, list[Word]]:
    """By box, every word of something that began or ended, the oldest first."""
    claims = {order.jti: order for order in orders}
    found: dict[str, list[Word]] = {}
    for answer in answers:
        if answer.jti in claims and (word := _of_answer(answer, claims[answer.jti])):
            found.setdefault(answer.box, []).append(word)
    for box, event in events:
        if word := _of_event(event):
            found.setdefault(box, []).append(word)
    return {box: sorted(told, key=lambda word: word.at) for box, told in found.items()}


def _of_answer(answer: Answer, claims: CommandClaims) -> Word | None:
    if answer.step is Step.REFUSED:
        return None
    match claims.type:
        case CommandType.ALERT | CommandType.ANNOUNCE:
            signal = claims.signal or SPEECH
            return _word(answer.at, OnAir(signal, claims.status, claims.jti), answer.step, answer.detail)
        case CommandType.SILENCE if answer.step is Step.FINISHED:
            return Word(answer.at, ends=None)
        case CommandType.CANCEL if answer.step in (Step.STARTED, Step.FINISHED):
            said = ENDINGS.get(claims.reason, SPEECH) if claims.reason else SPEECH
            begins = OnAir(said, claims.status, claims.jti) if answer.step is Step.STARTED else None
            return Word(answer.at, begins, frozenset({claims.jti, *(claims.references or ())}), said)
        case _:
            return None


def _of_event(event: Event) -> Word | None:
    if event.kind not in KINDS or event.signal is None:
        return None
    name = (event.activation or "").partition(".")[0]
    return _word(event.at, OnAir(event.signal, event.status, name), event.outcome or "", event.detail)


def _word(at: datetime, of: OnAir, said: str, detail: Mapping[str, object]) -> Word | None:
    if said in _GOING_ON or (said in _BEGUN and "joined" in detail):
        return None
    if said in _BEGUN:
        return Word(at, of)
    return Word(at, ends=frozenset({of.activation or ""}), signal=of.signal, comes_back=THEN in detail)


def on_air(told: Iterable[Word], beat: Heartbeat | None) -> OnAir | None:
    """What sounds, after all of these words, the oldest first, and the last heartbeat, wherever it stands among them.

    A heartbeat's time is in whole seconds: what a box has said within that second counts as later.
    """
    current: OnAir | None = None
    begun: dict[str, OnAir] = {}
    waits = beat
    for word in told:
        if waits is not None and waits.at <= word.at:
            current, waits = _by_beat(waits, current, begun), None
        if current is not None and _is_ended(current, word):
            current = None
        if not word.comes_back:
            begun = {signal: one for signal, one in begun.items() if not _is_ended(one, word)}
        if word.begins is not None:
            current = begun[word.begins.signal] = word.begins
    return current if waits is None else _by_beat(waits, current, begun)


def _by_beat(beat: Heartbeat, current: OnAir | None, begun: Mapping[str, OnAir]) -> OnAir | None:
    if beat.sounding is None or (current is not None and current.signal == beat.sounding):
        return current if beat.sounding is not None else None
    return begun.get(beat.sounding) or OnAir(beat.sounding)


def _is_ended(current: OnAir, word: Word) -> bool:
    if word.ends is None:
        return True
    return current.activation in word.ends or (current.activation is None and current.signal == word.signal)
