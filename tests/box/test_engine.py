"""The box in its own time: what it records, raises, clears, waits for and refuses."""

from datetime import timedelta
from pathlib import Path

import pytest

from gongd.adapters.journal.life import LifeFile
from gongd.box.equipment import Found, Hangup, Terminate
from gongd.core.fault import FaultCode
from gongd.core.words import Text
from gongd.ports import PrintBad, PrintsChanged, SpeakerBack, SpeakerLost
from tests.box.village import SETTINGS, Village, at

SAID = Text(vi="hỏng", en="broken")


@pytest.fixture
def village(ram: Path) -> Village:
    return Village(ram, at("10:00")).start()


def test_a_contact_that_is_closed_at_start_is_a_fault_and_no_alarm(ram: Path) -> None:
    village = Village(ram, at("10:00"))
    village.stuck_at_start = {"fire"}
    village.start()
    village.wait(60)
    assert village.sounding is None
    assert "button-stuck" in village.faults()
    village.buttons.move("fire", False)
    village.settle()
    village.wait(6)
    assert "button-stuck" not in village.faults()
    village.hold("fire")
    assert village.sounding == "fire"


def test_an_edge_that_the_kernel_dropped_is_found(village: Village) -> None:
    village.buttons.shut.add("fire")  # nothing is posted
    village.wait(5)
    assert village.sounding == "fire"


def test_three_jabs_count_as_a_hold(village: Village) -> None:
    for _ in range(3):
        village.hold("fire", 0.2)
        village.wait(0.3)
    assert village.sounding == "fire"


def test_the_lamp_blinks_while_held_and_is_dark_after_a_short_press(village: Village) -> None:
    village.buttons.move("fire", True)
    village.settle()
    seen = set[bool]()
    for _ in range(10):
        village.wait(0.1)
        seen.add("fire" in village.buttons.lit)
    assert seen == {True, False}
    village.buttons.move("fire", False)
    village.settle()
    village.wait(0.2)
    assert "fire" not in village.buttons.lit
    assert village.sounding is None


def test_a_rehearsal_that_an_alarm_keeps_waiting_is_dropped(village: Village) -> None:
    village.ask("play", signal="security", status="actual")
    answer = village.ask("play", signal="test")
    assert answer["outcome"] == "waiting"
    village.wait(70)
    village.ask("stop")
    village.wait(30)
    assert village.outcomes("test") == ["waiting", "expired"]


def test_a_drill_is_refused_without_its_words(village: Village) -> None:
    assert village.ask("play", signal="fire", status="exercise")["code"] == "print-missing"
    village.inbox.post(PrintsChanged({}, frozenset()))
    assert village.ask("play", signal="fire", status="exercise")["code"] == "drill-needs-voice"
    assert not village.relays.moves or {name for _, name, _ in village.relays.moves} <= {"lamp"}
    refused = [(row["outcome"], row["reason"], row["status"]) for row in village.rows("activation")]
    assert refused == [
        ("refused", "print-missing", "exercise"),
        ("refused", "drill-needs-voice", "exercise"),
    ]


def test_the_fault_lamp_is_lit_while_a_fault_stands(village: Village) -> None:
    village.inbox.post(SpeakerLost(SAID))
    village.settle()
    assert "lamp" in village.relays.on
    village.inbox.post(SpeakerBack())
    village.settle()
    assert "lamp" not in village.relays.on
    assert [row["outcome"] for row in village.rows("fault")] == ["raised", "cleared"]


def test_a_fault_of_an_earlier_life_is_cleared_when_it_is_not_found_again(village: Village) -> None:
    village.inbox.post(SpeakerLost(SAID))
    village.settle()
    village.kill()
    village.start()
    assert village.faults() == set()
    assert [row["outcome"] for row in village.rows("fault")] == ["raised", "cleared"]


def test_a_bad_print_is_asked_for_again(village: Village) -> None:
    before = len(village.studio.asked)
    village.inbox.post(PrintBad("fire-actual", SAID))
    village.settle()
    assert "print-missing" in village.faults()
    assert len(village.studio.asked) == before + 1


def test_a_button_that_cannot_be_opened_does_not_make_the_box_mute(ram: Path) -> None:
    village = Village(ram, at("21:59"))
    village.found = (Found(FaultCode.BUTTON_STUCK, "house-12", SAID),)
    village.start()
    assert village.ask("status")["sounds"] == "yes"
    village.until_wall(at("22:01"))
    assert [night[1] for night in village.nights()] == ["rung"]


def test_new_hands_take_the_faults_of_the_old_ones_with_them(village: Village) -> None:
    village.inbox.post(SpeakerLost(SAID, missing=True))
    village.settle()
    village.relays.dead.add("striker")
    village.hold("fire")
    village.ask("stop")
    assert village.faults() >= {"speaker-missing", "relay-disagrees"}
    village.relays.dead.clear()
    village.write(SETTINGS + 'speaker: {device: "plughw:CARD=Device"}\n')
    assert village.ask("reload")["ok"]
    assert not village.faults() & {"speaker-missing", "relay-disagrees"}


def test_a_bad_file_changes_nothing_but_a_fault(village: Village) -> None:
    village.write(SETTINGS.replace("pin: 27", "pin: 99"))
    answer = village.ask("reload")
    assert (answer["ok"], answer["code"]) == (False, "settings-invalid")
    assert village.faults() == {"settings-bad"}
    assert not village.kept
    assert village.supervisor.told[-2:] == ["reloading", "ready"] or "ready" in village.supervisor.told[-3:]


