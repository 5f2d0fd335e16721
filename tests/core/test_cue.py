"""Moves of relays: what must hold for any timeline, any end, any window."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.cue import STRIKER_REST_S, Cue, CueSheet, cue_sheet, cues_between, state_at
from gongd.core.pattern import Blast, Stroke
from gongd.core.relay import Relay, Role
from gongd.core.timeline import Passage, Timeline

AMPLIFIER = Relay("amplifier", 17, Role.ACTIVATION, lead_s=0.5, tail_s=1.0)
STRIKER = Relay("striker", 27, Role.STROKE, pulse_s=0.08)
STROBE = Relay("strobe", 22, Role.ACTIVATION, blink_s=0.5)
SIREN = Relay("siren", 23, Role.BLAST)
LAMP = Relay("lamp", 24, Role.FAULT)
ALL = (AMPLIFIER, STRIKER, STROBE, SIREN, LAMP)
NAMES = tuple(relay.name for relay in ALL)


def struck(*at_s: float, lasting_s: float) -> Passage:
    return Passage(tuple(Stroke(at) for at in at_s), (), (), lasting_s)


def sheet_of(head: Passage, loop: Passage | None = None, relays: tuple[Relay, ...] = ALL) -> CueSheet:
    return cue_sheet(Timeline(head, loop), relays, NAMES)


def moves_of(sheet: CueSheet, relay: str, turn_s: float, end_s: float) -> list[tuple[float, bool]]:
    cues = cues_between(sheet, -math.inf, math.inf, turn_s, end_s)
    return [(cue.at_s, cue.on) for cue in cues if cue.relay == relay]


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    gaps = draw(st.lists(st.sampled_from([0.01, 0.05, 0.1, 0.15, 0.25, 1.5]), max_size=8))
    strokes, at_s = [], draw(st.sampled_from([0.0, 0.3]))
    for gap_s in gaps:
        strokes.append(Stroke(at_s))
        at_s += gap_s
    blasts = []
    for lasting_s, gap_s in draw(
        st.lists(st.tuples(st.sampled_from([0.5, 2.0]), st.sampled_from([0.0, 0.4])), max_size=3)
    ):
        blasts.append(Blast(at_s, lasting_s))
        at_s += lasting_s + gap_s
    return Passage(tuple(strokes), tuple(blasts), (), at_s + draw(st.sampled_from([0.1, 2.0])))


@st.composite
def sheets(draw: st.DrawFn) -> CueSheet:
    relays = [
        Relay("amplifier", 17, Role.ACTIVATION, lead_s=draw(st.sampled_from([0.0, 0.5, 3.0])), tail_s=1.0),
        Relay("striker", 27, Role.STROKE, pulse_s=draw(st.sampled_from([0.02, 0.08, 0.4]))),
        Relay("strobe", 22, Role.ACTIVATION, lead_s=0.7, blink_s=draw(st.sampled_from([0.25, 0.5]))),
        SIREN,
    ]
    return cue_sheet(Timeline(draw(passages()), draw(st.none() | passages())), relays, NAMES)


instants = st.floats(0, 40).map(lambda at_s: round(at_s, 2)) | st.floats(0, 40)


@st.composite
def ends(draw: st.DrawFn) -> tuple[float, float]:
    turn_s, end_s = sorted((draw(instants), draw(instants)))
    return turn_s, end_s


def replayed(cues: tuple[Cue, ...], until_s: float) -> Iterator[str]:
    on: set[str] = set()
    for cue in cues:
        if cue.at_s <= until_s:
            (on.add if cue.on else on.discard)(cue.relay)
    yield from sorted(on)


# ── Each kind of relay ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_amplifier_leads_the_first_sound_and_outlasts_the_last() -> None:
    sheet = sheet_of(struck(0.0, lasting_s=5.0))
    assert sheet.lead_s == 0.5
    assert sheet.tail_s == 1.0
    assert moves_of(sheet, "amplifier", 5.0, 5.0) == [(-0.5, True), (6.0, False)]


def test_each_stroke_drives_the_striker_once() -> None:
    sheet = sheet_of(struck(0.0, 1.5, lasting_s=3.0))
    assert moves_of(sheet, "striker", 3.0, 3.0) == [
        (0.0, True),
        (0.08, False),
        (1.5, True),
        (1.58, False),
        (3.0, False),
    ]


def test_a_pulse_is_cut_short_rather_than_run_into_the_next_stroke() -> None:
    sheet = sheet_of(struck(0.0, 0.1, lasting_s=1.0))
    (first_on, _), (first_off, _), *_ = moves_of(sheet, "striker", 1.0, 1.0)
    assert (first_on, first_off) == (0.0, round(0.1 - STRIKER_REST_S, 6))


def test_strokes_too_close_for_an_iron_striker_are_one_blow() -> None:
    sheet = sheet_of(struck(0.0, 0.01, lasting_s=1.0))
    assert moves_of(sheet, "striker", 1.0, 1.0) == [(0.01, True), (0.09, False), (1.0, False)]
    sheet = sheet_of(struck(0.0, 0.04, lasting_s=1.0))
    assert [at_s for at_s, on in moves_of(sheet, "striker", 1.0, 1.0) if on] == [0.0, 0.04]


def test_a_pulse_that_is_cut_short_still_has_half_the_gap() -> None:
    sheet = sheet_of(struck(0.0, 0.05, lasting_s=1.0))
    assert moves_of(sheet, "striker", 1.0, 1.0)[:2] == [(0.0, True), (0.025, False)]


def test_the_pulse_at_the_end_of_a_loop_minds_the_first_stroke_of_the_next() -> None:
    sheet = sheet_of(struck(0.0, lasting_s=1.0), struck(0.0, 0.9, lasting_s=1.0))
    last_of_pass = [at_s for at_s, on in moves_of(sheet, "striker", 3.0, 3.0) if not on][2]
    assert last_of_pass == round(2.0 - STRIKER_REST_S, 6)
    sheet = sheet_of(struck(0.0, lasting_s=1.0), struck(0.05, 0.98, lasting_s=1.0))
    assert moves_of(sheet, "striker", 2.0, 3.0)[-3:] == [(1.98, True), (2.02, False), (3.0, False)]


def test_what_is_struck_and_blown_in_the_loop_comes_with_every_pass() -> None:
    sheet = sheet_of(struck(0.0, lasting_s=0.2), struck(0.0, lasting_s=0.25))
    assert [at_s for at_s, on in moves_of(sheet, "striker", 1.0, 1.0) if on] == [0.0, 0.2, 0.45, 0.7, 0.95]
    blown = Passage((), (Blast(0.5, 1.0),), (), 2.0)
    sheet = sheet_of(struck(0.0, lasting_s=9.0), blown)
    assert [at_s for at_s, on in moves_of(sheet, "siren", 14.0, 14.0) if on] == [9.5, 11.5, 13.5]


def test_the_siren_is_on_for_each_blast_and_does_not_chatter_between_two_that_touch() -> None:
    blown = Passage((), (Blast(0.0, 2.0), Blast(2.0, 1.0), Blast(5.0, 1.0)), (), 6.0)
    assert moves_of(sheet_of(blown), "siren", 6.0, 6.0) == [(0.0, True), (3.0, False), (5.0, True), (6.0, False)]


def test_a_blast_ends_where_the_ending_begins_but_a_stroke_is_finished() -> None:
    sheet = sheet_of(Passage((Stroke(1.0),), (Blast(0.0, 9.0),), (), 9.0))
    assert moves_of(sheet, "siren", 1.05, 4.0) == [(0.0, True), (1.05, False), (4.0, False)]
    assert moves_of(sheet, "striker", 1.05, 4.0) == [(1.0, True), (1.08, False), (4.0, False)]


def test_the_strobe_blinks_from_first_to_last() -> None:
    sheet = sheet_of(struck(0.0, lasting_s=1.7))
    blinks = [(0.0, True), (0.5, False), (1.0, True), (1.5, False), (1.7, False)]
    assert moves_of(sheet, "strobe", 1.7, 1.7) == blinks
    slow = Relay("strobe", 22, Role.ACTIVATION, lead_s=3.0, blink_s=1.0)
    sheet = sheet_of(struck(0.0, lasting_s=9.0), relays=(slow,))
    assert [at_s for at_s, on in moves_of(sheet, "strobe", 9.0, 9.0) if on] == [-3.0, -1.0, 1.0, 3.0, 5.0, 7.0]
    assert [cue.at_s for cue in cues_between(sheet, 6.5, 8.5, 9.0, 9.0)] == [7.0, 8.0]


def test_a_relay_without_a_lead_moves_at_nought_and_not_at_minus_nought() -> None:
    eager = Relay("lights", 9, Role.ACTIVATION)
    cues = cues_between(cue_sheet(Timeline(struck(0.0, lasting_s=1.0)), (eager,), ("lights",)), -1.0, 0.5, 1.0, 1.0)
    assert [str(cue.at_s) for cue in cues] == ["0.0"]


def test_a_relay_is_on_from_the_instant_of_its_cue_until_that_of_the_next() -> None:
    sheet = sheet_of(Passage((Stroke(1.0),), (Blast(2.0, 1.0),), (), 9.0))
    shown = {at_s: state_at(sheet, at_s, 9.0, 9.0) for at_s in (-0.5, 0.5, 1.0, 1.08, 2.0, 2.9, 3.0, 10.0)}
    assert [at_s for at_s, on in shown.items() if on["striker"]] == [1.0]
    assert [at_s for at_s, on in shown.items() if on["siren"]] == [2.0, 2.9]
    assert [at_s for at_s, on in shown.items() if on["strobe"]] == [1.0, 1.08, 2.0, 3.0]
    assert [at_s for at_s, on in shown.items() if not on["amplifier"]] == [10.0]
    assert state_at(sheet, 2.5, 2.5, 9.0)["siren"] is False
    assert {name for on in shown.values() for name in on} == {"striker", "siren", "strobe", "amplifier"}


def test_a_fault_lamp_and_a_relay_that_is_not_named_follow_no_timeline() -> None:
    sheet = cue_sheet(Timeline(struck(0.0, lasting_s=1.0)), ALL, ("amplifier", "lamp"))
    assert sheet.relays == sheet.activation_relays == {"amplifier"}


def test_a_signal_without_relays_has_no_cues() -> None:
    sheet = cue_sheet(Timeline(struck(0.0, lasting_s=1.0)), ALL, ())
    assert cues_between(sheet, -10.0, 10.0, 1.0, 1.0) == ()
    assert (sheet.lead_s, sheet.tail_s) == (0.0, 0.0)


@pytest.mark.parametrize("passes", [7, 240_000])
def test_the_hundredth_hour_is_as_exact_as_the_first_minute(passes: int) -> None:
    sheet = sheet_of(struck(0.0, lasting_s=10.0), struck(0.0, lasting_s=1.5))
    start_s = 10.0 + 1.5 * passes
    cues = cues_between(sheet, start_s, start_s + 3.0, math.inf, math.inf)
    assert [cue.at_s for cue in cues if cue.relay == "striker" and cue.on] == [start_s, start_s + 1.5]
    assert sum(cue.on for cue in cues if cue.relay == "strobe") == 3


# ── What holds for any of them ───────────────────────────────────────────────────────────────────────────────────


@given(sheets(), ends())
@settings(max_examples=60, deadline=None)
def test_every_on_has_its_off_and_nothing_is_on_past_the_end(sheet: CueSheet, end: tuple[float, float]) -> None:
    turn_s, end_s = end
    cues = cues_between(sheet, -math.inf, math.inf, turn_s, end_s)
    for line in sheet.lines:
        mine = [cue for cue in cues if cue.relay == line.relay]
        steady = line.relay in sheet.activation_relays
        off_at_s = end_s + (1.0 if line.relay == "amplifier" else 0.0)
        assert mine[-1] == Cue(off_at_s, line.relay, False)
        assert all(cue.at_s < turn_s for cue in mine if cue.on and not steady)
        opened = [cue.at_s for cue in mine if cue.on]
        closed = [cue.at_s for cue in mine if not cue.on]
        assert len(opened) <= len(closed)
        assert all(
            any(on_s < off_s <= next_s for off_s in closed)
            for on_s, next_s in zip(opened, [*opened[1:], off_at_s], strict=False)
        )


@given(sheets(), ends(), st.lists(st.floats(-4, 45), min_size=3, max_size=3))
@settings(max_examples=60, deadline=None)
def test_windows_laid_end_to_end_give_every_cue_once(
    sheet: CueSheet, end: tuple[float, float], marks: list[float]
) -> None:
    first, second, third = sorted(marks)
    parts = cues_between(sheet, first, second, *end) + cues_between(sheet, second, third, *end)
    assert parts == cues_between(sheet, first, third, *end)


@given(sheets(), ends(), st.floats(-4, 45))
@settings(max_examples=60, deadline=None)
def test_the_state_at_any_instant_is_what_all_cues_so_far_have_made_it(
    sheet: CueSheet, end: tuple[float, float], at_s: float
) -> None:
    cues = cues_between(sheet, -math.inf, math.inf, *end)
    for instant_s in (at_s, *(cue.at_s for cue in cues[:10])):
        on = [relay for relay, is_on in sorted(state_at(sheet, instant_s, *end).items()) if is_on]
        assert on == list(replayed(cues, instant_s))


@given(sheets(), ends(), ends(), st.floats(0, 20))
@settings(max_examples=60, deadline=None)
def test_an_end_that_is_moved_never_leaves_a_relay_on(
    sheet: CueSheet, before: tuple[float, float], after: tuple[float, float], moved_at_s: float
) -> None:
    turn_s, end_s = max(after[0], moved_at_s), max(after[1], moved_at_s)
    played = cues_between(sheet, -math.inf, moved_at_s, *before) + cues_between(
        sheet, moved_at_s, math.inf, turn_s, end_s
    )
    assert list(replayed(played, math.inf)) == []
    sounding = [cue for cue in played if cue.relay in ("striker", "siren")]
    assert list(replayed(tuple(sounding), max(end_s, moved_at_s))) == []
