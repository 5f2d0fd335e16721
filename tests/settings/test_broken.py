"""A folder of broken files: beside each stands what a technician must read, in both languages."""

from pathlib import Path

import pytest

from gongd.core.errors import ConfigError, Problem
from gongd.core.words import Language
from gongd.settings import load
from gongd.settings.finding import Findings
from gongd.settings.source import decode
from gongd.settings.tree import grow

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


def problems_of(path: Path) -> tuple[Problem, ...]:
    try:
        return load(path).warnings
    except ConfigError as error:
        return error.problems


def as_expected(problem: Problem) -> str:
    warning = "(warning) " if problem.warning else ""
    return f"{problem.line}:{problem.column} {warning}{problem.path} | {problem.text.vi} | {problem.text.en}"


def test_there_are_enough_broken_files() -> None:
    assert len(BROKEN) >= 60


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_problem_is_told_with_its_place_in_both_languages(path: Path) -> None:
    expected = path.with_suffix(".expect").read_text("utf-8").splitlines()
    assert [as_expected(problem) for problem in problems_of(path)] == expected


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_problems_stand_in_the_order_of_the_file(path: Path) -> None:
    places = [(problem.line, problem.column) for problem in problems_of(path)]
    assert places == sorted(places)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_the_file_is_the_same_with_and_without_libyaml(path: Path) -> None:
    results = []
    for quick in (True, False):
        findings = Findings("f")
        text = decode(path.read_bytes(), findings)
        results.append((grow(text, findings, quick=quick) if text is not None else None, findings.in_order()))
    assert results[0] == results[1]


def test_a_problem_reads_as_file_line_column_path_and_sentence() -> None:
    path = Path(__file__).parent / "broken" / "schedules-unknown-signal.yaml"
    problem = problems_of(path)[0]
    there = f'{path}:3:27: schedules[0].signal: There is no signal "peece". Did you mean "peace"?'
    assert problem.read(Language.EN) == there


def test_the_error_knows_the_language_that_the_file_asks_for() -> None:
    folder = Path(__file__).parent / "broken"
    with pytest.raises(ConfigError) as english:
        load(folder / "box-english.yaml")
    with pytest.raises(ConfigError) as unknown:
        load(folder / "yaml-unclosed-quote.yaml")
    assert english.value.language is Language.EN
    assert unknown.value.language is Language.VI
