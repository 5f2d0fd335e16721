"""Silence and cancel reach what is still being made ready: words to be rendered, recordings and settings in pieces."""

from pathlib import Path
from typing import Any

import pytest

from gongd.adapters.bare import bare_track
from gongd.core import push
from gongd.core.catalogue import Status, Why
from gongd.core.pattern import Stroke
from gongd.core.push import Declined, Note, Push
from gongd.core.timeline import Passage, Timeline
from gongd.core.wire_blob import cut
from gongd.core.wire_command import CommandType, count_pieces
from gongd.core.wire_report import Answer, Step
from gongd.ports_link import Delivery
from tests.link.test_clip import recording
from tests.link.test_pushed import digest
from tests.survival.mortal import WIRED, Mortal
from tests.survival.wire import TOPICS

SAID, NEWS, OVER = "bà con chú ý", "order-news", "order-over"


class Shelf:
    """A disk for pushed settings that reads a file when the test says so."""

    def __init__(self, box: Mortal) -> None:
        self.box, self.note, self.undone = box, None, 0
        self.reads: list[Any] = []

    def read(self, push: Push, _data: bytes, held: Any, answer: Any) -> None:
        self.reads.append((push, held, answer))

    def read_all(self) -> None:
        for given, held, answer in self.reads:
            self.note = Note(given)  # type: ignore[assignment]
            answer(held if given.replaces != "0" * 64 else Declined(push.DIFFERS))
        self.reads.clear()
        self.box.settle()

    def prove(self, answer: Any) -> None:
        answer(True)

    def undo(self, answer: Any) -> None:
        self.note, self.undone = None, self.undone + 1
        answer(True)

    def forget(self) -> None:
        self.note = None


@pytest.fixture
def box(ram: Path) -> Mortal:
    """A box whose studio takes its time."""
    return Mortal(ram).start()


def announce(box: Mortal, **how: Any) -> None:
    box.give(box.order(CommandType.ANNOUNCE, jti=NEWS, **(how or {"text": SAID})))


def with_pieces(data: bytes) -> dict[str, Any]:
    return {"sha256": digest(data), "size": len(data), "pieces": count_pieces(len(data))}


def send_pieces(box: Mortal, data: bytes) -> None:
    assert box.link is not None
    for number, piece in enumerate(cut(data)):
        box.link._gate.came(Delivery(TOPICS.blob(digest(data), number), piece, False, 0, number))
    box.settle()


def print_all(box: Mortal) -> None:
    """The studio has made every print that was asked for."""
    for jobs in box.studio.asked:
        for job in jobs:
            if job.source is None:
                box.shelf.tracks[job.stem] = bare_track(Timeline(Passage((Stroke(0.0, 1.0),), (), (), 2.0)), 50)
    box.wait(3.0)


def silence(box: Mortal) -> None:
    box.give(box.order(CommandType.SILENCE, jti=OVER))


def cancel(box: Mortal, **how: Any) -> None:
    told = {"references": (NEWS,), "reason": Why.MISTAKE, "jti": OVER, **how}
    box.give(box.order(CommandType.CANCEL, **told))


def last(box: Mortal) -> Answer:
    return [answer for answer in box.ears.answers(NEWS) if not answer.detail.get("repeated")][-1]


def is_mute(box: Mortal) -> bool:
    return not box.relays.moves and not box.speaker.told


def test_an_announcement_that_nobody_ends_sounds_once_it_is_rendered(box: Mortal) -> None:
    announce(box)
    assert is_mute(box)
    print_all(box)
    box.wait(5.0)
    assert box.ears.steps(NEWS) == [Step.RECEIVED, Step.STARTED, Step.FINISHED]


def test_an_announcement_that_is_silenced_before_it_is_rendered_never_sounds(box: Mortal) -> None:
    announce(box)
    silence(box)
    assert box.ears.steps(OVER) == [Step.RECEIVED, Step.FINISHED]
    assert (last(box).step, last(box).detail["order"]) == (Step.SILENCED, OVER)
    print_all(box)
    assert box.ears.steps(NEWS) == [Step.RECEIVED, Step.SILENCED]
    assert box.outcomes("speech") == ["silenced"]
    assert is_mute(box)


def test_an_announcement_that_is_cancelled_before_it_is_rendered_never_sounds(box: Mortal) -> None:
    announce(box)
    cancel(box)
    assert (last(box).step, last(box).reason) == (Step.CANCELLED, "mistake")
    print_all(box)
    assert box.outcomes("speech") == ["cancelled"]
    assert is_mute(box)


def test_the_silence_button_drops_an_announcement_that_is_being_rendered(box: Mortal) -> None:
    announce(box)
    box.hold("silence")
    assert (last(box).step, last(box).detail["by"]) == (Step.SILENCED, "silence")
    print_all(box)
    assert is_mute(box)


def test_gongd_stop_drops_an_announcement_and_a_status_report_that_are_being_rendered(box: Mortal) -> None:
    announce(box)
    box.hold("status")
    assert box.ask("stop")["ok"]
    assert last(box).step is Step.SILENCED
    print_all(box)
    assert is_mute(box)


