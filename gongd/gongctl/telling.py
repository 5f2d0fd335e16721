"""What has happened, shown as it comes."""

from collections.abc import Callable, Iterable
from datetime import datetime

from gongd.core.words import Text
from gongd.desk.sender import LinkChanged, News, Sent, Silent, Told, Unreached
from gongd.desk.wording import NO_LINK, SENT, call_list, clock, line, silent_line
from gongd.gongctl.duty import Duty

Say = Callable[[Text], None]


def tell(duty: Duty, news: Iterable[News], say: Say, at: datetime) -> None:
    """Show what has happened, a line each."""
    for one in news:
        for text in lines(duty, one, at):
            say(text)


def lines(duty: Duty, news: News, at: datetime) -> list[Text]:
    """One piece of news in words; what heals by itself is not told."""
    roster, zone = duty.roster, duty.office.roster.zone
    match news:
        case Told(jti, answer):
            if answer.is_stale or answer.refusal == "duplicate":
                return []
            claims = duty.talk.gathering(jti).claims
            return [line(roster.box(answer.box), answer, claims, duty.titles, zone)]
        case Sent(_, boxes, again):
            return [] if again else [SENT.fill(at=clock(at, zone), n=len(boxes))]
        case Silent(_, box):
            return [silent_line(roster.box(box))]
        case Unreached(_, boxes):
            return [NO_LINK, *call_list(tuple(roster.box(box) for box in boxes))]
        case LinkChanged():
            return []
