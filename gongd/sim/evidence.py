"""What the rules ask of the world's book. Here stands what was so; what must be so stands in `invariants` alone."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gongd.core.record import Kind, Record
from gongd.core.wire_report import Answer, Step
from gongd.sim import furniture
from gongd.sim.facts import Copy
from gongd.sim.pushes import PushedFile
from gongd.sim.witness import Sounding

if TYPE_CHECKING:
    from gongd.sim.cabinet import Cabinet
    from gongd.sim.commune import Commune

EXACT_S = 2.5
"""A clock that is right is right to two seconds; half of one for the loop."""
VOUCHED_S = 65.0
"""A person names a minute."""
FRESH_S = 120.0 + 30.0
"""An order may be so old, with the skew that a box allows a clock."""
EARLY_S = 30.0
CHALLENGE_S = 300.0 + 1.0
"""So long a box knows a challenge that it has drawn, with a turn of its loop."""
HELD_S = 600.0
"""An alarm at a button may begin so long after it was held: what sounded before it is heard out."""
BUTTONS = ("fire", "flood", "all-clear")
LAST = frozenset({Step.FINISHED, Step.REFUSED, Step.FAILED})


# ── Who asked ────────────────────────────────────────────────────────────────────────────────────────────────────


def is_gong(sounding: Sounding) -> bool:
    """Does the schedule claim to have asked?"""
    return sounding.activation.startswith(f"{furniture.SCHEDULE}-")


def was_pressed(commune: "Commune", sounding: Sounding) -> str | None:
    """The button that this is named after, if somebody held it before it first sounded."""
    facts, box, name = commune.facts, sounding.box, sounding.activation
    button = next((each for each in BUTTONS if name.startswith((f"{each}-", f"{box}-{each}-"))), None)
    first = next((one.began_at for one in facts.of(box, name)), sounding.began_at)
    return button if button is not None and facts.held(box, button, first - HELD_S, first) else None


def asked_again(commune: "Commune", sounding: Sounding, since: float) -> bool:
    """Did somebody else ask for the same signal meanwhile?"""
    facts = commune.facts
    if facts.held(sounding.box, sounding.signal, since - 5.0, sounding.began_at):
        return True
    return any(
        at >= since - 5.0 and where == sounding.box and facts.orders[jti].claims.signal == sounding.signal
        for (where, jti), at in facts.accepted.items()
        if jti in facts.orders
    )


def times_asked(commune: "Commune", sounding: Sounding) -> int:
    """How often the same signal may have been asked for, from shortly before its first stretch up to now."""
    facts, since = commune.facts, commune.facts.of(sounding.box, sounding.activation)[0].began_at - 30.0
    held = [
        hold
        for hold in facts.holds
        if hold.box == sounding.box and hold.button == sounding.signal and since <= (hold.counts_at or -1.0)
    ]
    taken = [
        jti
        for (where, jti), at in facts.accepted.items()
        if where == sounding.box and jti in facts.orders and facts.orders[jti].claims.signal == sounding.signal
        if at >= since
    ]
    return len(held) + len(taken)


def has_rested(one: Sounding, then: Sounding, whole_s: float, rest_s: float) -> bool:
    """Had it come to its end before it sounded again: by the stage's word, or, for another alarm may begin while the
    amplifier has its tail, by having sounded for all its time and rested after it, as the flood does?"""
    ended_at = one.ended_at or one.began_at
    is_whole = one.signal == "flood" and one.lasted_s(ended_at) >= whole_s
    return one.own_end or (is_whole and then.began_at - ended_at >= rest_s)


# ── By which clock ───────────────────────────────────────────────────────────────────────────────────────────────


def was_fresh(commune: "Commune", box: str, copy: Copy, accepted_at: float) -> bool:
    """Was this copy of an order answering the box's own challenge, or within its time by the clock that the box had?"""
    drawn = [commune.facts.challenges.get((box, each)) for each in copy.challenges]
    if any(each is not None and accepted_at - each <= CHALLENGE_S for each in drawn):
        return True
    cabinet = commune.cabinet(box)
    slack_s = abs(cabinet.clock.error_s) if cabinet.lied_to else VOUCHED_S if cabinet.vouched else EXACT_S
    return copy.at - EARLY_S - slack_s <= accepted_at <= copy.at + FRESH_S + slack_s


def wall_of(commune: "Commune", cabinet: "Cabinet") -> tuple[datetime, timedelta]:
    """The time that this box can be held to, and how exactly."""
    wall = cabinet.clock.wall if cabinet.lied_to and not cabinet.vouched else commune.world.wall
    return wall, timedelta(seconds=VOUCHED_S if cabinet.vouched else EXACT_S)


# ── What the desk was told ───────────────────────────────────────────────────────────────────────────────────────


def missing_at_desk(commune: "Commune", cabinet: "Cabinet") -> list[int]:
    """The numbers of what stands in this box's journal, and at the desk not, or not so."""
    held = commune.desk_of(cabinet.id, cabinet.journal_id)
    return [number for number, record in commune.journal_of(cabinet) if held.get(number) != record]


def wrong_of_lost(commune: "Commune") -> Iterator[tuple[str, list[int]]]:
    """Box by box, of each journal that was lost: the numbers of what the desk lacks that the journal knew to be told,
    and of what the desk has otherwise than the journal had it."""
    for lost in commune.facts.lost:
        held, told = commune.desk_of(lost.box, lost.journal), 0 if commune.could_be_lost(lost.at) else lost.published
        due: dict[int, Record | None] = {number: None if number <= told else record for number, record in lost.records}
        yield lost.box, [number for number, record in lost.records if held.get(number, due[number]) != record]


# ── What became of a pushed file ─────────────────────────────────────────────────────────────────────────────────


def is_free(cabinet: "Cabinet") -> bool:
    """Does it run, with nothing that sounds or waits?"""
    return cabinet.daemon is not None and cabinet.daemon.box.parts.airtime.is_free


def said_of(file: PushedFile) -> str:
    """What its box has written of it, in words."""
    return ", ".join(word for _, word in file.words) or "nothing"


def taken_files(commune: "Commune") -> Iterator[PushedFile]:
    """Every pushed file whose order was accepted, where the card has not lost that."""
    for cabinet in commune.cabinets:
        kept = {record.activation for _, record in commune.journal_of(cabinet) if record.kind is Kind.COMMAND}
        for file in commune.pushes.files.values():
            if file.box == cabinet.id and file.jti in kept and (cabinet.id, file.jti) in commune.facts.accepted:
                yield file


def last_answers(commune: "Commune", file: PushedFile) -> list[Answer]:
    """Every final answer of its box that has reached the desk."""
    return [each for each in commune.answers_to(file.box, file.jti) if each.step in LAST and not each.is_stale]


def last_proven(commune: "Commune", cabinet: "Cabinet") -> PushedFile | None:
    """The file that this box has called proven last."""
    proven = [each for each in commune.pushes.files.values() if each.box == cabinet.id and each.proven_at]
    return max(proven, key=lambda each: each.proven_at or 0.0, default=None)
