"""Properties of contacts under noise: no chatter makes a second alarm, no noise a first one."""

from dataclasses import replace
from itertools import accumulate

from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.button import Button, Contact, Sound
from gongd.core.contact import (
    ContactEvent,
    ContactState,
    Held,
    StuckCleared,
    StuckRaised,
    begin,
    contact_moved,
    next_deadline,
    tick,
)

DEBOUNCE_S = 0.02
BUTTON = Button("fire", pin=5, action=Sound("fire"), hold_s=1.0, lamp=25, debounce_s=DEBOUNCE_S)

buttons = st.builds(
    lambda hold_s, lamp, contact: replace(BUTTON, hold_s=hold_s, lamp=lamp, contact=contact),
    st.sampled_from([0.0, 0.01, 1.0, 2.0]),
    st.sampled_from([None, 25]),
    st.sampled_from(list(Contact)),
)
short_gaps = st.lists(st.floats(0.0005, 0.019), max_size=30)
gaps = st.lists(st.one_of(st.floats(0.0005, 0.5), st.floats(0.5, 40.0)), max_size=30)


class Bench:
    """One contact, driven in active and at rest; keeps all that it told."""

    def __init__(self, button: Button) -> None:
        self.state: ContactState
        self.told: list[ContactEvent] = []
        self.now = 0.0
        self.button = button
        self.state, events = begin(button, self._closed(False), 0.0)
        self.told += events

    def _closed(self, active: bool) -> bool:
        return active if self.button.contact is Contact.NORMALLY_OPEN else not active

    def drive(self, active: bool, after: float = 0.0) -> None:
        self.wait(after)
        self.state, events = contact_moved(self.state, self._closed(active), self.now)
        self.told += events

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := next_deadline(self.state)) is not None and due < end:
            before = self.state
            self.state, events = tick(self.state, due)
            self.told += events
            assert self.state != before, "a deadline that changes nothing would never end"
        self.now = end
        self.state, events = tick(self.state, end)
        self.told += events

    def chatter(self, lengths: list[float], start: bool) -> None:
        """Edges closer together than the debounce time, beginning with `start`."""
        for n, length in enumerate(lengths):
            self.drive(start if n % 2 == 0 else not start)
            self.wait(length)

    def count(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.told)


@settings(max_examples=60, deadline=None)
@given(buttons, short_gaps, short_gaps, short_gaps)
def test_chatter_never_makes_two_activations_of_one_hold(
    button: Button, closing: list[float], during: list[float], opening: list[float]
) -> None:
    bench = Bench(button)
    bench.chatter(closing, start=True)
    bench.drive(True)
    bench.wait(1.5)
    bench.chatter(during, start=False)
    bench.drive(True)
    bench.wait(1.5)
    bench.chatter(opening, start=False)
    bench.drive(False)
    bench.wait(10.0)
    assert bench.count(Held) == 1


@settings(max_examples=60, deadline=None)
@given(buttons, st.lists(st.tuples(st.floats(0.0, 2.0), st.floats(0.0005, 0.019)), max_size=30))
def test_noise_shorter_than_the_debounce_time_never_makes_one(button: Button, blips: list[tuple[float, float]]) -> None:
    bench = Bench(button)
    for rest, length in blips:
        bench.drive(True, after=rest)
        bench.drive(False, after=length)
    bench.wait(60.0)
    assert bench.told == []


@settings(max_examples=60, deadline=None)
@given(buttons, st.floats(30.1, 500.0), gaps)
def test_a_stuck_contact_never_makes_a_second_activation(button: Button, held: float, lengths: list[float]) -> None:
    bench = Bench(button)
    bench.drive(True)
    bench.wait(held)
    for n, length in enumerate(lengths):
        bench.drive(n % 2 == 1)
        bench.wait(min(length, 4.9) if n % 2 == 0 else max(length, 0.05))
    assert bench.count(Held) == 1
    assert bench.count(StuckRaised) == 1
    assert bench.count(StuckCleared) == 0


@settings(max_examples=60, deadline=None)
@given(buttons, gaps)
def test_faults_come_and_go_in_turn_and_nothing_counts_in_between(button: Button, lengths: list[float]) -> None:
    bench = Bench(button)
    for n, length in enumerate(lengths):
        bench.drive(n % 2 == 0)
        bench.wait(length)
    stuck = False
    for event in bench.told:
        assert not (stuck and isinstance(event, Held))
        assert not (stuck and isinstance(event, StuckRaised))
        assert stuck or not isinstance(event, StuckCleared)
        stuck = stuck != isinstance(event, StuckRaised | StuckCleared)


@settings(max_examples=60, deadline=None)
@given(buttons, gaps, gaps)
def test_late_and_early_ticks_tell_the_same(button: Button, lengths: list[float], ticks: list[float]) -> None:
    often, seldom = Bench(button), begin(button, button.contact is Contact.NORMALLY_CLOSED, 0.0)[0]
    told: list[ContactEvent] = []
    for n, at in enumerate(accumulate(lengths)):
        often.wait(at - often.now)
        often.drive(n % 2 == 0)
        seldom, events = contact_moved(seldom, often._closed(n % 2 == 0), often.now)
        told += events
    often.wait(60.0)
    told += tick(seldom, often.now)[1]
    heard = (Held, StuckRaised, StuckCleared)
    assert [e for e in told if isinstance(e, heard)] == [e for e in often.told if isinstance(e, heard)]


@settings(max_examples=40, deadline=None)
@given(buttons, gaps)
def test_the_lamp_is_dark_at_rest_unless_something_was_accepted(button: Button, lengths: list[float]) -> None:
    bench = Bench(replace(button, lamp=25))
    for n, length in enumerate(lengths):
        bench.drive(n % 2 == 0)
        bench.wait(length)
    bench.drive(False)
    bench.wait(1.0)
    assert bench.state.lamp == (bench.count(Held) > 0)
