"""Whatever a file holds: Settings, or ConfigError with every problem placed inside the file. Never anything else."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongd.core.errors import ConfigError
from gongd.core.words import Language
from gongd.settings import Settings, parse

EXAMPLE = (Path(__file__).parents[2] / "config.example.yaml").read_text("utf-8")
LINES = EXAMPLE.splitlines(keepends=True)
MODEST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SIGNS = st.sampled_from(
    [*"{}[]:,-#&*!|>'\"%@`?~<\\\t\n\r \u00a0\u200b\ufeff“”;()x0123456789", "---\n", "<<: ", "{}", "\0"]
)
YAML_TEXT = st.lists(
    st.one_of(
        SIGNS,
        st.sampled_from(
            [
                "box",
                "signals",
                "fire",
                "say",
                "rhythm",
                "at",
                "schedules",
                "id",
                "pin",
                "relays",
                "on",
                "{place}",
                "22:00",
            ]
        ),
        st.sampled_from(
            [": ", "\n  ", "\n    ", "\n  - ", "1 hồi", "x 99", "((", "null", "5m", "99999999999999999999"]
        ),
        st.text(max_size=3),
    ),
    max_size=40,
).map("".join)


def outcome(data: str | bytes) -> Settings | ConfigError:
    try:
        return parse(data, "f")
    except ConfigError as error:
        return error


def survives(data: str | bytes) -> None:
    read = outcome(data)
    problems = read.warnings if isinstance(read, Settings) else read.problems
    assert any(not problem.warning for problem in problems) is isinstance(read, ConfigError)
    for problem in problems:
        assert min(problem.line, problem.column) >= 1
        for language in Language:
            assert problem.text.read(language).strip() == problem.text.read(language) != ""
            problem.read(language).encode()


@MODEST
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    survives(text)


@MODEST
@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    survives(data)


@MODEST
@given(YAML_TEXT)
def test_anything_like_yaml_is_read_or_refused(text: str) -> None:
    survives(text)


@MODEST
@given(YAML_TEXT)
def test_anything_like_yaml_beneath_a_good_box_is_read_or_refused(text: str) -> None:
    survives("box: {id: a, commune: b, name: c}\n" + text)


@MODEST
@given(st.integers(0, len(EXAMPLE)), st.integers(0, 30), st.one_of(SIGNS, st.text(max_size=5)))
def test_the_example_with_a_hole_or_a_splinter_is_read_or_refused(start: int, length: int, splinter: str) -> None:
    survives(EXAMPLE[:start] + splinter + EXAMPLE[start + length :])


@MODEST
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, len(LINES) - 1)), max_size=8))
def test_the_example_with_its_lines_in_disorder_is_read_or_refused(swaps: list[tuple[int, int]]) -> None:
    lines = list(LINES)
    for one, other in swaps:
        lines[one], lines[other] = lines[other], lines[one]
    survives("".join(lines))


@MODEST
@given(st.data())
def test_any_value_of_the_example_replaced_is_read_or_refused(data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(LINES) - 1))
    key, colon, _ = LINES[row].partition(": ")
    lines = [*LINES[:row], key + colon + data.draw(YAML_TEXT) + "\n", *LINES[row + 1 :]]
    survives("".join(lines))


def test_bombs_are_refused() -> None:
    laughs = "a: &a [x]\n" + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]\n" for n in range(1, 9))
    for bomb in (
        laughs,
        "[" * 200_000,
        "{a: " * 50_000,
        "- " * 100_000,
        "a: " + "x: " * 10_000,
        "? " * 50_000,
        "\t" * 20_000,
        "-" * 100_000 + ": a: b",
    ):
        survives(bomb)
