"""The keys of one signal. What a file says is kept as it is: defaults come from the shipped signals (defaults.py)."""

from dataclasses import dataclass

from gongd.core.catalogue import Priority
from gongd.core.errors import RhythmError
from gongd.core.notation import parse
from gongd.core.rhythm import Rhythm
from gongd.core.words import Text
from gongd.settings.finding import Findings, Spoilt, Spot
from gongd.settings.kind import Choice, Field, ListOf, Scalar, Section, Unfit, Values
from gongd.settings.said import Said, Title
from gongd.settings.scalar import NAME, REPEAT, VOLUME, duration, whole
from gongd.settings.table_box import CAP


def _rhythm(text: str) -> Rhythm:
    try:
        return parse(text)
    except RhythmError as error:
        raise Unfit(error.text, max(0, error.column - 1)) from error


RHYTHM = Scalar(
    _rhythm,
    Text(vi="cách đánh, ví dụ 1 hồi, 9 tiếng", en="a rhythm, as 1 hồi, 9 tiếng"),
    {"type": "string", "minLength": 1, "examples": ["1 hồi, 9 tiếng", "liên thanh 20s, nghỉ 1s"]},
)


@dataclass(frozen=True, slots=True)
class Written:
    """A signal as the file writes it: the keys that stand there, and where."""

    values: Values
    spot: Spot


_NEEDS = Text(vi='"{key}" cần đi cùng "{other}"', en='"{key}" needs "{other}" beside it')


def _written(values: Values, spot: Spot, findings: Findings) -> Written:
    for key, other in (("again", "for"), ("for", "again")):
        if key in values and other not in values:
            findings.note(spot.at(key), (*spot.path, key), _NEEDS.fill(key=key, other=other))
            raise Spoilt
    return Written(values, spot)


SIGNAL = Section(
    (
        Field("title", Title(), Text(vi="Tên hiệu lệnh, cho người đọc.", en="What people call it.")),
        Field(
            "priority",
            Choice(
                {"routine": Priority.ROUTINE, "priority": Priority.PRIORITY, "emergency": Priority.EMERGENCY},
                {
                    "thông thường": "routine",
                    "normal": "routine",
                    "ưu tiên": "priority",
                    "high": "priority",
                    "khẩn cấp": "emergency",
                    "urgent": "emergency",
                },
            ),
            Text(
                vi="Mức: routine (thông thường), priority (ưu tiên), emergency (khẩn cấp). Không ghi: routine.",
                en="Class: routine, priority or emergency. Left out: routine.",
            ),
        ),
        Field(
            "number",
            whole(0, 99),
            Text(vi="Thứ tự trong cùng mức; số lớn đi trước.", en="Order inside a class; a higher number goes first."),
        ),
        Field(
            "rhythm",
            RHYTHM,
            Text(
                vi='Cách đánh, đặt trong dấu nháy: "1 hồi, 9 tiếng".',
                en='The rhythm, in quotation marks: "1 hồi, 9 tiếng".',
            ),
        ),
        Field(
            "volume",
            VOLUME,
            Text(
                vi="Âm lượng riêng 0 đến 100 (khẩn cấp: ít nhất 80). Không ghi: theo speaker.",
                en="Its own volume 0 to 100 (an emergency: at least 80). Left out: the speaker's.",
            ),
        ),
        Field(
            "say",
            Said(),
            Text(
                vi="Lời đọc: câu nói, hoặc danh sách bản thu và câu dự phòng. {place} là tên nơi, {phone} là số máy. "
                "Không đọc gì: [].",
                en="What is said: a text, or a list of recorded files and a fallback text. {place}, {phone} are filled "
                "in. Nothing: [].",
            ),
        ),
        Field(
            "say_short",
            Said(),
            Text(
                vi="Lời đọc ngắn cho các lần sau. Đã ghi say mà không ghi mục này thì đọc lại say.",
                en="A short text for the cycles after the first. With your own say and none here, say is repeated.",
            ),
        ),
        Field(
            "repeat",
            REPEAT,
            Text(
                vi="Lặp lại: until-stopped (đến khi có người tắt), once, hoặc số lần. "
                "Không ghi: khẩn cấp thì until-stopped, còn lại once.",
                en="Repetition: until-stopped, once or a number. Left out: until-stopped for an emergency, else once.",
            ),
        ),
        Field(
            "at_most",
            CAP,
            Text(
                vi="Tối đa phát bao lâu, kể từ lệnh cuối. Không ghi: limits.at_most (báo lũ: 10m).",
                en="It never sounds longer since the last request. Left out: limits.at_most (flood: 10m).",
            ),
        ),
        Field(
            "relays",
            ListOf(NAME, alone=True),
            Text(
                vi="Các rơ-le cùng chạy. Không ghi: rơ-le nào có việc trong cách đánh; đèn chớp (blink) phải ghi tên.",
                en="The relays that take part. Left out: those whose role occurs in it; one with blink must be named.",
            ),
        ),
        Field(
            "again",
            duration(60, 86400),
            Text(vi="Chưa ai dừng thì phát lại sau mỗi khoảng này.", en="Sound an uncancelled alarm again so often."),
        ),
        Field(
            "for",
            duration(60, 7 * 86400),
            Text(vi="Phát lại (again) trong bao lâu.", en="For how long it is sounded again."),
        ),
    ),
    _written,
)
