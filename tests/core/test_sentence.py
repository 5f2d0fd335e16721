"""The notice beside the gong."""

from datetime import time

import pytest
from hypothesis import given, settings

from gongd.core.notation import parse
from gongd.core.rhythm import DEFAULT_TEMPO, Rhythm, Tempo
from gongd.core.sentence import describe
from gongd.core.words import Text
from tests.core.rhythms import rhythms


def notice(rhythm: str, title: str = "Kẻng", tempo: Tempo = DEFAULT_TEMPO, daily_at: time | None = None) -> Text:
    return describe(title, parse(rhythm), tempo, daily_at=daily_at, at_most_s=None, until_stopped=False, says=None)


def test_the_notice_of_the_peace_gong_is_word_for_word_that_of_the_papers() -> None:
    text = notice("1 hồi, 9 tiếng", "Kẻng bình yên", daily_at=time(22))
    assert text.vi == (
        "Kẻng bình yên (22 giờ hằng đêm): đánh 1 hồi từ chậm đến nhanh dần, rồi 9 tiếng rời, "
        "mỗi tiếng cách nhau 1,5 giây. Dài khoảng 25 giây."
    )
    assert text.en == (
        "Kẻng bình yên (every night at 22:00): beat 1 roll, from slow to fast, then 9 separate strokes, "
        "1.5 seconds apart. Lasts about 25 seconds."
    )


def test_the_notice_of_the_fire_alarm_is_word_for_word_that_of_the_papers() -> None:
    text = describe(
        "Báo cháy",
        parse("liên thanh 20s, nghỉ 1s"),
        DEFAULT_TEMPO,
        daily_at=None,
        at_most_s=300.0,
        until_stopped=True,
        says="Cháy! Cháy!",
    )
    assert text.vi == (
        "Báo cháy: đánh liên thanh, dồn dập 20 giây, nghỉ 1 giây, đánh lại đến khi có người tắt, tối đa 5 phút. "
        "Loa nói: “Cháy! Cháy!”."
    )
    assert text.en == (
        "Báo cháy: beat without a pause, hurriedly, for 20 seconds, rest 1 second, and so on until somebody stops it, "
        "for at most 5 minutes. The loudspeaker says: “Cháy! Cháy!”."
    )


def test_strokes_after_all_rolls_and_strokes_after_each_roll_are_told_apart_aloud() -> None:
    after_all, after_each = notice("3 hồi 9 tiếng"), notice("(1 hồi, 3 tiếng) x 3")
    assert "đánh 3 hồi, mỗi hồi từ chậm đến nhanh dần, xong cả 3 hồi mới đến 9 tiếng rời" in after_all.vi
    assert "3 lần liền, mỗi lần đánh 1 hồi từ chậm đến nhanh dần, rồi 3 tiếng rời" in after_each.vi
    assert "and only after all 3 rolls 9 separate strokes" in after_all.en
    assert "3 times over, each time beat 1 roll, from slow to fast, then 3 separate strokes" in after_each.en


