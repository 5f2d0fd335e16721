"""A long life of the arbiter with a player that ends when it likes, told late: what was asked for is what was heard."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gongd.core.activation import Activation, Outcome
from gongd.core.air import (
    Air,
    Begin,
    Cancelled,
    Ended,
    Event,
    Extend,
    Phase,
    Reach,
    Report,
    Requested,
    Silenced,
    Tick,
)
from gongd.core.arbiter import CAP_ALLOWANCE_S, decide, next_deadline
from gongd.core.catalogue import Why
from gongd.core.decision import MOST_OVER
from tests.core.stage import DRILL, FIRE, FLOOD, GONG, NEWS, SECURITY, TEST, WATCH, Stage


class Life(RuleBasedStateMachine):
    """`heard` counts the seconds that each host has sounded since it was last asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.air, self.now, self.stage, self.run = Air(), 0.0, Stage(), 0
        self.heard: dict[str, float] = {}
        self.alive: set[str] = set()
        self.over: list[str] = []
        self.asked = 0

    def tell(self, event: Event) -> None:
        self.air, effects = decide(self.air, event, self.now)
        self.stage.obey(effects, self.now)
        for effect in effects:
            match effect:
                case Begin() | Extend():
                    self.run = effect.run
                case Report(activation, Outcome.JOINED, detail):
                    self.heard[str(detail["joined"])] = 0.0
                case Report(activation, outcome) if effect.final:
                    assert activation.id in self.alive, "a second final word"
                    self.alive.remove(activation.id)
                case Report(activation, outcome) if outcome in (Outcome.FINISHED, Outcome.FAILED):
                    self.heard[activation.id] = 0.0

    @rule(kind=st.sampled_from((FIRE, SECURITY, FLOOD, WATCH, NEWS, GONG, DRILL, TEST)), patience=st.floats(0, 500))
    def ask(self, kind: Activation, patience: float) -> None:
        self.asked += 1
        until = None if kind.is_alarm else self.now + patience + 0.1
        asked = replace(kind, id=str(self.asked), wait_until=until)
        self.alive.add(asked.id)
        self.tell(Requested(asked))

    @precondition(lambda self: self.alive)
    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        people = [person for turn in self.air.turns for person in turn.people]
        before = self.air
        self.tell(Requested(data.draw(st.sampled_from(people))))
        assert {t.activation.id for t in self.air.turns} <= {t.activation.id for t in before.turns}

    @rule(wait_s=st.floats(0, 400))
    def wait(self, wait_s: float) -> None:
        """The box wakes at every deadline on the way."""
        end = self.now + wait_s
        while (deadline := next_deadline(self.air)) is not None and deadline <= end:
            self.pass_until(max(deadline, self.now))
            self.tell(Tick())
        self.pass_until(end)

    def pass_until(self, instant: float) -> None:
        if self.stage.playing:
            self.heard[self.stage.playing] = self.heard.get(self.stage.playing, 0.0) + instant - self.now
        self.now = instant

    @precondition(lambda self: self.stage.playing)
    @rule(how=st.sampled_from((Outcome.FINISHED, Outcome.FAILED)))
    def end(self, how: Outcome) -> None:
        ended, run = self.stage.playing or "", self.run
        self.stage.playing = None
        self.tell(Ended(ended, how, run=run))

    @precondition(lambda self: self.stage.playing)
    @rule()
    def end_unheard(self) -> None:
        """An end from before the last Extend: the sound begins once more, it is not lost."""
        playing = self.stage.playing
        left = next(turn for turn in self.air.turns if turn.activation.id == playing).left_at(self.now)
        self.tell(Ended(playing or "", Outcome.FINISHED, run=-1))
        assert self.stage.playing == playing or left < 1.0

    @rule()
    def silence(self) -> None:
        self.tell(Silenced("button"))
        assert self.air.turns == ()

    @rule(reach=st.sampled_from((Reach.ALL, Reach.ALARMS)))
    def cancel(self, reach: Reach) -> None:
        self.tell(Cancelled(Why.SAFE, reach))
        assert not any(turn.activation.is_alarm for turn in self.air.turns)

    @invariant()
    def what_sounds_is_what_the_air_says(self) -> None:
        sounding = [turn.activation.id for turn in self.air.turns if turn.phase is Phase.SOUNDING]
        assert sounding == ([self.stage.playing] if self.stage.playing else [])

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.alive == {person.id for turn in self.air.turns for person in turn.people}
        assert len(self.air.over) <= MOST_OVER

    @invariant()
    def nothing_passes_its_cap(self) -> None:
        for turn in self.air.turns:
            cap_s = max(person.cap_s for person in turn.people)
            assert self.heard.get(turn.activation.id, 0.0) <= cap_s + CAP_ALLOWANCE_S + 1e-6


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
