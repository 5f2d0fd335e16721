"""No loudspeaker at all (`backend: none`): a box that has only its striker."""

from gongd.ports import Track


class Mute:
    """Takes every order and sounds nothing, and says so: `sounds` is False, so nobody takes it for a loudspeaker."""

    sounds = False

    def begin(self, track: Track, spare: Track | None, lead_s: float, skip_s: float = 0.0) -> None:
        """Nothing sounds; the tracks are given back."""
        del lead_s, skip_s
        track.close()
        if spare:
            spare.close()

    def end(self, at_s: float | None = None) -> None:
        """Nothing to end."""

    def stop(self) -> None:
        """Nothing to stop."""

    def close(self) -> None:
        """Nothing to give back."""

    def probe(self) -> None:
        """There is nothing to try and nothing that could be wrong."""
