"""Single checks of the doctor, on machines made of files."""

import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from gongd.cli.sound import job_of
from gongd.core.catalogue import Status
from gongd.core.errors import ConfigError
from gongd.core.words import Text
from gongd.doctor import Finding, Level, Machine, Patient, examine, machine, sound
from gongd.doctor.daemon import settings as settings_check
from gongd.repertoire import repertoire
from gongd.settings import load
from gongd.studio.render import render
from gongd.studio.voice import Voice
from tests.adapters.test_board import put
from tests.cli.box import write_settings


def patient_in(folder: Path, more: str = "") -> Patient:
    """A box whose machine is made of files in `folder`."""
    config = write_settings(folder, more=more)
    there = Machine(folder / "sys", folder / "proc", folder / "dev", folder / "systemd")
    return Patient(config, folder / "journal.db", load(config), machine=there)


def only(found: Iterable[Finding]) -> Finding:
    [finding] = found
    return finding


def test_a_hot_cabinet_is_told(tmp_path: Path) -> None:
    put(tmp_path / "sys", class__thermal__thermal_zone0__temp="81500")
    found = only(machine.heat(patient_in(tmp_path)))
    assert (found.code, found.text.vi) == ("too-hot", "Tủ quá nóng: Nhiệt độ: 81,5 °C")
    assert found.remedy


@pytest.mark.parametrize(("alarm", "code"), [("0", "power"), ("1", "under-voltage")])
def test_the_supply_is_read(tmp_path: Path, alarm: str, code: str) -> None:
    put(tmp_path / "sys", class__hwmon__hwmon0__name="rpi_volt", class__hwmon__hwmon0__in0_lcrit_alarm=alarm)
    assert only(machine.power(patient_in(tmp_path))).code == code


def test_a_hardware_clock_is_compared(tmp_path: Path) -> None:
    assert only(machine.hardware_clock(patient_in(tmp_path))).level is Level.WARNING
    put(tmp_path / "sys", class__rtc__rtc0__since_epoch=str(int(time.time())), class__rtc__rtc0__hctosys="1")
    assert only(machine.hardware_clock(patient_in(tmp_path))).level is Level.GOOD
    put(tmp_path / "sys", class__rtc__rtc0__since_epoch="946684800")
    assert only(machine.hardware_clock(patient_in(tmp_path))).level is Level.WARNING


@pytest.mark.parametrize(
    ("text", "span_s"), [("10s", 10.0), ("1min 30s", 90.0), ("0", 0.0), ("infinity", 0.0), ("", 0.0), ("500ms", 0.5)]
)
def test_systemds_spans_are_understood(text: str, span_s: float) -> None:
    assert machine._span_s(text) == span_s


def test_no_watchdog_is_only_a_warning(tmp_path: Path) -> None:
    assert only(machine.watchdog(patient_in(tmp_path))).level is Level.WARNING


def test_the_voice_is_tried_by_its_name(tmp_path: Path) -> None:
    assert only(sound.voice(patient_in(tmp_path))).code == "voice"
    text = write_settings(tmp_path).read_text(encoding="utf-8").replace("/prints}", "/prints, voice: xx-none}")
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    ill = Patient(tmp_path / "config.yaml", tmp_path / "journal.db", load(tmp_path / "config.yaml"))
    assert only(sound.voice(ill)).code == "voice-missing"


def test_a_sound_device_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = only(sound.speaker(patient_in(tmp_path, "speaker: {device: 'plughw:CARD=NoSuchCard'}\n")))
    assert found.level is Level.FAULT
    assert "plughw:CARD=NoSuchCard" in found.text.vi


def test_prints_are_counted_and_proved(tmp_path: Path) -> None:
    patient = patient_in(tmp_path)
    assert patient.settings
    jobs = repertoire(patient.settings, patient.config)
    assert f"thiếu {len(jobs)} trong {len(jobs)} bản" in only(sound.prints(patient)).text.vi
    job = job_of(patient.settings, patient.config, patient.settings.signals["test"], Status.TEST, None)
    made = render(job, tmp_path / "prints", Voice(Path(__file__).parents[2] / "sounds"))
    assert f"thiếu {len(jobs) - 1} trong" in next(iter(sound.prints(patient))).text.vi
    data = bytearray(made.path.read_bytes())
    data[-1] ^= 1
    made.path.write_bytes(data)
    assert "hỏng 1" in next(iter(sound.prints(patient))).text.vi


def test_the_shipped_clips_are_as_their_manifest_says(tmp_path: Path) -> None:
    assert only(sound.clips(patient_in(tmp_path))).code == "clips"


def test_settings_are_told_with_their_first_problem(tmp_path: Path) -> None:
    config = write_settings(tmp_path, more="speker: {}\nspeler: {}\n")
    with pytest.raises(ConfigError) as caught:
        load(config)
    found = only(settings_check(Patient(config, tmp_path / "journal.db", trouble=caught.value)))
    assert found.level is Level.FAULT
    assert "2 lỗi" in found.text.vi
    assert 'Có phải "speaker"?' in found.text.vi


def test_a_journal_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    assert only(machine.journal(patient_in(tmp_path))).level is Level.WARNING


def test_a_check_that_breaks_is_a_finding_and_the_next_one_is_still_made(tmp_path: Path) -> None:
    def broken(_patient: Patient) -> Iterable[Finding]:
        raise RuntimeError("gone")

    def fine(_patient: Patient) -> Iterable[Finding]:
        yield Finding("fine", Level.GOOD, Text("tốt", "good"))

    first, second = examine(patient_in(tmp_path), (broken, fine))
    assert (first.code, first.level) == ("broken", Level.FAULT)
    assert "RuntimeError: gone" in first.text.en
    assert second.code == "fine"
