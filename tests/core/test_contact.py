"""What a contact means: holds, jabs, chatter, stuck contacts and the lamp."""

import pytest

from gongd.core.button import Button, Contact, Deed, Sound
from gongd.core.contact import (
    ContactEvent,
    ContactState,
    Held,
    LampChanged,
    StuckCleared,
    StuckRaised,
    accepted_over,
    begin,
    contact_moved,
    is_known,
    next_deadline,
    tick,
)

FIRE = Button("fire", pin=5, action=Sound("fire"), hold_s=2.0)
LIT_FIRE = Button("fire", pin=5, action=Sound("fire"), hold_s=2.0, lamp=25)
PATROL = Button("patrol", pin=16, action=Deed.CHECK_IN, hold_s=0.0)

Edge = tuple[float, bool]


def play(button: Button, edges: list[Edge], until: float) -> list[tuple[float, ContactEvent]]:
    """Run a contact as the box does: a tick at every deadline, every edge reported; each event with its time."""
    state, events = begin(button, button.contact is Contact.NORMALLY_CLOSED, 0.0)
    assert events == ()
    told: list[tuple[float, ContactEvent]] = []
    for at, closed in edges:
        state = run_to(state, at, told)
        state, new = contact_moved(state, closed, at)
        told += [(at, event) for event in new]
    run_to(state, until, told)
    return told


def run_to(state: ContactState, until: float, told: list[tuple[float, ContactEvent]]) -> ContactState:
    while (due := next_deadline(state)) is not None and due < until:
        state, new = tick(state, due)
        told += [(due, event) for event in new]
    state, new = tick(state, until)
    told += [(until, event) for event in new]
    return state


def test_a_button_held_for_its_time_counts_at_that_instant() -> None:
    assert play(FIRE, [(10.0, True), (13.0, False)], 20.0) == [(12.0, Held("fire", 12.0))]


def test_a_button_let_go_too_early_does_not_count() -> None:
    assert play(FIRE, [(10.0, True), (11.9, False)], 20.0) == []


def test_a_button_let_go_at_the_very_instant_counts() -> None:
    assert play(FIRE, [(10.0, True), (12.0, False)], 20.0) == [(12.0, Held("fire", 12.0))]


def test_a_button_without_hold_counts_once_it_has_lasted_the_debounce_time() -> None:
    assert play(PATROL, [(10.0, True), (10.5, False)], 20.0) == [(10.02, Held("patrol", 10.02))]


def test_noise_shorter_than_the_debounce_time_does_not_count() -> None:
    assert play(PATROL, [(10.0, True), (10.019, False), (11.0, True), (11.01, False)], 20.0) == []


def test_a_short_opening_during_a_hold_does_not_start_it_again() -> None:
    assert play(FIRE, [(10.0, True), (11.0, False), (11.01, True)], 15.0) == [(12.0, Held("fire", 12.0))]


def test_a_hold_that_ends_during_a_bounce_counts_only_if_the_contact_comes_back() -> None:
    back = [(10.0, True), (11.99, False), (12.005, True)]
    gone = [(10.0, True), (11.99, False)]
    assert play(FIRE, back, 15.0) == [(12.005, Held("fire", 12.005))]
    assert play(FIRE, gone, 15.0) == []


def test_a_held_button_needs_its_release_before_it_counts_again() -> None:
    edges = [(10.0, True), (16.0, False), (20.0, True)]
    assert play(FIRE, edges, 25.0) == [(12.0, Held("fire", 12.0)), (22.0, Held("fire", 22.0))]


@pytest.mark.parametrize("gap", [0.3, 0.5, 1.4, 1.5])
def test_three_presses_within_three_seconds_count_as_a_hold(gap: float) -> None:
    presses = [10.0 + n * gap for n in range(3)]
    edges = [edge for at in presses for edge in ((at, True), (at + 0.1, False))]
    assert [event for _, event in play(FIRE, edges, 20.0)] == [Held("fire", presses[2] + 0.02)]


