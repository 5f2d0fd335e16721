"""What a contact means: from electrical edges to "this button was held". Pure; time comes in as an argument.

One `ContactState` a button. The box calls `begin` once, `contact_moved` at every edge, and `tick` when
`next_deadline` has come; each returns the new state and what it means. All instants are monotonic seconds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from gongd.core.button import Button, Contact

JABS = 3
"""So many presses count as a hold, for people who jab."""
JABS_WITHIN_S = 3.0
STUCK_AFTER_S = 30.0
CLEAR_AFTER_S = 5.0
BLINK_S = 0.25
"""Half a period of the lamp while a button is held."""


@dataclass(frozen=True, slots=True)
class Held:
    """The button counts: it was held for its time, or jabbed. `at` is the instant at which it began to count."""

    button: str
    at: float


@dataclass(frozen=True, slots=True)
class StuckRaised:
    """The fault `button-stuck` begins: active at boot, or for over 30 s."""

    button: str


@dataclass(frozen=True, slots=True)
class StuckCleared:
    """The fault `button-stuck` ends: at rest for 5 s."""

    button: str


@dataclass(frozen=True, slots=True)
class LampChanged:
    """The lamp beside the button is to be switched."""

    button: str
    on: bool


ContactEvent = Held | StuckRaised | StuckCleared | LampChanged


@dataclass(frozen=True, slots=True)
class ContactState:
    """One contact. *Active* is closed for a normally open contact, open for a normally closed one.

    `raw` is what was reported last and `raw_at` since when; `pressed` is what has lasted for the debounce time, true
    of the contact since `since` and known since `settled_at`. `spent`: this press has counted, or never will.
    `jabs` are the presses that may yet make three; after the button has counted, presses until it has rested
    (`sated_at` is when it last moved) belong to the same series and make no other.
    """

    button: Button
    raw: bool
    raw_at: float
    pressed: bool
    since: float
    settled_at: float
    spent: bool = False
    stuck: bool = False
    jabs: tuple[float, ...] = ()
    sated_at: float | None = None
    lit: bool = False
    blinks_at: float | None = None
    blink_on: bool = False
    lamp: bool = False


Moved = tuple[ContactState, tuple[ContactEvent, ...]]
Step = Callable[[ContactState, float], Moved]


def begin(button: Button, closed: bool, at: float) -> Moved:
    """The contact as it is found at start. Active already: a fault, never an alarm."""
    active = _is_active(button, closed)
    state = ContactState(button, active, at, active, at, at, spent=active, stuck=active)
    return state, (StuckRaised(button.name),) if active else ()


def contact_moved(state: ContactState, closed: bool, at: float) -> Moved:
    """The contact was seen closed or open at `at`. Saying again what is known already changes nothing."""
    at = max(at, state.raw_at)
    moved, before = _advance(state, at)
    active = _is_active(state.button, closed)
    if active != moved.raw:
        moved = replace(moved, raw=active, raw_at=at)
    moved, after = _advance(moved, at)
    return _show(moved, before + after)


def is_known(state: ContactState, closed: bool) -> bool:
    """Is it no news that the contact is so?"""
    return _is_active(state.button, closed) == state.raw


def tick(state: ContactState, now: float) -> Moved:
    """Everything that time alone has brought about up to `now`, in its order, however late the tick is."""
    return _show(*_advance(state, now))


def next_deadline(state: ContactState) -> float | None:
    """When `tick` is to be called next; None while only the contact itself can change anything."""
    return min((at for at, _ in _deadlines(state)), default=None)


def accepted_over(state: ContactState) -> Moved:
    """What the button set off has ended: its lamp goes dark."""
    return _show(replace(state, lit=False), ())


def _is_active(button: Button, closed: bool) -> bool:
    return closed if button.contact is Contact.NORMALLY_OPEN else not closed


def _advance(state: ContactState, now: float) -> Moved:
    events: tuple[ContactEvent, ...] = ()
    while (due := min(_deadlines(state), key=lambda pair: pair[0], default=None)) and due[0] <= now:
        at, step = due
        state, new = step(state, at)
        events += new
    return state, events


def _deadlines(state: ContactState) -> Iterator[tuple[float, Step]]:
    """What will happen if the contact stays as it is; on a tie the first goes first."""
    hold_s, debounce_s = state.button.hold_s, state.button.debounce_s
    if state.blinks_at is not None:
        yield state.blinks_at, _blink
    if state.raw != state.pressed:
        yield state.raw_at + debounce_s, _settle
        return
    if state.pressed and not state.spent:
        yield max(state.since + hold_s, state.settled_at, state.raw_at), _accept
    if state.pressed and not state.stuck:
        yield max(state.since + STUCK_AFTER_S, state.raw_at), _stick
    if state.stuck and not state.pressed:
        yield max(state.since + CLEAR_AFTER_S, state.raw_at), _clear


def _settle(state: ContactState, at: float) -> Moved:
    state = replace(state, pressed=state.raw, since=state.raw_at, settled_at=at)
    return _press(state, at) if state.pressed else (_release(state), ())


def _press(state: ContactState, at: float) -> Moved:
    if state.stuck or not state.button.hold_s:
        return replace(state, spent=state.stuck), ()
    state = _count_jab(state)
    if len(state.jabs) >= JABS:
        return _accept(state, at)
    if state.button.lamp is None:
        return state, ()
    return replace(state, blinks_at=at + BLINK_S, blink_on=True), ()


def _count_jab(state: ContactState) -> ContactState:
    since = state.since
    if state.sated_at is not None and since - state.sated_at <= JABS_WITHIN_S:
        return replace(state, sated_at=since)
    recent = tuple(jab for jab in state.jabs if since - jab <= JABS_WITHIN_S)
    return replace(state, jabs=(*recent, since), sated_at=None)


def _release(state: ContactState) -> ContactState:
    sated_at = None if state.sated_at is None else state.since
    return replace(state, spent=False, sated_at=sated_at, blinks_at=None)


def _accept(state: ContactState, at: float) -> Moved:
    state = replace(state, spent=True, lit=True, blinks_at=None, jabs=(), sated_at=state.since)
    return state, (Held(state.button.name, at),)


def _stick(state: ContactState, _at: float) -> Moved:
    return replace(state, stuck=True, spent=True, blinks_at=None, jabs=()), (StuckRaised(state.button.name),)


def _clear(state: ContactState, _at: float) -> Moved:
    return replace(state, stuck=False), (StuckCleared(state.button.name),)


def _blink(state: ContactState, at: float) -> Moved:
    return replace(state, blinks_at=at + BLINK_S, blink_on=not state.blink_on), ()


def _show(state: ContactState, events: tuple[ContactEvent, ...]) -> Moved:
    """Tell the lamp what it is to show now, if that has changed."""
    on = state.lit or (state.blinks_at is not None and state.blink_on)
    if state.button.lamp is None or on == state.lamp:
        return state, events
    return replace(state, lamp=on), (*events, LampChanged(state.button.name, on))
