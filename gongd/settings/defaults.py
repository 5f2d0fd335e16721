"""The signals that every box knows, whatever its file says: language.md section 3 and signals.md, word for word.

A file may change single keys of them or add signals of its own. `volume` and `at_most_s` are None where the loudspeaker
and the limits decide. Numbers that no document gives are proposals: `peace` at 50 (box.md) because of the night noise
limit of 55 dBA, `test` at 40 ("quiet"), and two cycles of `flood-watch` (Huế's code sounds its first stage twice).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from gongd.core.catalogue import Again, Priority, Utterance
from gongd.core.schedule import Entry
from gongd.core.words import Language

UNTIL_STOPPED = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A signal before its box is known. `rhythm` is in the ringers' notation; `cycles` None is until stopped."""

    title: str
    priority: Priority = Priority.ROUTINE
    rhythm: str | None = None
    say: Utterance | None = None
    say_short: Utterance | None = None
    volume: int | None = None
    cycles: int | None = 1
    at_most_s: float | None = None
    again: Again | None = None


def _vi(text: str) -> Utterance:
    return Utterance(words=((Language.VI, text),))


_FLOOD_WATCH = _vi(
    "Chú ý! Chú ý! Nước suối đang lên. Bà con chuẩn bị lên chỗ cao, đưa người già, trẻ em đi trước.",
)

SIGNALS: Mapping[str, Preset] = {
    "peace": Preset(title="Kẻng bình yên", rhythm="1 hồi, 9 tiếng", volume=50),
    "fire": Preset(
        title="Báo cháy",
        priority=Priority.EMERGENCY,
        rhythm="liên thanh 20s, nghỉ 1s",
        say=_vi(
            "Cháy! Cháy! Cháy ở {place}! Bà con đến cứu giúp. Người già, trẻ em tránh xa. Gọi một một bốn.",
        ),
        say_short=_vi("Cháy! Cháy! Cháy ở {place}!"),
        cycles=UNTIL_STOPPED,
    ),
    "security": Preset(
        title="Báo động an ninh",
        priority=Priority.EMERGENCY,
        rhythm="(2 tiếng nhanh, nghỉ 2s) x 5",
        say=_vi(
            "Báo động! Báo động an ninh ở {place}! Tổ an ninh tập trung. Bà con ở trong nhà, khóa cửa, bật đèn. "
            "Gọi Công an xã. {phone}.",
        ),
        say_short=_vi("Báo động an ninh ở {place}! Bà con ở trong nhà."),
        cycles=UNTIL_STOPPED,
    ),
    "flood": Preset(
        title="Báo lũ",
        priority=Priority.EMERGENCY,
        rhythm="ngũ liên 12s, còi hú 15s, nghỉ 2s",
        say=_vi(
            "Lũ về! Lũ về! Bà con lên chỗ cao ngay! Dắt người già, trẻ em đi trước. Tránh xa suối, ngầm, tràn.",
        ),
        say_short=_vi("Lũ về! Lên chỗ cao ngay!"),
        cycles=UNTIL_STOPPED,
        at_most_s=600.0,
    ),
    "flood-watch": Preset(
        title="Cảnh báo lũ",
        priority=Priority.PRIORITY,
        rhythm="còi đều 10s, nghỉ 10s, còi đều 10s",
        say=_FLOOD_WATCH,
        say_short=_FLOOD_WATCH,
        cycles=2,
    ),
    "all-clear": Preset(
        title="Báo yên",
        priority=Priority.PRIORITY,
        rhythm="6 tiếng mỗi 2s",
        say=_vi("An toàn! An toàn! {place} báo yên. Cảm ơn bà con."),
    ),
    "false-alarm": Preset(
        title="Báo nhầm",
        priority=Priority.PRIORITY,
        rhythm="3 tiếng chậm",
        say=_vi("Xin lỗi bà con! Xin lỗi bà con! Vừa rồi loa báo nhầm. {place} bình thường."),
    ),
    "test": Preset(
        title="Thử loa",
        rhythm="1 tiếng",
        say=_vi("Alô, một, hai, ba, bốn. Thử loa {place}."),
        volume=40,
    ),
}

NIGHTLY = Entry("nightly", "peace", (time(22, 0),))
"""What rings where a file has no `schedules`: a missing key must never be a silent village."""
