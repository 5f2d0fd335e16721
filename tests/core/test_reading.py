"""What the voice is given to say. Sources: language.md, 3, and what communes write."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.numeral import count, decimal, spell_phone
from gongd.core.reading import ABBREVIATIONS, read_aloud

FROM_THE_DESIGN = {
    "Gọi 114, 113, 115, 112.": "Gọi một một bốn, một một ba, một một năm, một một hai.",
    "0912 345 678": "không chín một hai, ba bốn năm, sáu bảy tám",
    "22:00": "hai mươi hai giờ",
    "22h": "hai mươi hai giờ",
    "22h30": "hai mươi hai giờ ba mươi",
    "cấp III, quý IV": "cấp ba, quý bốn",
    "UBND, ANTT": "Ủy ban nhân dân, an ninh trật tự",
    "PCCC, CNCH, CA, CAX, TDP": "phòng cháy chữa cháy, cứu nạn cứu hộ, Công an, Công an xã, tổ dân phố",
    "ĐU, HĐND, MTTQ, TT, BCH": "Đảng ủy, Hội đồng nhân dân, Mặt trận Tổ quốc, thông tin, ban chỉ huy",
    "PCTT, TKCN, UB, VP, TX, QL": "phòng chống thiên tai, tìm kiếm cứu nạn, Ủy ban, văn phòng, thị xã, quốc lộ",
    "5-10 người, 2 m": "năm đến mười người, hai mét",
    "21/11/2026": "ngày hai mươi mốt tháng mười một năm hai nghìn không trăm hai mươi sáu",
    "đến 22 giờ 03 phút": "đến hai mươi hai giờ không ba phút",
}

CALLS = {
    "Có 114 người, 112 m đường": "Có một trăm mười bốn người, một trăm mười hai mét đường",
    "ĐT: 0912.345.678": "điện thoại: không chín một hai, ba bốn năm, sáu bảy tám",
    "0912345678 hoặc 114": "không chín một hai, ba bốn năm, sáu bảy tám hoặc một một bốn",
    "(0237) 3871 234": "không hai ba bảy, ba tám bảy một, hai ba bốn",
    "+84 912 345 678": "không chín một hai, ba bốn năm, sáu bảy tám",
    "Tổng đài 1022, gọi 120 người": "Tổng đài một không hai hai, gọi một trăm hai mươi người",
}

TIMES = {
    "7h15": "bảy giờ mười lăm",
    "07h05": "bảy giờ không năm",
    "22 giờ 00": "hai mươi hai giờ",
    "7h-7h30": "bảy giờ đến bảy giờ ba mươi",
    "22:30:15": "hai mươi hai giờ ba mươi phút mười lăm giây",
    "họp 8g sáng, nghỉ 9g30": "họp tám giờ sáng, nghỉ chín giờ ba mươi",
    "24h/24h": "hai mươi tư giờ, hai mươi tư giờ",
    "22:99": "hai mươi hai: chín mươi chín",
}

DATES = {
    "ngày 21/11": "ngày hai mươi mốt tháng mười một",
    "thứ Bảy 21/11": "thứ Bảy ngày hai mươi mốt tháng mười một",
    "tối 30/4": "tối ngày ba mươi tháng tư",
    "ngày 15-20/11": "ngày mười lăm đến ngày hai mươi tháng mười một",
    "1/10-4/10": "ngày một tháng mười đến ngày bốn tháng mười",
    "21-11-2026": "ngày hai mươi mốt tháng mười một năm hai nghìn không trăm hai mươi sáu",
    "2026-11-21": "ngày hai mươi mốt tháng mười một năm hai nghìn không trăm hai mươi sáu",
    "tháng 4, tháng 04/2026": "tháng tư, tháng tư năm hai nghìn không trăm hai mươi sáu",
    "quý IV/2026": "quý bốn năm hai nghìn không trăm hai mươi sáu",
    "thứ 2, thứ 4, thứ 7": "thứ hai, thứ tư, thứ bảy",
    "45/13/2026": "bốn mươi lăm trên mười ba trên hai nghìn không trăm hai mươi sáu",
}

QUANTITIES = {
    "1.200 người": "một nghìn hai trăm người",
    "1.250.000.000 đồng": "một tỷ hai trăm năm mươi triệu đồng",
    "1,5 m; 2,05%": "một phẩy năm mét; hai phẩy không năm phần trăm",
    "100.000.000.000.000.000 đồng": "một trăm triệu tỷ đồng",
    "5 km, 30 km/h": "năm ki lô mét, ba mươi ki lô mét một giờ",
    "12 m³/s, 3m2": "mười hai mét khối một giây, ba mét vuông",
    "-5°C": "âm năm độ xê",
    "100%": "một trăm phần trăm",
    "05 hộ": "năm hộ",
    "4 x 5 m": "bốn nhân năm mét",
    "3x4 m": "ba nhân bốn mét",
    "bản 2.5": "bản hai chấm năm",
    "mã 001, mã 1234567890": "mã không không một, mã một hai ba bốn năm sáu bảy tám chín không",
    "987654321": "chín trăm tám mươi bảy triệu sáu trăm năm mươi tư nghìn ba trăm hai mươi mốt",
    "CCCD 038123456789": "căn cước công dân không ba tám một hai ba bốn năm sáu bảy tám chín",
}

NUMBERED = {
    "khóa XV, lần thứ XIV, thứ I, thế kỷ XXI": "khóa mười lăm, lần thứ mười bốn, thứ nhất, thế kỷ hai mươi mốt",
    "khu II-III": "khu hai đến ba",
    "báo động III, BĐ2": "báo động ba, báo động hai",
    "số nhà 12A, nhà B3, nhà 12/3": "số nhà mười hai a, nhà bê ba, nhà mười hai trên ba",
    "QL 15A, QL15A, ĐT 519": "quốc lộ mười lăm a, quốc lộ mười lăm a, đường tỉnh năm trăm mười chín",
    "Km12+300": "ki lô mét mười hai cộng ba trăm",
    "thôn 3,5 và 7; thôn 1,2,3": "thôn ba, năm và bảy; thôn một, hai, ba",
    "Thôn 3, xã Nguyệt Ấn": "Thôn ba, xã Nguyệt Ấn",
}

ABBREVIATED = {
    "PCCC&CNCH": "phòng cháy chữa cháy và cứu nạn cứu hộ",
    "CATT TTCA cand": "xê a tê tê tê tê xê a cand",
    "ĐƯA CA NÔ ĐẾN, CHÁY Ở THÔN LƯƠNG": "ĐƯA CA NÔ ĐẾN, CHÁY Ở THÔN LƯƠNG",
    "VTV, GPS": "vê tê vê, giê pê ét sì",
    "Alô! Xem Zalo.": "A lô! Xem Da lô.",
    "gửi qua zalo": "gửi qua da lô",
    "công an/quân sự, v.v.": "công an, quân sự, vân vân",
}

TABLE = FROM_THE_DESIGN | CALLS | TIMES | DATES | QUANTITIES | NUMBERED | ABBREVIATED

NOT_SAID_IN_ENGLISH = "cand"


@pytest.mark.parametrize(("written", "said"), TABLE.items())
def test_what_people_write_is_said_as_they_would_say_it(written: str, said: str) -> None:
    assert read_aloud(written) == said


def test_a_text_without_figures_or_abbreviations_stays_as_it_is() -> None:
    text = "Cháy! Cháy! Cháy ở Thôn Mới! Bà con đến cứu giúp. Người già, trẻ em tránh xa. Gọi một một bốn."
    assert read_aloud(text) == text


def test_decomposed_text_and_odd_spaces_are_read_like_any_other() -> None:
    assert read_aloud("ca\u0302\u0301p\u00a0III") == "cấp ba"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "không"),
        (4, "bốn"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (35, "ba mươi lăm"),
        (14, "mười bốn"),
        (40, "bốn mươi"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (10**9, "một tỷ"),
        (10**18 - 10**9, "chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ"),
        (10**18, "một" + " không" * 18),
        (1005, "một nghìn không trăm linh năm"),
        (2026, "hai nghìn không trăm hai mươi sáu"),
        (1_005_000, "một triệu không trăm linh năm nghìn"),
        (25 * 10**12, "hai mươi lăm nghìn tỷ"),
        (-7, "âm bảy"),
    ],
)
def test_numbers_are_counted_as_villagers_count(number: int, said: str) -> None:
    assert count(number) == said


def test_decimals_keep_their_zeros() -> None:
    assert decimal("2", "05") == "hai phẩy không năm"
    assert decimal("0", "750") == "không phẩy bảy năm không"
    assert decimal("1", "25") == "một phẩy hai mươi lăm"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0912345678", "không chín một hai, ba bốn năm, sáu bảy tám"),
        ("09 1234 5678", "không chín, một hai ba bốn, năm sáu bảy tám"),
        ("091-2345678", "không chín một hai, ba bốn năm, sáu bảy tám"),
        ("+84912345678", "không chín một hai, ba bốn năm, sáu bảy tám"),
        ("02438251234", "không hai bốn, ba tám hai năm, một hai ba bốn"),
        ("114", "một một bốn"),
        ("18001091", "một tám, không không một, không chín một"),
        ("1800 1091", "một tám không không, một không chín một"),
        ("09123 45678", "không chín một hai ba, bốn năm sáu bảy tám"),
        ("02373871234", "không hai ba bảy, ba tám bảy một, hai ba bốn"),
        ("0243825123", "không hai bốn ba, tám hai năm, một hai ba"),
        ("190056", "một chín không, không năm sáu"),
        ("19005", "một chín không không năm"),
        ("không có", ""),
    ],
)
def test_a_telephone_number_is_said_in_groups_that_can_be_remembered(number: str, said: str) -> None:
    assert spell_phone(number) == said


@given(st.text(max_size=60) | st.text(alphabet="0123456789.,:/-+ hHgmkIVXA%°Đthứngày", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read_and_no_figure_is_left(text: str) -> None:
    assert not re.search("[0-9]", read_aloud(text))


def test_a_very_long_number_is_read_too() -> None:
    assert read_aloud("9" * 6000 + ",5").startswith("chín chín")


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed (make test installs it)")
def test_the_synthetic_voice_never_falls_into_english() -> None:
    written = [*TABLE, *ABBREVIATIONS]
    said = [read_aloud(text) for text in written if NOT_SAID_IN_ENGLISH not in text]
    command = ["espeak-ng", "-v", "vi", "-x", "-q"]
    heard = subprocess.run(command, input="\n".join(said), capture_output=True, text=True, check=True)
    assert "(en)" not in heard.stdout, [line for line in heard.stdout.splitlines() if "(en)" in line]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ngày 32/12/2026", "ngày ba mươi hai trên mười hai trên hai nghìn không trăm hai mươi sáu"),
        ("12/13/2026", "mười hai trên mười ba trên hai nghìn không trăm hai mươi sáu"),
        ("ngày 00/12/2026", "ngày không trên mười hai trên hai nghìn không trăm hai mươi sáu"),
        ("ngày 32/10", "ngày ba mươi hai trên mười"),
        ("ngày 1/13", "ngày một trên mười ba"),
        ("ngày 1/0", "ngày một trên không"),
    ],
)
def test_a_date_that_there_is_not_is_not_read_as_a_date(text: str, said: str) -> None:
    assert read_aloud(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31/12/2026", "ngày ba mươi mốt tháng mười hai năm hai nghìn không trăm hai mươi sáu"),
        ("mùng 1/1", "mùng một tháng một"),
        ("sáng 31/12", "sáng ngày ba mươi mốt tháng mười hai"),
    ],
)
def test_the_first_and_the_last_day_of_a_year_are_dates(text: str, said: str) -> None:
    assert read_aloud(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [("Đại hội XIII", "Đại hội mười ba"), ("khóa XX", "khóa hai mươi"), ("XIV", "mười bốn"), ("IX", "chín")],
)
def test_a_roman_numeral_that_can_be_nothing_else_is_read(text: str, said: str) -> None:
    assert read_aloud(text) == said
