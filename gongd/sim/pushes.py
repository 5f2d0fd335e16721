"""What truly became of the settings files that were pushed: the world's own book of them, which the rules ask.

A file may be in force on trial, until its time of proof is over, and for good once the box's own heartbeat has gone to
the broker and come back meanwhile. The digest of every pushed file is its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from gongd.core import push
from gongd.core.record import Kind, Record
from gongd.sim.cabinet import Cabinet

UNDONE = frozenset({push.REFUSED, push.FAILED, push.ROLLED_BACK, push.SUPERSEDED})
OLD_S = 600.0
"""A heartbeat that is under way for so long does not come back any more."""


@dataclass(slots=True)
class PushedFile:
    """One file on its way to one box. `is_right`: somebody who may has pushed it, and nothing is wrong with it."""

    jti: str
    box: str
    digest: str
    replaces: str
    is_right: bool
    words: list[tuple[float, str]] = field(default_factory=list)
    """What the box has written of it, and when."""
    in_force_at: float | None = None
    """When it was first seen in force."""

    @property
    def is_undone(self) -> bool:
        """Has the box written that it is not used?"""
        return bool(self.words) and self.words[-1][1] in UNDONE

    @property
    def proven_at(self) -> float | None:
        """When the box wrote that it is proven."""
        return next((at for at, word in self.words if word == push.PROVEN), None)


@dataclass(frozen=True, slots=True)
class InForce:
    """What one box uses: since when, and in which of its starts. `file` None: a technician's.

    `is_new`: it is seen for the first time; `at_start`: the start itself has chosen it.
    """

    digest: str
    start: int
    since: float
    file: PushedFile | None
    at_start: bool
    is_new: bool = True


@dataclass(slots=True)
class Pushes:
    """All of a commune. `came_back`: when the last heartbeat that came back to a box had been sent."""

    files: dict[str, PushedFile] = field(default_factory=dict)
    came_back: dict[str, float] = field(default_factory=dict)
    _by_digest: dict[str, PushedFile] = field(default_factory=dict)
    _sent: dict[tuple[str, bytes], float] = field(default_factory=dict)
    _used: dict[str, InForce] = field(default_factory=dict)

    def given(self, file: PushedFile) -> None:
        """The desk, or whoever calls himself so, pushes a file."""
        self.files[file.jti] = self._by_digest[file.digest] = file

    def wrote(self, box: str, at: float, record: Record) -> None:
        """A box has written something."""
        file = self.files.get(record.activation or "") if record.kind is Kind.SETTINGS else None
        if file is not None and file.box == box:
            file.words.append((at, str(record.outcome)))

    def sent_beat(self, box: str, beat: bytes, at: float) -> None:
        """The broker has a heartbeat."""
        self._sent = {key: sent_at for key, sent_at in self._sent.items() if key[0] != box or at - sent_at < OLD_S}
        self._sent[box, beat] = at

    def heard_beat(self, box: str, beat: bytes) -> None:
        """It has come back to the box."""
        self.came_back[box] = max(self.came_back.get(box, -1.0), self._sent.get((box, beat), -1.0))

    def is_proven(self, file: PushedFile) -> bool:
        """Has a heartbeat that was sent since it came into force come back to the box?"""
        return file.in_force_at is not None and self.came_back.get(file.box, -1.0) >= file.in_force_at

    # ── What is in force ─────────────────────────────────────────────────────────────────────────────────────────

    def observe(self, cabinet: Cabinet, now: float) -> Iterator[InForce]:
        """Which pushed file does this box use now, and did its start use one?"""
        daemon = cabinet.daemon
        if daemon is None:
            return
        digest, used = daemon.box.parts.settings.source_digest, self._used.get(cabinet.id)
        if used is None or used.start != cabinet.starts:
            used = self._use(cabinet, daemon.began_with, daemon.started_at, at_start=True)
            if used.file is not None:
                yield used
        if digest != used.digest:
            used = self._use(cabinet, digest, now, at_start=False)
        if used.file is not None:
            yield used
            self._used[cabinet.id] = replace(used, is_new=False)

    def _use(self, cabinet: Cabinet, digest: str, since: float, at_start: bool) -> InForce:
        file = self._by_digest.get(digest)
        if file is not None and file.in_force_at is None:
            file.in_force_at = since
        self._used[cabinet.id] = used = InForce(digest, cabinet.starts, since, file, at_start)
        return used
