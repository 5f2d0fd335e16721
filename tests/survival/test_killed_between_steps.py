"""A box that is killed between any two steps of an order: it sounds once or answers that it did not.

Every step is a call through one of the box's doors: delivery, record, commit, relay, sound, PUBACK, answer, event.
A story is told once to count its steps; then it is told again and again, and the box dies before each of them, once for
each thing that its memory card may hold of what was under way: nothing, all, or a commit torn in its middle.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from gongd.core.catalogue import Status, Why
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_report import Step
from tests.survival.mortal import QUIET_S, Mortal

FIRE, CANCEL = "order-fire", "order-cancel"
CAP_S = 8.0
AROUND_S = 1.5
"""The amplifier is on for half a second before the sound and a second after it."""
ENDS = frozenset(
    {Step.FINISHED, Step.FAILED, Step.INTERRUPTED, Step.CANCELLED, Step.SILENCED, Step.EXPIRED, Step.REFUSED}
)


@dataclass(frozen=True)
class Fall:
    """One way to die: before which step, and what of the records under way the card keeps (`Mortal.die`)."""

    step: int
    what: str
    kept: float | None


@dataclass(frozen=True)
class Story:
    """What happens to a box: while it is safe, and then while it may die before any step."""

    told: Callable[[Mortal], None]
    before: Callable[[Mortal], None] = lambda _box: None


def falls(folder: Path, story: Story) -> Iterator[tuple[Fall, Mortal]]:
    """A box for each way to die in this story: dead, started again, its orders delivered again, and quiet since."""
    with TemporaryDirectory(dir=folder) as home:
        living = _born(Path(home), None, story)
        assert not living.live_through(story.told, 0.0)
        living.kill()
    for step, what in enumerate(living.fate.steps):
        for kept in (0.0, None, 1.0):
            with TemporaryDirectory(dir=folder) as home:
                box = _born(Path(home), step, story)
                assert box.live_through(story.told, kept), what
                box.come_back()
                box.wait(QUIET_S)
                yield Fall(step, what, kept), box
                box.kill()
            if not box.under_way:
                break


def _born(home: Path, step: int | None, story: Story) -> Mortal:
    box = Mortal(home, step).start()
    story.before(box)
    return box


def hold_true(box: Mortal, fall: Fall, *jtis: str) -> None:
    """What holds of every order and of every box, wherever it died."""
    assert box.broker.is_settled, fall
    assert not box.relays.on, fall
    for jti in jtis:
        assert len([row for row in box.rows("command") if row["activation"] == jti]) == 1, fall
        steps = box.ears.steps(jti)
        assert steps, f"silently: {fall}"
        assert steps[-1] in ENDS, (fall, steps)
    assert sorted(number for _, number in box.ears.events()) == [row["number"] for row in box.rows()], fall


def alert(box: Mortal) -> CommandClaims:
    """Fire, from the desk."""
    return box.order(CommandType.ALERT, jti=FIRE, signal="fire", at_most_s=CAP_S)


def cancel(box: Mortal, why: Why) -> CommandClaims:
    """It is over, or never was."""
    return box.order(CommandType.CANCEL, jti=CANCEL, references=(FIRE,), reason=why)


def alarm(box: Mortal) -> None:
    box.give(alert(box))
    box.wait(12)


def trial(box: Mortal) -> None:
    box.give(box.order(CommandType.ALERT, jti=FIRE, signal="peace", status=Status.TEST, at_most_s=CAP_S))
    box.wait(12)


def sounding(box: Mortal) -> None:
    box.give(alert(box))
    box.wait(3)


def called_off(box: Mortal) -> None:
    box.give(cancel(box, Why.SAFE))
    box.wait(3)


def overtaken(box: Mortal) -> None:
    box.give(cancel(box, Why.MISTAKE), alert(box))
    box.wait(3)


def begun(box: Mortal, signal: str) -> int:
    rows = [row for row in box.rows("activation") if row["signal"] == signal]
    return len([row for row in rows if row["outcome"] == "started"])


def test_an_alarm_sounds_once_and_is_answered_wherever_the_box_is_killed(ram: Path) -> None:
    count = 0
    for fall, box in falls(ram, Story(alarm)):
        count += 1
        hold_true(box, fall, FIRE)
        assert begun(box, "fire") == 1, fall
        assert 0 < box.heard_s() <= CAP_S + 2 * AROUND_S, fall
        assert box.ears.steps(FIRE)[-1] in (Step.FINISHED, Step.INTERRUPTED), fall
    assert count > 20


def test_a_trial_sounds_at_most_once_and_it_is_said_whether_it_did(ram: Path) -> None:
    for fall, box in falls(ram, Story(trial)):
        hold_true(box, fall, FIRE)
        assert begun(box, "peace") == 1, fall
        assert box.heard_s() <= CAP_S + 2 * AROUND_S, fall
        sounds = [told for _, told in box.speaker.told if told.startswith("begin")]
        assert len(sounds) <= 1, fall
        if not sounds:
            assert box.ears.steps(FIRE)[-1] is Step.INTERRUPTED, fall


def test_an_alarm_that_was_called_off_does_not_come_back(ram: Path) -> None:
    for fall, box in falls(ram, Story(called_off, sounding)):
        hold_true(box, fall, FIRE, CANCEL)
        assert box.ears.steps(FIRE)[-1] is Step.CANCELLED, fall
        assert begun(box, "all-clear") == 1, fall


def test_an_alarm_that_was_a_mistake_before_it_came_never_sounds(ram: Path) -> None:
    for fall, box in falls(ram, Story(overtaken)):
        hold_true(box, fall, FIRE, CANCEL)
        assert not box.relays.moves, fall
        assert box.ears.steps(FIRE)[-1] is Step.CANCELLED, fall
