"""What the loudspeaker says where the settings say nothing: language.md, section 3, word for word; English beside it.

`{place}` is the button's place, else the box's; `{phone}` the desk's telephone: its sentence is left out without one.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from gongd.core.catalogue import Utterance
from gongd.core.words import Language, Text

PHRASES: Mapping[str, Text] = {
    "peace": Text(
        vi="Hai mươi hai giờ. Bà con khóa cửa, tắt bếp. Chúc bà con ngủ ngon.",
        en="It is ten o'clock. Lock your doors and put out the stove. Good night to all.",
    ),
    "fire": Text(
        vi="Cháy! Cháy! Cháy ở {place}! Bà con đến cứu giúp. Người già, trẻ em tránh xa. Gọi một một bốn.",
        en="Fire! Fire! Fire at {place}! Come and help. Old people and children keep away. Call one one four.",
    ),
    "fire-short": Text(vi="Cháy! Cháy! Cháy ở {place}!", en="Fire! Fire! Fire at {place}!"),
    "security": Text(
        vi="Báo động! Báo động an ninh ở {place}! Tổ an ninh tập trung. Bà con ở trong nhà, khóa cửa, bật đèn. "
        "Gọi Công an xã. {phone}.",
        en="Alarm! Security alarm at {place}! Security team, assemble. Stay indoors, lock your doors, light lamps. "
        "Call the commune police. {phone}.",
    ),
    "security-short": Text(
        vi="Báo động an ninh ở {place}! Bà con ở trong nhà.", en="Security alarm at {place}! Stay indoors."
    ),
    "flood": Text(
        vi="Lũ về! Lũ về! Bà con lên chỗ cao ngay! Dắt người già, trẻ em đi trước. Tránh xa suối, ngầm, tràn.",
        en="Flood! Flood! Go to high ground now! Take old people and children first. Keep away from streams and fords.",
    ),
    "flood-short": Text(vi="Lũ về! Lên chỗ cao ngay!", en="Flood! Go to high ground now!"),
    "flood-watch": Text(
        vi="Chú ý! Chú ý! Nước suối đang lên. Bà con chuẩn bị lên chỗ cao, đưa người già, trẻ em đi trước.",
        en="Attention! Attention! The stream is rising. Get ready to go to high ground, old people and children first.",
    ),
    "all-clear": Text(
        vi="An toàn! An toàn! {place} báo yên. Cảm ơn bà con.", en="All clear! All clear! {place} is safe. Thank you."
    ),
    "false-alarm": Text(
        vi="Xin lỗi bà con! Xin lỗi bà con! Vừa rồi loa báo nhầm. {place} bình thường.",
        en="We are sorry! We are sorry! The loudspeaker was mistaken. All is well at {place}.",
    ),
    "pause": Text(vi="Tạm dừng loa. Bà con tiếp tục cảnh giác.", en="The loudspeaker pauses. Please stay watchful."),
    "drill-before": Text(
        vi="Diễn tập! Diễn tập! Đây là buổi tập ở {place}. Bà con yên tâm.",
        en="Exercise! Exercise! This is a drill at {place}. There is no need to worry.",
    ),
    "drill-during": Text(vi="Đang diễn tập.", en="Exercise in progress."),
    "drill-after": Text(
        vi="Hết tập! Hết tập! Buổi tập đã xong. Cảm ơn bà con.",
        en="End of exercise! End of exercise! The drill is over. Thank you.",
    ),
    "test": Text(
        vi="Alô, một, hai, ba, bốn. Thử loa {place}.",
        en="Hello, one, two, three, four. Testing the loudspeaker of {place}.",
    ),
    "status-good": Text(
        vi="Loa {place}: tốt. Đồng hồ đúng. Có kết nối.",
        en="Loudspeaker {place}: good. The clock is right. Connected.",
    ),
}
"""By name; a signal's own text has the signal's name, its short text `-short`. Each has a clip of that name."""

PLACE_UNNAMED = Text(vi="thôn ta", en="our village")
"""What the shipped clips say where a text has `{place}`: a clip knows no names."""


def fill(template: str, place: str, phone: str | None) -> str:
    """The text with its place and its telephone; sentences that need a telephone are left out when there is none."""
    sentences = re.findall(r"[^.!?]*[.!?]*", template)
    kept = "".join(one for one in sentences if phone or "{phone}" not in one)
    return kept.replace("{place}", place).replace("{phone}", phone or "").strip()


@lru_cache(maxsize=256)
def spoken_at(place: str, *said: Utterance | None) -> str:
    """The first of these that is said, in Vietnamese, as it is heard at a place; empty where only recordings are.

    On one line, without a telephone number, and without signs that play tricks on a screen.
    """
    first = next((each for each in said if each is not None), Utterance())
    words = next((text for language, text in first.words if language is Language.VI), "")
    flat = " ".join(fill(words, place, None).split())
    return "".join(filter(str.isprintable, flat)).removesuffix(".")


def phrase_of(template: str) -> str | None:
    """The name of the phrase that a text is, word for word; None for a text of one's own."""
    wanted = " ".join(template.split())
    return next((name for name, text in PHRASES.items() if text.vi == wanted), None)