@pytest.mark.parametrize(
    ("rhythm", "vi", "en"),
    [
        (
            "6 tiếng mỗi 2s",
            "đánh 6 tiếng rời, mỗi tiếng cách nhau 2 giây. Dài khoảng 12 giây.",
            "beat 6 separate strokes, 2 seconds apart. Lasts about 12 seconds.",
        ),
        (
            "3 tiếng chậm",
            "đánh 3 tiếng chậm, mỗi tiếng cách nhau 2,5 giây. Dài khoảng 8 giây.",
            "beat 3 slow strokes, 2.5 seconds apart. Lasts about 8 seconds.",
        ),
        (
            "3 tiếng nhanh",
            "đánh 3 tiếng nhanh, mỗi tiếng cách nhau 0,5 giây. Dài khoảng 2 giây.",
            "beat 3 fast strokes, 0.5 seconds apart. Lasts about 2 seconds.",
        ),
        (
            "3 tiếng dồn dập",
            "đánh 3 tiếng dồn dập, mỗi tiếng cách nhau 0,25 giây. Dài khoảng 1 giây.",
            "beat 3 hurried strokes, 0.25 seconds apart. Lasts about 1 second.",
        ),
        (
            "1 tiếng",
            "đánh 1 tiếng. Dài khoảng 2 giây.",
            "beat 1 stroke. Lasts about 2 seconds.",
        ),
        (
            "3 hồi ngắn đều",
            "đánh 3 hồi ngắn, mỗi hồi đều tay, 6 giây. Dài khoảng 20 giây.",
            "beat 3 short rolls, each even, 6 seconds. Lasts about 20 seconds.",
        ),
        (
            "1 hồi dài",
            "đánh 1 hồi dài từ chậm đến nhanh dần, 15 giây. Dài khoảng 15 giây.",
            "beat 1 long roll, from slow to fast, 15 seconds. Lasts about 15 seconds.",
        ),
        (
            "1 hồi 12s",
            "đánh 1 hồi từ chậm đến nhanh dần, 12 giây. Dài khoảng 12 giây.",
            "beat 1 roll, from slow to fast, 12 seconds. Lasts about 12 seconds.",
        ),
        (
            "1 hồi đều",
            "đánh 1 hồi đều tay. Dài khoảng 10 giây.",
            "beat 1 roll, even. Lasts about 10 seconds.",
        ),
        (
            "2 hồi 12s",
            "đánh 2 hồi, mỗi hồi từ chậm đến nhanh dần, 12 giây. Dài khoảng 25 giây.",
            "beat 2 rolls, each from slow to fast, 12 seconds. Lasts about 25 seconds.",
        ),
        (
            "10 hồi, mỗi hồi 3 tiếng",
            "đánh 10 hồi, mỗi hồi 3 tiếng nhanh. Dài khoảng 25 giây.",
            "beat 10 groups of 3 fast strokes. Lasts about 25 seconds.",
        ),
        (
            "còi 9s, nghỉ 9s, còi 9s",
            "kéo còi đều 9 giây, nghỉ 9 giây, rồi còi đều 9 giây. Dài khoảng 25 giây.",
            (
                "sound a steady blast of 9 seconds, rest 9 seconds, then a steady blast of 9 seconds. Lasts "
                "about 25 seconds."
            ),
        ),
        (
            "5 hồi còi 30s cách 5s",
            "kéo 5 hồi còi đều, mỗi hồi 30 giây, cách nhau 5 giây. Dài khoảng 2 phút 50 giây.",
            "sound 5 steady blasts of 30 seconds, 5 seconds apart. Lasts about 2 minutes 50 seconds.",
        ),
        (
            "2 hồi còi hú 5s",
            "kéo 2 hồi còi hú, mỗi hồi 5 giây, cách nhau 5 giây. Dài khoảng 15 giây.",
            "sound 2 wailing blasts of 5 seconds, 5 seconds apart. Lasts about 15 seconds.",
        ),
        (
            "liên hồi 90s",
            "đánh liên hồi 1 phút 30 giây, hết hồi này sang ngay hồi khác. Dài khoảng 1 phút 30 giây.",
            (
                "beat roll upon roll for 1 minute 30 seconds, with no pause between rolls. Lasts about 1 minute "
                "30 seconds."
            ),
        ),
        (
            "2 hồi đều, 1 tiếng",
            "đánh 2 hồi, mỗi hồi đều tay, xong cả 2 hồi mới đến 1 tiếng. Dài khoảng 25 giây.",
            "beat 2 rolls, each even, and only after all 2 rolls 1 stroke. Lasts about 25 seconds.",
        ),
        (
            "còi 59.9996s",
            "kéo còi đều 1 phút. Dài khoảng 1 phút.",
            "sound a steady blast of 1 minute. Lasts about 1 minute.",
        ),
        (
            "2 hồi, nghỉ 5s, 1 hồi",
            (
                "đánh 2 hồi, mỗi hồi từ chậm đến nhanh dần, nghỉ 5 giây, rồi 1 hồi từ chậm đến nhanh dần. Dài "
                "khoảng 35 giây."
            ),
            (
                "beat 2 rolls, each from slow to fast, rest 5 seconds, then 1 roll, from slow to fast. Lasts "
                "about 35 seconds."
            ),
        ),
        (
            "(1 hồi) x 2, nghỉ 2s, 5 tiếng",
            (
                "2 lần liền, mỗi lần đánh 1 hồi từ chậm đến nhanh dần; đủ 2 lần thì nghỉ 2 giây, rồi đánh 5 "
                "tiếng rời, mỗi tiếng cách nhau 1,5 giây. Dài khoảng 30 giây."
            ),
            (
                "2 times over, each time beat 1 roll, from slow to fast; after all 2 times rest 2 seconds, then "
                "beat 5 separate strokes, 1.5 seconds apart. Lasts about 30 seconds."
            ),
        ),
        (
            "1 tiếng, (còi hú 1s, 1 tiếng) x 2, còi hú 2s",
            (
                "đánh 1 tiếng, rồi 2 lần liền, mỗi lần kéo còi hú 1 giây, rồi đánh 1 tiếng; đủ 2 lần thì kéo "
                "còi hú 2 giây. Dài khoảng 8 giây."
            ),
            (
                "beat 1 stroke, then 2 times over, each time sound a wailing blast of 1 second, then beat 1 "
                "stroke; after all 2 times sound a wailing blast of 2 seconds. Lasts about 8 seconds."
            ),
        ),
        (
            "1 tiếng, (còi 5s) x 2, 1 tiếng",
            "đánh 1 tiếng, rồi 2 lần liền, mỗi lần kéo còi đều 5 giây; đủ 2 lần thì đánh 1 tiếng. Dài khoảng 13 giây.",
            (
                "beat 1 stroke, then 2 times over, each time sound a steady blast of 5 seconds; "
                "after all 2 times beat 1 stroke. Lasts about 13 seconds."
            ),
        ),
        (
            "nghỉ 2s, 1 tiếng",
            "nghỉ 2 giây, rồi đánh 1 tiếng. Dài khoảng 4 giây.",
            "rest 2 seconds, then beat 1 stroke. Lasts about 4 seconds.",
        ),
        (
            "liên thanh 61s",
            "đánh liên thanh, dồn dập 1 phút 1 giây. Dài khoảng 1 phút.",
            "beat without a pause, hurriedly, for 1 minute 1 second. Lasts about 1 minute.",
        ),
        (
            "liên thanh 17.4s",
            "đánh liên thanh, dồn dập 17,4 giây. Dài khoảng 17 giây.",
            "beat without a pause, hurriedly, for 17.4 seconds. Lasts about 17 seconds.",
        ),
        (
            "liên thanh 20s",
            "đánh liên thanh, dồn dập 20 giây. Dài khoảng 20 giây.",
            "beat without a pause, hurriedly, for 20 seconds. Lasts about 20 seconds.",
        ),
        (
            "liên thanh 20.6s",
            "đánh liên thanh, dồn dập 20,6 giây. Dài khoảng 20 giây.",
            "beat without a pause, hurriedly, for 20.6 seconds. Lasts about 20 seconds.",
        ),
        (
            "liên thanh 118s",
            "đánh liên thanh, dồn dập 1 phút 58 giây. Dài khoảng 2 phút.",
            "beat without a pause, hurriedly, for 1 minute 58 seconds. Lasts about 2 minutes.",
        ),
        (
            "liên thanh 125s",
            "đánh liên thanh, dồn dập 2 phút 5 giây. Dài khoảng 2 phút.",
            "beat without a pause, hurriedly, for 2 minutes 5 seconds. Lasts about 2 minutes.",
        ),
        (
            "liên thanh 0.3s",
            "đánh liên thanh, dồn dập 0,3 giây. Dài khoảng 1 giây.",
            "beat without a pause, hurriedly, for 0.3 seconds. Lasts about 1 second.",
        ),
    ],
)
def test_each_kind_of_rhythm_has_its_words(rhythm: str, vi: str, en: str) -> None:
    assert notice(rhythm) == Text(f"Kẻng: {vi}", f"Kẻng: {en}")


