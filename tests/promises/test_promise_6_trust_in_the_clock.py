"""Promise 6: without trust in the clock nothing scheduled sounds; a person, the kernel or a held-over clock give it."""

from pathlib import Path

from tests.box.village import SETTINGS, Village, at

TONIGHT = "2026-11-21"


def evening(ram: Path, clock: str, text: str = SETTINGS, synchronised: bool = False) -> Village:
    return Village(ram, at(clock), text, synchronised).start()


def test_promise_6_without_trust_the_gong_is_silent_and_alarms_sound(ram: Path) -> None:
    village = evening(ram, "21:55")
    village.until_wall(at("22:10"))
    assert not village.rings()
    assert "clock-untrusted" in village.faults()
    village.hold("fire")
    assert village.sounding == "fire"


def test_promise_6_a_night_without_trust_is_missed_for_that_reason_once_trust_returns(ram: Path) -> None:
    village = evening(ram, "21:50", synchronised=True)
    village.wait(60)
    village.cut_power(30)
    village.clock.synchronised = False
    village.start()
    village.until_wall(at("22:20"))
    assert village.nights() == []
    village.clock.synchronised = True
    village.wait(1000)
    assert village.nights() == [(TONIGHT, "missed", "clock-untrusted")]
    assert not village.rings()


def test_promise_6_a_person_vouches_at_the_machine(ram: Path) -> None:
    village = evening(ram, "20:13")
    answer = village.ask("vouch", at="21:58")
    assert answer["ok"]
    assert answer["trusted"]
    village.wait(600)
    assert village.nights() == [(TONIGHT, "rung", None)]
    vouched = [row for row in village.rows("clock") if row["outcome"] == "vouched"]
    assert len(vouched) == 1
    assert vouched[0]["detail"]["said"] == "21:58"  # type: ignore[index]


def test_promise_6_nonsense_is_no_time(ram: Path) -> None:
    village = evening(ram, "20:13")
    nonsense: list[object] = ["25:00", "", None, 2158, "x" * 1000, {}]
    for said in nonsense:
        answer = village.ask("vouch", at=said)
        assert not answer["ok"]
    assert not village.ask("status")["clock"]["trusted"]  # type: ignore[index]


def test_promise_6_the_status_button_held_for_ten_seconds_vouches_for_22_00(ram: Path) -> None:
    village = evening(ram, "17:31:20")
    village.hold("status", 10.5)
    clock = village.ask("status")["clock"]
    assert clock["trusted"]  # type: ignore[index]
    assert str(clock["wall"]).startswith("2026-11-21T22:00")  # type: ignore[index]
    village.wait(400)
    assert village.nights() == [(TONIGHT, "rung", None)]
    assert [row["outcome"] for row in village.rows("clock")].count("vouched") == 1


def test_promise_6_the_status_button_let_go_earlier_vouches_for_nothing(ram: Path) -> None:
    village = evening(ram, "17:31:20")
    village.hold("status", 9.5)
    assert not village.ask("status")["clock"]["trusted"]  # type: ignore[index]


def test_promise_6_the_status_button_does_not_touch_a_clock_that_is_right(ram: Path) -> None:
    village = evening(ram, "17:31:20", synchronised=True)
    village.hold("status", 12)
    assert str(village.ask("status")["clock"]["wall"]).startswith("2026-11-21T17:31")  # type: ignore[index]


def test_promise_6_trust_is_held_over_and_expires(ram: Path) -> None:
    village = evening(ram, "20:00", SETTINGS + "clock: {trust: kernel, holdover: 3h}\n", synchronised=True)
    village.clock.synchronised = False
    village.until_wall(at("22:01"))
    assert village.nights() == [(TONIGHT, "rung", None)]
    village.until_wall(at("23:30"))
    assert not village.ask("status")["clock"]["trusted"]  # type: ignore[index]
    assert "clock-untrusted" in village.faults()


def test_promise_6_trust_survives_the_daemon_but_not_the_power(ram: Path) -> None:
    village = evening(ram, "21:50", synchronised=True)
    village.wait(130)
    village.clock.synchronised = False
    village.wait(130)
    village.kill()
    village.start()
    assert village.ask("status")["clock"]["trusted"]  # type: ignore[index]
    village.cut_power(10)
    village.start()
    assert not village.ask("status")["clock"]["trusted"]  # type: ignore[index]
