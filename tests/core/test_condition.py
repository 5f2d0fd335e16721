"""The box's condition: faults that stay until they are cleared, and an honest word on whether it can sound."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import reduce

import pytest

from gongd.core.condition import (
    SOUNDS,
    STATES,
    Condition,
    Sounds,
    State,
    clear_fault,
    raise_fault,
    sounds,
    spoken_status,
    state,
    status_line,
)
from gongd.core.fault import FAULTS, FaultCode, Severity
from gongd.core.words import Text

NIGHT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
ALARMING = re.compile(r"\b(cháy|lũ|lụt|trộm|cướp|báo động|khẩn cấp|mất mạng|sự cố)\b", re.IGNORECASE)


def faulty(*codes: str) -> Condition:
    return reduce(lambda condition, code: raise_fault(condition, code, None, NIGHT)[0], codes, Condition())


def test_a_fault_is_latched_and_counted_until_it_is_cleared() -> None:
    condition, changed = raise_fault(Condition(), "button-stuck", "fire", NIGHT)
    assert changed
    later = NIGHT + timedelta(minutes=1)
    condition, changed = raise_fault(condition, "button-stuck", "fire", later)
    assert not changed
    (latched,) = condition.faults
    assert (latched.code, latched.subject, latched.since_at, latched.last_at, latched.count) == (
        FaultCode.BUTTON_STUCK,
        "fire",
        NIGHT,
        later,
        2,
    )
    assert clear_fault(condition, "button-stuck", "fire") == (Condition(), True)


def test_faults_of_two_subjects_are_two() -> None:
    condition, _ = raise_fault(Condition(), "button-stuck", "fire", NIGHT)
    condition, changed = raise_fault(condition, "button-stuck", "flood", NIGHT)
    assert changed
    condition, changed = clear_fault(condition, "button-stuck", "fire")
    assert changed
    assert [latched.subject for latched in condition.faults] == ["flood"]


def test_clearing_what_does_not_stand_changes_nothing() -> None:
    condition = faulty("link-down")
    assert clear_fault(condition, "too-hot") == (condition, False)


def test_a_code_that_does_not_exist_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="no-such"):
        raise_fault(Condition(), "no-such", None, NIGHT)


@pytest.mark.parametrize(
    ("codes", "speaker", "relays", "amplifier", "expected"),
    [
        ((), True, True, None, Sounds.YES),
        ((), True, False, None, Sounds.YES),
        ((), False, True, None, Sounds.YES),
        ((), False, False, None, Sounds.NO),
        (("link-down", "clock-untrusted", "disk-full"), True, True, "amplifier", Sounds.YES),
        (("speaker-missing",), True, True, None, Sounds.RELAYS_ONLY),
        (("speaker-failed",), True, False, None, Sounds.NO),
        (("not-heard",), True, True, None, Sounds.RELAYS_ONLY),
        (("pins-missing",), True, True, None, Sounds.YES),
        (("pins-missing",), True, True, "amplifier", Sounds.NO),
        (("speaker-missing", "pins-missing"), True, True, None, Sounds.NO),
        (("relay-disagrees",), True, True, "amplifier", Sounds.NO),
    ],
)
def test_a_box_says_whether_it_can_sound(
    codes: tuple[str, ...], speaker: bool, relays: bool, amplifier: str | None, expected: Sounds
) -> None:
    assert sounds(faulty(*codes), speaker, relays, amplifier) is expected


def test_an_amplifier_relay_that_does_not_obey_leaves_the_striker() -> None:
    condition, _ = raise_fault(Condition(), "relay-disagrees", "amplifier", NIGHT)
    assert sounds(condition, True, True, "amplifier") is Sounds.RELAYS_ONLY


def test_the_state_says_first_what_sounds_then_what_is_wrong() -> None:
    assert state(Condition(), sounding=False) is State.QUIESCENT
    assert state(faulty("mains-lost"), sounding=False) is State.QUIESCENT
    assert state(faulty("link-down"), sounding=False) is State.FAULT
    assert state(faulty("link-down"), sounding=True) is State.SOUNDING
    assert state(Condition(disabled_until=date(2026, 12, 1)), sounding=False) is State.DISABLED


def test_the_status_button_says_the_words_of_the_glossary() -> None:
    assert spoken_status(Condition(), "Thôn 3", has_link=True) == Text(
        "Loa Thôn 3: tốt. Đồng hồ đúng. Có kết nối.", "Loudspeaker Thôn 3: good. The clock is right. Connected."
    )
    assert spoken_status(Condition(), "Thôn 3", has_link=False).vi == "Loa Thôn 3: tốt. Đồng hồ đúng."
    both = spoken_status(faulty("link-down", "clock-untrusted"), "Thôn 3", has_link=True)
    assert both.vi == "Loa Thôn 3 có hai lỗi. Một: mất kết nối. Hai: đồng hồ chưa đúng."
    assert both.en == "Loudspeaker Thôn 3 has two faults. One: no connection. Two: the clock is not right."


def test_a_warning_is_spoken_after_the_rest() -> None:
    told = spoken_status(faulty("mains-lost", "cabinet-open"), "Thôn 3", has_link=False)
    assert told.vi == "Loa Thôn 3: tốt. Đồng hồ đúng. Cần chú ý: mất điện lưới, tủ đang mở."


def test_no_spoken_status_alarms_and_none_says_a_buttons_name() -> None:
    for code in FaultCode:
        condition, _ = raise_fault(Condition(), code, "nút cháy", NIGHT)
        told = spoken_status(condition, "Thôn 3", has_link=True)
        assert not ALARMING.search(told.vi), told
        assert "{" not in told.vi + told.en


def test_at_most_ten_faults_are_spoken_and_all_are_counted() -> None:
    codes = [code for code, fault in FAULTS.items() if fault.severity is Severity.FAULT]
    told = spoken_status(faulty(*codes[:12]), "Thôn 3", has_link=True)
    assert told.vi.startswith("Loa Thôn 3 có mười hai lỗi. Một: ")
    assert "Mười: " in told.vi
    assert "Mười một" not in told.vi


def test_every_fault_state_and_sound_has_its_words() -> None:
    assert set(FAULTS) == set(FaultCode)
    assert set(SOUNDS) == set(Sounds)
    assert set(STATES) == set(State)


def test_the_status_line_says_first_whether_the_box_can_sound() -> None:
    line = status_line(faulty("link-down", "speaker-missing"), Sounds.NO)
    assert line.vi == "KHÔNG KÊU ĐƯỢC · Có lỗi: Không thấy bộ âm thanh; Mất kết nối"
    assert line.en == "IT CANNOT SOUND · Faulty: No sound device; No connection"
    fire = Text("báo cháy", "fire alarm")
    assert status_line(Condition(), Sounds.YES, fire).vi == "Kêu được · Đang phát báo cháy"


def test_a_fault_is_looked_for_whatever_its_subject() -> None:
    condition, _ = raise_fault(Condition(), "button-stuck", "fire", NIGHT)
    assert condition.has(FaultCode.BUTTON_STUCK)
    assert not condition.has(FaultCode.LINK_DOWN)


def test_a_box_out_of_use_says_so_when_it_is_asked() -> None:
    said = spoken_status(Condition(disabled_until=date(2026, 12, 1)), "Thôn 3", has_link=True)
    assert said.vi.startswith("Loa Thôn 3: tạm ngừng dùng.")
    assert said.en.startswith("Loudspeaker Thôn 3: out of use.")


def test_a_fault_that_comes_again_leaves_the_others_as_they_are() -> None:
    condition, _ = raise_fault(Condition(), "button-stuck", "fire", NIGHT)
    condition, _ = raise_fault(condition, "link-down", None, NIGHT)
    assert [latched.last_at for latched in condition.faults] == [NIGHT, NIGHT]
    condition, _ = raise_fault(condition, "link-down", None, NIGHT + timedelta(minutes=1))
    assert [(latched.code, latched.count) for latched in condition.faults] == [("button-stuck", 1), ("link-down", 2)]


def test_faults_and_warnings_are_said_in_english_too() -> None:
    codes = {severity: [code for code in FAULTS if FAULTS[code].severity is severity] for severity in Severity}
    faults, warnings = codes[Severity.FAULT], codes[Severity.WARNING]
    one = spoken_status(faulty(faults[0]), "Thôn 3", has_link=False).en
    assert one.startswith("Loudspeaker Thôn 3 has one fault. One: ")
    assert spoken_status(faulty(*faults[:2]), "Thôn 3", False).en.startswith("Loudspeaker Thôn 3 has two faults. One: ")
    assert " has 11 faults. " in spoken_status(faulty(*faults[:11]), "Thôn 3", False).en
    good = "Loudspeaker Thôn 3: good. The clock is right."
    assert spoken_status(Condition(), "Thôn 3", has_link=False).en == good
    told = spoken_status(faulty(*warnings[:2]), "Thôn 3", has_link=True).en
    assert re.fullmatch(re.escape(f"{good} Connected. Take note: ") + r"[^,]+, [^,]+\.", told)


def test_the_status_line_tells_of_warnings_after_faults() -> None:
    codes = [next(code for code in FAULTS if FAULTS[code].severity is severity) for severity in Severity]
    condition = faulty(*codes)
    in_order = [
        latched.text.en for severity in (Severity.FAULT, Severity.WARNING) for latched in condition.of(severity)
    ]
    assert status_line(condition, Sounds.YES).en.endswith(": " + "; ".join(in_order))
