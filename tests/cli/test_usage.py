"""How commands are typed, mistyped and explained."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from gongd import cli
from gongd.cli.front import _deed
from gongd.cli.table import COMMANDS, RELAYS_OFF
from gongd.cli.usage import Command
from tests.cli.box import Run, gongd

SHIPPED = ["run", "check", "preview", "describe", "render", "play", "stop", "clock set", "reload", "status", "press"]
SHIPPED += ["doctor", "history", "schema", "relays-off", "adopt", "keygen", "simulate"]


def test_the_commands_are_those_of_the_plan() -> None:
    assert sorted(command.name for command in COMMANDS) == sorted(SHIPPED)


@pytest.mark.parametrize("command", [one for one in COMMANDS if one is not RELAYS_OFF], ids=lambda one: one.name)
def test_every_command_leads_to_a_function(command: Command) -> None:
    assert callable(_deed(command))


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["--config", "x.yaml", "--help"]])
def test_help_names_every_command_in_both_languages(run: Run, words: list[str]) -> None:
    said = run(*words)
    assert said.status == 0
    for command in COMMANDS:
        assert command.usage.removeprefix("gongd ") in said.out
        assert said.out.index(command.text.vi) < said.out.index(command.text.en)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_every_command_explains_itself_in_both_languages(run: Run, command: Command) -> None:
    said = run(*command.name.split(), "--help")
    assert said.status == 0
    assert command.usage in said.out
    for text in [one.text for one in command.options] + [one.text for one in command.arguments]:
        assert text.vi in said.out
        assert text.en in said.out


def test_the_first_word_of_several_commands_explains_all_of_them(run: Run) -> None:
    said = run("clock", "--help")
    assert (said.status, said.err) == (0, "")
    assert "  clock set TIME" in said.out
    assert "  check " not in said.out


def test_options_may_stand_between_the_two_words_of_a_command(run: Run, config: Path) -> None:
    said = run("clock", "--config", config, "set", "--help")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("Cách dùng / Usage: gongd clock set TIME")
    assert run("clock", "--config", config).err.startswith("Không có lệnh “clock”.")


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("gongd ")


@pytest.mark.parametrize(
    ("words", "vi", "en"),
    [
        ([], "Thiếu lệnh", "A command is missing"),
        (["chek"], 'Có phải "check"?', 'Did you mean "check"?'),
        (["zzz"], "Có: run, check", "There are: run, check"),
        (["clock"], 'Có phải "clock set"?', 'Did you mean "clock set"?'),
        (["clock", "sett", "21:47"], 'Có phải "clock set"?', 'Did you mean "clock set"?'),
        (["check", "--jsn"], 'Có phải "--json"?', 'Did you mean "--json"?'),
        (["--confg", "x", "check"], 'Có phải "--config"?', 'Did you mean "--config"?'),
        (["check", "--json=yes"], "--json không nhận giá trị", "--json takes no value"),
        (["check", "--config"], "--config cần đường dẫn tệp", "--config needs the path of a file"),
        (["describe"], "Thiếu SIGNAL", "SIGNAL is missing"),
        (["describe", "peace", "fire"], "Thừa “fire”", "“fire” is too much"),
        (["render", "peace"], "Thiếu -o, --out FILE.wav", "-o, --out FILE.wav is missing"),
        (["preview", "--days", "0"], "“0” không phải số ngày từ 1 đến 400", "“0” is not a number of days"),
        (["preview", "--days", "seven"], "“seven” không phải", "“seven” is not"),
        (["play", "fire", "--status", "tst"], 'Có phải "test"?', 'Did you mean "test"?'),
        (["press", "fire", "--for", "2h"], "“2h” không phải thời gian", "“2h” is not a duration"),
        (["press", "fire", "--for", "11m"], "“11m” không phải thời gian", "“11m” is not a duration"),
        (["clock", "set", "24:00"], "“24:00” không phải giờ", "“24:00” is not a time"),
        (["clock", "set", "21:47", "--date", "31/02/2026"], "không phải ngày", "is not a date"),
        (["run", "--out", "x"], "--out chỉ đi cùng --dry", "--out goes with --dry only"),
    ],
)
def test_wrong_usage_is_told_in_both_languages_and_ends_with_2(run: Run, words: list[str], vi: str, en: str) -> None:
    said = run(*words)
    assert (said.status, said.out) == (2, "")
    first, second = said.err.splitlines()
    assert vi in first
    assert en in second


@pytest.mark.parametrize("place", ["before", "after", "joined"])
def test_the_settings_file_is_named_before_or_after_the_command(run: Run, config: Path, place: str) -> None:
    words: dict[str, list[object]] = {
        "before": ["--config", config, "check"],
        "after": ["check", "--config", config],
        "joined": ["check", f"--config={config}"],
    }
    said = run(*words[place])
    assert said.status == 0
    assert str(config) in said.out


def test_a_word_after_two_dashes_is_no_option(run: Run, config: Path) -> None:
    said = run("describe", "--config", config, "--", "--peace")
    assert said.status == 2
    assert "“--peace”" in said.err


def test_a_mistake_of_our_own_is_one_line_and_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongd.cli.front._deed", lambda command: 1 // 0)
    said = run("schema")
    assert said.status == 1
    assert len(said.err.splitlines()) == 1
    assert "Xin lỗi" in said.err
    assert "ZeroDivisionError" in said.err


def test_a_mistake_of_our_own_is_shown_whole_to_who_asks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongd.cli.front._deed", lambda command: 1 // 0)
    monkeypatch.setenv("GONGD_DEBUG", "1")
    assert "Traceback" in run("schema").err


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"'{sys.executable}' -m gongd schema | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_a_terminal_without_vietnamese_letters_still_gets_an_answer(config: Path) -> None:
    done = gongd("describe", "peace", "--config", config, environment={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.isascii()


def test_an_english_terminal_gets_english_where_no_settings_say_otherwise() -> None:
    done = gongd("check", "--config", "/nonexistent.yaml", environment={"LC_ALL": "en_US.UTF-8"})
    assert done.returncode == 1
    assert "NOT usable" in done.stdout


def test_output_without_a_terminal_object_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert cli.main(["--version"]) == 0
    assert out.getvalue().startswith("gongd ")
