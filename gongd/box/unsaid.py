"""What a daemon that died has left unsaid: last words that nobody may have heard, and cancels whose orders are to come.

Pure: from what the journal gives back at a start. Whatever may not have been told is told again; two copies make one.
"""

from collections.abc import Collection, Iterable, Iterator

from gongd.box.past import ACCEPTED, SAYS, WORDS, step_of
from gongd.core.catalogue import Origin, Status, Why
from gongd.core.freshness import REMEMBER_CANCEL_S, EarlyCancel
from gongd.core.lexicon import Proof
from gongd.core.record import Kind, Record
from gongd.core.verdict import Past, jti_of
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Answer, Step
from gongd.ports import Recalled

LAST = frozenset(Step) - {Step.RECEIVED, Step.WAITING, Step.STARTED, Step.RESUMED}
_WIRE = frozenset({Origin.COMMAND.value, Origin.NEIGHBOUR.value})
_OF_THE_RECORD = frozenset({"cap_s", "place", "sent", "proof"})
_MUTE = frozenset({Step.FAILED, Step.EXPIRED})


def last_words(box: str, found: Recalled, past: Past, told: Collection[str] = ()) -> Iterator[Answer]:
    """How orders ended whose records the broker may not have: the answer was written, and perhaps never sent.

    What this start has found out itself (`restarted`, and the orders in `told`) it says itself, with its reason.
    """
    fresh = [record for number, record in found.records if number > found.published and _is_of_an_order(record)]
    for identity, record in {each.activation: each for each in fresh}.items():
        done = past.get(identity) if identity is not None else None
        if done is None or identity is None or identity in told or done.step not in LAST:
            continue
        if record.kind is Kind.COMMAND and done.reason is None and not _speaks(record, past):
            yield Answer(box, done.step, done.at, done.trusted, jti_of(identity)).to(done.key)
        elif record.kind is not Kind.COMMAND and step_of(record) is done.step:
            yield answer_of(box, identity, record, done.step).to(done.key)


def _speaks(record: Record, past: Past) -> bool:
    """Is it answered by what becomes of its words?"""
    return SAYS in record.detail or past.get(f"{record.activation}{WORDS}") is not None


def _is_of_an_order(record: Record) -> bool:
    """Records of the desk's settings say no origin: they bear the order's name."""
    return record.origin in _WIRE or (record.kind is Kind.SETTINGS and record.activation is not None)


def answer_of(box: str, identity: str, record: Record, step: Step) -> Answer:
    """What a record says of an order. A cancel whose words nobody could hear has ended what it names all the same."""
    if identity.endswith(WORDS) and step in _MUTE:
        step = Step.FINISHED
    proof = record.detail.get("proof")
    return Answer(
        box=box,
        step=step,
        at=record.at,
        trusted=record.trusted,
        jti=jti_of(identity),
        reason=record.reason,
        proof=Proof(str(proof)) if proof in tuple(Proof) else None,
        detail={key: value for key, value in record.detail.items() if key not in _OF_THE_RECORD},
    )


def early_cancels(records: Iterable[Record], past: Past, now: float) -> Iterator[EarlyCancel]:
    """Cancels that came before their orders: these are dead when they come, after a restart, too. `now` is monotonic.

    How long ago the cancel came is not asked: a clock may have been set since, and an order's name is never used again.
    """
    for record in records:
        if record.kind is not Kind.COMMAND or record.outcome != ACCEPTED or record.status not in tuple(Status):
            continue
        if record.detail.get("type") != CommandType.CANCEL.value:
            continue
        for reference in references(record):
            done = past.get(reference)
            if done is None or done.key != record.detail.get("key"):  # somebody else's came, under that name
                yield _early(record, reference, now)


def left_unsaid(records: Iterable[Record], past: Past) -> Iterator[Record]:
    """Cancels that were to say something, of which nothing is known."""
    for record in records:
        is_cancel = record.kind is Kind.COMMAND and record.outcome == ACCEPTED and SAYS in record.detail
        if is_cancel and past.get(f"{record.activation}{WORDS}") is None:
            yield record


def references(record: Record) -> list[str]:
    """The orders that a cancel names."""
    told = record.detail.get("references")
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []


def _early(record: Record, reference: str, now: float) -> EarlyCancel:
    """A neighbour's cancel kills its own only (`trust_list.may`)."""
    key, why, by = (record.detail.get(name) for name in ("key", "why", "by"))
    return EarlyCancel(
        jti=reference,
        status=Status(str(record.status)),
        own_of=str(key) if record.origin == Origin.NEIGHBOUR else None,
        until=now + REMEMBER_CANCEL_S,
        reason=Why(str(why)) if why in tuple(Why) else Why.PAUSE,
        by=str(by) if by else None,
    )
