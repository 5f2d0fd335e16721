"""The hands of a simulated box: relays, loudspeaker, contacts, prints. What they do is seen by the witness."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from gongd.core.catalogue import Status
from gongd.core.errors import PinsError
from gongd.core.job import SPEECH, Job
from gongd.core.label import RATE
from gongd.core.timeline import Passage, Timeline, Word, compose
from gongd.core.words import Text
from gongd.ports import ContactMoved, Post, PrintsChanged, SpeakerBack, SpeakerLost, Track
from gongd.sim.witness import Witness

WORD_S = 3.0
"""How long every spoken word takes."""

NO_CARD = Text("không có bộ âm thanh", "no such device")
DEAD_PIN = Text("chân {name} không điều khiển được", "pin {name} cannot be driven")


@dataclass(slots=True)
class SimTrack:
    """A track that is only its timeline: what sounds when. No PCM is made."""

    stem: str
    signal: str
    status: Status
    timeline: Timeline
    rate: int = RATE
    head_frames: int = 0
    loop_frames: int = 0
    ending_frames: int = 0

    def prove(self) -> None:
        """It is as it was made."""

    def read(self, start: int, count: int) -> bytes:
        """Nothing listens to PCM here."""
        return b""

    def read_ending(self, start: int, count: int) -> bytes:
        """Nothing listens to PCM here."""
        return b""

    def close(self) -> None:
        """Nothing is held."""


@lru_cache(maxsize=512)
def track_of(job: Job, voiced: bool) -> SimTrack:
    """The print of a job, as the studio lays it out; without its words where there is no voice."""
    spoken = {speech.key: WORD_S for speech in job.speeches} if voiced else {}
    if job.source is None:
        timeline = Timeline(Passage((), (), (Word(0.0, WORD_S, SPEECH),), WORD_S), None, None)
    else:
        timeline = compose(job.source, job.status, spoken, job.tempo)
    return SimTrack(_stem(job), job.signal, job.status, timeline)


@lru_cache(maxsize=1024)
def _stem(job: Job) -> str:
    return job.stem


@dataclass(slots=True)
class Relays:
    """Implements Relays. `stuck` do not close, `dead` cannot be commanded. `moved` is called before each change."""

    witness: Witness
    moved: Callable[[], None]
    on: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    dead: bool = False

    def switch(self, name: str, on: bool) -> bool:
        """Command one relay."""
        if self.dead:
            raise PinsError(DEAD_PIN.fill(name=name))
        if name in self.stuck and on:
            return False
        if on != (name in self.on):
            self.moved()
            (self.on.add if on else self.on.discard)(name)
            self.witness.relay(name, on)
        return on

    def all_off(self) -> None:
        """Everything off."""
        for name in sorted(self.on):
            self.on.discard(name)
            self.witness.relay(name, False)

    def close(self) -> None:
        """Everything off."""
        self.all_off()


@dataclass(slots=True)
class Loudspeaker:
    """Implements Speaker. `present`: is there a sound card?"""

    witness: Witness
    post: Post
    present: bool = True

    def begin(self, track: Track, spare: Track | None, lead_s: float, skip_s: float = 0.0) -> None:
        """Play."""
        del spare, skip_s
        assert isinstance(track, SimTrack)
        self.witness.begins(track.signal, track.status, lead_s, self.present)

    def end(self, at_s: float | None = None) -> None:
        """Its ending begins: nothing that the witness counts."""

    def stop(self) -> None:
        """Silence."""
        self.witness.ends()

    def close(self) -> None:
        """Silence."""
        self.witness.ends()

    def pull_out(self) -> None:
        """The sound card is gone."""
        self.present = False
        self.witness.card(False)
        self.post(SpeakerLost(NO_CARD, missing=True))

    def put_back(self) -> None:
        """It is there again."""
        self.present = True
        self.witness.card(True)
        self.post(SpeakerBack())


@dataclass(slots=True)
class Contacts:
    """Implements Buttons."""

    names: Sequence[str]
    mono: Callable[[], float]
    post: Post
    shut: set[str]

    def closed(self) -> Mapping[str, bool]:
        """How every contact is."""
        return {name: name in self.shut for name in self.names}

    def lamp(self, button: str, on: bool) -> None:
        """Nobody looks."""

    def move(self, button: str, closed: bool) -> None:
        """Somebody presses, or lets go."""
        (self.shut.add if closed else self.shut.discard)(button)
        self.post(ContactMoved(button, closed, self.mono()))

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class Studio:
    """Shelf and renderer in one: what was asked for is there at once, with words only while there is a voice."""

    post: Post
    has_voice: Callable[[], bool]
    _shelf: dict[str, Track] = field(default_factory=dict)

    def request(self, jobs: Sequence[Job]) -> None:
        """Render. A print that lacks its words is made anew when there is a voice."""
        voiced = self.has_voice()
        self._shelf = {_stem(job): track_of(job, voiced) for job in jobs}
        voiceless = frozenset(_stem(job) for job in jobs if job.speeches and not voiced)
        self.post(PrintsChanged({}, voiceless))

    def take(self, stem: str) -> Track | None:
        """The print of that stem."""
        return self._shelf.get(stem)

    def close(self) -> None:
        """Nothing runs."""


class Supervisor:
    """Implements Supervisor: nobody."""

    def ready(self, status: str) -> None:
        """Not told to anybody."""

    def reloading(self) -> None:
        """Not told to anybody."""

    def alive(self) -> None:
        """Not told to anybody."""

    def stopping(self) -> None:
        """Not told to anybody."""

    def status(self, status: str) -> None:
        """Not told to anybody."""
