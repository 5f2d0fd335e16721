"""What a box does with what its file leaves out."""

from datetime import time

import pytest

from gongd.core.button import Deed
from gongd.core.catalogue import CALM, Priority, Utterance
from gongd.core.notation import parse as rhythm
from gongd.core.rhythm import Tempo
from gongd.core.schedule import Entry
from gongd.core.words import Language
from gongd.settings import Settings, parse
from gongd.settings.defaults import SIGNALS
from gongd.settings.wording import flaws

BOX = "box: {id: thon-3, commune: nguyet-an, name: Thôn 3}\n"
RELAYS = """
relays:
  amplifier: {pin: 17, on: activation}
  striker: {pin: 27, on: stroke}
  siren: {pin: 23, on: blast}
  lamp: {pin: 24, on: fault}
"""
STROBE = "  strobe: {pin: 22, on: activation, blink: 500ms}\n"


def read(more: str = "") -> Settings:
    return parse(BOX + more, "config.yaml")


def test_a_box_alone_is_a_working_box() -> None:
    settings = read()
    assert settings.warnings == ()
    assert set(settings.signals) == {
        "peace",
        "fire",
        "security",
        "flood",
        "flood-watch",
        "all-clear",
        "false-alarm",
        "test",
    }
    assert settings.schedules == (Entry("nightly", "peace", (time(22, 0),), grace_s=120),)
    assert (settings.mqtt, settings.trust, settings.desk.phone) == (None, None, None)
    assert settings.tempo == Tempo()
    assert settings.box.timezone.key == "Asia/Ho_Chi_Minh"
    assert settings.box.language is Language.VI


def test_no_schedules_key_means_the_nightly_gong_and_an_empty_list_means_none_with_a_warning() -> None:
    assert len(read().schedules) == 1
    for empty in ("schedules: []\n", "schedules:\n"):
        settings = read(empty)
        assert settings.schedules == ()
        assert [problem.path for problem in settings.warnings] == ["schedules"]


def test_relays_of_a_signal_are_those_whose_role_occurs_in_it() -> None:
    signals = read(RELAYS).signals
    assert signals["peace"].relays == ("amplifier", "striker")
    assert signals["flood"].relays == ("amplifier", "striker", "siren")
    assert signals["flood-watch"].relays == ("amplifier", "siren")


def test_an_emergency_of_blasts_strikes_too_because_it_opens_with_strokes() -> None:
    signals = read(RELAYS + "signals:\n  flood: {rhythm: còi hú 15s}\n").signals
    assert signals["flood"].relays == ("amplifier", "striker", "siren")


def test_a_strobe_must_be_named() -> None:
    settings = read(RELAYS + STROBE)
    assert "strobe" not in settings.signals["fire"].relays
    assert [problem.path for problem in settings.warnings] == ["relays.strobe"]
    named = read(RELAYS + STROBE + "signals:\n  fire: {relays: [strobe, striker]}\n")
    assert named.signals["fire"].relays == ("strobe", "striker")
    assert named.warnings == ()


def test_volumes_an_emergency_is_loud_and_a_signals_own_volume_wins() -> None:
    signals = read("speaker: {volume: 60, emergency_volume: 90}\nsignals:\n  fire: {volume: 85}\n").signals
    volumes = {name: signals[name].volume for name in ("fire", "flood", "peace", "all-clear", "test")}
    assert volumes == {"fire": 85, "flood": 90, "peace": 50, "all-clear": 60, "test": 40}


def test_caps_a_signals_own_wins_longer_or_shorter() -> None:
    signals = read("limits: {at_most: 3m}\nsignals:\n  fire: {at_most: 20m}\n  peace: {at_most: 1m}\n").signals
    caps = {name: signals[name].at_most_s for name in ("fire", "flood", "peace", "security")}
    assert caps == {"fire": 1200, "flood": 600, "peace": 60, "security": 180}


def test_one_key_of_a_built_in_signal_is_changed_and_the_others_stay() -> None:
    changed = read('signals:\n  fire: {title: "Kẻng cháy"}\n').signals["fire"]
    usual = read().signals["fire"]
    assert changed.title == "Kẻng cháy"
    assert (changed.rhythm, changed.say, changed.say_short, changed.cycles, changed.priority) == (
        usual.rhythm,
        usual.say,
        usual.say_short,
        usual.cycles,
        usual.priority,
    )


def test_a_new_text_is_not_contradicted_by_the_built_in_short_one() -> None:
    security = read('signals:\n  security: {say: "Báo động! Bà con ra đường làng!"}\n').signals["security"]
    assert security.say_short is None


def test_buttons_are_held_so_that_nobody_raises_an_alarm_by_brushing_past() -> None:
    text = """
buttons:
  fire: {pin: 5, sound: fire}
  quick: {pin: 6, sound: fire, hold: 0}
  silence: {pin: 13, do: silence}
  patrol: {pin: 19, do: check-in}
"""
    buttons = {button.name: button for button in read(text).buttons}
    assert {name: button.hold_s for name, button in buttons.items()} == {
        "fire": 2,
        "quick": 0,
        "silence": 1,
        "patrol": 0,
    }
    assert buttons["silence"].action is Deed.SILENCE


def test_an_amplifier_leads_and_tails_and_a_strobe_does_not() -> None:
    relays = {relay.name: relay for relay in read(RELAYS + STROBE).relays}
    assert (relays["amplifier"].lead_s, relays["amplifier"].tail_s) == (0.5, 1.0)
    assert (relays["strobe"].lead_s, relays["strobe"].tail_s, relays["strobe"].blink_s) == (0, 0, 0.5)


def test_a_routine_signal_made_an_emergency_is_as_loud_and_as_stubborn_as_one() -> None:
    peace = read("signals:\n  peace: {priority: emergency}\nschedules: []\n").signals["peace"]
    assert (peace.volume, peace.cycles) == (100, None)


@pytest.mark.parametrize("name", SIGNALS)
def test_the_built_in_texts_keep_the_rules_of_wording(name: str) -> None:
    preset = SIGNALS[name]
    for said in (preset.say or Utterance(), preset.say_short or Utterance()):
        for _, text in said.words:
            assert [flaw.text.en for flaw in flaws(text, name in CALM)] == []


def test_the_built_in_rhythms_are_those_of_the_table() -> None:
    signals = read().signals
    assert signals["peace"].rhythm == rhythm("1 hồi, 9 tiếng")
    assert signals["flood"].rhythm == rhythm("ngũ liên 12s, còi hú 15s, nghỉ 2s")
    assert [name for name, one in signals.items() if one.priority is Priority.EMERGENCY] == [
        "fire",
        "security",
        "flood",
    ]
