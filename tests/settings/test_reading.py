"""What the loader accepts and what it makes of it: scalars as people type them, whatever YAML 1.1 thinks."""

import hashlib
import unicodedata
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from gongd.core.catalogue import Again, Priority, Utterance
from gongd.core.errors import ConfigError
from gongd.core.relay import Role
from gongd.core.words import Language
from gongd.settings import Settings, load, parse
from gongd.settings.model import Backend
from gongd.settings.scalar import seconds, spell_s

BOX = "box: {id: thon-3, commune: nguyet-an, name: 'Thôn 3, xã Nguyệt Ấn'}\n"


def read(more: str = "") -> Settings:
    return parse(BOX + more, "config.yaml")


def scheduled(text: str) -> Any:
    return read(f"schedules:\n  - {{id: one, signal: peace, {text}}}\n").schedules[0]


@pytest.mark.parametrize("typed", ["22:00", '"22:00"', "'22:00'", "22h", "22h00", "22 giờ", "22 GIỜ 00", "22:00:00"])
def test_a_time_is_read_with_or_without_quotation_marks(typed: str) -> None:
    assert scheduled(f"at: {typed}").at == (time(22, 0),)


def test_half_past_five_is_no_octal_number() -> None:
    assert scheduled("at: [05:30, 8:05]").at == (time(5, 30), time(8, 5))


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("daily", {0, 1, 2, 3, 4, 5, 6}),
        ("hằng đêm", {0, 1, 2, 3, 4, 5, 6}),
        ("monday", {0}),
        ("Mon", {0}),
        ("thu", {3}),
        ("thứ năm", {3}),
        ("thứ sáu", {4}),
        ("Thứ 2", {0}),
        ("chủ nhật", {6}),
        ("[sat, CN]", {5, 6}),
        ("thứ hai đến thứ sáu", {0, 1, 2, 3, 4}),
        ("fri..mon", {4, 5, 6, 0}),
    ],
)
def test_weekdays_are_read_by_name(typed: str, days: set[int]) -> None:
    assert scheduled(f"at: 22:00, days: {typed}").days.weekdays == days


def test_dates_ranges_and_exceptions_are_read() -> None:
    entry = scheduled("at: 22:00, from: 1/1/2027, until: 2027-12-31, except: [5/2/2027, 2027-02-06..2027-02-08]")
    assert (entry.days.first, entry.days.last) == (date(2027, 1, 1), date(2027, 12, 31))
    assert entry.days.excepted == ((date(2027, 2, 5),) * 2, (date(2027, 2, 6), date(2027, 2, 8)))
    once = scheduled("at: 22:00, dates: [21/11/2026 đến 23/11/2026, 2026-11-22]")
    assert once.days.dates == (date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23))


@pytest.mark.parametrize(
    ("typed", "expected_s"),
    [
        ("500ms", 0.5),
        ("2s", 2),
        ("1,5 giây", 1.5),
        ("1.5s", 1.5),
        ("5m", 300),
        ("5 phút", 300),
        ("5 phut", 300),
        ("1m 30s", 90),
        ("2 giờ đồng hồ", 7200),
        ("2h", 7200),
        ("7d", 604800),
        ("7 ngày", 604800),
        ("10 Minutes", 600),
    ],
)
def test_durations_are_read_as_people_write_them(typed: str, expected_s: float) -> None:
    assert seconds(typed) == expected_s
    assert seconds(spell_s(expected_s)) == expected_s


def test_telephone_numbers_ids_and_zones_are_never_numbers() -> None:
    settings = parse(
        "box: {id: 007, commune: 0o17, name: 12, zones: [0123, 1e3]}\ndesk: {phone: 0345677123}\n", "config.yaml"
    )
    assert settings.desk.phone == "0345677123"
    assert (settings.box.id, settings.box.commune, settings.box.name) == ("007", "0o17", "12")
    assert settings.box.zones == ("0123", "1e3")


def test_on_and_off_are_words() -> None:
    settings = read("relays:\n  off: {pin: 17, on: activation}\n  no: {pin: 27, on: stroke, active_high: false}\n")
    assert [(relay.name, relay.on) for relay in settings.relays] == [("off", Role.ACTIVATION), ("no", Role.STROKE)]
    assert not settings.relays[1].active_high


