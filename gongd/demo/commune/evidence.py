"""The evidence of the commune: from pins, journals and the desk's own books, was everything promised really so?"""

from collections.abc import Iterator, Sequence

from gongd.core.words import Text
from gongd.demo.commune.play import CommuneStory
from gongd.demo.evidence import Promise
from gongd.demo.pins import still_on
from gongd.demo.village import Village

TOGETHER_S = 1.0
"""gongd's own promise is 50 ms (tests/link holds it to that); this machine also draws, renders and signs meanwhile."""
SOON_S = 10.0
"""Two seconds is the promise; here the command itself has to be loaded, too."""

_TOGETHER = Text("kẻng ở ba thôn cùng một lúc", "the gong rang in three villages at the same time")
_ZONE = Text("báo động đúng khu ven sông, Thôn 3 không kêu nhầm", "the alarm sounded by the river, and not in Thôn 3")
_SOON = Text("báo động nhanh, máy bàn trực trả mã 0", "the alarm came soon, and the command ended with 0")
_CALMED = Text("báo yên: rơ-le ngắt", "after the all clear the relays are off")
_ALONE = Text("đứt mạng, nút của Thôn 3 vẫn kêu", "cut off, Thôn 3's button still sounded")
_LATER = Text("việc đó về tới bàn trực sau, không sớm hơn", "its record reached the desk afterwards, and not before")
_NOTHING_LOST = Text(
    "sổ của bàn trực khớp nhật ký ba cụm loa, từng dòng", "the desk's record equals the three journals, line by line"
)
_MARKS = Text("bảng theo dõi: ba thôn, ba dấu X", "the attendance sheet has an X for each of the three")
_ENDED = Text("ba gongd dừng êm, mọi chân đều tắt", "all three gongd ended well, every pin is off")


def judge_commune(story: CommuneStory, villages: Sequence[Village]) -> tuple[Promise, ...]:
    """Every promise of the second half. Raises OSError for files that cannot be read."""
    return tuple(_promises(story, villages))


def _promises(story: CommuneStory, villages: Sequence[Village]) -> Iterator[Promise]:
    gongs, alarms = story.gongs, list(story.alarms.values())
    yield Promise(_TOGETHER, len(gongs) == 3 and max(gongs) - min(gongs) <= TOGETHER_S)
    yield Promise(_ZONE, len(alarms) == 3 and None not in alarms[:2] and alarms[2] is None)
    soon = bool(alarms) and all(at is not None and at - story.ordered_at <= SOON_S for at in alarms[:2])
    yield Promise(_SOON, soon and story.alert_status == 0)
    yield Promise(_CALMED, story.calmed)
    yield Promise(_ALONE, story.alone_at is not None and story.alone_at > story.was_cut_at)
    yield Promise(_LATER, not story.known_early and bool(story.arrived.get("thon-3")))
    yield Promise(_NOTHING_LOST, len(story.arrived) == 3 and story.arrived == story.written)
    yield Promise(_MARKS, [row["rung"] for row in story.sheet.get("boxes", ())] == [1, 1, 1])
    ended = story.statuses == [0, 0, 0]
    yield Promise(_ENDED, ended and not any(still_on(village.out) for village in villages))
