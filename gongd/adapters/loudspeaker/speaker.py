"""The loudspeaker as the player sees it: every call returns at once."""

import threading

from gongd.adapters.loudspeaker.crew import Crew
from gongd.adapters.loudspeaker.feeder import Feeder, Order
from gongd.core.errors import NoSpeakerError, SpeakerError
from gongd.core.pace import KEPT, Pacing
from gongd.core.stream import Hush
from gongd.core.words import Text
from gongd.ports import OpenOutput, Output, Post, PrintBad, SpeakerBack, SpeakerLost, Track

CLOSE_S = 0.5
PROBE_S = 4.0

SILENT = Text(vi="Bộ âm thanh không trả lời", en="the sound device does not answer")


class Loudspeaker:
    """Plays one track at a time through outputs that `open_output` opens. Implements Speaker.

    A track and its spare belong to the loudspeaker from `begin` on: it closes them after the last read. The spare
    has the rate of the track.
    """

    def __init__(self, open_output: OpenOutput, post: Post, pacing: Pacing = Pacing()) -> None:  # noqa: B008
        self._open_output = open_output
        self._post = post
        self._pacing = pacing
        self._lock = threading.Lock()
        self._feeder: Feeder | None = None
        self._trouble: Text | None = None
        self._crew = Crew()

    def begin(self, track: Track, spare: Track | None, lead_s: float, skip_s: float = 0.0) -> None:
        """Play `lead_s` of silence, then the track from `skip_s` on. Stops what plays. Returns at once."""
        self._start(Order(track, spare, lead_s, skip_s))

    def end(self, at_s: float | None = None) -> None:
        """Turn to the ending now, or exactly `at_s` after the first sound when that is told early enough."""
        feeder = self._feeder
        if feeder:
            feeder.end(at_s)

    def stop(self) -> None:
        """Silence at once."""
        feeder = self._feeder
        if feeder:
            feeder.stop()

    def close(self) -> None:
        """Silence, and wait at most half a second until the device is given back."""
        feeder = self._feeder
        if feeder:
            feeder.stop()
            feeder.gone.wait(CLOSE_S)
        self._crew.dismiss()

    def probe(self) -> Text | None:
        """Try the device with a moment of silence: what is wrong, or None. Waits at most a few seconds.

        While something sounds, nothing is tried: what is known is told. Changes are posted too. An alarm that
        begins meanwhile goes first.
        """
        feeder = self._start(Order(Hush(), None, 0.0, 0.0, trial=True))
        if feeder and not feeder.gone.wait(PROBE_S):
            feeder.stop()
            self._lost(SpeakerError(SILENT), again=False)
        return self._trouble

    def _start(self, order: Order) -> Feeder | None:
        """Start an order in place of what plays; a trial only where nothing plays."""
        with self._lock:
            former = self._feeder
            if former and order.trial and not former.gone.is_set():
                return None
            if former:
                former.stop()
            self._feeder = feeder = Feeder(order, former.gone if former else None, self)
        self._crew.do(feeder.run)
        return feeder

    # ── Called by the feeder ─────────────────────────────────────────────────────────────────────────────────────

    def open(self, order: Order) -> Output:
        """Open the output for one order."""
        stem = None if order.trial else str(getattr(order.track, "stem", "") or "sound")
        return self._open_output(order.track.rate, stem)

    def pacing(self, output: Output) -> Pacing:
        """How close to the clock this output is fed."""
        return self._pacing if output.live else KEPT

    def lost(self, error: SpeakerError, trial: bool) -> None:
        """The output is lost. A trial tells it only when that is news."""
        self._lost(error, again=not trial)

    def back(self) -> None:
        """The output takes sound."""
        with self._lock:
            was, self._trouble = self._trouble, None
        if was:
            self._post(SpeakerBack())

    def print_bad(self, track: Track, text: Text) -> None:
        """The print of a track cannot be used."""
        self._post(PrintBad(str(getattr(track, "stem", "")), text))

    def _lost(self, error: SpeakerError, again: bool) -> None:
        with self._lock:
            was, self._trouble = self._trouble, error.text
        if again or was != error.text:
            self._post(SpeakerLost(error.text, missing=isinstance(error, NoSpeakerError)))
