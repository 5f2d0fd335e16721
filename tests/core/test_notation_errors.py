"""What is said of a rhythm that cannot be read: the invalid half of language.md, section 6, and its kin."""

import unicodedata
from collections.abc import Iterable

import pytest

from gongd.core.errors import GongdError, RhythmError
from gongd.core.notation import parse
from gongd.core.notation_words import SPELLING, STROKE, TONES, UNITS, nearest, old_encoding

TABLE = {
    "hồi, 9 tiếng": (1, "Thiếu số. Ví dụ: 1 hồi"),
    "1 hồi, 9": (9, 'Sau số 9 cần "hồi", "tiếng" hoặc "hồi còi"'),
    "1 hồi, 9 tiến": (10, 'Không hiểu "tiến". Có phải "tiếng"?'),
    "1,5 hồi, 9 tiếng": (1, "Số hồi phải là số nguyên. Nếu là 1 và 5, thêm dấu cách sau dấu phẩy"),
    "0 tiếng": (1, "Số tiếng phải từ 1 đến 99"),
    "500 tiếng": (1, 'Số tiếng phải từ 1 đến 99. Đánh lâu thì viết "liên thanh 20s"'),
    "nghỉ 1 tiếng": (8, 'Ở đây "tiếng" là tiếng kẻng, không phải giờ đồng hồ. Viết giây hoặc phút'),
    "nghỉ 3": (7, "Thiếu đơn vị sau 3: s, giây hoặc phút"),
    "liên thanh": (11, '"liên thanh" cần thời gian. Ví dụ: liên thanh 20s'),
    "9 tiếng 12s": (9, '"12s" của cái gì? Viết "9 tiếng mỗi 1.4s"'),
    "1 hồi, 9 tiếng,": (15, "Thừa dấu phẩy ở cuối"),
    "1 hồi x 3": (7, 'Chỉ lặp được phần trong ngoặc. Viết "3 hồi" hoặc "(1 hồi, nghỉ 2s) x 3"'),
    "(3 tiếng, nghỉ 1s": (1, "Ngoặc mở ở đây chưa đóng"),
    "1 hồi, (": (8, "Ngoặc mở ở đây chưa đóng"),
    "(3 tiếng, nghỉ 1s)": (19, "Sau ngoặc cần số lần. Ví dụ: x 10"),
    "báo động 20s": (1, 'Không hiểu "báo động". Có phải "liên thanh"?'),
}

