"""What must hold, whatever happens. Judged from the world's side: what sounded, what moved, who asked, the true clock.

Each rule is a function that says what is wrong, or nothing. They are asked at the very instant at which it could first
be seen; `at_the_end` once more when everything has been mended and the desk has had time to catch up. What must hold of
pushed settings stands in `invariants_push`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from gongd.core.catalogue import Status
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Heartbeat
from gongd.sim import furniture, invariants_push
from gongd.sim.facts import EMERGENCIES, Order
from gongd.sim.witness import Sounding

if TYPE_CHECKING:
    from gongd.sim.cabinet import Cabinet
    from gongd.sim.commune import Commune

EXACT_S = 2.5
"""A clock that is right is right to two seconds; half of one for the loop."""
VOUCHED_S = 65.0
"""A person names a minute."""
PROMPT_S = 0.5
"""From "it counts" to sound (promise 1: 100 ms, and the contact's own time)."""
TAIL_S = 1.6
"""The amplifier's lead and tail, and a turn of the loop."""
CAPS_S = {"fire": 30.0, "security": 40.0, "flood": 30.0}
"""As the settings of the virtual commune say; every other signal has LONGEST_S."""
LONGEST_S = 300.0
FRESH_S = 120.0 + 30.0
CHALLENGE_S = 300.0
MOST_GONE_S = 2200.0
"""The flood rests for ten minutes, for at most 35: what is gone for longer is over."""
CALM_S = 1200.0
"""A night is to be rung when nothing has happened to the box for so long before it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that did not hold: which, when (true seconds), where, and how it was seen."""

    rule: str
    at: float
    box: str
    what: str


Found = Iterator[str]


# ── When a sound begins ──────────────────────────────────────────────────────────────────────────────────────────


def what_sounds_was_authorised(commune: "Commune", sounding: Sounding) -> Found:
    """Somebody who may has asked for exactly this, here: the schedule, a button that was held, an order."""
    facts, box, name = commune.facts, sounding.box, sounding.activation
    order = facts.orders.get(name.partition(".")[0])
    if name.startswith(f"{furniture.SCHEDULE}-"):
        if sounding.status is not Status.ACTUAL or sounding.signal not in ("peace", ""):
            yield f"{name} sounds {sounding.signal}"
    elif order is not None:
        yield from _is_ordered(order, sounding)
    elif name.startswith("speech-"):
        if not facts.held(box, "status", commune.world.now - 120.0, commune.world.now):
            yield f"{name} speaks, and nobody asked"
    else:
        button = next((each for each in _BUTTONS if name.startswith((f"{each}-", f"{box}-{each}-"))), None)
        first = next((one.began_at for one in facts.of(box, name)), sounding.began_at)
        if button is None or not facts.held(box, button, first - 600.0, first):
            yield f"{name} sounds, and nobody pressed"
        elif sounding.signal not in (button, ""):
            yield f"{name} sounds {sounding.signal}"


_BUTTONS = ("fire", "flood", "all-clear")


def _is_ordered(order: Order, sounding: Sounding) -> Found:
    claims, name = order.claims, sounding.activation
    if not order.right or sounding.box not in order.boxes:
        yield f"{name} sounds on the word of somebody who may not"
    if claims.type is CommandType.ALERT and sounding.signal not in (claims.signal, ""):
        yield f"{name} sounds {sounding.signal}, not {claims.signal}"
    if claims.type is CommandType.ALERT and sounding.status is not claims.status and sounding.signal:
        yield f"{name} sounds as {sounding.status}, not {claims.status}"


def what_was_ordered_was_fresh(commune: "Commune", sounding: Sounding) -> Found:
    """An order is accepted by the box's own challenge, or within its time by a clock that the box may believe."""
    facts, box = commune.facts, sounding.box
    jti = sounding.activation.partition(".")[0]
    order, accepted_at = facts.orders.get(jti), facts.accepted.get((box, jti))
    if order is None or not order.copies or order.claims.type is not CommandType.ALERT:
        return
    if accepted_at is None:
        yield f"{jti} sounds and was never accepted"
    elif not any(_is_fresh(commune, box, copy.at, copy.challenges, accepted_at) for copy in order.copies):
        yield f"{jti} was accepted {accepted_at - order.copies[-1].at:.0f} s after it was last signed"


def _is_fresh(commune: "Commune", box: str, at: float, challenges: tuple[str, ...], accepted_at: float) -> bool:
    drawn = [commune.facts.challenges.get((box, each)) for each in challenges]
    if any(each is not None and accepted_at - each <= CHALLENGE_S + 1.0 for each in drawn):
        return True
    cabinet = commune.cabinet(box)
    slack_s = abs(cabinet.clock.error_s) if cabinet.lied_to else VOUCHED_S if cabinet.vouched else EXACT_S
    return at - 30.0 - slack_s <= accepted_at <= at + FRESH_S + slack_s


def what_sounds_is_new(commune: "Commune", sounding: Sounding) -> Found:
    """Nothing that came to its end, or was ended by somebody, sounds again."""
    before = [one for one in commune.facts.of(sounding.box, sounding.activation) if one is not sounding]
    if not before:
        return
    last = before[-1]
    ended_at = last.ended_at or last.began_at
    gone_s = sounding.began_at - ended_at
    if sounding.activation.startswith(f"{furniture.SCHEDULE}-"):
        yield f"{sounding.activation} rings twice"
    elif gone_s > MOST_GONE_S and not _asked_again(commune, sounding, ended_at):
        yield f"{sounding.activation} comes back after {gone_s:.0f} s"
    elif last.own_end and (sounding.signal != "flood" or sounding.began_at - ended_at < 500.0):
        if not _asked_again(commune, sounding, last.began_at):
            yield f"{sounding.activation} sounds again after its end"
    elif commune.facts.ended(
        sounding.box, sounding.activation, ended_at - 0.5, sounding.began_at - 0.5
    ) and not _asked_again(commune, sounding, ended_at):
        yield f"{sounding.activation} sounds again after it was ended"


def _asked_again(commune: "Commune", sounding: Sounding, since: float) -> bool:
    """Did somebody else ask for the same signal meanwhile?"""
    facts = commune.facts
    if facts.held(sounding.box, sounding.signal, since - 5.0, sounding.began_at):
        return True
    return any(
        at >= since - 5.0 and where == sounding.box and facts.orders[jti].claims.signal == sounding.signal
        for (where, jti), at in facts.accepted.items()
        if jti in facts.orders
    )


def no_gong_is_late(commune: "Commune", sounding: Sounding) -> Found:
    """Between 22:00 and the grace, by the true clock; by the box's where it was lied to and cannot know. A person who
    vouches tells the truth, whatever the clock shows."""
    if not sounding.activation.startswith(f"{furniture.SCHEDULE}-"):
        return
    cabinet = commune.cabinet(sounding.box)
    wall = cabinet.clock.wall if cabinet.lied_to and not cabinet.vouched else commune.world.wall
    slack = timedelta(seconds=VOUCHED_S if cabinet.vouched else EXACT_S)
    due = wall.astimezone(furniture.ZONE).replace(hour=22, minute=0, second=0, microsecond=0)
    if not due - slack <= wall <= due + timedelta(seconds=furniture.GRACE_S) + slack:
        yield f"the gong rings at {wall:%Y-%m-%d %H:%M:%S}"


AT_BEGIN: tuple[Callable[["Commune", Sounding], Found], ...] = (
    what_sounds_was_authorised,
    what_was_ordered_was_fresh,
    what_sounds_is_new,
    no_gong_is_late,
)


# ── When a sound ends ────────────────────────────────────────────────────────────────────────────────────────────


def nothing_sounds_past_its_cap(commune: "Commune", sounding: Sounding) -> Found:
    """Not one stretch of it, and not all together, unless it was asked for again."""
    cap_s = CAPS_S.get(sounding.signal, LONGEST_S)
    stretches = commune.facts.of(sounding.box, sounding.activation)
    if not stretches:
        return
    total_s = sum(one.lasted_s(commune.world.now) for one in stretches)
    rests = sum(one.own_end for one in stretches[:-1])
    if total_s <= cap_s * (1 + rests) + 1.0:
        return  # whoever asked, and however often
    asked = sum(_requests(commune, sounding))
    if total_s > cap_s * (max(1, asked) + rests) + 1.0:
        yield f"{sounding.activation} has sounded for {total_s:.1f} s, its cap is {cap_s:.0f} s, asked {asked} times"


def _requests(commune: "Commune", sounding: Sounding) -> Iterator[bool]:
    """Everything that may have been asked for the same signal, up to now."""
    facts, since = commune.facts, commune.facts.of(sounding.box, sounding.activation)[0].began_at - 30.0
    for hold in facts.holds:
        yield hold.box == sounding.box and hold.button == sounding.signal and since <= (hold.counts_at or -1.0)
    for (where, jti), at in facts.accepted.items():
        order = facts.orders.get(jti)
        yield where == sounding.box and order is not None and order.claims.signal == sounding.signal and at >= since


AT_END: tuple[Callable[["Commune", Sounding], Found], ...] = (nothing_sounds_past_its_cap,)


# ── At every turn of a box ───────────────────────────────────────────────────────────────────────────────────────


def relays_are_off_when_nothing_sounds(commune: "Commune", cabinet: "Cabinet") -> Found:
    """But for the lamp of a fault, and the amplifier's lead and tail."""
    witness, now = cabinet.witness, commune.world.now
    if witness.now_sounding is not None or now - witness.silent_since <= TAIL_S:
        return
    held = {name: since for name, since in witness.relays_on.items() if name != "lamp" and now - since > TAIL_S}
    if held:
        yield f"nothing sounds, and {', '.join(sorted(held))} still on"


AT_TURN: tuple[Callable[["Commune", "Cabinet"], Found], ...] = (relays_are_off_when_nothing_sounds,)


# ── Shortly after an alarm was asked for ─────────────────────────────────────────────────────────────────────────


def an_emergency_is_not_held_back(commune: "Commune", box: str, signal: str, asked_at: float) -> Found:
    """Half a second after it counts, an actual emergency sounds: this one, or one that is newer; unless the daemon was
    killed at that very moment."""
    now, facts, daemon = commune.world.now, commune.facts, commune.cabinet(box).daemon
    if daemon is None or daemon.started_at >= asked_at:
        return
    if facts.is_shaken(box, asked_at - 60.0, now) or facts.quieted(box, asked_at - 5.0, now):
        return
    heard = facts.heard_at(box, now)
    if heard is None or heard.status is not Status.ACTUAL or not (heard.signal in EMERGENCIES or heard.signal == ""):
        yield f"{signal} was asked for {now - asked_at:.2f} s ago, and {heard.signal if heard else 'nothing'} sounds"


def what_is_ended_is_silent(
    commune: "Commune", box: str, activations: Sequence[str], asked: str, asked_at: float
) -> Found:
    """Half a second after somebody silenced or cancelled it, it does not sound.

    `activations`: what sounded as the silence counted, or what the cancel names. What begins after a silence is the
    next alarm, or the next gong: no silence outlaws it.
    """
    now = commune.world.now
    heard = commune.cabinet(box).witness.now_sounding
    if heard is None or heard.activation not in activations:
        return
    if not commune.facts.is_shaken(box, asked_at - 5.0, now):
        yield f"{heard.activation} still sounds, {now - asked_at:.2f} s after it was {asked}"


# ── When a box says how it is ────────────────────────────────────────────────────────────────────────────────────


def a_heartbeat_tells_the_truth(commune: "Commune", cabinet: "Cabinet", beat: Heartbeat) -> Found:
    """What it says of the last minute is what the world saw."""
    now = commune.world.now
    if commune.facts.is_shaken(cabinet.id, now - 65.0, now):
        return
    heard = cabinet.witness.now_sounding
    recent = commune.facts.heard_at(cabinet.id, now - 2.0)
    said = {one.signal for one in (heard, recent) if one is not None}
    if beat.sounding is not None and said != {""} and beat.sounding not in said | {"speech"}:
        yield f"it says that {beat.sounding} sounds; {sorted(said) or 'nothing'} does"
    if beat.sounding is None and heard is not None and heard.lasted_s(now) > 2.0:
        yield f"it says that nothing sounds; {heard.signal} does"
    if beat.sounds == "yes" and not cabinet.has_card:
        yield "it says that it can be heard; it has no sound card"
    if beat.trusted and not cabinet.may_trust:
        yield "it says that its clock can be believed; it cannot"
    if abs((beat.at - cabinet.clock.wall).total_seconds()) > VOUCHED_S and not cabinet.vouched:
        yield f"it says that it is {beat.at}, its clock shows {cabinet.clock.wall}"


# ── In the end ───────────────────────────────────────────────────────────────────────────────────────────────────


def every_night_has_one_record(commune: "Commune") -> Iterator[tuple[str, str]]:
    """And no night has two."""
    for cabinet in commune.cabinets:
        for night in commune.nights_of(cabinet):
            words = commune.facts.nights.get((cabinet.id, night.isoformat()), [])
            count = commune.records_of(cabinet, night)
            if count != 1:
                yield cabinet.id, f"the night {night} has {count} records (written: {[word[1:] for word in words]})"


def a_night_is_missed_for_a_reason(commune: "Commune") -> Iterator[tuple[str, str]]:
    """Where nothing stood in the way of the gong, it was heard; and what is said to have rung was."""
    for cabinet in commune.cabinets:
        for night in commune.nights_of(cabinet):
            heard = commune.facts.of(cabinet.id, f"{furniture.SCHEDULE}-{night.isoformat()}")
            due = commune.due_at(night)
            if not heard and commune.was_clear(cabinet, due):
                yield cabinet.id, f"nothing stood in the way of the gong of {night}, and it was not heard"
            said = commune.said_of(cabinet, night)
            if "rung" in said and not heard and not commune.facts.is_shaken(cabinet.id, due - 200.0, due + 200.0):
                yield cabinet.id, f"the night {night} is said to be rung, and was not heard"


def journals_have_no_gaps(commune: "Commune") -> Iterator[tuple[str, str]]:
    """Every journal counts 1, 2, 3 ..."""
    for cabinet in commune.cabinets:
        numbers = [number for number, _ in commune.journal_of(cabinet)]
        if numbers != list(range(1, len(numbers) + 1)):
            gap = next(number for number, each in enumerate(numbers, 1) if number != each)
            yield cabinet.id, f"the journal leaps at {gap}"


def the_desk_has_what_the_journals_have(commune: "Commune") -> Iterator[tuple[str, str]]:
    """Record by record; of a journal that was lost, what it knew to be told, and nothing that it did not say."""
    for cabinet in commune.cabinets:
        written, held = commune.journal_of(cabinet), commune.desk_of(cabinet.id, cabinet.journal_id)
        missing = [number for number, record in written if held.get(number) != record]
        if missing:
            yield cabinet.id, f"the desk lacks {len(missing)} of {len(written)} records, the first is {missing[0]}"
    for lost in commune.facts.lost:
        held, told = commune.desk_of(lost.box, lost.journal), 0 if commune.could_be_lost(lost.at) else lost.published
        due = {number: None if number <= told else record for number, record in lost.records}
        wrong = [number for number, record in lost.records if held.get(number, due[number]) != record]
        if wrong:
            yield lost.box, f"of a lost journal the desk has {len(wrong)} records not, or not so: first {wrong[0]}"


def every_accepted_alarm_is_answered(commune: "Commune") -> Iterator[tuple[str, str]]:
    """It sounded, or its journal says what became of it otherwise; and the desk has been told."""
    facts = commune.facts
    for (box, jti), at in facts.accepted.items():
        order = facts.orders.get(jti)
        if order is None or order.claims.type is not CommandType.ALERT or commune.was_lost(box, at):
            continue
        if not facts.of(box, jti) and not facts.outcomes.get((box, jti)):
            yield box, f"{jti} was accepted, and never sounded or was answered"
        if order.right and not commune.has_answered(box, jti):
            yield box, f"{jti} was accepted, and no answer has reached the desk"


def every_alarm_reaches_who_can_be_reached(commune: "Commune") -> Iterator[tuple[str, str]]:
    """A box that was there while an order was being sent has taken it, and said so."""
    for jti, order in commune.facts.orders.items():
        if not order.right or order.claims.type is not CommandType.ALERT or order.ended_at is not None:
            continue
        for box in order.boxes:
            if commune.was_there(box, order) and (box, jti) not in commune.facts.accepted:
                answers = commune.answers_of(box, jti)
                if not any(answer not in ("expired", "clock-untrusted") for answer in answers):
                    yield box, f"{jti} ({order.claims.signal}) was never taken (answers: {answers})"


IN_THE_END: tuple[Callable[["Commune"], Iterator[tuple[str, str]]], ...] = (
    every_night_has_one_record,
    a_night_is_missed_for_a_reason,
    journals_have_no_gaps,
    the_desk_has_what_the_journals_have,
    every_accepted_alarm_is_answered,
    every_alarm_reaches_who_can_be_reached,
    *invariants_push.IN_THE_END,
)


RULES = tuple(
    rule.__name__
    for rule in (
        *AT_BEGIN,
        *AT_END,
        *AT_TURN,
        an_emergency_is_not_held_back,
        what_is_ended_is_silent,
        a_heartbeat_tells_the_truth,
        *invariants_push.WHILE_PUSHED,
        *IN_THE_END,
    )
)
"""All of them, by name."""
