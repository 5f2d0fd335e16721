"""To whom an answer is: one to a neighbour names it, so that nobody takes it for one to an order of the same name."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gongd.adapters import jose
from gongd.box.gate import OrderCame
from gongd.box.link import Line
from gongd.core.catalogue import Status, Why
from gongd.core.trust_list import ListedBox, TrustList
from gongd.core.wire import Verified
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import to_json
from gongd.core.wire_report import Step
from gongd.ports_link import Delivery
from tests.survival.mortal import Mortal
from tests.survival.wire import BOX, COMMUNE

NEIGHBOUR, FIRE, OVER = f"{COMMUNE}/thon-4", "call-fire", "order-over"
Give = Callable[[CommandClaims], None]


@pytest.fixture
def box(ram: Path) -> Mortal:
    return Mortal(ram).start()


@pytest.fixture
def give(box: Mortal) -> Give:
    """The neighbour signs an order, and the box hears it."""
    key = jose.generate()
    own, other = ListedBox(BOX, box.box_key.x, neighbours=("thon-4",)), ListedBox("thon-4", key.x)

    def heard(claims: CommandClaims) -> None:
        line = box.box.parts.line
        assert isinstance(line, Line)
        line._answering.trust = TrustList(COMMUNE, 2, datetime(2026, 1, 1, tzinfo=UTC), boxes=(own, other))
        came = OrderCame(Verified(other.kid, to_json(claims)), False, Delivery("call", b"", False, 0, 1))
        line._answering.heard(came, box.box.parts.timekeeper.now())
        box.settle()

    return heard


def test_every_answer_to_a_neighbours_cancel_names_it_what_is_said_aloud_too(box: Mortal, give: Give) -> None:
    give(box.order(CommandType.ALERT, jti=FIRE, signal="fire", status=Status.ACTUAL))
    box.wait(3)
    give(box.order(CommandType.CANCEL, jti=OVER, references=(FIRE,), reason=Why.SAFE))
    box.wait(60)
    assert box.ears.steps(OVER) == [Step.RECEIVED, Step.STARTED, Step.FINISHED]
    assert {answer.caller for answer in box.ears.answers(OVER)} == {NEIGHBOUR}
