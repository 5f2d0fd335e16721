"""The stage: driven by hand, with relays and a loudspeaker that write down what they are told."""

from datetime import timedelta

import pytest

from gongd.adapters.bare import bare_track
from gongd.adapters.no_pins import NoPins
from gongd.core.cue import cue_sheet
from gongd.core.errors import PinsError
from gongd.core.pattern import Stroke
from gongd.core.performance import Span, span
from gongd.core.relay import Relay, Role
from gongd.core.timeline import Passage, Timeline
from gongd.core.words import Text
from gongd.player import Began, Ended, Performance, Player, RelayFine, RelayTrouble
from tests.box.doors import HandClock, ToldRelays, ToldSpeaker
from tests.box.village import at

RELAYS = (
    Relay("amplifier", 17, Role.ACTIVATION, lead_s=0.5, tail_s=1.0),
    Relay("striker", 27, Role.STROKE, pulse_s=0.08),
)


class Stage:
    """A player without a thread, its clock, and what it said."""

    def __init__(self) -> None:
        self.clock = HandClock(at("02:00"))
        self.relays, self.speaker = ToldRelays(self.clock), ToldSpeaker(self.clock)
        self.said: list[object] = []
        self.player = Player(self.relays, self.speaker, self.said.append, lambda: self.clock.mono, threaded=False)

    def go(self, seconds: float, renewing: bool = True) -> None:
        """Time passes; the deciding thread renews its lease, or not."""
        end = self.clock.mono + seconds
        while True:
            if renewing:
                self.player.renew()
            at_s = self.player.turn()
            if self.clock.mono >= end:
                return
            step = min(end, self.clock.mono + 0.5, at_s if at_s is not None else end) - self.clock.mono
            self.clock.pass_by(max(step, 0.001))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def loop_of(strokes: int, seconds: float) -> Timeline:
    """Strokes at equal distances, for ever."""
    beaten = tuple(Stroke(n * seconds / strokes, 1.0) for n in range(strokes))
    return Timeline(head=Passage((), (), (), 0.0), loop=Passage(beaten, (), (), seconds))


def performance(name: str = "a", cap_s: float = 10.0, run: int = 1) -> Performance:
    timeline = loop_of(4, 2.0)
    sheet = cue_sheet(timeline, RELAYS, ("amplifier", "striker"))
    ends = span(timeline, cap_s, sheet.lead_s, sheet.tail_s)
    return Performance(name, bare_track(timeline), None, sheet, ends, run)


def test_it_plays_to_its_cap_by_itself(stage: Stage) -> None:
    stage.player.begin(performance(cap_s=10.0))
    began = stage.clock.mono
    stage.go(15)
    assert not stage.relays.on
    assert max(moved_at for moved_at, _, _ in stage.relays.moves) <= began + 10.0 + 1e-6
    assert [event for event in stage.said if isinstance(event, Ended)] == [Ended("a", 8.5, 1)]
    assert isinstance(stage.said[0], Began)
    assert stage.said[0].driven == ("amplifier",)


def test_what_is_begun_takes_over_and_keeps_the_amplifier_on(stage: Stage) -> None:
    stage.player.begin(performance("gong"))
    stage.go(1.6)
    stage.player.begin(performance("fire"))
    stage.go(0.0)
    assert stage.relays.on >= {"amplifier"}
    assert [on for _, name, on in stage.relays.moves if name == "amplifier"] == [True]
    assert [told.split()[0] for _, told in stage.speaker.told] == ["begin", "stop", "begin"]


def test_stop_switches_everything_off_at_once_and_nothing_follows(stage: Stage) -> None:
    stage.player.begin(performance())
    stage.go(3)
    stage.player.stop("a")
    stage.go(0)
    moves = len(stage.relays.moves)
    assert not stage.relays.on
    assert not stage.speaker.playing
    stage.go(10)
    assert len(stage.relays.moves) == moves
    assert not [event for event in stage.said if isinstance(event, Ended)]


