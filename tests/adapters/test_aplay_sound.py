"""The sound through a real aplay into ALSA's file device: what came out, compared with what the track holds."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.adapters.loudspeaker import Loudspeaker
from gongd.core.pace import Pacing
from gongd.ports import PrintBad, SpeakerLost
from tests.adapters.ear import FADE, LONG_S, Card, Inbox, Numbered, Spoilt, Stalling, children, speaker_on, until

LEAD_S = 0.5
"""Room for the child to start on a busy machine: what is late would be left out."""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Card:
    card = Card(tmp_path)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.config))
    return card


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def speaker(card: Card, inbox: Inbox) -> Iterator[Loudspeaker]:
    speaker = speaker_on(card.device, inbox)
    yield speaker
    speaker.close()


def _over(track: Numbered) -> None:
    assert track.closed.wait(LONG_S)


def test_head_loop_fade_and_ending_come_out_frame_by_frame(speaker: Loudspeaker, card: Card, inbox: Inbox) -> None:
    track = Numbered(head=1000, loop=700, ending=500)
    speaker.begin(track, None, LEAD_S)
    until(lambda: track.furthest > 5000, "the loop")
    speaker.end()
    _over(track)
    out = card.heard()
    turn = out.index(-1)
    assert turn > 5000
    assert out[: turn - FADE] == [track.at(frame) for frame in range(turn - FADE)]
    assert all(0 <= out[frame] <= track.at(frame) for frame in range(turn - FADE, turn))
    assert out[turn:] == [-1 - frame for frame in range(500)]
    assert not inbox


def test_a_finite_head_ends_in_its_ending_by_itself(speaker: Loudspeaker, card: Card) -> None:
    track = Numbered(head=2000, ending=300)
    speaker.begin(track, None, LEAD_S)
    _over(track)
    assert card.heard() == [*range(1, 2001), *(-1 - frame for frame in range(300))]
    assert not children()


def test_a_turn_told_at_the_beginning_is_exact_to_the_frame(speaker: Loudspeaker, card: Card) -> None:
    track = Numbered(head=1000, loop=1000, ending=200)
    speaker.begin(track, None, LEAD_S)
    speaker.end(at_s=0.5)
    _over(track)
    assert card.heard().index(-1) == 4000


def test_sound_entered_in_its_middle_begins_there(speaker: Loudspeaker, card: Card) -> None:
    track = Numbered(head=4000)
    speaker.begin(track, None, LEAD_S, skip_s=0.25)
    _over(track)
    assert card.heard()[-(2000 - FADE) :] == list(range(2001 + FADE, 4001))


def test_stop_leaves_no_child_and_no_event(speaker: Loudspeaker, inbox: Inbox) -> None:
    track = Numbered(head=1000, loop=1000)
    speaker.begin(track, None, lead_s=0.0)
    until(lambda: track.furthest > 2000, "sound")
    speaker.stop()
    _over(track)
    assert not children()
    assert not inbox


def test_stop_and_end_with_nothing_playing_do_nothing(speaker: Loudspeaker) -> None:
    speaker.end()
    speaker.stop()
    speaker.close()
    assert not children()


def test_what_begins_stops_what_plays_first(speaker: Loudspeaker, card: Card) -> None:
    tracks = [Numbered(head=1000, loop=1000, first=1), Numbered(head=3000, first=10_000)]
    speaker.begin(tracks[0], None, lead_s=0.0)
    until(lambda: tracks[0].furthest > 1000, "the first")
    speaker.begin(tracks[1], None, LEAD_S)
    _over(tracks[0])
    _over(tracks[1])
    assert card.heard() == [tracks[1].at(frame) for frame in range(3000)]
    assert not children()


def test_the_loudspeaker_plays_one_activation_after_another(speaker: Loudspeaker, card: Card, inbox: Inbox) -> None:
    for first in (1, 3001, 6001, 9001):
        track = Numbered(head=900, first=first)
        speaker.begin(track, None, LEAD_S)
        _over(track)
        assert card.heard() == list(range(first, first + 900))
    assert not inbox


def test_a_torn_print_is_replaced_by_the_spare_from_the_same_instant(
    speaker: Loudspeaker, card: Card, inbox: Inbox
) -> None:
    track, spare = Spoilt(head=2000), Numbered(head=2000, first=10_000)
    speaker.begin(track, spare, LEAD_S)
    _over(spare)
    assert card.heard() == [spare.at(frame) for frame in range(2000)]
    [bad] = inbox
    assert isinstance(bad, PrintBad)
    assert (bad.stem, bad.text.vi) == ("fire", "Bản âm thanh hỏng")


def test_a_torn_print_without_a_spare_is_told_and_stays_silent(speaker: Loudspeaker, card: Card, inbox: Inbox) -> None:
    track = Spoilt(head=2000)
    speaker.begin(track, None, lead_s=0.0)
    inbox.wait_for(PrintBad)
    speaker.end()
    _over(track)
    assert card.heard() == []


def test_a_print_that_cannot_be_proven_in_time_lets_the_spare_sound(
    speaker: Loudspeaker, card: Card, inbox: Inbox
) -> None:
    track, spare = Stalling(head=2000, where="prove"), Numbered(head=1000, loop=1000, first=10_000)
    speaker.begin(track, spare, lead_s=0.0)
    inbox.wait_for(PrintBad)
    until(lambda: spare.furthest, "the spare")
    speaker.end()
    track.released.set()
    _over(track)
    assert min(card.heard()) >= 0
    assert max(card.heard()) >= 10_000


def test_a_print_that_cannot_be_read_any_more_gives_its_place_to_the_spare(
    speaker: Loudspeaker, card: Card, inbox: Inbox
) -> None:
    class Failing(Numbered):
        def read(self, start: int, count: int) -> bytes:
            if start >= 1500:
                raise OSError(5, "Input/output error")
            return super().read(start, min(count, 1500 - start))

    track, spare = Failing(head=4000), Numbered(head=4000, first=10_000)
    speaker.begin(track, spare, LEAD_S)
    _over(spare)
    out = card.heard()
    assert out[:1500] == list(range(1, 1501))
    assert out[1500 + FADE :] == [spare.at(frame) for frame in range(1500 + FADE, 4000)]
    inbox.wait_for(PrintBad)


def test_a_disk_that_hangs_in_the_middle_cannot_keep_the_sound_from_being_stopped(
    speaker: Loudspeaker, inbox: Inbox
) -> None:
    track = Stalling(head=8000, where="read")
    speaker.begin(track, None, lead_s=0.0)
    assert track.reached.wait(LONG_S)
    assert children()
    speaker.stop()
    until(lambda: not children(), "silence")
    assert not track.closed.is_set()
    track.released.set()
    _over(track)
    assert not inbox.of(SpeakerLost)


def test_sound_that_was_held_up_goes_on_where_its_relays_are(card: Card, inbox: Inbox) -> None:
    class SlowOnce(Numbered):
        slow = True

        def read(self, start: int, count: int) -> bytes:
            if self.slow and start >= 2000:
                self.slow = False
                time.sleep(1.0)  # the disk
            return super().read(start, count)

    speaker, track = speaker_on(card.device, inbox, Pacing()), SlowOnce(head=16_000)
    speaker.begin(track, None, LEAD_S)
    _over(track)
    out = card.heard()
    assert out[-1] == 16_000
    assert len(out) < 16_000 - 4000
