"""Reading aloud: what people write, brought to the words that a voice must say.

The synthetic voice reads `114` as a count, `UBND` as English and `22h30` as letters. `read_aloud` turns figures, signs
and abbreviations into Vietnamese words, so that nothing is left for the voice to guess. Total: any text has an answer.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from itertools import pairwise

from gongd.core.numeral import count, count_figures, decimal, spell, spell_phone

ABBREVIATIONS = {
    "ANTT": "an ninh trật tự",
    "ANQP": "an ninh quốc phòng",
    "ATGT": "an toàn giao thông",
    "BCĐ": "ban chỉ đạo",
    "BCH": "ban chỉ huy",
    "BĐ": "báo động",
    "BHYT": "bảo hiểm y tế",
    "CA": "Công an",
    "CAX": "Công an xã",
    "CCCD": "căn cước công dân",
    "CNCH": "cứu nạn cứu hộ",
    "CSGT": "cảnh sát giao thông",
    "ĐT": "đường tỉnh",
    "ĐU": "Đảng ủy",
    "HĐND": "Hội đồng nhân dân",
    "HTX": "hợp tác xã",
    "KTTV": "khí tượng thủy văn",
    "MTTQ": "Mặt trận Tổ quốc",
    "PCCC": "phòng cháy chữa cháy",
    "PCTT": "phòng chống thiên tai",
    "QL": "quốc lộ",
    "TDP": "tổ dân phố",
    "THCS": "trung học cơ sở",
    "THPT": "trung học phổ thông",
    "TKCN": "tìm kiếm cứu nạn",
    "TL": "tỉnh lộ",
    "TP": "thành phố",
    "TT": "thông tin",
    "TX": "thị xã",
    "UB": "Ủy ban",
    "UBND": "Ủy ban nhân dân",
    "VP": "văn phòng",
}
"""language.md, 3, and what communes write beside it. Matched as whole words, in the case in which they stand here."""

_WORDS_IN_CAPITALS = frozenset({"CA", "ĐU"})
"""In a text that is all capitals these are ordinary words (`CA NÔ`)."""

_RESPELT = {
    "alô": "a lô",
    "zalo": "da lô",
    "wifi": "oai phai",
    "wi-fi": "oai phai",
    "facebook": "phây búc",
    "internet": "in tơ nét",
    "camera": "ca mê ra",
    "email": "i meo",
}
"""Words that the synthetic voice would say in English."""

_UNITS = {
    "km/h": "ki lô mét một giờ",
    "km/giờ": "ki lô mét một giờ",
    "mm/h": "mi li mét một giờ",
    "m3/s": "mét khối một giây",
    "m/s": "mét một giây",
    "km2": "ki lô mét vuông",
    "m2": "mét vuông",
    "m3": "mét khối",
    "km": "ki lô mét",
    "cm": "xăng ti mét",
    "mm": "mi li mét",
    "m": "mét",
    "ha": "héc ta",
    "kg": "ki lô gam",
    "kWh": "ki lô oát giờ",
    "kW": "ki lô oát",
    "W": "oát",
    "V": "vôn",
    "l": "lít",
    "ph": "phút",
    "s": "giây",
    "°C": "độ xê",
    "°": "độ",
    "%": "phần trăm",
    "đ": "đồng",
    "VND": "đồng",
    "VNĐ": "đồng",
}

_LETTERS = {
    **dict(zip("AĂÂEÊIOÔƠUƯ", ["a", "á", "ớ", "e", "ê", "i", "o", "ô", "ơ", "u", "ư"], strict=True)),
    **dict(zip("BCDĐGHJ", ["bê", "xê", "dê", "đê", "giê", "hát", "gi"], strict=True)),
    **dict(zip("KPQTVYZ", ["ca", "pê", "quy", "tê", "vê", "i", "dét"], strict=True)),
    **dict(zip("FLMNRSXW", ["ép phờ", "e lờ", "em mờ", "en nờ", "e rờ", "ét sì", "ích xì", "vê kép"], strict=True)),
}

_LETTER = r"[^\W\d_]"
_NOT_IN_WORD = r"(?<![\w])"
_WORD_ENDS = rf"(?!{_LETTER})"
_CLOCK = (
    r"(?<![0-9:.,/])(?P<h>[01]?[0-9]|2[0-4]):(?P<m>[0-5][0-9])(?::(?P<s>[0-5][0-9]))?(?![0-9:])"
    r"(?:\s?(?:giờ|h)(?!\w))?"
)
_HOURS = (
    r"(?<![0-9:.,])(?P<h>[0-9]{1,2})\s?(?:[hH]|giờ|[gG](?=[0-9]{2}|\s(?:sáng|trưa|chiều|tối|đêm|đúng)))"
    rf"\s?(?:(?P<m>[0-5]?[0-9])(?![0-9.,/]*[0-9])(?P<word>\s?(?:phút|ph|p|'))?)?{_WORD_ENDS}"
)
_ROMAN = r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})"
_ROMAN_CONTEXT = (
    "bậc|báo động|bộ phận|cấp|chương|đợt|giai đoạn|hạng|khóa|khoá|khu|khu vực|kỳ|kì|lần|loại|lớp|mức|nhóm|phần|quý|quí"
    "|tập|tầng|thế kỷ|tuyến|vùng"
)
_COUNTED = (
    "người|hộ|nhà|gia đình|nhân khẩu|cháu|em|con|cái|chiếc|xe|suất|phần|lượt|thôn|bản|xã|mét|cây|ki lô|nghìn|ngàn"
    "|triệu|tỷ|đồng|tấn|tạ|lít|héc|giờ|phút|giây|ngày|tháng|năm|bà con|đại biểu|học sinh|chiến sĩ|cán bộ"
    "|km|cm|mm|m|ha|kg|%"
)
_NUMBERED = "thôn|bản|xóm|làng|tổ|khu|đội|nhà|số|khối|điều|khoản|cụm|loa|nút|ngõ"
_DAY_CONTEXT = "ngày|hôm|sáng|trưa|chiều|tối|đêm|từ|đến|tới|lễ|dịp|trước|sau|hạn|mùng|mồng|quốc khánh|chủ nhật"
_CALLED = "số|gọi|tổng đài|đường dây nóng|điện thoại|hotline"
_SYLLABLE = re.compile(r"(?:NGH|[CGKNPT]H|NG|GI|QU|TR|[BCDĐGHKLMNPQRSTVX])?[AEIOUY]{1,3}(?:CH|NG|NH|[CMNPT])?")
_MONTH_FOUR = 4
_LONGEST_COUNT = 9

Match = re.Match[str]


def read_aloud(text: str) -> str:
    """The text as it must be spoken: no figure, no abbreviation and no sign that a voice could misread is left."""
    spoken = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    shouted = spoken.isupper() and not set(re.findall(rf"{_LETTER}{{2,}}", spoken)) <= ABBREVIATIONS.keys()
    for pattern, reading in _RULES:
        spoken = pattern.sub(reading, spoken)
    spoken = _ABBREVIATION.sub(lambda match: _expand(match, shouted=shouted), spoken)
    for pattern, reading in _LAST_RULES:
        spoken = pattern.sub(reading, spoken)
    return re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"\s+", " ", spoken)).strip()


_PLAIN = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"} | {
    ord("\u2044"): "/",
    ord("&"): " và ",
    ord("\u200b"): None,
    ord("\ufeff"): None,
}


# ── One reading for each kind of thing that people write ─────────────────────────────────────────────────────────


def _phone(match: Match) -> str:
    return spell_phone(match[0])


def _spelt(match: Match) -> str:
    return spell(match[0])


def _called(match: Match) -> str:
    return match["before"] + spell(match["number"])


def _slashed_date(match: Match) -> str:
    return f"{match['d']}/{match['m']}/{match['y']}"


def _full_date(match: Match) -> str:
    day, month, year = int(match["d"]), int(match["m"]), int(match["y"])
    if not _is_day(day, month):
        return match[0]
    said = f"{count(day)} tháng {_month(month)} năm {count(year)}"
    return f"{match['before'] or 'ngày '}{said}"


def _day_and_month(match: Match) -> str:
    day, month = int(match["d"]), int(match["m"])
    if not _is_day(day, month):
        return match[0]
    before = match["before"]
    introduced = re.match(r"ngày|mùng|mồng", before.lower())
    return f"{before}{'' if introduced else 'ngày '}{count(day)} tháng {_month(month)}"


def _is_day(day: int, month: int) -> bool:
    return 1 <= day <= 31 and 1 <= month <= 12


def _month(month: int) -> str:
    return "tư" if month == _MONTH_FOUR else count(month)


def _clock(match: Match) -> str:
    """`22:00`, `22h30`, `7 giờ 05 phút`: no zero minutes; a minute under ten with its zero, as the radio says it."""
    said = [f"{count(int(match['h']))} giờ"]
    parts = match.groupdict()
    minute, second = parts["m"] or "0", parts.get("s")
    if int(minute) or second:
        said.append(spell(minute) if minute[0] == "0" else count(int(minute)))
        said += ["phút"] if parts.get("word") or second else []
    if second:
        said.append(f"{count(int(second))} giây")
    return " ".join(said)


def _roman_after_word(match: Match) -> str:
    return match["before"] + " đến ".join(count(_roman(number)) for number in re.split(r"\s*-\s*", match["number"]))


def _roman_ordinal(match: Match) -> str:
    return match["before"] + _ordinal(_roman(match["number"]))


def _roman_alone(match: Match) -> str:
    return count(_roman(match[0]))


def _roman(numeral: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in numeral]
    return values[-1] + sum(-left if left < right else left for left, right in pairwise(values))


def _numbered_ordinal(match: Match) -> str:
    return match["before"] + _ordinal(int(match["number"]))


def _ordinal(number: int) -> str:
    return {1: "nhất", 4: "tư"}.get(number) or count(number)


def _numbered_list(match: Match) -> str:
    return match["before"] + ", ".join(match["list"].split(","))


def _unit(match: Match) -> str:
    return f" {_UNITS[match['unit']]}"


def _thousands(match: Match) -> str:
    return count_figures(re.sub(r"[.,]", "", match[0]))


def _decimal_comma(match: Match) -> str:
    return decimal(match[1], match[2])


def _decimal_point(match: Match) -> str:
    return decimal(match[1], match[2], "chấm")


def _letter_of_number(match: Match) -> str:
    return f"{match[1]} {_LETTERS.get(match[2].upper(), match[2])}"


def _number_of_letter(match: Match) -> str:
    return f"{_LETTERS[match[1]]} {match[2]}"


def _number(match: Match) -> str:
    """Official papers pad to two figures (`05 hộ`); longer with a zero in front, or very long, is a code."""
    figures = match[0]
    is_code = len(figures) > _LONGEST_COUNT or (figures[0] == "0" and len(figures) > 2)
    return f" {spell(figures) if is_code else count(int(figures))} "


def _expand(match: Match, *, shouted: bool) -> str:
    word = match["word"]
    return word if shouted and word in _WORDS_IN_CAPITALS else ABBREVIATIONS[word]


def _capitals(match: Match) -> str:
    """Capitals that make no Vietnamese syllable are said letter by letter, with the Vietnamese names of letters."""
    if _SYLLABLE.fullmatch(match[0]):
        return match[0]
    return " ".join(_LETTERS[letter] for letter in match[0])


def _respelt(match: Match) -> str:
    said = _RESPELT[match[0].lower()]
    return said.capitalize() if match[0][0].isupper() else said


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_ABBREVIATION = re.compile(rf"{_NOT_IN_WORD}(?P<word>{_any_of(ABBREVIATIONS)}){_WORD_ENDS}")

Rule = tuple[re.Pattern[str], str | Callable[[Match], str]]

_RULES: tuple[Rule, ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        # Telephone numbers, before anything takes their dots and dashes for something else.
        (rf"{_NOT_IN_WORD}ĐT(?=\s?:?\s?\(?[+0][0-9])", "điện thoại"),
        (r"(?<![0-9.,/])\(?(?:\+\s?84|0)(?:[ .()-]{0,2}[35789])(?:[ .()-]{0,2}[0-9]){8}(?![0-9])", _phone),
        (r"(?<![0-9.,/])\(?(?:\+\s?84|0)(?:[ .()-]{0,2}2)(?:[ .()-]{0,2}[0-9]){8,9}(?![0-9])", _phone),
        (r"(?<![0-9.,/])1[89]00(?:[ .]?[0-9]){4,6}(?![0-9])", _phone),
        (
            rf"(?P<before>(?i:{_CALLED})\s*:?\s+)(?P<number>[1-9][0-9]{{2,4}})(?![0-9.,]?[0-9])(?!\s?(?:{_COUNTED})\b)",
            _called,
        ),
        (rf"(?<![0-9.,/])11[1-5](?![0-9.,/]?[0-9])(?!\s?(?:{_COUNTED})(?!\w))", _spelt),
        # Dates; a dash between figures that is no date is a range.
        (r"(?<![0-9/-])(?P<y>[0-9]{4})-(?P<m>[01]?[0-9])-(?P<d>[0-3]?[0-9])(?![0-9/-])", _slashed_date),
        (r"(?<![0-9/.-])(?P<d>[0-3]?[0-9])[-.](?P<m>[01]?[0-9])[-.](?P<y>[0-9]{4})(?![0-9/-])", _slashed_date),
        (rf"(?P<left>[0-9](?:\s?(?:h|giờ|{_any_of(_UNITS)}))?)\s*-\s*(?=[0-9])", r"\g<left> đến "),
        (r"(?i)(?P<left>(?:tháng|quý|quí)\s+[0-9IVX]{1,4})\s?/\s?(?=[0-9]{4}(?![0-9]))", r"\g<left> năm "),
        (
            r"(?i)(?P<before>(?:ngày|mùng|mồng)\s+)?(?<![0-9/])(?P<d>[0-3]?[0-9])/(?P<m>[01]?[0-9])/(?P<y>[0-9]{4})(?![0-9/])",
            _full_date,
        ),
        (
            rf"(?i)(?P<before>\b(?:{_DAY_CONTEXT}|thứ \w+)\s+)(?P<d>[0-3]?[0-9])/(?P<m>[01]?[0-9])(?![0-9/]|,[0-9])",
            _day_and_month,
        ),
        (r"(?P<before>)(?<![0-9/])(?P<d>[0-3]?[0-9])/(?P<m>[01]?[0-9])(?=\s+(?:đến|tới)\s+ngày)", _day_and_month),
        # Times of day.
        (_CLOCK, _clock),
        (_HOURS, _clock),
        # Quantities.
        (rf"{_NOT_IN_WORD}[Kk][Mm]\s?(?P<km>[0-9]+)\s?\+\s?(?P<m>[0-9]+)", r"ki lô mét \g<km> cộng \g<m>"),
        (rf"{_NOT_IN_WORD}[Kk][Mm]\s?(?=[0-9])", "ki lô mét "),
        (rf"(?<=[0-9])\s?(?P<unit>{_any_of(_UNITS)})(?!\w)", _unit),
        (r"(?<![0-9.,])[0-9]{1,3}(?:\.[0-9]{3})+(?![0-9.]*[0-9])", _thousands),
        (r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3}){2,}(?![0-9,]*[0-9])", _thousands),
        (r"(?<!\S)-(?=[0-9]+(?:,[0-9]+)? độ)", "âm "),
        (rf"(?i)(?P<before>\b(?:{_NUMBERED})\s+)(?P<list>[0-9]+(?:,[0-9]+)+)(?![0-9])", _numbered_list),
        (r"(?P<before>(?<![0-9.,]))(?P<list>[0-9]+(?:,[0-9]+){2,})(?![0-9])", _numbered_list),
        (r"(?<![0-9])([0-9]+),([0-9]+)(?![0-9])", _decimal_comma),
        (r"(?<![0-9.])([0-9]+)\.([0-9]+)(?![0-9]|\.[0-9])", _decimal_point),
        # Roman numerals: one letter only after a word that is numbered so.
        (rf"(?P<before>(?i:\bthứ)\s+)(?P<number>{_ROMAN})(?!\w)", _roman_ordinal),
        (
            rf"(?P<before>(?:\b(?i:{_ROMAN_CONTEXT})|{_NOT_IN_WORD}BĐ)\s*)(?P<number>{_ROMAN}(?:\s*-\s*{_ROMAN})?)(?!\w)",
            _roman_after_word,
        ),
        (rf"{_NOT_IN_WORD}(?:X{{1,2}}(?:I{{2,3}}|I?V|VI{{0,3}}|IX)|VI{{2,3}}|I{{2,3}}|I[VX])(?!\w)", _roman_alone),
    )
)

_LAST_RULES: tuple[Rule, ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        (
            r"(?P<before>(?i:\bthứ|\btháng)\s+(?=0?4(?![0-9]))|(?i:\bthứ)\s+)0?(?P<number>[0-9]+)(?![0-9])",
            _numbered_ordinal,
        ),
        (r"(?<=[0-9])\s?[x×]\s?(?=[0-9])", " nhân "),
        (rf"([0-9]+)\s?([A-ZĐ]|(?<=[0-9])[a-zđ]){_WORD_ENDS}", _letter_of_number),
        (rf"{_NOT_IN_WORD}([A-ZĐ])\s?-?\s?([0-9]+)", _number_of_letter),
        (r"(?<=[0-9])\s?/\s?(?=[0-9])", " trên "),
        (r"(?<=[0-9])\s?\+\s?(?=[0-9])", " cộng "),
        (r"[0-9]+", _number),
        (r"\s*/\s*", ", "),
        (r"[*#_^~|\\<>={}\[\]+@•·]+", " "),
        (rf"(?i){_NOT_IN_WORD}v\.\s?v\.*", "vân vân"),
        (rf"(?i){_NOT_IN_WORD}(?:{_any_of(_RESPELT)})(?!\w)", _respelt),
        (rf"{_NOT_IN_WORD}[A-ZĐ]{{2,6}}(?!\w)", _capitals),
    )
)