def test_the_verb_changes_with_the_thing_that_sounds() -> None:
    text = notice("ngũ liên 12s, còi hú 15s, nghỉ 2s, 3 tiếng")
    assert (
        "đánh ngũ liên 12 giây, từng loạt 5 tiếng dồn dập, rồi kéo còi hú 15 giây, nghỉ 2 giây, rồi đánh 3" in text.vi
    )


def test_what_follows_a_repeat_is_said_to_follow_all_of_it() -> None:
    assert "; đủ 2 lần thì đánh 5 tiếng" in notice("(1 hồi) x 2, 5 tiếng").vi


@pytest.mark.parametrize(
    ("at", "vi", "en"),
    [
        (time(22, 0), "(22 giờ hằng đêm)", "(every night at 22:00)"),
        (time(21, 30), "(21 giờ 30 hằng đêm)", "(every night at 21:30)"),
        (time(5, 5), "(5 giờ 05 hằng ngày)", "(every day at 05:05)"),
        (time(18), "(18 giờ hằng đêm)", "(every night at 18:00)"),
        (time(17, 59), "(17 giờ 59 hằng ngày)", "(every day at 17:59)"),
        (time(3, 59), "(3 giờ 59 hằng đêm)", "(every night at 03:59)"),
        (time(4), "(4 giờ hằng ngày)", "(every day at 04:00)"),
    ],
)
def test_the_hour_is_said_as_people_say_it(at: time, vi: str, en: str) -> None:
    text = notice("1 hồi", daily_at=at)
    assert vi in text.vi
    assert en in text.en