def test_three_presses_in_more_than_three_seconds_do_not_count() -> None:
    edges = [edge for at in (10.0, 11.6, 13.2) for edge in ((at, True), (at + 0.1, False))]
    assert play(FIRE, edges, 20.0) == []


def test_three_late_presses_count_although_an_older_one_does_not() -> None:
    edges = [edge for at in (9.5, 12.6, 13.0, 13.5) for edge in ((at, True), (at + 0.1, False))]
    assert [event for _, event in play(FIRE, edges, 20.0)] == [Held("fire", 13.52)]


def test_somebody_who_goes_on_jabbing_makes_one_activation() -> None:
    edges = [edge for n in range(12) for edge in ((10.0 + n * 0.4, True), (10.2 + n * 0.4, False))]
    assert [event for _, event in play(FIRE, edges, 30.0)] == [Held("fire", 10.82)]


def test_jabs_count_again_after_a_rest() -> None:
    once = [(0.0, True), (0.1, False), (0.5, True), (0.6, False), (1.0, True), (1.1, False)]
    edges = [(start + at, closed) for start in (10.0, 14.2) for at, closed in once]
    assert [event for _, event in play(FIRE, edges, 30.0)] == [Held("fire", 11.02), Held("fire", 15.2 + 0.02)]


def test_the_rest_after_jabs_counts_from_when_the_button_was_let_go() -> None:
    jabs = [(10.0, 0.1), (10.5, 0.1), (11.0, 0.1), (12.0, 1.9), (16.9, 0.1), (17.4, 0.1), (17.9, 0.1)]
    edges = [edge for at, lasting in jabs for edge in ((at, True), (at + lasting, False))]
    assert [event for _, event in play(FIRE, edges, 30.0)] == [Held("fire", 11.02)]


def test_a_hold_right_after_jabs_counts() -> None:
    edges = [(10.0, True), (10.1, False), (10.5, True), (10.6, False), (11.0, True), (11.1, False), (12.0, True)]
    assert [event for _, event in play(FIRE, edges, 20.0)] == [Held("fire", 11.02), Held("fire", 14.0)]


def test_a_button_without_hold_counts_each_press_and_no_jabs() -> None:
    edges = [edge for at in (10.0, 10.5, 11.0) for edge in ((at, True), (at + 0.1, False))]
    assert [event for _, event in play(PATROL, edges, 20.0)] == [Held("patrol", at + 0.02) for at in (10.0, 10.5, 11.0)]


def test_a_normally_closed_contact_counts_when_it_opens() -> None:
    button = Button("door", pin=6, action=Sound("security"), hold_s=1.0, contact=Contact.NORMALLY_CLOSED)
    assert play(button, [(10.0, False), (12.0, True)], 20.0) == [(11.0, Held("door", 11.0))]


def test_a_contact_closed_for_thirty_seconds_is_one_activation_and_then_a_fault() -> None:
    told = play(FIRE, [(10.0, True)], 500.0)
    assert told == [(12.0, Held("fire", 12.0)), (40.0, StuckRaised("fire"))]


def test_a_stuck_button_counts_again_after_five_seconds_at_rest() -> None:
    edges = [(10.0, True), (50.0, False), (60.0, True)]
    assert play(FIRE, edges, 70.0) == [
        (12.0, Held("fire", 12.0)),
        (40.0, StuckRaised("fire")),
        (55.0, StuckCleared("fire")),
        (62.0, Held("fire", 62.0)),
    ]


def test_a_stuck_button_pressed_within_five_seconds_does_not_count_and_waits_anew() -> None:
    edges = [(10.0, True), (50.0, False), (53.0, True), (57.0, False)]
    assert play(FIRE, edges, 70.0)[2:] == [(62.0, StuckCleared("fire"))]


