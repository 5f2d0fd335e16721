"""What has happened, shown as it comes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from gongd.core.catalogue import Priority
from gongd.core.gathering import Stand
from gongd.core.lexicon import Proof
from gongd.core.wire_report import Answer, Step
from gongd.core.words import Text
from gongd.desk.roster import Roster
from gongd.desk.sender import GivenUp, News, Sent, Silent, Told, Unreached
from gongd.desk.unheard import NO_LINK, call_list, given_up_line, silent_line
from gongd.desk.wording import SENT, clock, line, problems
from gongd.gongctl.duty import Duty

Say = Callable[[Text], None]


def tell(duty: Duty, news: Iterable[News], say: Say, at: datetime) -> None:
    """Show what has happened, a line each."""
    for text in lines(duty, news, at):
        say(text)


def lines(duty: Duty, news: Iterable[News], at: datetime) -> list[Text]:
    """News in words; what heals by itself is not told. The names are looked up once for all of it."""
    told = list(news)
    if not any(isinstance(one, Told | Silent | GivenUp | Unreached) for one in told):
        return [text for one in told if isinstance(one, Sent) for text in _sent(duty, one, at)]
    names = _Names(duty.roster, duty.titles, cache(duty.priority))
    return [text for one in told for text in _line(duty, one, names, at)]


@dataclass(frozen=True, slots=True)
class _Names:
    """What boxes and signals are called, and how weighty a signal is."""

    roster: Roster
    titles: Mapping[str, str]
    priority: Callable[[str | None], Priority | None]


def _sent(duty: Duty, sent: Sent, at: datetime) -> list[Text]:
    return [] if sent.again else [SENT.fill(at=clock(at, duty.office.roster.zone), n=len(sent.boxes))]


def is_told(stand: Stand, answer: Answer) -> bool:
    """Is this start told by another answer of the box, with no less proof? One that goes on or joins is another."""
    starts = [one for one in stand.answers if one.step is Step.STARTED]
    return answer.step is Step.STARTED and answer is not max(starts, key=_sureness, default=answer)


def _sureness(answer: Answer) -> int:
    return list(Proof).index(answer.proof or Proof.COMMANDED)


def _line(duty: Duty, news: News, names: _Names, at: datetime) -> list[Text]:
    box_of = names.roster.box
    match news:
        case Told(jti, answer):
            if answer.is_stale or answer.refusal == "duplicate":
                return []
            gathering = duty.talk.gathering(jti)
            if is_told(gathering.stands[answer.box], answer):
                return []
            claims = gathering.claims
            told = line(box_of(answer.box), answer, claims, names.titles, duty.office.roster.zone)
            return [told, *problems(answer)]
        case Sent():
            return _sent(duty, news, at)
        case Silent(jti, box, is_sent):
            claims = duty.talk.gathering(jti).claims
            return [silent_line(box_of(box), claims, names.priority(claims.signal), is_sent)]
        case GivenUp(jti, boxes):
            return [given_up_line(map(box_of, boxes), duty.talk.gathering(jti).claims, names.titles)]
        case Unreached(_, boxes):
            return [NO_LINK, *call_list(tuple(box_of(box) for box in boxes))]
        case _:
            return []
