"""What a job is: all that influences a print, and nothing else."""

import json
import re
from dataclasses import fields, replace

import pytest

from gongd.core.button import Button, Deed, Sound
from gongd.core.catalogue import Again, Signal, Status, Utterance
from gongd.core.job import NEARBY, TEST_VOLUME, Clip, House, Job, Speech, Voicing, jobs, read_job, speech_job, write_job
from gongd.core.phrase import PHRASES, fill, phrase_of
from gongd.core.rhythm import Tempo
from gongd.core.words import Language
from tests.studio.village import HOUSE, all_jobs, no_clip, signals


def fire_job(house: House = HOUSE, signal: Signal | None = None) -> Job:
    return jobs({"fire": signal or signals()["fire"]}, (), house, no_clip)[0]


def text(job: Job, key: str) -> str:
    return next(speech.words[0][1] for speech in job.speeches if speech.key == key)


def test_jobs_survive_json() -> None:
    for job in all_jobs():
        assert read_job(write_job(job)) == job
        assert read_job(write_job(job)).stem == job.stem


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"is":"Job"}', "1e999", '"' + "x" * 99])
def test_a_line_that_is_no_job_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever json says of it
        read_job(line)


def test_every_signal_has_a_print_for_each_status_and_every_button_for_its_place() -> None:
    buttons = (
        Button("house-12", 21, Sound("fire", "nhà số 12")),
        Button("fire", 5, Sound("fire")),
        Button("silence", 6, Deed.SILENCE),
    )
    made = jobs(signals(), buttons, HOUSE, no_clip)
    expected = {(name, status, None) for name in signals() for status in Status}
    assert {job.key for job in made} == expected | {("fire", Status.ACTUAL, "nhà số 12")}
    assert len({job.stem for job in made}) == len(made)
    at_house = next(job for job in made if job.place)
    assert text(at_house, "short") == "Cháy! Cháy! Cháy ở nhà số 12!"


def test_actual_emergencies_are_rendered_first() -> None:
    first = [job.key for job in all_jobs()][:3]
    assert {key[0] for key in first} == {"fire", "security", "flood"}
    assert {key[1] for key in first} == {Status.ACTUAL}


def test_what_is_heard_changes_the_stem() -> None:
    fire = signals()["fire"]
    stems = {
        fire_job().stem,
        fire_job(replace(HOUSE, place="Thôn 4")).stem,
        fire_job(replace(HOUSE, tempo=Tempo(unbroken_gap_s=0.3))).stem,
        fire_job(replace(HOUSE, voicing=Voicing("vi-vn-x-south"))).stem,
        fire_job(signal=replace(fire, volume=90)).stem,
        fire_job(signal=replace(fire, cycles=2)).stem,
        fire_job(signal=replace(fire, say=Utterance(clips=("muong.ogg",)))).stem,
    }
    assert len(stems) == 7


def test_what_nobody_hears_keeps_the_stem() -> None:
    fire = signals()["fire"]
    quiet = replace(fire, title="Cháy!", relays=("strobe",), at_most_s=60.0, number=3, again=Again(60.0, 600.0))
    assert fire_job(signal=quiet).stem == fire_job().stem


def test_a_replaced_recording_asks_for_a_new_print() -> None:
    fire = {"fire": replace(signals()["fire"], say=Utterance(clips=("muong.ogg",)))}
    before = jobs(fire, (), HOUSE, lambda name: Clip(name, "1"))[0].stem
    assert jobs(fire, (), HOUSE, lambda name: Clip(name, "2"))[0].stem != before


def test_a_stem_is_a_plain_readable_file_name() -> None:
    stems = [job.stem for job in all_jobs()]
    assert any(stem.startswith("flood-watch-exercise-") for stem in stems)
    assert all(set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for stem in stems)


@pytest.mark.parametrize(
    ("place", "readable"),
    [
        (None, "fire-actual-"),
        ("Đồi Cao!", "fire-actual-doi-cao-"),
        ("(nhà số 12)", "fire-actual-nha-so-12-"),
        ("!", "fire-actual-"),
        ("a" * 40, f"fire-actual-{'a' * 32}-"),
    ],
)
def test_a_stem_says_which_signal_and_where_and_then_a_digest(place: str | None, readable: str) -> None:
    stem = replace(fire_job(), place=place).stem
    assert stem.startswith(readable)
    assert re.fullmatch("[0-9a-f]{16}", stem.removeprefix(readable))


