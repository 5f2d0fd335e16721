"""Settings pushed by the desk: what lies on the disk, and which file is in force. Pure.

A pushed file goes with one file in /etc, which it names by its digest: a technician's edit wins. Until the box's
heartbeat has come back it is not proven, and no start uses a file that is not.
"""

from dataclasses import dataclass, replace

from gongd.core.errors import Problem

PROOF_S = 60.0
"""So long after it has come into force the heartbeat may take to come back (wire.md)."""
MOST_PROBLEMS = 100
"""So many problems are told in one answer; `n` says how many there are."""

APPLIED, PROVEN, REFUSED, FAILED = "applied", "proven", "refused", "failed"
ROLLED_BACK, SUPERSEDED = "rolled-back", "superseded"
"""Outcomes of SETTINGS records; those with an activation are of a pushed file, and the activation is its order."""

AWAITS_PIECES, AWAITS_SILENCE, AWAITS_HEARTBEAT = "pieces", "silence", "heartbeat"
"""What an order is `waiting` for that changes nothing yet, or is not proven yet."""
UNDER_WAY = frozenset({AWAITS_PIECES, AWAITS_SILENCE, AWAITS_HEARTBEAT})

CALLED_OFF = "cancelled"
"""Why a file is not used, or not any more: the desk has cancelled its order."""

INVALID, DIFFERS, NOT_STORED = "settings-invalid", "settings-differ", "disk-read-only"


@dataclass(frozen=True, slots=True)
class Push:
    """One pushed file: the order that brought it, its digest, and that of the file in /etc with which it goes."""

    id: str
    digest: str
    replaces: str


@dataclass(frozen=True, slots=True)
class Note:
    """What is remembered beside the files: the last that came, and the proven one before it, if there is one."""

    last: Push
    proven: bool = False
    before: Push | None = None

    def chosen(self, file_digest: str, starting: bool) -> Push | None:
        """The pushed file that is in force over the file in /etc of this digest; None: that file itself."""
        push = self.before if starting and not self.proven else self.last
        return push if push is not None and push.replaces == file_digest else None

    def followed_by(self, push: Push) -> "Note":
        """A new one has come, and is not proven."""
        return Note(push, before=self.last if self.proven else self.before)

    def proved(self) -> "Note":
        """The heartbeat has come back."""
        return replace(self, proven=True, before=None)

    def undone(self) -> "Note | None":
        """Without the last."""
        return Note(self.before, proven=True) if self.before is not None else None


@dataclass(frozen=True, slots=True)
class Declined:
    """A pushed file that is not used: INVALID with every problem, DIFFERS, or NOT_STORED."""

    reason: str
    problems: tuple[Problem, ...] = ()

    @property
    def told(self) -> dict[str, object]:
        """For record and answer: how many problems there are, and what they say."""
        if not self.problems:
            return {}
        listed = self.problems[:MOST_PROBLEMS]
        return {"n": len(self.problems), "problems": [_told(problem) for problem in listed]}


def _told(problem: Problem) -> dict[str, object]:
    where = {"path": problem.path, "line": problem.line, "column": problem.column}
    return {**where, "vi": problem.text.vi[:300], "en": problem.text.en[:300]}
