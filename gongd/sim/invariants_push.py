"""What must hold of settings that the desk pushes, whatever happens; beside `invariants`, and judged as those are.

In short: a file that is wrong is never in force; one that no heartbeat has proven is used by no start, and goes back
when its time is over; what is proven stays; and the desk is told which of these it was.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gongd.core import push
from gongd.core.record import Kind
from gongd.core.wire_report import Step
from gongd.sim import furniture
from gongd.sim.pushes import UNDONE, InForce, PushedFile

if TYPE_CHECKING:
    from gongd.sim.cabinet import Cabinet
    from gongd.sim.commune import Commune

BACK_S = push.PROOF_S + 10.0
"""From coming into force to being taken back: the time of proof, and what a card may take over the note."""
EDITED_S = 10.0
"""From a technician's edit to its coming into force, with nothing sounding."""
ENDS = UNDONE | {push.PROVEN}
LAST = frozenset({Step.FINISHED, Step.REFUSED, Step.FAILED})

Found = Iterator[str]


# ── While a box uses a pushed file ───────────────────────────────────────────────────────────────────────────────


def a_pushed_file_in_force_is_right(commune: "Commune", cabinet: "Cabinet", used: InForce) -> Found:
    """Pushed by somebody who may, for this box, over the file that is in /etc; and nothing is wrong with it. Once a
    technician has saved another, that one is in force as soon as nothing sounds."""
    file, drawer, now = used.file, cabinet.drawer, commune.world.now
    if file is None:
        return
    is_free = cabinet.daemon is not None and cabinet.daemon.box.parts.airtime.is_free
    if not used.is_new and not (is_free and now - drawer.saved_at > EDITED_S):
        return
    if not file.is_right or file.box != cabinet.id:
        yield f"{file.jti} is in force, and never may be"
    elif used.is_new and file.is_undone:
        yield f"{file.jti} is in force, of which was said: {_said(file)}"
    elif drawer.digest != file.replaces and drawer.text != furniture.BROKEN:
        yield f"{file.jti} is in force, and does not go with the file in /etc"


def no_start_uses_an_unproven_file(commune: "Commune", cabinet: "Cabinet", used: InForce) -> Found:
    """A heartbeat that was sent since it came into force has come back, or it is not used."""
    del cabinet
    if used.file is not None and used.is_new and used.at_start and not commune.pushes.is_proven(used.file):
        yield f"a start uses {used.file.jti}, which no heartbeat has proven (said: {_said(used.file)})"


def an_unproven_file_goes_back(commune: "Commune", cabinet: "Cabinet", used: InForce) -> Found:
    """When its time is over, whatever the card does; but what sounds is heard out."""
    file, now = used.file, commune.world.now
    if file is None or now - used.since <= BACK_S or commune.pushes.is_proven(file):
        return
    if cabinet.daemon is not None and cabinet.daemon.box.parts.airtime.is_free:
        yield f"{file.jti} is still in force after {now - used.since:.0f} s, and no heartbeat has proven it"


WHILE_PUSHED: tuple[Callable[["Commune", "Cabinet", InForce], Found], ...] = (
    a_pushed_file_in_force_is_right,
    no_start_uses_an_unproven_file,
    an_unproven_file_goes_back,
)


# ── In the end ───────────────────────────────────────────────────────────────────────────────────────────────────


def every_pushed_file_is_answered(commune: "Commune") -> Iterator[tuple[str, str]]:
    """Once it was accepted, and the card has not lost that: proven, refused, failed or taken back, and not two of them.
    The desk has been told, and why; an answer that the broker has forgotten before the desk was back it reads in the
    record."""
    for cabinet in commune.cabinets:
        kept = {record.activation for _, record in commune.journal_of(cabinet) if record.kind is Kind.COMMAND}
        for file in commune.pushes.files.values():
            if file.box == cabinet.id and file.jti in kept and (cabinet.id, file.jti) in commune.facts.accepted:
                yield from ((cabinet.id, what) for what in _unanswered(commune, file))


def _unanswered(commune: "Commune", file: PushedFile) -> Found:
    said = {word for _, word in file.words}
    answers = [each for each in commune.answers_to(file.box, file.jti) if each.step in LAST and not each.is_stale]
    told = {each.step for each in answers}
    if not said & ENDS:
        yield f"{file.jti} was accepted, and its end was never written (said: {_said(file)})"
    if push.PROVEN in said and said & UNDONE:
        yield f"{file.jti} was proven, and is said not to be used: {_said(file)}"
    if any(each.step is not Step.FINISHED and not each.reason for each in answers):
        yield f"the desk was told that {file.jti} came to nothing, and not why (said: {_said(file)})"
    if not told and not (file.words and commune.could_be_lost(file.words[-1][0])):
        yield f"the end of {file.jti} has never reached the desk (said: {_said(file)})"
    if told and said & ENDS and (Step.FINISHED in told) != (push.PROVEN in said):
        yield f"the desk was told {sorted(told)} of {file.jti}, of which was written: {_said(file)}"


def only_a_heartbeat_proves(commune: "Commune") -> Iterator[tuple[str, str]]:
    """What is called proven was in force, and a heartbeat has come back meanwhile."""
    for file in commune.pushes.files.values():
        if file.proven_at is not None and not commune.pushes.is_proven(file):
            yield file.box, f"{file.jti} is called proven, and no heartbeat has come back"


def what_is_proven_stays(commune: "Commune") -> Iterator[tuple[str, str]]:
    """Through every start, until a technician edits the file in /etc or another is proven."""
    for cabinet in commune.cabinets:
        proven = [each for each in commune.pushes.files.values() if each.box == cabinet.id and each.proven_at]
        last = max(proven, key=lambda each: each.proven_at or 0.0, default=None)
        if last is None or cabinet.daemon is None or cabinet.drawer.saved_at >= (last.proven_at or 0.0):
            continue
        if cabinet.daemon.box.parts.settings.source_digest != last.digest:
            yield cabinet.id, f"{last.jti} was proven, nobody has edited the file since, and it is not in force"


IN_THE_END: tuple[Callable[["Commune"], Iterator[tuple[str, str]]], ...] = (
    every_pushed_file_is_answered,
    only_a_heartbeat_proves,
    what_is_proven_stays,
)


def _said(file: PushedFile) -> str:
    return ", ".join(word for _, word in file.words) or "nothing"
