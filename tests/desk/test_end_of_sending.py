"""When an order is sent no more: it is said, once, and whoever has not answered is named with whom to call."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gongd.core.gathering import SENT_AGAIN_FOR, SILENT_AFTER
from gongd.core.wire_report import Step
from gongd.desk.link import Up
from gongd.desk.sender import GivenUp, Sender, Sent, Silent, Unreached
from gongd.desk.unheard import given_up_line
from gongd.gongctl.duty import on_duty
from gongd.gongctl.order import wait_for_link
from tests.desk.bare_sender import BOTH, PEN, Line, line, make_sender, sender, store
from tests.desk.commune import needs_mosquitto
from tests.desk.desk_terminal import CTRL_C, at_terminal
from tests.desk.records import BOXES, NOW, answer, order, stop
from tests.desk.scripted import Commune, found_commune, whole_commune

SECOND = timedelta(seconds=1)
__all__ = ["line", "sender", "store"]
CALL = "Loa Thôn 5: CHƯA TRẢ LỜI. Gọi Bà Hà, 0345677123, nhờ đánh kẻng tay."
SENDS = " Máy vẫn gửi lại, đến khi dừng."
NO_MORE = "Lệnh báo cháy: từ lúc này máy KHÔNG gửi lại nữa. Chưa có kết quả: Thôn 5. Còn cần thì ra lệnh lại."
LONGER = "Không ghi --wait, hay ra lệnh từ bảng chọn (gõ gongctl), thì máy gửi lại suốt 30 phút."


def given_up(sender: Sender, at: datetime) -> list[GivenUp]:
    return [one for one in sender.step(at, 0) if isinstance(one, GivenUp)]


def test_after_half_an_hour_it_is_said_once_that_nothing_is_sent_any_more(sender: Sender) -> None:
    assert given_up(sender, NOW + SENT_AGAIN_FOR) == []
    later = NOW + SENT_AGAIN_FOR + SECOND
    assert given_up(sender, later) == [GivenUp("order-1234", BOTH)]
    assert given_up(sender, later + SECOND) == []


def test_nothing_is_said_of_an_order_that_was_cancelled(sender: Sender) -> None:
    sender.end(("order-1234",), BOTH)
    assert given_up(sender, NOW + SENT_AGAIN_FOR + SECOND) == []
    assert sender.leave(("order-1234",)) == []


def test_whoever_leaves_early_hears_who_has_not_answered_and_is_told_of_nobody_twice(sender: Sender) -> None:
    assert sender.leave(("order-1234",)) == [
        *(Silent("order-1234", box, is_sent=False) for box in BOTH),
        GivenUp("order-1234", BOTH),
    ]
    assert sender.leave(("order-1234",)) == []


def test_whoever_was_named_before_is_not_named_again_at_the_end(sender: Sender) -> None:
    sender.step(NOW + 9 * SECOND, 0)
    assert sender.leave(("order-1234",)) == [GivenUp("order-1234", BOTH)]


def test_the_end_of_the_sending_is_told_with_what_it_was(sender: Sender) -> None:
    assert given_up_line(BOXES[1:2], order(), {}).vi == NO_MORE
    assert given_up_line(BOXES[:2], stop(), {}).vi.startswith("Lệnh dừng: từ lúc này máy KHÔNG gửi lại nữa.")
    assert answer("thon-3", Step.STARTED).jti in {one.jti for one in sender.orders}


def test_after_an_outage_boxes_are_given_time_to_answer_before_they_are_named(sender: Sender, line: Line) -> None:
    back = NOW + timedelta(minutes=5)
    line.is_up = False
    assert any(isinstance(one, Unreached) for one in sender.step(NOW + 11 * SECOND, 0))
    line.is_up = True
    line.posted = [Up()]
    news = sender.step(back, 0)
    assert [one for one in news if isinstance(one, Sent)] == [Sent("order-1234", BOTH, again=True)]
    assert not any(isinstance(one, Silent) for one in news)
    assert not any(isinstance(one, Silent) for one in sender.step(back + SILENT_AFTER - SECOND, 0))
    assert [one for one in sender.step(back + SILENT_AFTER, 0) if isinstance(one, Silent)] == [
        Silent("order-1234", box) for box in BOTH
    ]


def test_whom_to_call_for_an_earlier_order_is_told_also_while_the_next_one_waits_for_a_connection(
    ram: Path, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongd.gongctl.order.CONNECT_S", 0.2)
    folder, _ = found_commune(ram)
    said: list[str] = []
    with on_duty(folder.path) as duty:
        duty.sender = make_sender(duty.store, line)
        duty.sender.give(order(), BOTH, PEN, datetime.now(UTC) - SILENT_AFTER)
        line.is_up = False
        wait_for_link(duty, lambda text: said.append(text.vi))
    assert [text for text in said if "0345677123" in text] == [CALL + SENDS]


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    """Thôn 5 does not answer."""
    with whole_commune(tmp_path_factory.mktemp("ended")) as made:
        made.boxes["thon-5"].deaf = True
        yield made


@needs_mosquitto
def test_however_short_the_waiting_was_its_end_names_who_is_silent_and_whom_to_call(commune: Commune) -> None:
    done = commune.gongctl("alert", "fire", "--to", "all", "--yes", "--wait", "1")
    assert done.returncode == 1
    assert done.stdout.endswith(
        f"{CALL}\n{NO_MORE}\n{LONGER}\n1/2 cụm loa đang phát. 1 chưa trả lời.\ncó cụm loa chưa phát\n"
    )


@needs_mosquitto
def test_after_a_longer_waiting_too_it_is_said_that_nothing_is_sent_any_more(commune: Commune) -> None:
    shown = commune.gongctl("alert", "fire", "--to", "all", "--yes", "--wait", "10").stdout
    assert (shown.count(CALL), shown.count(f"{CALL}{SENDS}\n")) == (1, 1)
    assert f"{NO_MORE}\n{LONGER}\n" in shown


@needs_mosquitto
def test_whoever_ends_the_sending_by_ctrl_c_reads_that_it_has_ended(commune: Commune) -> None:
    with at_terminal(commune.folder.path, "alert", "fire", "--to", "all", "--yes") as terminal:
        terminal.await_words("Đang chờ 2 cụm loa trả lời ...\n")
        terminal.await_words("Loa Thôn 3: bắt đầu phát")
        terminal.type(CTRL_C)
        terminal.await_words(f"{CALL}\n{NO_MORE}\n{LONGER}\n")
        assert terminal.finish() == 1


@needs_mosquitto
def test_where_every_box_has_answered_nothing_is_said_of_an_end(commune: Commune) -> None:
    assert "gửi lại" not in commune.gongctl("alert", "fire", "--to", "3", "--yes").stdout