KIN = {
    "": (1, "Chưa có cách đánh. Ví dụ: 1 hồi, 9 tiếng"),
    "   \n": (1, "Chưa có cách đánh. Ví dụ: 1 hồi, 9 tiếng"),
    "1 hồi,, 9 tiếng": (7, "Thừa dấu phẩy ở đây"),
    "sau đó 1 hồi": (1, 'Thừa "sau" ở đây'),
    "(1 tiếng,) x 3": (9, "Thừa dấu phẩy ở đây"),
    "1 hồi;": (6, "Thừa dấu chấm phẩy ở cuối"),
    "1 hồi rồi": (7, 'Thừa "rồi" ở cuối'),
    "1 hồi và 9 tiếng": (7, 'Không hiểu "và". Có phải "rồi"?'),
    "liên thang 20s": (1, 'Không hiểu "liên thang". Có phải "liên thanh"?'),
    "nghỉ 3 gây": (8, 'Không hiểu "gây". Có phải "giây"?'),
    "2 tiếng nhamh": (9, 'Không hiểu "nhamh". Có phải "nhanh"?'),
    "xyzzy": (1, 'Không hiểu "xyzzy"'),
    "nghỉ -1s": (6, 'Không hiểu "-"'),
    "nhanh 5 tiếng": (1, '"nhanh" không đứng ở đây được'),
    "9 tiếng, mỗi 1.4s": (10, 'Bỏ dấu phẩy trước "mỗi"'),
    "9 tiếng nhanh dần": (9, '"nhanh dần" chỉ dùng cho hồi. Viết "1 hồi nhanh dần"'),
    "5 tiếng nhanh chậm": (15, '"chậm" trái với "nhanh" đã viết trước'),
    "3 hồi dài ngắn": (11, '"ngắn" trái với "dài" đã viết trước'),
    "3 hồi đều nhanh dần": (11, '"nhanh dần" trái với "đều" đã viết trước'),
    "nghỉ": (5, '"nghỉ" cần thời gian. Ví dụ: nghỉ 2s'),
    "nghỉ 1 phút hai giây": (13, '"hai giây" của cái gì? Viết "liên thanh hai giây" hoặc "nghỉ hai giây"'),
    "nghỉ 1 phút 1 phút": (13, '"1 phút" của cái gì? Viết "liên thanh 1 phút" hoặc "nghỉ 1 phút"'),
    "nghỉ hai": (6, '"nghỉ" cần thời gian. Ví dụ: nghỉ 2s'),
    "nghỉ xyz giây": (6, 'Không hiểu "xyz"'),
    "nghỉ 0s": (6, "Thời gian phải lớn hơn 0"),
    "nghỉ 11 phút": (6, "Thời gian dài nhất là 10 phút"),
    "nghỉ 1 giờ": (8, 'Không dùng "giờ" ở đây. Viết giây hoặc phút'),
    "nghỉ hai giây": (6, "Viết thời gian bằng chữ số. Ví dụ: nghỉ 2s"),
    "nghỉ 30 giây 1 phút": (14, '"1 phút" của cái gì? Viết "liên thanh 1 phút" hoặc "nghỉ 1 phút"'),
    "12s": (1, '"12s" của cái gì? Viết "liên thanh 12s" hoặc "nghỉ 12s"'),
    "9 tiếng mỗi": (12, '"mỗi" cần thời gian. Ví dụ: 9 tiếng mỗi 1.4s'),
    "9 tiếng mỗi 50ms": (13, "Ngắn quá: phải từ 0,1 giây trở lên"),
    "9 tiếng mỗi 1.4": (16, "Thiếu đơn vị sau 1.4: s, giây hoặc phút"),
    "còi": (4, '"còi" cần thời gian. Ví dụ: còi hú 15s'),
    "5 hồi còi": (10, '"hồi còi" cần thời gian. Ví dụ: 5 hồi còi 30s cách 5s'),
    "21 hồi": (1, "Số hồi phải từ 1 đến 20"),
    "21 hồi còi 5s": (1, "Số hồi còi phải từ 1 đến 20"),
    "10 hồi, mỗi hồi tiếng": (17, "Thiếu số. Ví dụ: 10 hồi, mỗi hồi 3 tiếng"),
    "10 hồi, mỗi hồi 3": (18, 'Sau số 3 cần "tiếng"'),
    "10 hồi, mỗi hồi 3 hồi": (19, 'Sau số 3 cần "tiếng"'),
    "10 hồi, mỗi hồi 3 tiến": (19, 'Không hiểu "tiến". Có phải "tiếng"?'),
    "10 hồi, mỗi hồi 0 tiếng": (17, "Số tiếng phải từ 1 đến 99"),
    "1 hồi mỗi hồi 3 tiếng, liên tục, 20s": (34, '"20s" của cái gì? Viết "liên thanh 20s" hoặc "nghỉ 20s"'),
    "1234567890,1234567890 tiếng": (
        1,
        "Số tiếng phải là số nguyên. Nếu là 123456789 và 123456789, thêm dấu cách sau dấu phẩy",
    ),
    "21 groups of 3 strokes": (1, "Số hồi phải từ 1 đến 20"),
    "9 giờ": (3, 'Sau số 9 cần "hồi", "tiếng" hoặc "hồi còi"'),
    "9 mười": (3, 'Sau số 9 cần "hồi", "tiếng" hoặc "hồi còi"'),
    "9 5 tiếng": (3, 'Sau số 9 cần "hồi", "tiếng" hoặc "hồi còi"'),
    "mười xyz": (6, 'Không hiểu "xyz"'),
    "mỗi 3s": (1, '"mỗi" không đứng ở đây được'),
    "1.5 hồi": (1, "Số hồi phải là số nguyên"),
    "mười hai tiếng": (1, "Từ 11 trở lên thì viết bằng chữ số. Ví dụ: 12 tiếng"),
    "đánh": (5, 'Sau "đánh" cần cách đánh. Ví dụ: đánh 1 hồi'),
    "đánh , 1 hồi": (6, 'Sau "đánh" cần cách đánh. Ví dụ: đánh 1 hồi'),
    "1 hồi x": (7, 'Chỉ lặp được phần trong ngoặc. Viết "3 hồi" hoặc "(1 hồi, nghỉ 2s) x 3"'),
    "1 hồi x năm": (7, 'Chỉ lặp được phần trong ngoặc. Viết "3 hồi" hoặc "(1 hồi, nghỉ 2s) x 3"'),
    "5 tiếng × 5": (9, 'Chỉ lặp được phần trong ngoặc. Viết "(5 tiếng, nghỉ 2s) x 5"'),
    f"10 tiếng{' rời' * 8} x 4": (
        42,
        f'Chỉ lặp được phần trong ngoặc. Viết "(10 tiếng{" rời" * 8}, nghỉ 2s) x 4"',
    ),
    f"5 tiếng trống{' rời' * 7} x 4": (43, 'Chỉ lặp được phần trong ngoặc. Viết "(..., nghỉ 2s) x 4"'),
    "5 tiếng x 3": (9, 'Chỉ lặp được phần trong ngoặc. Viết "(5 tiếng, nghỉ 2s) x 3"'),
    "3 x (2 tiếng)": (1, "Đặt số lần sau ngoặc. Ví dụ: (2 tiếng, nghỉ 2s) x 3"),
    "(2 tiếng, nghỉ 2s) * 3": (20, 'Không hiểu "*". Có phải "x"?'),
    "(1 hồi) ×": (10, "Sau ngoặc cần số lần. Ví dụ: x 10"),
    "(1 tiếng) 10": (13, 'Sau số 10 cần "lần"'),
    "(1 tiếng) 9 tiếng": (11, "Sau ngoặc cần số lần. Ví dụ: x 10"),
    "(1 tiếng) x 0": (13, "Số lần phải từ 1 đến 100"),
    "(1 tiếng) x 101": (13, "Số lần phải từ 1 đến 100"),
    "() x 3": (1, "Trong ngoặc chưa có gì"),
    ")": (1, "Ngoặc đóng ở đây không có ngoặc mở"),
    "1 hồi) x 3": (6, "Ngoặc đóng ở đây không có ngoặc mở"),
    "(((1 tiếng) x 2) x 2) x 2": (3, "Chỉ lồng được 2 tầng ngoặc"),
    "(liên thanh 10 phút) x 7": (1, "Cả cách đánh dài quá 1 giờ. Bớt số lần lặp hoặc thời gian"),
    "((nghỉ 1ms, nghỉ 1ms) x 100) x 100": (1, "Cả cách đánh có quá 10000 phần, kể cả lặp. Bớt số lần lặp"),
    "“1 hồi”": (1, "Dấu nháy cong, chép từ Word hoặc Zalo"),
    "9 tiÕng": (3, "Chữ theo bảng mã cũ (TCVN3/VNI), chuyển sang Unicode"),
    "1 håi, 9 tiÕng": (3, "Chữ theo bảng mã cũ (TCVN3/VNI), chuyển sang Unicode"),
}

