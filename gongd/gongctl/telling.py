"""What has happened, shown as it comes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from gongd.core.gathering import Stand
from gongd.core.lexicon import Proof
from gongd.core.wire_report import Answer, Step
from gongd.core.words import Text
from gongd.desk.roster import Roster
from gongd.desk.sender import News, Sent, Silent, Told, Unreached
from gongd.desk.wording import NO_LINK, SENT, call_list, clock, line, problems, silent_line
from gongd.gongctl.duty import Duty

Say = Callable[[Text], None]


def tell(duty: Duty, news: Iterable[News], say: Say, at: datetime) -> None:
    """Show what has happened, a line each."""
    for text in lines(duty, news, at):
        say(text)


def lines(duty: Duty, news: Iterable[News], at: datetime) -> list[Text]:
    """News in words; what heals by itself is not told. The names are looked up once for all of it."""
    told = list(news)
    if not any(isinstance(one, Told | Silent | Unreached) for one in told):
        return [text for one in told if isinstance(one, Sent) for text in _sent(duty, one, at)]
    roster, titles = duty.roster, duty.titles
    return [text for one in told for text in _line(duty, one, roster, titles, at)]


def _sent(duty: Duty, sent: Sent, at: datetime) -> list[Text]:
    return [] if sent.again else [SENT.fill(at=clock(at, duty.office.roster.zone), n=len(sent.boxes))]


def is_told(stand: Stand, answer: Answer) -> bool:
    """Is this start told by another answer of the box, with no less proof? One that goes on or joins is another."""
    starts = [one for one in stand.answers if one.step is Step.STARTED]
    return answer.step is Step.STARTED and answer is not max(starts, key=_sureness, default=answer)


def _sureness(answer: Answer) -> int:
    return list(Proof).index(answer.proof or Proof.COMMANDED)


def _line(duty: Duty, news: News, roster: Roster, titles: Mapping[str, str], at: datetime) -> list[Text]:
    match news:
        case Told(jti, answer):
            if answer.is_stale or answer.refusal == "duplicate":
                return []
            gathering = duty.talk.gathering(jti)
            if is_told(gathering.stands[answer.box], answer):
                return []
            claims = gathering.claims
            told = line(roster.box(answer.box), answer, claims, titles, duty.office.roster.zone)
            return [told, *problems(answer)]
        case Sent():
            return _sent(duty, news, at)
        case Silent(_, box):
            return [silent_line(roster.box(box))]
        case Unreached(_, boxes):
            return [NO_LINK, *call_list(tuple(roster.box(box) for box in boxes))]
        case _:
            return []