def test_a_reload_while_an_alarm_sounds_waits_for_silence(village: Village) -> None:
    village.hold("fire")
    village.write(SETTINGS.replace("thon-3", "thon-4"))
    village.inbox.post(Hangup())
    village.settle()
    assert village.box.parts.settings.box.id == "thon-3"
    village.hold("silence", 1.5)
    assert village.box.parts.settings.box.id == "thon-4"
    assert len(village.kept) == 1


def test_a_night_on_which_the_box_is_out_of_use_is_missed_and_says_so(ram: Path) -> None:
    text = SETTINGS.replace("timezone:", "disabled_until: 2026-11-21, timezone:")
    village = Village(ram, at("21:59"), text).start()
    assert village.ask("status")["condition"] == "disabled"
    village.until_wall(at("22:30"))
    assert village.nights() == [("2026-11-21", "missed", "disabled")]
    village.until_wall(at("22:05", day=22))
    assert village.nights()[-1] == ("2026-11-22", "rung", None)


def test_an_excepted_night_is_missed_and_says_so(ram: Path) -> None:
    text = SETTINGS + 'schedules: [{id: nightly, signal: peace, at: "22:00", days: daily, except: [2026-11-21]}]\n'
    village = Village(ram, at("21:59"), text).start()
    village.until_wall(at("22:30"))
    assert village.nights() == [("2026-11-21", "missed", "excepted")]


def test_a_gong_that_an_alarm_keeps_waiting_beyond_its_grace_is_missed(ram: Path) -> None:
    village = Village(ram, at("21:59:30"), SETTINGS.replace("at_most: 60s", "at_most: 5m")).start()
    village.hold("fire")
    village.until_wall(at("22:30"))
    assert village.nights() == [("2026-11-21", "missed", "preempted")]


def test_a_gong_that_waits_for_a_short_alarm_rings_within_its_grace(ram: Path) -> None:
    village = Village(ram, at("21:59:30")).start()
    village.hold("fire")
    village.until_wall(at("22:05"))
    assert village.nights() == [("2026-11-21", "rung", None)]
    assert village.outcomes("peace") == ["waiting", "started", "finished"]


def test_several_times_a_day_are_several_nights_records(ram: Path) -> None:
    text = SETTINGS + 'schedules: [{id: gong, signal: peace, at: ["05:00", "22:00"], days: daily}]\n'
    village = Village(ram, at("21:59"), text).start()
    village.until_wall(at("05:02", day=22))
    assert [row["schedule"] for row in village.rows("night")] == ["gong@22:00", "gong@05:00"]


def test_the_box_ends_when_it_is_told_to_with_everything_off(village: Village) -> None:
    village.hold("fire")
    village.inbox.post(Terminate())
    village.clock.pass_by(0.1)
    assert village.run_to_its_end() == 0
    assert not village.relays.on
    assert village.supervisor.told[-1] == "stopping"
    assert village.rows("boot")[-1]["outcome"] == "stopped"


def test_the_journal_knows_how_long_the_power_was_out(village: Village) -> None:
    village.wait(300)
    village.cut_power(7200)
    village.start()
    village.wait(5)
    outages = [row for row in village.rows("boot") if row["outcome"] == "outage"]
    assert len(outages) == 1
    off = at("12:05") - at("10:05")
    assert off == timedelta(hours=2)


def steady(village: Village) -> dict[str, object]:
    """What the sign of life on the disk says of the time that is believed."""
    told = LifeFile(village.path.with_name("journal.db.life")).sign.clock["steady"]
    assert isinstance(told, dict)
    return told


def test_a_start_that_dies_at_once_does_not_forget_the_time_that_was_believed(village: Village) -> None:
    village.wait(300)
    village.cut_power(60)
    believed = steady(village)
    village.clock.synchronised = False
    village.start()
    village.cut_power(60)
    assert steady(village) == believed | {"mono": None}


@pytest.mark.parametrize("alarm", [False, True])
def test_schedules_that_meet_in_one_gong_each_account_for_their_night(ram: Path, alarm: bool) -> None:
    later = '{id: feast, signal: peace, at: "22:00:05", days: daily}'
    text = SETTINGS + f'schedules: [{{id: nightly, signal: peace, at: "22:00", days: daily}}, {later}]\n'
    village = Village(ram, at("21:59:30"), text).start()
    if alarm:  # both gongs wait for it
        village.hold("fire")
        village.until_wall(at("22:00:34"))
    else:
        village.until_wall(at("22:00:08"))
    assert village.sounding == "peace"
    village.ask("stop")
    village.cut_power(60)
    village.start()
    village.wait(60)
    assert sorted((row["schedule"], row["outcome"]) for row in village.rows("night")) == [
        ("feast", "rung"),
        ("nightly", "rung"),
    ]


def test_a_gong_that_waits_with_one_whose_grace_is_over_still_rings_in_its_own(ram: Path) -> None:
    later = '{id: feast, signal: peace, at: "22:01", days: daily}'
    text = SETTINGS + f'schedules: [{{id: nightly, signal: peace, at: "22:00", days: daily}}, {later}]\n'
    village = Village(ram, at("21:59:30"), text).start()
    for _ in range(3):  # until 22:02:11
        village.hold("fire")
        village.wait(47)
    village.until_wall(at("22:02:15"))
    assert village.sounding == "peace"
    village.wait(1200)
    rows = village.rows("night")
    assert sorted((row["schedule"], row["outcome"], row["reason"]) for row in rows) == [
        ("feast", "rung", None),
        ("nightly", "missed", "preempted"),
    ]
