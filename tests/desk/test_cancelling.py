"""What can be stopped, and what is said where nothing of it sounds: never that nothing does while something does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gongd.core.wire_event import Event, EventBatch
from gongd.core.wire_report import Answer, Step
from gongd.gongctl.duty import on_duty
from tests.desk.commune import needs_mosquitto
from tests.desk.scripted import Commune, whole_commune

pytestmark = needs_mosquitto


@pytest.fixture
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    """A fire alarm sounds in Thôn 3."""
    with whole_commune(tmp_path_factory.mktemp("cancelling")) as made:
        assert made.gongctl("alert", "fire", "--to", "3", "--yes").returncode == 0
        yield made


def told(commune: Commune, *words: str, language: str = "C.UTF-8") -> str:
    """What a cancel says that finds nothing to stop."""
    done = commune.gongctl("cancel", "--reason", "safe", *words, language=language)
    assert (done.returncode, done.stdout) == (1, ""), done.stdout + done.stderr
    return done.stderr


def test_a_cancel_that_finds_nothing_of_its_kind_tells_what_does_sound_and_where(commune: Commune) -> None:
    fire = "Vẫn còn: báo cháy ở Thôn 3.\n"
    assert told(commune, "--signal", "security") == (
        f"Chưa dừng gì: không có hiệu lệnh “báo động an ninh” nào đang phát. {fire}"
    )
    assert told(commune, "--to", "5") == f"Chưa dừng gì: không có hiệu lệnh nào đang phát ở Thôn 5. {fire}"
    assert told(commune, "--to", "5", "--signal", "fire") == (
        f"Chưa dừng gì: không có hiệu lệnh “báo cháy” nào đang phát ở Thôn 5. {fire}"
    )
    assert told(commune, "--to", "5", language="en_US.UTF-8") == (
        "Nothing was stopped: no signal is sounding in Thôn 5. Still on: the fire alarm in Thôn 3.\n"
    )
    assert commune.gongctl("cancel", "--reason", "safe").returncode == 0
    assert told(commune, "--to", "5") == "Không có hiệu lệnh nào đang phát.\n"


def test_where_one_box_was_silenced_on_site_the_other_is_still_named(commune: Commune) -> None:
    assert commune.gongctl("alert", "fire", "--to", "5", "--yes", "--wait", "20").returncode == 0
    silenced = commune.boxes["thon-5"]
    at = datetime.now(UTC)
    with on_duty(commune.folder.path) as duty:
        duty.store.add_answer(Answer("thon-5", Step.SILENCED, at, True, silenced.heard[-1].jti), at)
    assert told(commune, "--to", "5") == (
        "Chưa dừng gì: không có hiệu lệnh nào đang phát ở Thôn 5. Vẫn còn: báo cháy ở Thôn 3.\n"
    )


def test_an_alarm_at_a_box_whose_clock_stands_a_month_back_can_be_stopped(commune: Commune) -> None:
    at = datetime.now(UTC)
    pressed = Event(1, at - timedelta(days=30), "activation", "flood", None, None, "pressed-1", "button", "actual")
    with on_duty(commune.folder.path) as duty:
        duty.store.add_batch(EventBatch("thon-5", "j1", (pressed,)), at)
    assert told(commune, "--signal", "security").endswith("Vẫn còn: báo lũ ở Thôn 5, báo cháy ở Thôn 3.\n")
    assert commune.gongctl("cancel", "--reason", "safe", "--to", "5").returncode == 0
    assert "pressed-1" in (commune.boxes["thon-5"].heard[-1].references or ())
