"""How a rhythm lies on the axis of time."""

import math
import re
from collections.abc import Callable
from dataclasses import fields
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings

from gongd.core.notation import MAX_PIECES, parse
from gongd.core.pattern import Blast, Pattern, Tone
from gongd.core.rhythm import (
    DEFAULT_TEMPO,
    SHORTEST_S,
    Blasts,
    Groups,
    Repeat,
    Rest,
    Rhythm,
    Rolls,
    Strokes,
    Tempo,
    Unbroken,
    lay_out,
    pieces,
    placed,
    sounding_s,
)
from tests.core.rhythms import rhythms


def laid(text: str, tempo: Tempo = DEFAULT_TEMPO) -> Pattern:
    return lay_out(parse(text), tempo)


def instants(text: str) -> list[float]:
    return [stroke.at_s for stroke in laid(text).strokes]


def gaps(text: str) -> list[float]:
    return [round(later - earlier, 6) for earlier, later in pairwise(instants(text))]


def test_the_peace_gong_is_a_roll_a_silence_and_nine_strokes() -> None:
    pattern = laid("1 hồi, 9 tiếng")
    assert [stroke.at_s for stroke in pattern.strokes[-9:]] == [12 + 1.5 * i for i in range(9)]
    assert max(stroke.at_s for stroke in pattern.strokes[:-9]) < 10
    assert pattern.duration_s == 25.5
    assert pattern.blasts == ()


def test_a_roll_accelerates_and_swells_and_fills_its_time() -> None:
    strokes = laid("1 hồi").strokes
    between = gaps("1 hồi")
    assert all(later < earlier for earlier, later in pairwise(between))
    assert between[0] == pytest.approx(DEFAULT_TEMPO.roll_first_gap_s, rel=0.05)
    assert 10 - strokes[-1].at_s == pytest.approx(DEFAULT_TEMPO.roll_last_gap_s, rel=0.05)
    strengths = [stroke.strength for stroke in strokes]
    assert strengths == sorted(strengths)
    assert (strengths[0], strengths[-1]) == (0.5, 1.0)
    assert len(strokes) == 19
    assert [stroke.strength for stroke in laid("1 hồi 1.2s").strokes] == [0.5, 1.0]


def test_a_roll_whose_first_gap_is_its_last_keeps_its_pace() -> None:
    tempo = Tempo(roll_first_gap_s=0.5, roll_last_gap_s=0.5)
    assert [stroke.at_s for stroke in laid("1 hồi", tempo).strokes] == [0.5 * number for number in range(20)]


@pytest.mark.parametrize(
    ("text", "gap_s"),
    [
        ("3 tiếng", 1.5),
        ("3 tiếng nhanh", 0.5),
        ("3 tiếng chậm", 2.5),
        ("3 tiếng dồn dập", 0.25),
        ("3 tiếng mỗi 1.4s", 1.4),
    ],
)
def test_strokes_keep_their_pace_and_the_last_keeps_its_gap(text: str, gap_s: float) -> None:
    assert gaps(text) == [gap_s, gap_s]
    assert laid(text).duration_s == pytest.approx(3 * gap_s)


@pytest.mark.parametrize(
    ("text", "span_s"), [("1 hồi", 10), ("1 hồi ngắn", 6), ("1 hồi dài", 15), ("1 hồi dài 12s", 12)]
)
def test_a_roll_has_its_length_and_then_two_seconds_of_silence(text: str, span_s: float) -> None:
    assert laid(text).duration_s == span_s + 2
    assert sounding_s(parse(text)) == span_s


def test_a_written_rest_takes_the_place_of_the_silence_after_a_roll() -> None:
    assert laid("(1 hồi, nghỉ 2s) x 3") == laid("3 hồi")
    assert laid("1 hồi, nghỉ 5s, 1 tiếng").strokes[-1].at_s == 15


def test_a_rest_after_strokes_adds_to_their_gap() -> None:
    assert instants("2 tiếng nhanh, nghỉ 2s, 1 tiếng") == [0, 0.5, 3.0]