def test_short_noise_does_not_keep_a_stuck_button_out_of_use() -> None:
    edges = [(10.0, True), (50.0, False), (54.0, True), (54.01, False)]
    assert play(FIRE, edges, 70.0)[2:] == [(55.0, StuckCleared("fire"))]


@pytest.mark.parametrize(("contact", "closed"), [(Contact.NORMALLY_OPEN, True), (Contact.NORMALLY_CLOSED, False)])
def test_an_input_active_at_boot_is_a_fault_and_not_an_alarm(contact: Contact, closed: bool) -> None:
    button = Button("fire", pin=5, action=Sound("fire"), hold_s=2.0, contact=contact)
    state, events = begin(button, closed, 0.0)
    assert events == (StuckRaised("fire"),)
    assert tick(state, 1000.0) == (state, ())
    state, events = contact_moved(state, not closed, 1000.0)
    assert events == ()
    assert tick(state, 1005.0)[1] == (StuckCleared("fire"),)


def test_saying_again_what_is_known_changes_nothing() -> None:
    state, _ = contact_moved(begin(FIRE, False, 0.0)[0], True, 10.0)
    assert contact_moved(state, True, 10.01) == (state, ())


def test_a_late_tick_brings_everything_in_its_order() -> None:
    state, _ = contact_moved(begin(LIT_FIRE, False, 0.0)[0], True, 10.0)
    assert tick(state, 100.0)[1] == (Held("fire", 12.0), StuckRaised("fire"), LampChanged("fire", True))


def test_an_edge_reported_late_still_finds_the_hold_before_it() -> None:
    state, _ = contact_moved(begin(FIRE, False, 0.0)[0], True, 10.0)
    assert contact_moved(state, False, 12.5)[1] == (Held("fire", 12.0),)


def test_the_lamp_blinks_while_held_and_stays_lit_when_accepted() -> None:
    told = play(LIT_FIRE, [(10.0, True), (13.0, False)], 20.0)
    flips = [(round(at, 2), event.on) for at, event in told if isinstance(event, LampChanged)]
    assert flips == [(10.02 + n * 0.25, n % 2 == 0) for n in range(8)] + [(12.0, True)]
    assert [event for _, event in told if isinstance(event, Held)] == [Held("fire", 12.0)]


def test_the_lamp_goes_dark_when_the_button_is_let_go_too_early() -> None:
    told = play(LIT_FIRE, [(10.0, True), (10.1, False)], 20.0)
    assert told == [(10.02, LampChanged("fire", True)), (10.12, LampChanged("fire", False))]


def test_the_lamp_goes_dark_when_what_it_set_off_is_over() -> None:
    state, _ = contact_moved(begin(LIT_FIRE, False, 0.0)[0], True, 10.0)
    state, _ = tick(state, 12.0)
    state, events = accepted_over(state)
    assert events == (LampChanged("fire", False),)
    assert accepted_over(state) == (state, ())


def test_a_button_without_a_lamp_wakes_nobody_to_blink() -> None:
    state, _ = contact_moved(begin(FIRE, False, 0.0)[0], True, 10.0)
    state, _ = tick(state, 10.02)
    assert next_deadline(state) == 12.0


def test_a_contact_at_rest_has_no_deadline() -> None:
    assert next_deadline(begin(FIRE, False, 0.0)[0]) is None


@pytest.mark.parametrize("kind", list(Contact))
def test_how_a_contact_was_last_seen_is_no_news(kind: Contact) -> None:
    button = Button("fire", pin=5, action=Sound("fire"), hold_s=2.0, contact=kind)
    at_rest = kind is Contact.NORMALLY_CLOSED
    state, _ = begin(button, at_rest, 0.0)
    assert is_known(state, at_rest)
    assert not is_known(state, not at_rest)
    state, _ = contact_moved(state, not at_rest, 1.0)
    assert is_known(state, not at_rest)
    assert not is_known(state, at_rest)
