"""Errors and problems: what people read, in both languages."""

from gongd.core.errors import ConfigError, Problem, RhythmError
from gongd.core.words import Language, Text

FIRST = Problem("config.yaml", 3, 7, "signals.fire.rhythm", Text(vi="sai", en="wrong"))
SECOND = Problem("config.yaml", 1, 1, "", Text(vi="thiếu", en="missing"), warning=True)


def test_a_problem_names_its_place_its_path_and_its_words() -> None:
    assert FIRST.read(Language.VI) == "config.yaml:3:7: signals.fire.rhythm: sai"
    assert FIRST.read(Language.EN) == "config.yaml:3:7: signals.fire.rhythm: wrong"
    assert SECOND.read(Language.VI) == "config.yaml:1:1: thiếu"


def test_all_problems_are_told_at_once() -> None:
    error = ConfigError((FIRST, SECOND), Language.EN)
    assert error.text.en == str(error) == "config.yaml:3:7: signals.fire.rhythm: wrong\nconfig.yaml:1:1: missing"
    assert error.text.vi == "config.yaml:3:7: signals.fire.rhythm: sai\nconfig.yaml:1:1: thiếu"
    assert (error.problems, error.language) == ((FIRST, SECOND), Language.EN)
    assert ConfigError((FIRST,)).language is Language.VI


def test_a_rhythm_error_knows_its_column() -> None:
    error = RhythmError(4, Text(vi="sai", en="wrong"))
    assert (error.column, error.text.vi, str(error)) == (4, "sai", "wrong")
