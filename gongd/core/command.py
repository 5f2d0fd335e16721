"""From bytes that somebody has signed to what the box does, or why it does not. Pure and total.

The checks stand in `_CHECKS`, in the order of wire.md: the key's right, the address, the retain flag, a second copy,
freshness; then what this box can and may sound. Only acceptance uses up a `jti`: a copy refused as stale does not block
a fresh one.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gongd.core.activation import Activation
from gongd.core.air import Cancelled, Silenced
from gongd.core.called import callers, known_as, own_name
from gongd.core.catalogue import ENDINGS, Origin, Priority, Signal, Status, Why
from gongd.core.freshness import (
    REMEMBER_CANCEL_S,
    REMEMBERS_ALL,
    Cancels,
    Challenges,
    EarlyCancel,
    Forgotten,
    staleness,
)
from gongd.core.limit import Usage
from gongd.core.moment import Moment
from gongd.core.trust_list import Authority, TrustList, may
from gongd.core.verdict import (
    Accepted,
    Apply,
    Deed,
    End,
    Killed,
    Past,
    Quiet,
    Repeated,
    Sound,
    Speak,
    Tell,
    Verdict,
)
from gongd.core.wire import Verified
from gongd.core.wire_blob import blob_in
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import from_json, parse
from gongd.core.wire_name import JTI_FORM, Identity
from gongd.core.wire_refusal import STALE, Reason, Refused

LOW_WAITS_S = 60.0
"""A drill, a test or a routine signal that cannot sound by then is dropped: late, it would be a false alarm."""

BROKER = "broker"
"""The name of the holder where nobody signs (`trust.require: broker`, a workshop bench)."""


# ── What is known ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything about the box that an order is judged by.

    `trust` None: no list is held, and no key is known. `bare`: the settings say `trust.require: broker`. `can_drill`
    says whether a signal's drill has its spoken words. `disabled`: the box is put out of use.
    """

    me: Identity
    trust: TrustList | None
    signals: Mapping[str, Signal]
    past: Past
    per_hour: int = 12
    bare: bool = False
    disabled: bool = False
    can_drill: Callable[[str], bool] = lambda _signal: True
    forgotten: Forgotten = REMEMBERS_ALL


@dataclass(frozen=True, slots=True)
class Ledger:
    """What judging itself remembers, in memory."""

    challenges: Challenges = field(default_factory=Challenges)
    cancels: Cancels = field(default_factory=Cancels)
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Bare:
    """An order that nobody has signed: good only where the broker's word is enough."""

    payload: bytes


# ── Judging ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Case:
    claims: CommandClaims
    kid: str
    authority: Authority
    retained: bool
    standing: Standing
    ledger: Ledger
    now: Moment

    @property
    def id(self) -> str:
        """The `jti`, unless it is another holder's: nobody can use up the id of somebody else's alarm."""
        return own_name(self.claims.jti, self.kid, self.authority.name, self.standing.past)

    @property
    def signal(self) -> Signal | None:
        return self.standing.signals.get(self.claims.signal or "")

    @property
    def by(self) -> str:
        """Who it was, for people. A neighbour is called as the list of trust calls it, whatever it says of itself."""
        name = self.authority.name
        return name if self.authority.own_only else self.claims.by or name

    @property
    def why(self) -> Why:
        """Why a cancel ends what it ends."""
        return self.claims.reason or Why.PAUSE

    @property
    def counts(self) -> bool:
        """Is it counted against `per_hour`? All that makes noise or changes the box, but for actual emergencies."""
        claims, signal = self.claims, self.signal
        if claims.type is CommandType.ALERT and signal is not None:
            return not (claims.status is Status.ACTUAL and signal.priority is Priority.EMERGENCY)
        return claims.type in (CommandType.ANNOUNCE, CommandType.SETTINGS)


def judge(
    message: Verified | Bare | Refused, retained: bool, standing: Standing, ledger: Ledger, now: Moment, drawn: str
) -> tuple[Ledger, Verdict]:
    """Obey or refuse one order. `message` is what `adapters.jose.verify` returned, or the bare bytes on a bench.

    `retained` is the retain flag that it came with. `drawn` is a fresh challenge (128 random bits at least,
    base64url), used only where a new one must be handed out.
    """
    opened = _open(message, standing, now)
    if isinstance(opened, Refused):
        return ledger, opened
    claims, kid, authority = opened
    case = _Case(claims, kid, authority, retained, standing, ledger, now)
    for check in _CHECKS:
        match check(case):
            case None:
                continue
            case Repeated() as repeated:
                return ledger, repeated
            case Refused() as refused:
                return _signed_refusal(case, refused, drawn)
    return _accept(case)


