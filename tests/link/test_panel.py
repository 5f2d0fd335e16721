"""A box with `send:` buttons is the desk's own panel: what it may raise it raises elsewhere, and shows who sounds."""

import pytest

from tests.link.conftest import NewStreet
from tests.link.street import PANEL_LAMP, Street, Villager
from tests.promises.daemon import until


@pytest.fixture
def street(new_street: NewStreet) -> Street:
    """Thôn 3 is the desk's panel. Its rights are yet to be given."""
    return new_street("thon-3", "thon-4", "thon-5", panel="thon-3")


def lit(panel: Villager) -> bool:
    return panel.level(PANEL_LAMP) == "1"


def results(panel: Villager) -> set[tuple[str, str]]:
    return {(row["detail"]["box"], row["detail"]["result"]) for row in panel.told("answered")}


def test_a_button_raises_its_signal_everywhere_and_an_all_clear_ends_it(street: Street) -> None:
    street.make_panel("thon-3", "fire", "all-clear")
    street.start()
    panel, fourth, fifth = street.boxes.values()
    panel.press("send-fire")
    for box in (fourth, fifth, panel):
        box.wait_for("started")
        (first,) = box.rows("activation")[:1]
        assert (first["origin"], first["detail"]["by"]) == ("command", "Thôn 3, xã Nguyệt Ấn, send-fire")
    until(lambda: results(panel) >= {("thon-4", "started"), ("thon-5", "started")}, "their answers")
    assert lit(panel)
    (order,) = panel.orders()
    assert order["answers"] == {"thon-4": "sounding", "thon-5": "sounding"}
    panel.press("send-clear")
    for box in (fourth, fifth):
        box.wait_for("cancelled")
    until(lambda: not lit(panel), "the lamp")


def test_without_the_right_nothing_leaves_and_it_is_written_down(street: Street) -> None:
    street.make_panel("thon-3", "all-clear")
    street.start()
    panel, fourth, _ = street.boxes.values()
    panel.press("send-fire")
    until(lambda: panel.told("unsent"), "the record")
    panel.press("send-nowhere")
    until(lambda: len(panel.told("unsent")) == 2, "the other")
    assert [row["reason"] for row in panel.told("unsent")] == ["not-permitted", "no-place"]
    until(lambda: not lit(panel), "the lamp")
    assert (panel.told("sent"), fourth.rows("command")) == ([], [])


def test_a_box_that_was_away_sounds_when_it_is_back_unless_the_all_clear_came_first(street: Street) -> None:
    street.make_panel("thon-3", "fire", "all-clear")
    street.start("thon-3", "thon-4")
    panel, fourth, fifth = street.boxes.values()
    panel.press("send-fire")
    until(lambda: fourth.outcomes("fire"), "the box that is there")
    fifth.start()
    until(lambda: fifth.outcomes("fire"), "the box that was away")
    assert fifth.outcomes("fire")[0] == "started"
    fifth.kill()
    panel.press("send-clear")
    until(lambda: fourth.outcomes("fire")[-1] == "cancelled", "the end")
    until(lambda: [order["signal"] for order in panel.orders()] == ["all-clear"], "only the all clear is followed")


def test_the_orders_wait_for_the_connection_and_that_is_said(street: Street) -> None:
    street.make_panel("thon-3", "fire")
    street.start()
    panel, fourth, _ = street.boxes.values()
    street.broker.kill()
    until(lambda: not panel.link["connected"], "the loss")
    panel.press("send-fire")
    until(lambda: panel.told("sent"), "the record")
    assert fourth.rows("activation") == []
    street.broker.start()
    until(lambda: fourth.outcomes("fire"), "the order", 60)


def test_a_panel_restarted_in_the_middle_asks_again_and_nobody_sounds_twice(street: Street) -> None:
    street.make_panel("thon-3", "fire")
    street.start()
    panel, fourth, _ = street.boxes.values()
    panel.press("send-fire")
    until(lambda: results(panel) >= {("thon-4", "started")}, "the answer")
    panel.kill()
    street.start("thon-3")
    until(lambda: (fourth.link["refused"] or {}).get("duplicate"), "the copy")
    assert fourth.outcomes("fire").count("started") == 1


def test_on_a_bench_a_panel_sends_plain_orders(new_street: NewStreet) -> None:
    street = new_street("thon-3", "thon-4", panel="thon-3", more="trust: {require: broker}\n")
    street.make_panel("thon-3", "fire")
    street.start()
    panel, fourth = street.boxes.values()
    panel.press("send-fire")
    until(lambda: fourth.outcomes("fire"), "the order")
    until(lambda: ("thon-4", "started") in results(panel), "the answer")
