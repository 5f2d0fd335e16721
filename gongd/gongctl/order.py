"""Commands that give orders: alert, drill, test, announce, cancel, silence; each shows the answers as they come."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, NoError, Request
from gongd.core.catalogue import Status, Why
from gongd.core.gathering import Gathering, Standing
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import to_object
from gongd.core.words import Text
from gongd.desk import orders
from gongd.desk.going_on import Ending, GoingOn, endings
from gongd.desk.office import Pen, new_name, require_listed
from gongd.desk.orders import Hand
from gongd.desk.places import Target, target_of
from gongd.desk.roster import RosterBox
from gongd.desk.sender import LinkChanged
from gongd.desk.unheard import SENT_LONGER, is_for_hands, is_rung_by_hand, left_out
from gongd.desk.wording import (
    ALL_ADDRESSED,
    EXIT_WORDS,
    NOT_SENT,
    Question,
    ask_actual,
    ask_announce,
    ask_drill,
    ask_test,
    result,
)
from gongd.gongctl.duty import Duty, ask_pen, hand, now, on_duty, without_roster
from gongd.gongctl.free_text import fits, on_one_line
from gongd.gongctl.going import MOST_SHOWN, nothing_of_it, what_goes_on, what_is_uncleared, wherever_heard
from gongd.gongctl.telling import Say, tell
from gongd.gongctl.unlocking import typed

CONNECT_S = 5.0
"""So long a connection is waited for before the officer is told to telephone."""
SETTLE_S = 0.3

NEEDS_YES = Text("Không có ai để hỏi lại: thêm --yes", "There is nobody to ask: add --yes")
UNKNOWN_SIGNAL = Text(
    "Không cụm loa nào có hiệu lệnh “{signal}”. Có: {known}", "No box has a signal “{signal}”. There are: {known}"
)
STILL_SENDING = Text(
    "Còn {n} cụm loa chưa trả lời, máy vẫn gửi lại. Bấm Ctrl-C để thôi gửi.",
    "{n} boxes have not answered and are sent it again. Ctrl-C ends that.",
)

Make = Callable[[Hand, str, Target], CommandClaims]


@dataclass(frozen=True, slots=True)
class Plan:
    """An order that is about to be given: to whom, what must be confirmed, how it is made, the file that goes along."""

    target: Target
    question: Question | None
    make: Make
    data: bytes | None = None
    for_hands: bool = False
    """Is the gong to be rung by hand where no box hears it?"""

    @property
    def left_out(self) -> list[Text]:
        """Where it is not heard, whatever is done."""
        return left_out(self.target, self.for_hands)

    @property
    def lines(self) -> list[Text]:
        """What is read before it is confirmed."""
        what, *prompt = self.question.lines if self.question else (Text("", ""),)
        return [what, *self.left_out, *prompt]


def alert(request: Request, screen: Screen) -> int:
    """Raise an alarm, for real."""
    return _sound(request, screen, Status.ACTUAL)


def drill(request: Request, screen: Screen) -> int:
    """A drill."""
    return _sound(request, screen, Status.EXERCISE)


def _sound(request: Request, screen: Screen, status: Status) -> int:
    signal, note = request.values["signal"], request.values["note"]
    note = on_one_line("note", note) if note else None

    def plan(duty: Duty) -> Plan:
        target = find(duty, request)
        _require_signal(duty, signal)
        return plan_signal(duty, target, signal, status, note)

    return give(request, screen, plan)


def plan_signal(duty: Duty, target: Target, signal: str, status: Status, note: str | None = None) -> Plan:
    """To sound a signal, actual or as a drill."""
    titles = duty.titles
    asked = {
        Status.ACTUAL: lambda: ask_actual(
            signal, target, titles, duty.cap_s(signal), duty.spoken(signal, target.ids), duty.priority(signal)
        ),
        Status.EXERCISE: lambda: ask_drill(signal, target, titles),
        Status.TEST: lambda: ask_test(target),
    }[status]()

    def make(who: Hand, jti: str, to: Target) -> CommandClaims:
        return orders.alert(who, jti, to.addresses, now(), signal, status, note)

    return Plan(target, asked, make, for_hands=is_rung_by_hand(signal, status, duty.priority(signal)))


def test(request: Request, screen: Screen) -> int:
    """A soft test."""
    return give(
        request,
        screen,
        lambda duty: plan_signal(duty, find(duty, request), orders.TEST_SIGNAL, Status.TEST),
    )


def plan_words(target: Target, words: str) -> Plan:
    """To have a text spoken."""
    question = ask_announce(words, target)
    return Plan(target, question, lambda who, jti, to: orders.announce(who, jti, to.addresses, now(), words))


def silence(request: Request, screen: Screen) -> int:
    """Drop all that sounds or waits."""

    def plan(duty: Duty) -> Plan:
        target = find(duty, request)
        return Plan(target, None, lambda who, jti, to: orders.silence(who, jti, to.addresses, now()))

    return give(request, screen, plan)


def cancel(request: Request, screen: Screen) -> int:
    """End what was raised."""
    why: Why = request.values["reason"]

    def plans(duty: Duty) -> list[Plan]:
        signal, target = request.values["signal"], find(duty, request) if request.values["to"] else None
        found = what_goes_on(duty)
        chosen = [one for one in found if signal in (None, one.signal)]
        if not chosen and duty.trouble is None and why is not Why.PAUSE:  # in trouble it is not known what sounds
            chosen = [one for one in what_is_uncleared(duty) if signal in (None, one.signal)]
        chosen = wherever_heard(duty, chosen, why)
        if target is not None:
            chosen = [at for one in chosen if (at := one.at(set(target.ids))).boxes]
        if not chosen:
            raise NoError(nothing_of_it(duty, found, signal, target))
        return plan_cancels(duty, chosen, why)

    return give_all(request, screen, plans)


def plan_cancels(duty: Duty, chosen: list[GoingOn], why: Why) -> list[Plan]:
    """To end these, for a reason, with as many orders as it takes."""
    return [_plan_cancel(duty, ending, why) for ending in endings(chosen)]


def _plan_cancel(duty: Duty, ending: Ending, why: Why) -> Plan:
    target = target_of(ending.boxes, duty.roster, duty.office.commune.id)

    def make(who: Hand, jti: str, to: Target) -> CommandClaims:
        return orders.cancel(who, jti, to.addresses, now(), ending.references, why, ending.status)

    return Plan(target, None, make)


# ── Giving an order and waiting for what becomes of it ───────────────────────────────────────────────────────────


def find(duty: Duty, request: Request) -> Target:
    """Where the order goes. Raises MisuseError."""
    found = duty.find(request.values["to"])
    if isinstance(found, Text):
        raise MisuseError(found)
    return found


def _require_signal(duty: Duty, signal: str) -> None:
    titles = duty.titles
    if (titles and signal not in titles) or not fits("signal", signal):
        raise MisuseError(UNKNOWN_SIGNAL.fill(signal=signal[:MOST_SHOWN], known=", ".join(titles) or "–"))


def give(request: Request, screen: Screen, planned: Callable[[Duty], Plan]) -> int:
    """Confirm, sign, send and wait; the exit status says whether every box has done it."""
    return give_all(request, screen, lambda duty: [planned(duty)])


def give_all(request: Request, screen: Screen, planned: Callable[[Duty], list[Plan]]) -> int:
    """The same for several orders that are one to whoever gives them; the first is confirmed."""
    by = on_one_line("by", request.values["by"]) if request.values["by"] else None
    with on_duty(request.config, with_link=True, otherwise=without_roster) as duty:
        plans = planned(duty)
        if not request.values.get("yes") and plans[0].question is not None:
            if not sys.stdin.isatty():
                raise MisuseError(NEEDS_YES)
            if not confirm(plans[0], screen):
                screen.say(NOT_SENT)
                return 1
        key = request.values.get("key")
        pen = ask_pen(duty.office, screen.language, request.values["passphrase-file"], key)
        require_listed(duty.office, pen)
        wait_for_link(duty)
        say = (lambda _text: None) if request.wants_json else screen.say_on
        jtis = [send(duty, plan, pen, by, say) for plan in plans]
        gatherings = _follow(duty, jtis, request.values["wait"], say, bool(request.values.get("follow")))
        _leave(duty, jtis, say)
        return _finish(duty, plans, gatherings, request, screen)


def send(duty: Duty, plan: Plan, pen: Pen, by: str | None, say: Say) -> str:
    """Sign and send it, and say so; its name. What it ends is signed no more. Raises UselessKeyError."""
    require_listed(duty.office, pen)
    jti = new_name()
    claims = plan.make(hand(pen, by), jti, plan.target)
    tell(duty, duty.talk.give(claims, plan.target.ids, pen, now(), plan.data), say, now())
    return jti


def confirm(plan: Plan, screen: Screen) -> bool:
    """Show what will happen, and read the word. Ctrl-C at any moment of it is a no."""
    try:
        for text in plan.lines:
            screen.say(text)
        return plan.question is not None and plan.question.is_confirmed_by(typed())
    except KeyboardInterrupt:
        return False


def wait_for_link(duty: Duty, say: Say = lambda _text: None) -> None:
    """Give the first attempt a moment; without a connection the sender says whom to telephone, and goes on trying.
    Orders that were given before go on meanwhile, and `say` tells of them."""
    deadline = time.monotonic() + CONNECT_S
    while not duty.talk.is_up and time.monotonic() < deadline:
        at = now()
        news = duty.talk.step(at, 0.05)
        tell(duty, news, say, at)
        if any(isinstance(one, LinkChanged) and not one.is_up for one in news):
            return


def _follow(duty: Duty, jtis: list[str], wait_s: float, say: Say, to_end: bool) -> list[Gathering]:
    """Until every box has given its word (its last one: `to_end`), nothing is to be expected any more, or the time is
    up. Ctrl-C ends it too."""
    deadline = time.monotonic() + wait_s
    told: set[str] = set()
    try:
        while time.monotonic() < deadline:
            at = now()
            tell(duty, duty.talk.step(at, 0.1), say, at)
            waiting = [one for one in _gatherings(duty, jtis) if one.awaited(at, to_end)]
            if not waiting:
                break
            for one in waiting:
                if one.jti not in told and one.silent(at) and not one.is_over(at):
                    told.add(one.jti)
                    say(result(one))
                    say(STILL_SENDING.fill(n=len(one.unsettled)))
        _settle(duty, say)
    except KeyboardInterrupt:
        say(Text("", ""))
    return _gatherings(duty, jtis)


def _leave(duty: Duty, jtis: list[str], say: Say) -> None:
    """The command ends, and the sending with it: that is said wherever a word is missing."""
    at, news = now(), duty.talk.leave(jtis)
    tell(duty, news, say, at)
    if news and not all(one.is_over(at) for one in _gatherings(duty, jtis)):
        say(SENT_LONGER)


def _gatherings(duty: Duty, jtis: list[str]) -> list[Gathering]:
    return [duty.talk.gathering(jti) for jti in jtis]


def _settle(duty: Duty, say: Say) -> None:
    """One more look for what comes at once."""
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        at = now()
        tell(duty, duty.talk.step(at, 0.1), say, at)


def _finish(duty: Duty, plans: list[Plan], gatherings: list[Gathering], request: Request, screen: Screen) -> int:
    """How they ended; for a program one value, which is a list where it took several orders."""
    both = list(zip(plans, gatherings, strict=True))
    if request.wants_json:
        told = [as_object(duty, plan, gathering) for plan, gathering in both]
        screen.json(told if len(told) > 1 else told[0])
    for plan, gathering in () if request.wants_json else both:
        for text in plan.left_out:
            screen.say(text)
        screen.say(result(gathering))
        if gathering.claims.type in (CommandType.ALERT, CommandType.ANNOUNCE):
            done = ALL_ADDRESSED if plan.left_out else EXIT_WORDS[0]
            screen.say(done if gathering.has_succeeded else EXIT_WORDS[1])
    return 0 if all(gathering.has_succeeded for gathering in gatherings) else 1


def as_object(duty: Duty, plan: Plan, gathering: Gathering) -> dict[str, object]:
    """For programs: each box with its standing and its answers, and whom to call where it has given none, or was left
    out for its revoked key."""
    roster, claims = duty.roster, gathering.claims
    for_hands = is_for_hands(claims, duty.priority(claims.signal))
    boxes: dict[str, dict[str, object]] = {
        box: {
            "done": gathering.is_done_by(box),
            "standing": stand.standing.value,
            "answers": [to_object(answer) for answer in stand.answers],
        }
        for box, stand in gathering.stands.items()
    }
    for box in (box for box, stand in gathering.stands.items() if stand.standing is Standing.SILENT):
        boxes[box] |= {"call": _people(roster.box(box)), "ring_by_hand": for_hands}
    revoked = {
        box.id: {"village": box.village, "call": _people(box), "ring_by_hand": for_hands} for box in plan.target.gone
    }
    return {"ok": gathering.has_succeeded, "jti": gathering.jti, "boxes": boxes, "revoked": revoked}


def _people(box: RosterBox) -> list[dict[str, str]]:
    return [{"name": who.name, "phone": who.phone} for who in box.by_hand]