def test_the_commune_s_own_tempo_is_what_the_notice_says() -> None:
    assert "cách nhau 1,25 giây. Dài khoảng 10 giây." in notice("8 tiếng", tempo=Tempo(stroke_gap_s=1.25)).vi


def test_braces_in_a_title_or_in_the_words_do_no_harm() -> None:
    text = describe("{x}", parse("1 hồi"), DEFAULT_TEMPO, says="ở {place}!")
    assert text.vi.startswith("{x}: đánh 1 hồi từ chậm đến nhanh dần. Dài khoảng 10 giây.")
    assert text.vi.endswith("Loa nói: “ở {place}!”.")


@given(rhythms)
@settings(max_examples=30, deadline=None)
def test_every_rhythm_that_goes_on_until_stopped_has_a_sentence(rhythm: Rhythm) -> None:
    text = describe("Kẻng", rhythm, DEFAULT_TEMPO, until_stopped=True, at_most_s=300.0)
    assert text.vi.endswith("tối đa 5 phút.")
    assert "  " not in text.vi + text.en
    assert not text.en.count("{")


def test_a_signal_that_sounds_until_it_is_stopped_says_so_and_its_limit() -> None:
    def told(rhythm: str, at_most_s: float | None) -> Text:
        return describe("Báo cháy", parse(rhythm), DEFAULT_TEMPO, at_most_s=at_most_s, until_stopped=True)

    assert told("liên thanh 20s, nghỉ 1s", None).vi.endswith(", đánh lại đến khi có người tắt.")
    assert told("liên thanh 20s, nghỉ 1s", 300.0).vi.endswith(", đánh lại đến khi có người tắt, tối đa 5 phút.")
    assert told("(2 tiếng nhanh, nghỉ 2s) x 5", None).en.endswith("; and so on until somebody stops it.")