def _open(
    message: Verified | Bare | Refused, standing: Standing, now: Moment
) -> tuple[CommandClaims, str, Authority] | Refused:
    if isinstance(message, Refused):
        return message
    if isinstance(message, Bare) and not standing.bare:
        return Refused(Reason.SIGNATURE, "not signed")
    claims = from_json(CommandClaims, message.payload)
    if isinstance(claims, Refused):
        return _with_its_name(claims, message, standing)
    if isinstance(message, Bare):
        return claims, BROKER, Authority(BROKER, Origin.COMMAND)
    if standing.trust is None:
        return Refused(Reason.UNKNOWN_KEY, "no trust list is held")
    authority = may(standing.trust, message.kid, claims, standing.me, now.wall if now.trusted else None)
    return authority if isinstance(authority, Refused) else (claims, message.kid, authority)


def _with_its_name(refused: Refused, message: Verified | Bare, standing: Standing) -> Refused:
    """Whoever has signed what is no order waits for an answer to it, by the name that stands there."""
    if refused.reason is not Reason.MALFORMED:
        return refused
    try:
        name = parse(message.payload).get("jti")
    except ValueError:
        return refused
    if not isinstance(name, str) or not re.fullmatch(JTI_FORM, name, re.ASCII):
        return refused
    kid = message.kid if isinstance(message, Verified) else ""
    return replace(refused, jti=name, key=standing.trust.name_of(kid) if standing.trust else None)


def _signed_refusal(case: _Case, refused: Refused, drawn: str) -> tuple[Ledger, Refused]:
    """A listed key has signed it: it is told which order is refused, and a stale one how to be fresh."""
    refused = replace(refused, jti=case.claims.jti, key=case.authority.name)
    if refused.reason not in STALE:
        return case.ledger, refused
    challenges, challenge = case.ledger.challenges.offer(drawn, case.now.mono)
    return replace(case.ledger, challenges=challenges), replace(refused, challenge=challenge)


def _cancels_what_it_may(case: _Case) -> Refused | None:
    """Of all that bears a name that it calls, there must be something that it may end."""
    for reference in case.claims.references or ():
        known = _known_as(case, reference)
        refusals = [refused for name in known if (refused := _may_not_end(case, name)) is not None]
        if known and len(refusals) == len(known):
            return refusals[0]
    return None


def _known_as(case: _Case, reference: str) -> tuple[str, ...]:
    """What is called so: a neighbour calls its own."""
    others = () if case.authority.own_only else callers(case.standing.trust, case.standing.me)
    return known_as(reference, (case.kid, *others), case.standing.past)


def _may_not_end(case: _Case, name: str) -> Refused | None:
    """A neighbour what it has raised itself; a key that may end drills cannot end what is actual by calling it one."""
    done = case.standing.past.get(name)
    if done is None:
        return None
    if case.authority.own_only and done.key != case.authority.name:
        return Refused(Reason.NOT_PERMITTED, f"{case.authority.name} did not raise {name}")
    if done.status not in (None, case.claims.status):
        return Refused(Reason.NOT_PERMITTED, f"{name} is {done.status}, the cancel {case.claims.status}")
    return None


def _is_for_me(case: _Case) -> Refused | None:
    if any(case.standing.me.is_meant_by(address) for address in case.claims.aud):
        return None
    return Refused(Reason.NOT_FOR_ME, ", ".join(map(str, case.claims.aud))[:200])


def _is_not_retained(case: _Case) -> Refused | None:
    return Refused(Reason.RETAINED) if case.retained else None


def _is_first_copy(case: _Case) -> Repeated | None:
    done = case.standing.past.get(case.id)
    return Repeated(case.id, case.authority.name, done) if done is not None else None


def _is_fresh(case: _Case) -> Refused | None:
    return staleness(case.claims, case.standing.me, case.ledger.challenges, case.now, case.standing.forgotten)


def _has_signal(case: _Case) -> Refused | None:
    if case.claims.type is not CommandType.ALERT or case.signal is not None:
        return None
    return Refused(Reason.UNKNOWN_SIGNAL, case.claims.signal or "")


def _is_in_use(case: _Case) -> Refused | None:
    sounds = case.claims.type in (CommandType.ALERT, CommandType.ANNOUNCE)
    return Refused(Reason.DISABLED) if sounds and case.standing.disabled else None


def _drill_has_words(case: _Case) -> Refused | None:
    signal = case.signal
    is_drill = case.claims.type is CommandType.ALERT and case.claims.status is Status.EXERCISE
    if not is_drill or signal is None or case.standing.can_drill(signal.name):
        return None
    return Refused(Reason.DRILL_NEEDS_VOICE, signal.name)