def test_stop_of_what_does_not_play_changes_nothing(stage: Stage) -> None:
    stage.player.begin(performance())
    stage.go(3)
    stage.player.stop("another")
    stage.go(0)
    assert stage.relays.on


def test_without_a_lease_everything_drops_and_says_so(stage: Stage) -> None:
    stage.player.begin(performance(cap_s=60))
    stage.go(5)
    stage.go(2.2, renewing=False)
    assert not stage.relays.on
    assert not stage.speaker.playing
    ended = [event for event in stage.said if isinstance(event, Ended)]
    assert len(ended) == 1
    assert ended[0].dropped


def test_a_begin_after_a_long_pause_of_the_deciding_thread_is_not_dropped_at_once(stage: Stage) -> None:
    stage.go(5, renewing=False)
    stage.player.begin(performance())
    stage.go(1.0, renewing=False)
    assert "amplifier" in stage.relays.on


def test_an_extension_moves_the_end_and_leaves_no_gap(stage: Stage) -> None:
    stage.player.begin(performance(cap_s=10))
    began = stage.clock.mono
    stage.go(6)
    stage.player.extend("a", Span(14.5, 14.5), 2)
    stage.go(13)
    assert [on for _, name, on in stage.relays.moves if name == "amplifier"] == [True, False]
    assert max(moved_at for moved_at, _, _ in stage.relays.moves) == pytest.approx(began + 16.0)
    assert [event.run for event in stage.said if isinstance(event, Ended)] == [2]


def test_an_extension_that_comes_in_a_pulse_leaves_no_relay_on(stage: Stage) -> None:
    stage.player.begin(performance(cap_s=10))
    stage.go(0.54)
    assert "striker" in stage.relays.on
    stage.player.extend("a", Span(20.0, 20.0), 2)
    stage.go(0.2)
    assert "striker" not in stage.relays.on


def test_a_relay_that_fails_is_told_once_and_the_rest_goes_on(stage: Stage) -> None:
    stage.relays.dead.add("striker")
    stage.player.begin(performance())
    stage.go(3)
    assert len([event for event in stage.said if isinstance(event, RelayTrouble)]) == 1
    assert "amplifier" in stage.relays.on
    stage.relays.dead.clear()
    stage.go(2)
    assert [event for event in stage.said if isinstance(event, RelayFine)] == [RelayFine("striker")]


def test_a_relay_that_will_not_close_is_told_once_however_often_it_opens(stage: Stage) -> None:
    pins = NoPins(PinsError(Text(vi="không có chân", en="there are no pins")))
    player = Player(pins, stage.speaker, stage.said.append, lambda: stage.clock.mono, threaded=False)
    stage.player = player
    player.begin(performance())
    stage.go(3)
    told = [event.relay for event in stage.said if isinstance(event, RelayTrouble)]
    assert sorted(told) == ["amplifier", "striker"]
    assert not [event for event in stage.said if isinstance(event, RelayFine)]


def test_a_wall_clock_that_is_set_changes_nothing_on_stage(stage: Stage) -> None:
    stage.player.begin(performance(cap_s=10))
    stage.go(2)
    stage.clock.wall += timedelta(days=2)
    stage.go(10)
    assert not stage.relays.on
    assert len([event for event in stage.said if isinstance(event, Ended)]) == 1


def test_closing_switches_everything_off(stage: Stage) -> None:
    stage.player.begin(performance())
    stage.player.hold("lamp", True)
    stage.go(1)
    stage.player.close()
    assert not stage.relays.on
    assert not stage.speaker.playing


def test_a_thread_of_its_own_plays_and_answers() -> None:
    clock = HandClock(at("02:00"))
    said: list[object] = []
    player = Player(ToldRelays(clock), ToldSpeaker(clock), said.append)
    player.call()
    assert player.alive()
    player.close()
    assert not player.alive()
