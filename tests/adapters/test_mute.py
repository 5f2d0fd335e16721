"""A box without a loudspeaker."""

from gongd.adapters.mute import Mute
from gongd.ports import Speaker
from tests.adapters.ear import Numbered


def test_a_box_without_a_loudspeaker_takes_orders_and_gives_the_tracks_back() -> None:
    speaker: Speaker = Mute()
    track, spare = Numbered(head=10), Numbered(head=10)
    speaker.begin(track, spare, lead_s=0.5)
    speaker.end()
    speaker.stop()
    speaker.close()
    assert track.closed.is_set()
    assert spare.closed.is_set()


def test_a_box_without_a_loudspeaker_does_not_claim_to_sound() -> None:
    assert Mute.sounds is False