def test_a_recording_that_is_silenced_before_its_pieces_have_come_never_sounds(box: Mortal) -> None:
    data = recording()
    announce(box, **with_pieces(data))
    silence(box)
    assert last(box).step is Step.SILENCED
    send_pieces(box, data)
    box.wait(60)
    assert box.ears.steps(NEWS) == [Step.RECEIVED, Step.WAITING, Step.SILENCED]
    assert is_mute(box)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_an_announcement_whose_cancel_came_first_never_sounds(box: Mortal, is_restarted: bool) -> None:
    cancel(box)
    if is_restarted:
        box.kill()
        box.come_back()
    announce(box)
    assert box.ears.steps(NEWS) == [Step.RECEIVED, Step.CANCELLED]
    print_all(box)
    assert is_mute(box)


def test_an_announcement_that_was_silenced_stays_so_over_a_restart(box: Mortal) -> None:
    announce(box)
    silence(box)
    box.kill()
    box.come_back()
    announce(box)
    print_all(box)
    assert box.ears.steps(NEWS) == [Step.RECEIVED, Step.SILENCED]
    assert is_mute(box)


# ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def pushed(box: Mortal) -> tuple[Shelf, bytes]:
    """An order for settings whose pieces have not come."""
    shelf = Shelf(box)
    object.__setattr__(box.box.parts.doors, "pushes", shelf)
    data = b"limits: {per_hour: 7}\n"
    box.give(box.order(CommandType.SETTINGS, jti=NEWS, replaces="a" * 64, **with_pieces(data)))
    return shelf, data


def is_dropped(box: Mortal) -> bool:
    return (last(box).step, last(box).reason) == (Step.FAILED, push.CALLED_OFF)


def test_settings_that_are_cancelled_before_their_pieces_have_come_are_not_applied(box: Mortal) -> None:
    shelf, data = pushed(box)
    cancel(box)
    assert is_dropped(box)
    send_pieces(box, data)
    assert shelf.reads == []
    assert [row["outcome"] for row in box.rows("settings") if row["activation"]] == ["failed"]


def test_settings_that_are_cancelled_while_they_are_checked_are_not_applied(box: Mortal) -> None:
    shelf, data = pushed(box)
    send_pieces(box, data)
    cancel(box)
    shelf.read_all()
    assert is_dropped(box)
    assert (box.ears.steps(NEWS), shelf.undone) == ([Step.RECEIVED, Step.WAITING, Step.FAILED], 1)


def test_settings_that_are_cancelled_while_they_are_checked_are_answered_once_whatever_a_technician_saves(
    box: Mortal,
) -> None:
    shelf, data = pushed(box)
    send_pieces(box, data)
    cancel(box)
    box.write(WIRED.replace("at_most: 60s", "at_most: 50s"))
    assert box.ask("reload")["ok"]
    shelf.read_all()
    assert box.ears.steps(NEWS) == [Step.RECEIVED, Step.WAITING, Step.FAILED]
    assert shelf.note is None


def test_settings_that_are_cancelled_while_they_wait_for_silence_are_not_applied(box: Mortal) -> None:
    shelf, data = pushed(box)
    box.hold("fire")
    send_pieces(box, data)
    shelf.read_all()
    cancel(box)
    assert is_dropped(box)
    silence(box)
    box.wait(3)
    assert box.ears.steps(NEWS)[-1] is Step.FAILED
    assert (shelf.undone, box.box.parts.coming) == (1, None)


def test_settings_that_are_cancelled_while_they_are_tried_are_taken_back(box: Mortal) -> None:
    shelf, data = pushed(box)
    send_pieces(box, data)
    shelf.read_all()
    cancel(box)
    assert (last(box).step, last(box).reason, last(box).detail["why"]) == (Step.FAILED, "rolled-back", push.CALLED_OFF)


def test_settings_whose_cancel_came_first_are_not_applied(box: Mortal) -> None:
    cancel(box)
    shelf, data = pushed(box)
    assert is_dropped(box)
    send_pieces(box, data)
    assert shelf.reads == []


def test_silence_revokes_no_settings(box: Mortal) -> None:
    shelf, data = pushed(box)
    silence(box)
    send_pieces(box, data)
    assert len(shelf.reads) == 1


def test_a_cancel_of_drills_revokes_no_settings(box: Mortal) -> None:
    shelf, data = pushed(box)
    cancel(box, status=Status.EXERCISE)
    send_pieces(box, data)
    assert len(shelf.reads) == 1


def test_settings_on_trial_are_called_off_also_when_others_came_after_them(box: Mortal) -> None:
    shelf, data = pushed(box)
    box.hold("fire")
    send_pieces(box, data)
    shelf.read_all()
    other = b"limits: {per_hour: 9}\n"
    box.give(box.order(CommandType.SETTINGS, jti="order-news-2", replaces="a" * 64, **with_pieces(other)))
    send_pieces(box, other)
    cancel(box)
    box.give(box.order(CommandType.SILENCE, jti="order-silence"))
    box.wait(3.0)
    assert "applied" not in [row["outcome"] for row in box.rows("settings")]