def test_without_a_telephone_its_sentence_is_left_out() -> None:
    assert text(jobs({"security": signals()["security"]}, (), House("Bản Lau"), no_clip)[0], "full").endswith(
        "Gọi Công an xã."
    )
    assert fill(PHRASES["security"].vi, "Bản Lau", "0373 812 345").endswith("Gọi Công an xã. 0373 812 345.")


def test_a_drill_says_the_drill_words_and_never_the_signals_own() -> None:
    drill = next(job for job in all_jobs() if job.key == ("fire", Status.EXERCISE, None))
    assert [speech.key for speech in drill.speeches] == ["drill-before", "drill-during", "drill-after"]
    assert not any("Cháy" in words for speech in drill.speeches for _, words in speech.words)


def test_a_test_is_quiet() -> None:
    assert {job.volume for job in all_jobs() if job.status is Status.TEST} <= set(range(TEST_VOLUME + 1))


def test_speech_knows_the_place_and_the_shipped_phrase() -> None:
    job = speech_job(PHRASES["status-good"].vi, 40, HOUSE)
    assert text(job, "speech") == "Loa Thôn 3: tốt. Đồng hồ đúng. Có kết nối."
    assert job.speeches[0].phrase == "status-good"
    assert phrase_of("Họp thôn lúc 19 giờ.") is None


def test_speech_has_all_that_it_needs_to_be_made() -> None:
    house = House("Thôn 3", "0373 812 345", Tempo(stroke_gap_s=1.0), Voicing("vi-vn-x-south"))
    said = Speech("speech", words=((Language.EN, "Call 0373 812 345."),))
    job = Job(None, Status.ACTUAL, None, (said,), 40, house.tempo, house.voicing)
    assert speech_job("Call {phone}.", 40, house, Language.EN) == job
    assert (job.signal, job.key) == ("speech", ("speech", Status.ACTUAL, None))
    drill = speech_job("Call {phone}.", 40, house, status=Status.EXERCISE)
    assert (drill.status, drill.tempo, drill.voicing) == (Status.EXERCISE, house.tempo, house.voicing)
    before, after = (drill.speeches[place] for place in (0, -1))
    place = fill(PHRASES["drill-before"].vi, "Thôn 3", None)
    assert before == Speech("drill-before", (), ((Language.VI, place),), "drill-before")
    assert after == Speech("drill-after", (), ((Language.VI, PHRASES["drill-after"].vi),), "drill-after")


def test_a_print_has_all_that_it_needs_to_be_made() -> None:
    house = House("Thôn 3", "0373 812 345", Tempo(stroke_gap_s=1.0), Voicing("vi-vn-x-south"))
    fire = replace(
        signals()["fire"],
        say=Utterance(
            ("a.ogg", "b.ogg"), ((Language.EN, "Fire at {place}! {phone}!"), (Language.VI, "Cháy ở {place}!"))
        ),
        say_short=None,
    )
    made = jobs({"fire": fire}, (), house, lambda name: Clip(name, "1"))[0]
    clips = (Clip("a.ogg", "1"), Clip("b.ogg", "1"))
    words = ((Language.EN, "Fire at Thôn 3! 0373 812 345!"), (Language.VI, "Cháy ở Thôn 3!"))
    assert made.speeches == (
        Speech("full", clips, words, None),
        Speech("pause", (), ((Language.VI, PHRASES["pause"].vi),), "pause"),
    )
    assert (made.volume, made.tempo, made.voicing) == (100, house.tempo, house.voicing)


def test_a_job_is_one_short_line_whose_keys_are_in_order() -> None:
    line = write_job(fire_job())
    assert line == json.dumps(json.loads(line), separators=(",", ":"), sort_keys=True)


def test_a_test_says_the_words_of_a_test() -> None:
    made = next(job for job in all_jobs() if job.key == ("fire", Status.TEST, None))
    words = fill(PHRASES["test"].vi, HOUSE.place, HOUSE.phone)
    assert made.speeches == (Speech("test", (), ((Language.VI, words),), "test"),)