def _is_not_too_often(case: _Case) -> Refused | None:
    per_hour = case.standing.per_hour
    if not case.counts or case.ledger.usage.allows(case.authority.name, case.now.mono, per_hour):
        return None
    return Refused(Reason.TOO_OFTEN, f"{per_hour} an hour")


_CHECKS: tuple[Callable[[_Case], Refused | Repeated | None], ...] = (
    _cancels_what_it_may,
    _is_for_me,
    _is_not_retained,
    _is_first_copy,
    _is_fresh,
    _has_signal,
    _is_in_use,
    _drill_has_words,
    _is_not_too_often,
)
"""After the signature and the right (`trust_list.may`), in the order of wire.md."""


# ── Accepting ────────────────────────────────────────────────────────────────────────────────────────────────────


def _accept(case: _Case) -> tuple[Ledger, Accepted]:
    ledger, claims, now = case.ledger, case.claims, case.now.mono
    deed = _deed(case)
    if case.counts and not isinstance(deed, Killed):
        ledger = replace(ledger, usage=ledger.usage.spend(case.authority.name, now))
    if isinstance(deed, End):
        ledger = replace(ledger, cancels=_remembered(case))
    return ledger, Accepted(case.id, claims, case.authority.name, case.authority.origin, deed)


def _remembered(case: _Case) -> Cancels:
    """Orders that this cancel names and that have not come yet, though somebody else's may have, under that name."""
    now, cancels, past = case.now.mono, case.ledger.cancels, case.standing.past
    own_of = case.authority.name if case.authority.own_only else None
    for reference in sorted(case.claims.references or ()):
        if past.get(own_name(reference, case.kid, case.authority.name, past)) is None:
            until = now + REMEMBER_CANCEL_S
            early = EarlyCancel(reference, case.claims.status, own_of, until, case.why, case.by)
            cancels = cancels.remember(early, now)
    return cancels


def _deed(case: _Case) -> Deed:
    claims = case.claims
    cancel = case.ledger.cancels.find(claims.jti, claims.status, case.authority.name, case.now.mono)
    match claims.type:
        case CommandType.ALERT:
            return _sound(case, cancel)
        case CommandType.ANNOUNCE | CommandType.SETTINGS if cancel is not None:
            return Killed(None, cancel.reason, cancel.by)
        case CommandType.CANCEL:
            return _end(case)
        case CommandType.SILENCE:
            return Quiet(Silenced(case.by))
        case CommandType.QUERY:
            return Tell(claims.since, claims.until, claims.journal)
        case CommandType.ANNOUNCE:
            return Speak(claims.text, blob_in(claims), claims.at_most_s)
        case CommandType.SETTINGS:
            file = blob_in(claims)
            assert file is not None  # CommandClaims has seen to both
            assert claims.replaces is not None
            return Apply(file, claims.replaces)


def _sound(case: _Case, cancel: EarlyCancel | None) -> Sound | Killed:
    signal, claims = case.signal, case.claims
    assert signal is not None  # _has_signal has seen to it
    activation = _activation(case, signal, case.id, claims.status)
    return Killed(activation, cancel.reason, cancel.by) if cancel else Sound(activation)


def _activation(case: _Case, signal: Signal, identity: str, status: Status) -> Activation:
    claims = case.claims
    waits = status is Status.ACTUAL and signal.priority is not Priority.ROUTINE
    return Activation(
        id=identity,
        signal=signal.name,
        priority=signal.priority,
        number=signal.number,
        origin=case.authority.origin,
        status=status,
        sent_at=claims.sent,
        cap_s=min(claims.at_most_s or signal.at_most_s, signal.at_most_s),
        place=claims.place if case.authority.origin is Origin.NEIGHBOUR else None,
        by=case.by,
        wait_until=None if waits else case.now.mono + LOW_WAITS_S,
        again=signal.again,
    )


def _ended_by(case: _Case, reference: str) -> Iterator[str]:
    """What of all that is called so it may end; a name that nothing bears stands for itself."""
    known = _known_as(case, reference)
    return (name for name in known or (reference,) if _may_not_end(case, name) is None)


def _end(case: _Case) -> End:
    claims, reason = case.claims, case.why
    ids = frozenset(name for reference in claims.references or () for name in _ended_by(case, reference))
    known = (case.standing.past.get(name) for name in ids)
    heard = claims.status is Status.ACTUAL and any(done is not None and done.sounded for done in known)
    ending = case.standing.signals.get(ENDINGS.get(reason, ""))
    words = _activation(case, ending, f"{case.id}.end", Status.ACTUAL) if heard and ending else None
    return End(Cancelled(reason, ids=ids, by=case.by), words, pause=heard and reason is Why.PAUSE)
