"""What must hold, whatever happens: every promise that the simulator keeps gongd to, one function each, from top to
bottom. Judged from the world's side: what sounded, what moved, who asked, the true clock (`evidence` says what was so).

Each rule says what is wrong, or nothing. They are asked at the very instant at which it could first be seen; some only
when everything has been mended and the desk has had time to catch up. In order:

- a sound begins: it was authorised, ordered while fresh, is new, and no gong is late
- a sound ends: it has kept to its cap
- at every turn of a box: relays are off when nothing sounds
- an alarm was asked for, or ended: it is not held back; it is silent
- a box says how it is: that is the truth
- a box uses pushed settings: nothing is wrong with them, no start uses an unproven file, and that one goes back
- in the end: of nights, journals, the desk's record, alarms and pushed files nothing is missing
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from gongd.core import push
from gongd.core.catalogue import Status
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Heartbeat, Step
from gongd.sim import evidence, furniture
from gongd.sim.facts import EMERGENCIES
from gongd.sim.pushes import UNDONE, InForce
from gongd.sim.witness import Sounding

if TYPE_CHECKING:
    from gongd.sim.cabinet import Cabinet
    from gongd.sim.commune import Commune

PROMPT_S = 0.5
"""From "it counts" to sound (promise 1: 100 ms, and the contact's own time)."""
TAIL_S = 1.6
"""The amplifier's lead and tail, and a turn of the loop."""
CAPS_S = {"fire": 30.0, "security": 40.0, "flood": 30.0}
"""As the settings of the virtual commune say; every other signal has LONGEST_S."""
LONGEST_S = 300.0
REST_S = 500.0
"""The flood rests for ten minutes between two soundings, counted from the end of the first."""
MOST_GONE_S = 2200.0
"""The flood rests for ten minutes, for at most 35: what is gone for longer is over."""
BACK_S = push.PROOF_S + 10.0
"""A pushed file, from coming into force to being taken back: the time of proof, and what a card takes over the note."""
EDITED_S = 10.0
"""From a technician's edit to its coming into force, with nothing sounding."""

Found = Iterator[str]
FoundAt = Iterator[tuple[str, str]]
"""At which box, and what."""


# ── When a sound begins ──────────────────────────────────────────────────────────────────────────────────────────


def what_sounds_was_authorised(commune: "Commune", sounding: Sounding) -> Found:
    """Somebody who may has asked for exactly this, here: the schedule, a button that was held, an order."""
    box, name, signal, now = sounding.box, sounding.activation, sounding.signal, commune.world.now
    order = commune.facts.orders.get(name.partition(".")[0])
    if evidence.is_gong(sounding):
        if sounding.status is not Status.ACTUAL or signal not in ("peace", ""):
            yield f"{name} sounds {signal}"
    elif order is not None:
        if not order.right or box not in order.boxes:
            yield f"{name} sounds on the word of somebody who may not"
        if order.claims.type is CommandType.ALERT and signal not in (order.claims.signal, ""):
            yield f"{name} sounds {signal}, not {order.claims.signal}"
        if order.claims.type is CommandType.ALERT and sounding.status is not order.claims.status and signal:
            yield f"{name} sounds as {sounding.status}, not {order.claims.status}"
    elif name.startswith("speech-"):
        if not commune.facts.held(box, "status", now - 120.0, now):
            yield f"{name} speaks, and nobody asked"
    elif (button := evidence.was_pressed(commune, sounding)) is None:
        yield f"{name} sounds, and nobody pressed"
    elif signal not in (button, ""):
        yield f"{name} sounds {signal}"


def what_was_ordered_was_fresh(commune: "Commune", sounding: Sounding) -> Found:
    """An order is accepted by the box's own challenge, or within its time by a clock that the box may believe."""
    facts, box = commune.facts, sounding.box
    jti = sounding.activation.partition(".")[0]
    order, accepted_at = facts.orders.get(jti), facts.accepted.get((box, jti))
    if order is None or not order.copies or order.claims.type is not CommandType.ALERT:
        return
    if accepted_at is None:
        yield f"{jti} sounds and was never accepted"
    elif not any(evidence.was_fresh(commune, box, copy, accepted_at) for copy in order.copies):
        yield f"{jti} was accepted {accepted_at - order.copies[-1].at:.0f} s after it was last signed"


def what_sounds_is_new(commune: "Commune", sounding: Sounding) -> Found:
    """Nothing that came to its end, or was ended by somebody, sounds again."""
    box, name, began_at = sounding.box, sounding.activation, sounding.began_at
    before = [one for one in commune.facts.of(box, name) if one is not sounding]
    if not before:
        return
    last = before[-1]
    ended_at = last.ended_at or last.began_at
    if evidence.is_gong(sounding):
        if not commune.facts.is_forgotten(last):  # a card that refuses every byte: no program can know of that ring
            yield f"{name} rings twice"
    elif began_at - ended_at > MOST_GONE_S and not evidence.asked_again(commune, sounding, ended_at):
        yield f"{name} comes back after {began_at - ended_at:.0f} s"
    elif last.own_end and (sounding.signal != "flood" or began_at - ended_at < REST_S):
        if not evidence.asked_again(commune, sounding, last.began_at):
            yield f"{name} sounds again after its end"
    elif not commune.facts.ended(box, name, ended_at - 0.5, began_at - 0.5):
        return
    elif not evidence.asked_again(commune, sounding, ended_at):
        yield f"{name} sounds again after it was ended"


def no_gong_is_late(commune: "Commune", sounding: Sounding) -> Found:
    """Between 22:00 and the grace, by the true clock; by the box's where it was lied to and cannot know. A person who
    vouches tells the truth, whatever the clock shows."""
    if not evidence.is_gong(sounding):
        return
    wall, slack = evidence.wall_of(commune, commune.cabinet(sounding.box))
    due = wall.astimezone(furniture.ZONE).replace(hour=22, minute=0, second=0, microsecond=0)
    if not due - slack <= wall <= due + timedelta(seconds=furniture.GRACE_S) + slack:
        yield f"the gong rings at {wall:%Y-%m-%d %H:%M:%S}"


# ── When a sound ends ────────────────────────────────────────────────────────────────────────────────────────────


def nothing_sounds_past_its_cap(commune: "Commune", sounding: Sounding) -> Found:
    """Not one stretch of it, and not all together, unless it was asked for again, or has rested after its end."""
    cap_s = CAPS_S.get(sounding.signal, LONGEST_S)
    stretches = commune.facts.of(sounding.box, sounding.activation)
    if not stretches:
        return
    total_s = sum(one.lasted_s(commune.world.now) for one in stretches)
    rests = sum(evidence.has_rested(one, then, cap_s - TAIL_S, REST_S) for one, then in pairwise(stretches))
    if total_s <= cap_s * (1 + rests) + 1.0:
        return  # whoever asked, and however often
    asked = evidence.times_asked(commune, sounding)
    if total_s > cap_s * (max(1, asked) + rests) + 1.0:
        yield f"{sounding.activation} has sounded for {total_s:.1f} s, its cap is {cap_s:.0f} s, asked {asked} times"


# ── At every turn of a box ───────────────────────────────────────────────────────────────────────────────────────


def relays_are_off_when_nothing_sounds(commune: "Commune", cabinet: "Cabinet") -> Found:
    """But for the lamp of a fault, and the amplifier's lead and tail."""
    witness, now = cabinet.witness, commune.world.now
    if witness.now_sounding is not None or now - witness.silent_since <= TAIL_S:
        return
    held = {name: since for name, since in witness.relays_on.items() if name != "lamp" and now - since > TAIL_S}
    if held:
        yield f"nothing sounds, and {', '.join(sorted(held))} still on"


# ── Shortly after an alarm was asked for, or ended ───────────────────────────────────────────────────────────────


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
    if abs((beat.at - cabinet.clock.wall).total_seconds()) > evidence.VOUCHED_S and not cabinet.vouched:
        yield f"it says that it is {beat.at}, its clock shows {cabinet.clock.wall}"


# ── While a box uses settings that the desk has pushed ───────────────────────────────────────────────────────────


def a_pushed_file_in_force_is_right(commune: "Commune", cabinet: "Cabinet", used: InForce) -> Found:
    """Pushed by somebody who may, for this box, over the file that is in /etc; and nothing is wrong with it. Once a
    technician has saved another, that one is in force as soon as nothing sounds."""
    file, drawer, now = used.file, cabinet.drawer, commune.world.now
    if file is None:
        return
    if not used.is_new and not (evidence.is_free(cabinet) and now - drawer.saved_at > EDITED_S):
        return
    if not file.is_right or file.box != cabinet.id:
        yield f"{file.jti} is in force, and never may be"
    elif used.is_new and file.is_undone:
        yield f"{file.jti} is in force, of which was said: {evidence.said_of(file)}"
    elif drawer.digest != file.replaces and drawer.text != furniture.BROKEN:
        yield f"{file.jti} is in force, and does not go with the file in /etc"


def no_start_uses_an_unproven_file(commune: "Commune", cabinet: "Cabinet", used: InForce) -> Found:
    """A heartbeat that was sent since it came into force has come back, or it is not used."""
    del cabinet
    if used.file is not None and used.is_new and used.at_start and not commune.pushes.is_proven(used.file):
        said = evidence.said_of(used.file)
        yield f"a start uses {used.file.jti}, which no heartbeat has proven (said: {said})"


def an_unproven_file_goes_back(commune: "Commune", cabinet: "Cabinet", used: InForce) -> Found:
    """When its time is over, whatever the card does; but what sounds is heard out."""
    file, now = used.file, commune.world.now
    if file is None or now - used.since <= BACK_S or commune.pushes.is_proven(file):
        return
    if evidence.is_free(cabinet):
        yield f"{file.jti} is still in force after {now - used.since:.0f} s, and no heartbeat has proven it"


# ── In the end ───────────────────────────────────────────────────────────────────────────────────────────────────


def every_night_has_one_record(commune: "Commune") -> FoundAt:
    """And no night has two."""
    for cabinet in commune.cabinets:
        for night in commune.nights_of(cabinet):
            words = commune.facts.nights.get((cabinet.id, night.isoformat()), [])
            count = commune.records_of(cabinet, night)
            if count != 1:
                yield cabinet.id, f"the night {night} has {count} records (written: {[word[1:] for word in words]})"


def a_night_is_missed_for_a_reason(commune: "Commune") -> FoundAt:
    """Where nothing stood in the way of the gong, it was heard; and what is said to have rung was, unless something
    happened to the box just when that was written."""
    for cabinet in commune.cabinets:
        for night in commune.nights_of(cabinet):
            heard = commune.facts.of(cabinet.id, f"{furniture.SCHEDULE}-{night.isoformat()}")
            due = commune.due_at(night)
            if not heard and commune.was_clear(cabinet, due):
                yield cabinet.id, f"nothing stood in the way of the gong of {night}, and it was not heard"
            said, at = commune.said_of(cabinet, night), commune.facts.rung_at(cabinet.id, night)
            if "rung" in said and not heard and not commune.facts.is_shaken(cabinet.id, at - 200.0, at + 200.0):
                yield cabinet.id, f"the night {night} is said to be rung, and was not heard"


def journals_have_no_gaps(commune: "Commune") -> FoundAt:
    """Every journal counts 1, 2, 3 ..."""
    for cabinet in commune.cabinets:
        numbers = [number for number, _ in commune.journal_of(cabinet)]
        if numbers != list(range(1, len(numbers) + 1)):
            gap = next(number for number, each in enumerate(numbers, 1) if number != each)
            yield cabinet.id, f"the journal leaps at {gap}"


def the_desk_has_what_the_journals_have(commune: "Commune") -> FoundAt:
    """Record by record; of a journal that was lost, what it knew to be told, and nothing that it did not say."""
    for cabinet in commune.cabinets:
        if missing := evidence.missing_at_desk(commune, cabinet):
            held = len(commune.journal_of(cabinet))
            yield cabinet.id, f"the desk lacks {len(missing)} of {held} records, the first is {missing[0]}"
    for box, wrong in evidence.wrong_of_lost(commune):
        if wrong:
            yield box, f"of a lost journal the desk has {len(wrong)} records not, or not so: first {wrong[0]}"


def every_accepted_alarm_is_answered(commune: "Commune") -> FoundAt:
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


def every_alarm_reaches_who_can_be_reached(commune: "Commune") -> FoundAt:
    """A box that was there while an order was being sent has taken it, and said so."""
    for jti, order in commune.facts.orders.items():
        if not order.right or order.claims.type is not CommandType.ALERT or order.ended_at is not None:
            continue
        for box in order.boxes:
            if commune.was_there(box, order) and (box, jti) not in commune.facts.accepted:
                answers = commune.answers_of(box, jti)
                if not any(answer not in ("expired", "clock-untrusted") for answer in answers):
                    yield box, f"{jti} ({order.claims.signal}) was never taken (answers: {answers})"


def every_pushed_file_is_answered(commune: "Commune") -> FoundAt:
    """Once it was accepted, and the card has not lost that: proven, refused, failed or taken back, and not two of them.
    The desk has been told, and why; an answer that the broker has forgotten before the desk was back it reads in the
    record."""
    for file in evidence.taken_files(commune):
        words, answers = {word for _, word in file.words}, evidence.last_answers(commune, file)
        told, said = {each.step for each in answers}, evidence.said_of(file)
        if not words & (UNDONE | {push.PROVEN}):
            yield file.box, f"{file.jti} was accepted, and its end was never written (said: {said})"
        if push.PROVEN in words and words & UNDONE:
            yield file.box, f"{file.jti} was proven, and is said not to be used: {said}"
        if any(each.step is not Step.FINISHED and not each.reason for each in answers):
            yield file.box, f"the desk was told that {file.jti} came to nothing, and not why (said: {said})"
        if not told and not (file.words and commune.could_be_lost(file.words[-1][0])):
            yield file.box, f"the end of {file.jti} has never reached the desk (said: {said})"
        if told and words & (UNDONE | {push.PROVEN}) and (Step.FINISHED in told) != (push.PROVEN in words):
            yield file.box, f"the desk was told {sorted(told)} of {file.jti}, of which was written: {said}"


def only_a_heartbeat_proves(commune: "Commune") -> FoundAt:
    """What is called proven was in force, and a heartbeat has come back meanwhile."""
    for file in commune.pushes.files.values():
        if file.proven_at is not None and not commune.pushes.is_proven(file):
            yield file.box, f"{file.jti} is called proven, and no heartbeat has come back"


def what_is_proven_stays(commune: "Commune") -> FoundAt:
    """Through every start, until a technician edits the file in /etc or another is proven."""
    for cabinet in commune.cabinets:
        last, daemon = evidence.last_proven(commune, cabinet), cabinet.daemon
        if last is None or daemon is None or cabinet.drawer.saved_at >= (last.proven_at or 0.0):
            continue
        if daemon.box.parts.settings.source_digest != last.digest:
            yield cabinet.id, f"{last.jti} was proven, nobody has edited the file since, and it is not in force"


# ── All of them, by when they are asked ──────────────────────────────────────────────────────────────────────────

AT_BEGIN: tuple[Callable[["Commune", Sounding], Found], ...] = (
    what_sounds_was_authorised,
    what_was_ordered_was_fresh,
    what_sounds_is_new,
    no_gong_is_late,
)
AT_END: tuple[Callable[["Commune", Sounding], Found], ...] = (nothing_sounds_past_its_cap,)
AT_TURN: tuple[Callable[["Commune", "Cabinet"], Found], ...] = (relays_are_off_when_nothing_sounds,)
WHILE_PUSHED: tuple[Callable[["Commune", "Cabinet", InForce], Found], ...] = (
    a_pushed_file_in_force_is_right,
    no_start_uses_an_unproven_file,
    an_unproven_file_goes_back,
)
IN_THE_END: tuple[Callable[["Commune"], FoundAt], ...] = (
    every_night_has_one_record,
    a_night_is_missed_for_a_reason,
    journals_have_no_gaps,
    the_desk_has_what_the_journals_have,
    every_accepted_alarm_is_answered,
    every_alarm_reaches_who_can_be_reached,
    every_pushed_file_is_answered,
    only_a_heartbeat_proves,
    what_is_proven_stays,
)
"""The others are asked by name, where the commune sees their instant: `an_emergency_is_not_held_back`,
`what_is_ended_is_silent`, `a_heartbeat_tells_the_truth`."""