@pytest.mark.parametrize("dress", ["bom", "crlf", "cr", "nbsp", "decomposed", "tabs between words", "document start"])
def test_what_editors_do_to_a_file_is_accepted(dress: str) -> None:
    text = BOX + "signals:\n  peace: {title: Kẻng bình yên, rhythm: '3 hồi, 9 tiếng'}\n"
    dressed = {
        "bom": "\ufeff" + text,
        "crlf": text.replace("\n", "\r\n"),
        "cr": text.replace("\n", "\r"),
        "nbsp": text.replace("Kẻng bình", "Kẻng\u00a0bình").replace("3 hồi", "3\u00a0hồi"),
        "decomposed": unicodedata.normalize("NFD", text),
        "tabs between words": text.replace("signals:\n", "signals:\t# các hiệu lệnh\n\t\n").replace(
            "peace: ", "peace:\t"
        ),
        "document start": "%YAML 1.2\n---\n" + text + "...\n",
    }[dress]
    assert parse(dressed.encode(), "f").signals == parse(text.encode(), "f").signals


def test_a_rhythm_error_points_at_its_letter_in_the_file_even_when_the_text_is_decomposed() -> None:
    text = BOX + 'signals:\n  peace: {rhythm: "1 hồi, 9 tiến"}\n'
    for dressed in (text, unicodedata.normalize("NFD", text)):
        with pytest.raises(ConfigError) as caught:
            parse(dressed, "f")
        assert [(one.line, one.column) for one in caught.value.problems] == [(3, 29)]


def test_a_sentence_may_quote_with_curly_marks_inside() -> None:
    settings = read("signals:\n  test: {say: Nghe tiếng “kẻng” thì báo}\n")
    assert settings.signals["test"].say == Utterance(words=((Language.VI, "Nghe tiếng “kẻng” thì báo"),))


@pytest.mark.parametrize("word", ["Ñu", "Buôn Čư", "Y Bhơ̆", "H'Mông", "Krông Pắc", "Xín Mần", "loa thôn (số 2)"])
def test_the_letters_of_highland_languages_are_no_old_encoding(word: str) -> None:
    assert parse(f'box: {{id: a, commune: b, name: "{word}"}}\n', "f").box.name == unicodedata.normalize("NFC", word)


def test_clips_come_before_the_text_and_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "muong").mkdir()
    (tmp_path / "muong" / "chay.OGG").write_bytes(b"")
    file = tmp_path / "config.yaml"
    file.write_text(BOX + 'signals:\n  fire:\n    say: [muong/chay.OGG, {vi: "Cháy!", en: "Fire!"}]\n', "utf-8")
    said = load(file).signals["fire"].say
    assert said == Utterance(("muong/chay.OGG",), ((Language.VI, "Cháy!"), (Language.EN, "Fire!")))


def test_a_missing_clip_suggests_the_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "chay-rung.ogg").write_bytes(b"")
    with pytest.raises(ConfigError) as caught:
        parse(BOX + "signals:\n  fire: {say: chay-rug.ogg}\n", "f", tmp_path)
    assert caught.value.problems[0].text.en == 'There is no file "chay-rug.ogg". Did you mean "chay-rung.ogg"?'


def test_an_empty_list_says_nothing() -> None:
    fire = read("signals:\n  fire: {say: []}\n").signals["fire"]
    assert (fire.say, fire.say_short) == (None, None)


def test_a_signal_of_ones_own_is_read_whole() -> None:
    text = """
signals:
  leopard:
    title: Báo thú dữ
    priority: emergency
    number: 3
    rhythm: dồn dập 10s
    say: "Thú dữ! Thú dữ ở {place}!"
    again: 10m
    for: 2h
"""
    leopard = read(text).signals["leopard"]
    assert leopard.priority is Priority.EMERGENCY
    assert (leopard.volume, leopard.cycles, leopard.number) == (100, None, 3)
    assert leopard.again == Again(600, 7200)


def test_the_digest_is_that_of_the_bytes_on_disk(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + BOX.replace("\n", "\r\n").encode())
    before = file.read_bytes()
    assert load(file).source_digest == hashlib.sha256(before).hexdigest()
    assert file.read_bytes() == before


def test_a_file_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(ConfigError) as caught:
            load(path)
        assert [(one.line, one.column) for one in caught.value.problems] == [(1, 1)]


def test_a_giant_file_is_refused_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(BOX + "# " + "x" * 300_000, "f")
    assert "256 KiB" in caught.value.problems[0].text.en


def test_backends_are_named() -> None:
    for backend in Backend:
        assert (
            read(f"speaker: {{backend: {backend}}}\nrelays: {{a: {{pin: 9, on: activation}}}}\n").speaker.backend
            is backend
        )