def test_a_drill_and_a_test_keep_their_stem_whatever_the_real_thing_says_and_how_loudly() -> None:
    fire = signals()["fire"]
    other = replace(fire, say=Utterance(clips=("a.ogg",)), say_short=None, volume=70)
    for status, same in ((Status.EXERCISE, replace(other, volume=fire.volume)), (Status.TEST, other)):
        before, after = (
            next(job.stem for job in jobs({"fire": each}, (), HOUSE, no_clip) if job.status is status)
            for each in (fire, same)
        )
        assert before == after


def test_only_what_goes_on_until_it_is_stopped_says_that_it_pauses() -> None:
    for name, says in (("fire", True), ("peace", False), ("flood-watch", False)):
        made = next(job for job in all_jobs() if job.key == (name, Status.ACTUAL, None))
        assert ("pause" in [speech.key for speech in made.speeches]) is says
    endless = replace(signals()["peace"], cycles=None)
    assert [speech.key for speech in jobs({"peace": endless}, (), HOUSE, no_clip)[0].speeches] == []


def test_prints_are_made_in_the_order_in_which_they_are_needed() -> None:
    wanted = [(job.signal, job.status) for job in all_jobs()]
    ranks = [
        *(("fire", Status.ACTUAL), ("flood-watch", Status.ACTUAL), ("peace", Status.ACTUAL)),
        *(("fire", Status.EXERCISE), ("flood-watch", Status.TEST), ("peace", Status.TEST)),
    ]
    assert [wanted.index(each) for each in ranks] == sorted(wanted.index(each) for each in ranks)


def test_standard_words_are_spoken_in_the_languages_of_the_house() -> None:
    both = replace(HOUSE, languages=(Language.VI, Language.EN))
    drill = next(job for job in jobs(signals(), (), both, no_clip) if job.status is Status.EXERCISE)
    assert [language for language, _ in drill.speeches[0].words] == [Language.VI, Language.EN]


def test_texts_that_calm_hold_no_word_that_alarms() -> None:
    alarming = {"cháy", "lũ", "lụt", "trộm", "cướp", "báo động", "khẩn cấp"}
    calm = ("peace", "all-clear", "false-alarm", "pause", "test", "drill-before", "drill-during", "drill-after")
    for name in calm:
        words = " " + PHRASES[name].vi.lower().replace("!", " ").replace(".", " ").replace(",", " ") + " "
        assert not [word for word in alarming if f" {word} " in words], name


def test_no_field_of_a_signal_is_forgotten() -> None:
    known = {"name", "title", "priority", "rhythm", "volume", "at_most_s", "number", "say", "say_short", "cycles"}
    assert {field.name for field in fields(Signal)} == known | {"relays", "again"}, "does it change the sound?"


def test_a_fire_elsewhere_is_nearby_and_never_at_the_box_itself() -> None:
    made = jobs(signals(), (), HOUSE, no_clip, ("fire", "no-such-signal"))
    nearby = [job for job in made if job.place == NEARBY]
    assert [job.key for job in nearby] == [("fire", Status.ACTUAL, NEARBY)]
    assert text(nearby[0], "short") == f"Cháy! Cháy! Cháy ở {NEARBY}!"


def test_speech_that_somebody_waits_for_comes_between_emergencies_and_the_rest() -> None:
    speech = speech_job("Họp thôn.", 40, HOUSE)
    assert fire_job().urgency < speech.urgency < all_jobs()[-1].urgency


def test_a_recording_is_played_as_it_is_and_a_drill_says_so_around_it() -> None:
    clip = Clip("hop.ogg", "1")
    plain, drill, test = (speech_job(clip, 80, HOUSE, status=status) for status in Status)
    assert [speech.clips for speech in plain.speeches] == [(clip,)]
    assert [speech.key for speech in drill.speeches] == ["drill-before", "speech", "drill-after"]
    assert [speech.key for speech in test.speeches] == ["test", "speech", "test"]
    assert (plain.volume, drill.volume, test.volume) == (80, 80, TEST_VOLUME)