def test_passes_laid_end_to_end_sound_like_one_series() -> None:
    assert laid("(5 tiếng) x 2").strokes == laid("10 tiếng").strokes
    one = laid("1 hồi, 2 tiếng")
    two = laid("1 hồi, 2 tiếng, 1 hồi, 2 tiếng")
    assert [round(one.duration_s + stroke.at_s, 6) for stroke in one.strokes] == [
        stroke.at_s for stroke in two.strokes[len(one.strokes) :]
    ]


def test_three_rolls_and_nine_strokes_is_not_strokes_after_each_roll() -> None:
    together, each = laid("3 hồi 3 tiếng"), laid("(1 hồi, 3 tiếng) x 3")
    assert len(each.strokes) == len(together.strokes) + 6
    assert together.strokes[-3].at_s == 36


def test_unbroken_fills_its_time_evenly() -> None:
    assert set(gaps("liên thanh 20s")) == {0.25}
    assert len(instants("liên thanh 20s")) == 80
    assert laid("liên thanh 20s, nghỉ 1s").duration_s == 21
    assert laid("liên thanh 20,1s").duration_s == 20.1


def test_roll_upon_roll_has_no_silence_between_rolls() -> None:
    assert max(gaps("liên hồi 30s")) < 1.3
    assert laid("liên hồi 30s").duration_s == 30
    assert sum(stroke.strength == 0.5 for stroke in laid("liên hồi 30s").strokes) == 3


def test_fives_are_whole_to_the_end() -> None:
    between = gaps("ngũ liên 12s")
    assert len(between) + 1 == 30
    assert [gap > 0.5 for gap in between] == ([False] * 4 + [True]) * 5 + [False] * 4
    assert laid("ngũ liên 12s").duration_s == 12


def test_fives_keep_their_pace_where_they_fit_and_lose_no_stroke_where_they_hardly_do() -> None:
    assert gaps("ngũ liên 18.5s") == ([0.25] * 4 + [0.85]) * 9 + [0.25] * 4
    assert len(laid("ngũ liên 13.5s", Tempo(fives_rest_s=0.1)).strokes) == 50
    assert instants("ngũ liên 0.5s") == [0, 0.1, 0.2, 0.3, 0.4]


def test_groups_are_quick_strokes_and_a_second() -> None:
    assert instants("2 hồi, mỗi hồi 3 tiếng") == [0, 0.5, 1.0, 2.5, 3.0, 3.5]
    assert laid("2 hồi, mỗi hồi 3 tiếng").duration_s == 5


def test_even_rolls_are_even() -> None:
    assert set(gaps("1 hồi ngắn đều")) == {0.5}
    assert {stroke.strength for stroke in laid("1 hồi đều").strokes} == {1.0}


def test_blasts_have_their_silence_between_and_after() -> None:
    pattern = laid("3 hồi còi hú 20s cách 10s")
    assert pattern.blasts == tuple(Blast(at_s, 20, Tone.WAILING) for at_s in (0, 30, 60))
    assert pattern.duration_s == 90
    assert sounding_s(parse("3 hồi còi hú 20s cách 10s")) == 80
    assert laid("(1 hồi còi 30s cách 5s) x 5") == laid("5 hồi còi 30s cách 5s")


def test_a_lone_blast_is_followed_at_once() -> None:
    assert instants("còi hú 15s, 1 tiếng") == [15]
    assert laid("còi đều 10s, nghỉ 10s, còi đều 10s").duration_s == 30


def test_a_blast_stands_at_a_whole_microsecond() -> None:
    assert laid("1 tiếng mỗi 0.33333333s, còi 1s").blasts[0].at_s == 0.333333


def test_a_rhythm_of_nothing_or_of_silence_does_not_sound() -> None:
    assert lay_out(Rhythm(())) == Pattern((), (), 0.0)
    assert sounding_s(Rhythm(())) == sounding_s(parse("nghỉ 3s")) == 0.0


def test_how_much_is_played_counts_repeats_out() -> None:
    assert pieces(parse("((1 tiếng, nghỉ 1s) x 3, 1 hồi) x 2, 1 hồi").items) == 15


