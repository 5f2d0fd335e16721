"""What a program is told of an order: one JSON value, whatever has happened, also where the line was wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.commune import needs_mosquitto
from tests.desk.scripted import Commune, whole_commune

pytestmark = needs_mosquitto


@pytest.fixture
def commune(ram: Path) -> Iterator[Commune]:
    with whole_commune(ram) as made:
        yield made


def told(commune: Commune, words: str, status: int) -> Any:
    """The one value on stdout."""
    done = commune.gongctl(*words.split("|"), "--json")
    assert (done.returncode, done.stderr) == (status, ""), done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_cancel_that_takes_several_orders_is_answered_by_one_value(commune: Commune) -> None:
    for order in ("alert|fire|--to|3|--yes", "drill|fire|--to|5|--yes"):
        assert told(commune, order, 0)["ok"] is True
    both = told(commune, "cancel|--reason|safe", 0)
    assert [one["ok"] for one in both] == [True, True]
    assert [list(one["boxes"]) for one in both] == [["thon-3"], ["thon-5"]]


def test_a_box_that_is_silent_comes_with_whom_to_call_and_whether_to_ring(commune: Commune) -> None:
    commune.boxes["thon-5"].deaf = True
    ha = [{"name": "Bà Hà", "phone": "0345677123"}]
    for order, by_hand in (("alert|fire|--to|all|--yes|--wait|2", True), ("test|--to|all|--yes|--wait|2", False)):
        boxes = told(commune, order, 1)["boxes"]
        assert (boxes["thon-5"]["standing"], boxes["thon-5"]["call"]) == ("silent", ha)
        assert boxes["thon-5"]["ring_by_hand"] is by_hand
        assert "call" not in boxes["thon-3"]
    both = told(commune, "cancel|--reason|safe|--to|5|--wait|2", 1)
    assert [one["boxes"]["thon-5"]["call"] for one in both] == [ha, ha]


@pytest.mark.parametrize(
    ("words", "vi"),
    [
        ("alert|fire|--to|nowhere|--yes", "Không có nơi “nowhere”."),
        ("alert|fire|--yes", "Thiếu --to"),
        ("alert|fire|--to|3|--yes|--bax", "Không có tùy chọn “--bax”."),
        ("alert|fire|--to|3", "Không có ai để hỏi lại: thêm --yes"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_to_a_program_as_json(commune: Commune, words: str, vi: str) -> None:
    wrong = told(commune, words, 2)
    assert wrong["ok"] is False
    assert wrong["error"]["vi"].startswith(vi)
    assert wrong["error"]["en"]
    plain = commune.gongctl(*words.split("|"))
    assert (plain.returncode, plain.stdout, len(plain.stderr.splitlines())) == (2, "", 2)
