"""Words that calm, the all clear and the apology: said where somebody has heard what they end, and once for one alarm.

Nothing that calms is said while another alarm goes on. A cancel that is given again, under whatever name, ends what is
still to be ended, and says nothing that was said before.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from gongd.box.past import ACCEPTED, WORDS, Past
from gongd.box.unsaid import references
from gongd.core.activation import Activation
from gongd.core.air import kin
from gongd.core.catalogue import Why
from gongd.core.record import Kind, Record
from gongd.core.verdict import End
from gongd.core.wire_report import Step

MOST = 512
"""Alarms whose end is remembered as told. A desk that gives a cancel again does so within the hour."""

NOBODY = ""
"""Has told the end of what ended before anybody could hear it: there is nothing to tell."""

_IS_SAID = frozenset({Step.WAITING, Step.STARTED, Step.RESUMED, Step.FINISHED})
"""So stands what was said, or will be. What was silenced, cut off or failed may be said again."""


def words_of(identity: str) -> str:
    """What the words of a cancel are called."""
    return f"{identity}{WORDS}"


@dataclass(slots=True)
class Calming:
    """Remembers which cancel has told the end of which alarm, and why."""

    past: Past
    _told: dict[tuple[str, Why], str] = field(default_factory=dict)

    def recall(self, records: Iterable[Record]) -> None:
        """Cancels of an earlier start whose words were said."""
        for record in records:
            identity, why = str(record.activation), record.detail.get("why")
            is_cancel = record.kind is Kind.COMMAND and record.outcome == ACCEPTED
            if is_cancel and self.past.get(words_of(identity)) is not None:
                self._note(references(record), Why(str(why)) if why in tuple(Why) else Why.PAUSE, identity)

    def honest(self, end: End, identity: str, alive: Collection[Activation], unheard: Collection[str]) -> End:
        """With the words that are due by this cancel. `alive` sound or may sound again, `unheard` are those of them
        that nobody has heard yet."""
        ended = {kin(each) for each in alive if each.id in end.cancelled.ids}
        goes_on = any(each.is_alarm and kin(each) not in ended for each in alive)
        names = end.cancelled.ids | {each.id for each in alive if kin(each) in ended}
        why = end.cancelled.reason
        for reason in Why:
            self._note(names & set(unheard), reason, NOBODY)
        is_due = any(self._is_heard(name) and not self._is_told(name, why) for name in end.cancelled.ids)
        if goes_on or not is_due:
            return replace(end, words=None, pause=False)
        if end.words is not None or end.pause:
            self._note(names, why, identity)
        return end

    def _is_heard(self, name: str) -> bool:
        done = self.past.get(name)
        return done is not None and done.sounded

    def _is_told(self, name: str, why: Why) -> bool:
        teller = self._told.get((name, why))
        done = self.past.get(words_of(teller)) if teller is not None else None
        return teller is not None and (done is None or done.step in _IS_SAID)

    def _note(self, names: Iterable[str], why: Why, identity: str) -> None:
        for name in sorted(names):
            self._told.pop((name, why), None)
            self._told[name, why] = identity
        while len(self._told) > MOST:
            del self._told[next(iter(self._told))]