def test_every_tempo_can_be_changed() -> None:
    tempo = Tempo(stroke_gap_s=1.0, roll_s=8.0, roll_rest_s=1.0)
    assert laid("1 hồi, 9 tiếng", tempo).duration_s == 18
    assert sounding_s(parse("1 hồi, 9 tiếng"), tempo) == 18
    rolls = "1 hồi, 2 hồi ngắn đều, 1 hồi dài, liên thanh 1s, ngũ liên 9s, 2 hồi còi 1s, 2 hồi, mỗi hồi 2 tiếng"
    rhythm = parse(rolls + ", 2 tiếng, 1 tiếng chậm, 1 tiếng nhanh, 1 tiếng dồn dập")
    for field in fields(Tempo):
        slower = Tempo(**{field.name: getattr(DEFAULT_TEMPO, field.name) * 1.5})
        assert lay_out(rhythm, slower) != lay_out(rhythm), field.name


def test_a_striker_is_never_asked_for_more_than_it_can_do() -> None:
    for span_s in (0.1, 0.2, 0.4, 0.7, 0.93, 1.0, 1.6, 2.2, 600.0):
        for word in ("liên thanh", "liên hồi", "ngũ liên", "1 hồi", "1 hồi đều"):
            assert min(gaps(f"({word} {span_s}s) x 2"), default=1.0) >= SHORTEST_S - 1e-6, (word, span_s)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: Strokes(0), "strokes must be 1 to 99, not 0"),
        (lambda: Strokes(100), "strokes must be 1 to 99, not 100"),
        (lambda: Strokes(3, math.nan), "every must be 0.1 to 600 s, not nan"),
        (lambda: Rolls(21), "rolls must be 1 to 20, not 21"),
        (lambda: Rolls(2, 0.05), "each must be 0.1 to 600 s, not 0.05"),
        (lambda: Groups(1, 100), "strokes must be 1 to 99, not 100"),
        (lambda: Groups(21, 1), "groups must be 1 to 20, not 21"),
        (lambda: Unbroken(601.0), "duration_s must be 0.1 to 600 s, not 601.0"),
        (lambda: Blasts(0, 1.0), "blasts must be 1 to 20, not 0"),
        (lambda: Blasts(1, 0.0), "each_s must be 0.1 to 600 s, not 0.0"),
        (lambda: Blasts(1, 1.0, gap_s=0.0), "gap_s must be 0.1 to 600 s, not 0.0"),
        (lambda: Rest(0.0), "duration_s must be 0.0 to 600 s, not 0.0"),
        (lambda: Repeat((), 2), "a repeat holds something, and is at most 2 deep"),
        (lambda: Repeat((Strokes(1),), 101), "repeats must be 1 to 100, not 101"),
        (
            lambda: Repeat((Repeat((Repeat((Strokes(1),), 2),), 2),), 2),
            "a repeat holds something, and is at most 2 deep",
        ),
        (lambda: Tempo(stroke_gap_s=0.0), "stroke_gap_s must be 0.1 to 600 s, not 0.0"),
    ],
)
def test_a_value_that_cannot_be_played_cannot_be_made(wrong: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(told)}$"):
        wrong()


@given(rhythms)
@settings(max_examples=30, deadline=None)
def test_strokes_and_blasts_are_in_order_and_within_the_pattern(rhythm: Rhythm) -> None:
    assume(pieces(rhythm.items) <= MAX_PIECES)
    assume(all(at_s + part.span_s <= 3600 for at_s, part in placed(rhythm)))
    pattern = lay_out(rhythm)
    at = [stroke.at_s for stroke in pattern.strokes]
    assert at == sorted(at)
    assert all(0 <= one < pattern.duration_s for one in at)
    assert all(0 < stroke.strength <= 1 for stroke in pattern.strokes)
    for earlier, later in pairwise(pattern.blasts):
        assert earlier.at_s + earlier.duration_s <= later.at_s + 1e-5
    assert sounding_s(rhythm) <= pattern.duration_s
