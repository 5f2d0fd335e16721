"""The order of strokes and words in a whole activation. Sources: signals.md; language.md, 1 and 3."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.catalogue import Priority, Signal, Status
from gongd.core.notation import parse
from gongd.core.pattern import Blast, Stroke
from gongd.core.rhythm import DEFAULT_TEMPO, Rhythm, Tempo, lay_out
from gongd.core.timeline import (
    DRILL_WORDS,
    NOTHING,
    QUIET_AFTER_WORDS_S,
    QUIET_BEFORE_WORDS_S,
    RING_OUT_S,
    Passage,
    Timeline,
    compose,
    drill_is_possible,
    from_json,
    sensible,
    to_json,
)

SPOKEN_S = {
    "full": 9.2,
    "short": 3.2,
    "drill-before": 5.8,
    "drill-during": 1.2,
    "drill-after": 5.0,
    "test": 4.9,
    "pause": 3.0,
}
ALARM = {"at_most_s": 300.0, "volume": 100, "priority": Priority.EMERGENCY, "cycles": None}
NOTICE = {"at_most_s": 300.0, "volume": 80, "priority": Priority.PRIORITY}
FIRE = Signal("fire", "Báo cháy", rhythm=parse("liên thanh 20s, nghỉ 1s"), **ALARM)  # type: ignore[arg-type]
FLOOD = Signal("flood", "Báo lũ", rhythm=parse("ngũ liên 12s, còi hú 15s, nghỉ 2s"), **ALARM)  # type: ignore[arg-type]
SECURITY = Signal("security", "Báo trộm", rhythm=parse("(2 tiếng nhanh, nghỉ 2s) x 5"), **ALARM)  # type: ignore[arg-type]
ALL_CLEAR = Signal("all-clear", "Báo yên", rhythm=parse("6 tiếng mỗi 2s"), **NOTICE)  # type: ignore[arg-type]
WATCH = Signal("flood-watch", "Cảnh báo", rhythm=parse("còi đều 10s, nghỉ 10s, còi đều 10s"), **NOTICE)  # type: ignore[arg-type]
PEACE = Signal("peace", "Kẻng bình yên", Priority.ROUTINE, parse("1 hồi, 9 tiếng"), 50, 120.0)
TRIAL = Signal("test", "Thử loa", Priority.ROUTINE, parse("1 tiếng"), 40, 60.0)
HORN = Signal("horn", "Còi", rhythm=parse("còi hú 15s"), **ALARM)  # type: ignore[arg-type]
EVERY = (FIRE, FLOOD, SECURITY, ALL_CLEAR, WATCH, PEACE, TRIAL, HORN)

spoken_words = st.sets(st.sampled_from(sorted(SPOKEN_S))).map(lambda keys: {key: SPOKEN_S[key] for key in keys})
a_signal = st.builds(
    lambda signal, cycles, priority: replace(signal, cycles=cycles, priority=priority),
    st.sampled_from(EVERY),
    st.none() | st.integers(1, 4),
    st.sampled_from(Priority),
)


def without(*missing: str) -> dict[str, float]:
    return {key: lasting_s for key, lasting_s in SPOKEN_S.items() if key not in missing}


def keys(passage: Passage | None) -> list[str]:
    return [word.key for word in passage.words] if passage else []


def parts(timeline: Timeline) -> list[Passage]:
    return [passage for passage in (timeline.head, timeline.loop, timeline.ending) if passage]


def order(passage: Passage) -> list[str]:
    """What is heard one after the other, strokes and blasts between two words being one thing."""
    sounds = [(stroke.at_s, "rhythm") for stroke in passage.strokes]
    sounds += [(blast.at_s, "rhythm") for blast in passage.blasts]
    sounds += [(word.at_s, word.key) for word in passage.words]
    names = [name for _, name in sorted(sounds)]
    return [name for before, name in pairwise(["", *names]) if name != "rhythm" or before != "rhythm"]


# ── An actual alarm ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("signal", [FIRE, FLOOD, SECURITY])
def test_an_emergency_opens_with_six_seconds_of_the_alarm_that_everybody_knows(signal: Signal) -> None:
    opening = [stroke for stroke in compose(signal, Status.ACTUAL, SPOKEN_S).head.strokes if stroke.at_s < 6.0]
    assert [stroke.at_s for stroke in opening] == [0.25 * number for number in range(24)]


@pytest.mark.parametrize("signal", [FIRE, FLOOD, SECURITY])
def test_the_first_word_of_an_emergency_starts_within_ten_seconds_and_again_in_every_cycle(signal: Signal) -> None:
    timeline = compose(signal, Status.ACTUAL, SPOKEN_S)
    assert timeline.head.words[0].at_s == 5.75 + QUIET_BEFORE_WORDS_S
    assert order(timeline.head) == ["rhythm", "full", "rhythm", "short", "rhythm"]
    assert timeline.loop
    assert order(timeline.loop) == ["short", "rhythm"]


def test_a_word_after_a_blast_waits_until_it_has_died_away() -> None:
    head = compose(HORN, Status.ACTUAL, SPOKEN_S).head
    assert head.words[1].at_s == head.blasts[0].at_s + 15.0 + QUIET_BEFORE_WORDS_S


def test_the_rhythm_of_the_signal_is_laid_down_unchanged_in_every_cycle() -> None:
    pattern = lay_out(SECURITY.rhythm, DEFAULT_TEMPO)
    loop = compose(SECURITY, Status.ACTUAL, SPOKEN_S).loop
    assert loop
    shift_s = loop.strokes[0].at_s
    assert [round(stroke.at_s - shift_s, 6) for stroke in loop.strokes] == [stroke.at_s for stroke in pattern.strokes]


def test_a_clip_that_is_missing_is_left_out_and_the_rhythm_sounds_all_the_same() -> None:
    timeline = compose(FIRE, Status.ACTUAL, {})
    assert not any(keys(part) for part in parts(timeline))
    assert timeline.loop
    assert timeline.loop.duration_s == 21.0
    assert len(timeline.head.strokes) == 24 + 2 * 80
    assert timeline.head.duration_s == 6.0 + 2 * 21.0


def test_a_rhythm_without_words_goes_on_evenly() -> None:
    loop = compose(replace(FIRE, rhythm=parse("20 tiếng dồn dập")), Status.ACTUAL, {}).loop
    assert loop
    assert loop.duration_s == 20 * 0.25


def test_the_commune_s_own_tempo_is_that_of_the_opening_and_of_the_rhythm() -> None:
    head = compose(FIRE, Status.ACTUAL, {}, Tempo(unbroken_gap_s=0.5)).head
    assert len(head.strokes) == 12 + 2 * 40


def test_the_full_text_stands_in_for_the_short_one_and_the_other_way_round() -> None:
    assert keys(compose(FIRE, Status.ACTUAL, without("short")).loop) == ["full"]
    assert keys(compose(FIRE, Status.ACTUAL, without("full")).head) == ["short", "short"]


def test_an_alarm_until_stopped_ends_in_the_words_that_it_pauses() -> None:
    ending = compose(FIRE, Status.ACTUAL, SPOKEN_S).ending
    assert ending
    assert [(word.at_s, word.key) for word in ending.words] == [(QUIET_BEFORE_WORDS_S, "pause")]
    assert compose(FIRE, Status.ACTUAL, without("pause")).ending is None


def test_an_alarm_of_so_many_cycles_ends_with_its_words_and_has_no_loop() -> None:
    timeline = compose(replace(FIRE, cycles=2), Status.ACTUAL, SPOKEN_S)
    assert (timeline.loop, timeline.ending) == (None, None)
    assert order(timeline.head) == ["rhythm", "full", "rhythm", "short", "rhythm", "short"]


def test_a_notice_says_what_it_is_before_a_stroke_can_frighten_and_again_after_it() -> None:
    assert order(compose(ALL_CLEAR, Status.ACTUAL, without("short")).head) == ["full", "rhythm", "full"]
    assert order(compose(WATCH, Status.ACTUAL, SPOKEN_S).head) == ["full", "rhythm", "short"]


def test_the_peace_gong_is_rung_first_and_speaks_after() -> None:
    assert order(compose(PEACE, Status.ACTUAL, SPOKEN_S).head) == ["rhythm", "full"]
    assert compose(PEACE, Status.ACTUAL, SPOKEN_S).head.strokes[0].at_s == 0.0


def test_the_last_stroke_of_a_finite_signal_rings_out() -> None:
    head = compose(PEACE, Status.ACTUAL, {}).head
    assert head.duration_s == pytest.approx(head.strokes[-1].at_s + RING_OUT_S)
    assert compose(TRIAL, Status.ACTUAL, {}).head.duration_s == RING_OUT_S


def test_what_does_not_sound_does_not_ring_out() -> None:
    assert compose(replace(PEACE, rhythm=parse("nghỉ 0.5s")), Status.ACTUAL, {}).head.duration_s == 0.5
    assert compose(replace(FIRE, rhythm=Rhythm(())), Status.ACTUAL, {}).loop == NOTHING


# ── Rehearsals ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_drill_says_so_before_in_every_cycle_and_after_and_never_plays_the_real_words() -> None:
    timeline = compose(FIRE, Status.EXERCISE, SPOKEN_S)
    assert order(timeline.head) == ["drill-before", "rhythm", "drill-during", "rhythm"]
    assert timeline.loop
    assert order(timeline.loop) == ["drill-during", "rhythm"]
    assert keys(timeline.ending) == ["drill-after"]


@pytest.mark.parametrize("missing", DRILL_WORDS)
def test_a_drill_that_cannot_say_so_is_not_possible_and_makes_no_sound(missing: str) -> None:
    assert drill_is_possible(SPOKEN_S)
    assert not drill_is_possible(without(missing))
    assert parts(compose(FIRE, Status.EXERCISE, without(missing))) == [Passage((), (), (), 0.0)]


def test_a_drill_of_so_many_cycles_ends_by_itself() -> None:
    timeline = compose(replace(FIRE, cycles=2), Status.EXERCISE, SPOKEN_S)
    assert order(timeline.head) == ["drill-before", "rhythm", "drill-during", "rhythm", "drill-during"]
    assert timeline.loop is None
    assert keys(timeline.ending) == ["drill-after"]


@pytest.mark.parametrize("signal", EVERY)
def test_a_test_says_so_before_and_after_one_cycle_without_the_real_words(signal: Signal) -> None:
    timeline = compose(signal, Status.TEST, SPOKEN_S)
    assert order(timeline.head) == ["test", "rhythm"]
    assert timeline.loop is None
    assert keys(timeline.ending) == ["test"]


def test_a_test_of_an_alarm_that_cannot_say_so_is_one_stroke() -> None:
    assert [stroke.at_s for stroke in compose(FIRE, Status.TEST, {}).head.strokes] == [0.0]
    assert len(compose(FIRE, Status.TEST, SPOKEN_S).head.strokes) == 80
    assert len(compose(PEACE, Status.TEST, {}).head.strokes) > 9


@given(a_signal, st.sampled_from([Status.EXERCISE, Status.TEST]), spoken_words)
@settings(max_examples=50, deadline=None)
def test_no_rehearsal_ever_plays_real_words_or_strikes_before_its_own(
    signal: Signal, status: Status, spoken_s: dict[str, float]
) -> None:
    timeline = compose(signal, status, spoken_s)
    said = [key for part in parts(timeline) for key in keys(part)]
    assert not {"full", "short", "pause"} & set(said)
    assert not said or timeline.head.words[0].at_s == 0.0


# ── What holds for every timeline ────────────────────────────────────────────────────────────────────────────────


@given(a_signal, st.sampled_from(Status), spoken_words)
@settings(max_examples=50, deadline=None)
def test_no_stroke_or_blast_sounds_under_a_word(signal: Signal, status: Status, spoken_s: dict[str, float]) -> None:
    for part in parts(compose(signal, status, spoken_s)):
        sounds = [(stroke.at_s, stroke.at_s) for stroke in part.strokes]
        sounds += [(blast.at_s, blast.at_s + blast.duration_s) for blast in part.blasts]
        for word in part.words:
            quiet = (word.at_s - QUIET_BEFORE_WORDS_S + 1e-6, word.at_s + word.duration_s + QUIET_AFTER_WORDS_S - 1e-6)
            assert all(off_s <= quiet[0] or on_s >= quiet[1] for on_s, off_s in sounds)
            assert word.at_s + word.duration_s <= part.duration_s


@given(a_signal, st.sampled_from(Status), spoken_words)
@settings(max_examples=50, deadline=None)
def test_the_head_ends_with_exactly_one_loop_which_is_longer_than_the_gong_rings(
    signal: Signal, status: Status, spoken_s: dict[str, float]
) -> None:
    timeline = compose(signal, status, spoken_s)
    if timeline.loop is None:
        return
    loop, head = timeline.loop, timeline.head
    from_s = head.duration_s - loop.duration_s
    assert loop.duration_s >= RING_OUT_S
    for inside, whole in ((loop.strokes, head.strokes), (loop.blasts, head.blasts), (loop.words, head.words)):
        last = [sound for sound in whole if sound.at_s >= from_s - 1e-6]
        assert [sound.at_s for sound in last] == pytest.approx([sound.at_s + from_s for sound in inside])
        assert [replace(sound, at_s=0.0) for sound in last] == [replace(sound, at_s=0.0) for sound in inside]


@given(a_signal, st.sampled_from(Status), spoken_words)
@settings(max_examples=50, deadline=None)
def test_a_timeline_survives_the_way_through_json(signal: Signal, status: Status, spoken_s: dict[str, float]) -> None:
    timeline = compose(signal, status, spoken_s)
    assert from_json(to_json(timeline)) == timeline


@given(st.text(max_size=30) | st.binary(max_size=30) | st.recursive(st.none() | st.integers(), st.lists).map(str))
@settings(max_examples=100, deadline=None)
def test_what_is_no_timeline_is_refused_with_a_value_error_only(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any ValueError: a decoder's too)
        from_json(text)


def test_deep_or_damaged_json_is_refused_like_any_other() -> None:
    whole = to_json(compose(FIRE, Status.ACTUAL, SPOKEN_S))
    damaged = [
        "[" * 100_000,
        whole[:-9],
        whole.replace("21", "1e999"),
        whole.replace("steady", "loud").replace(".2", "["),
    ]
    with pytest.raises(ValueError, match=r"^not a timeline: nested too deep$"):
        from_json(damaged[0])
    for text in (*damaged, whole.replace('"strength":1.0', '"strength":true')):
        with pytest.raises(ValueError):  # noqa: PT011
            from_json(text)


@pytest.mark.parametrize(
    "timeline",
    [
        Timeline(Passage((Stroke(2.0), Stroke(1.0)), (), (), 3.0)),
        Timeline(Passage((Stroke(4.0),), (), (), 3.0)),
        Timeline(Passage((), (Blast(2.0, 2.0),), (), 3.0)),
        Timeline(Passage((), (Blast(2.0, -1.0),), (), 3.0)),
        Timeline(Passage((), (), (), 3.0), Passage((), (), (), 0.0)),
    ],
)
def test_a_timeline_that_makes_no_sense_is_refused(timeline: Timeline) -> None:
    with pytest.raises(ValueError, match=r"^not a timeline: "):
        sensible(timeline)


def test_a_sound_may_end_with_its_passage_and_a_loop_may_be_short() -> None:
    timeline = Timeline(Passage((Stroke(3.0),), (), (), 3.0), Passage((), (), (), 0.5))
    assert sensible(timeline) is timeline


def test_sounds_stand_at_whole_microseconds_whatever_the_words_last() -> None:
    head = compose(FIRE, Status.ACTUAL, {"full": 10 / 3, "short": 1 / 7}).head
    instants = [sound.at_s for sounds in (head.strokes, head.words) for sound in sounds]
    assert instants == [round(at_s, 6) for at_s in instants]