ENGLISH = {
    "rolls, 9 strokes": (1, "A number is missing. Example: 1 roll"),
    "1 roll, 9": (10, 'After the number 9 comes "rolls", "strokes" or "blasts"'),
    "1 roll, 9 srtokes": (11, 'Do not understand "srtokes". Did you mean "strokes"?'),
    "500 strokes": (1, 'The number of strokes must be 1 to 99. To beat for long write "continuous 20s"'),
    "rest 1 stroke": (8, 'Here "stroke" is a stroke of the gong, not a time. Write seconds or minutes'),
    "rest 3": (7, "The unit after 3 is missing: s, seconds or minutes"),
    "1 roll and 9 strokes": (8, 'Do not understand "and". Did you mean "then"?'),
    "1 roll x 3": (8, 'Only a part in brackets can be repeated. Write "3 rolls" or "(1 roll, rest 2s) x 3"'),
}


def told(text: str) -> RhythmError:
    with pytest.raises(RhythmError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize("text", [*TABLE, *KIN])
def test_a_mistake_is_told_with_its_column_in_vietnamese(text: str) -> None:
    error = told(text)
    assert (error.column, error.text.vi) == (TABLE | KIN)[text]
    assert error.text.en
    assert "{" not in error.text.vi + error.text.en


@pytest.mark.parametrize("text", ENGLISH)
def test_a_mistake_is_told_in_english_too(text: str) -> None:
    error = told(text)
    assert (error.column, error.text.en) == ENGLISH[text]


@pytest.mark.parametrize("text", TABLE)
def test_columns_are_those_of_the_composed_text(text: str) -> None:
    error = told(unicodedata.normalize("NFD", text))
    assert (error.column, error.text.vi) == TABLE[text]


def test_columns_begin_behind_a_byte_order_mark() -> None:
    assert told("\ufeff1 hồi, 9").column == 9


@pytest.mark.parametrize(
    ("wrong", "among", "meant"),
    [
        ("lien thang", SPELLING, "liên thanh"),
        ("lien xong", SPELLING, None),
        ("tiag", STROKE, "tiếng"),
        ("huu", TONES, "hú"),
        ("ss", UNITS, None),
    ],
)
def test_what_is_near_enough_was_meant_and_a_letter_or_half_a_phrase_was_not(
    wrong: str, among: Iterable[str], meant: str | None
) -> None:
    found = nearest(wrong, among)
    assert (found and found.vi) == meant


def test_only_letters_that_those_encodings_have_are_taken_for_theirs() -> None:
    assert [old_encoding(letter) for letter in "å\u017f\u0180ơ"] == [True, True, False, False]


def test_a_rhythm_error_is_a_gongd_error_and_a_value_error() -> None:
    error = told("1 hồi, 9")
    assert isinstance(error, GongdError)
    assert isinstance(error, ValueError)


def test_a_wrong_word_of_any_length_makes_a_short_sentence() -> None:
    assert len(told("1 " + "w" * 10_000).text.vi) < 100


@pytest.mark.parametrize("column_after", ["nghỉ 3  ", "nghỉ 3, 5 tiếng", "nghỉ 3"])
def test_what_is_missing_is_missed_right_behind_what_is_there(column_after: str) -> None:
    assert told(column_after).column == 7
