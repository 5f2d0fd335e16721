"""What is said of a rhythm that cannot be read. The table of language.md, section 6, and its kin."""

from gongd.core.notation_scan import Token
from gongd.core.notation_words import Noun
from gongd.core.words import Text

EMPTY = Text("Chưa có cách đánh. Ví dụ: 1 hồi, 9 tiếng", "There is no rhythm. Example: 1 roll, 9 strokes")
UNKNOWN = Text('Không hiểu "{word}"', 'Do not understand "{word}"')
MEANT = Text(
    'Không hiểu "{word}". Có phải "{other}"?',
    'Do not understand "{word}". Did you mean "{other}"?',
)
MISPLACED = Text('"{word}" không đứng ở đây được', '"{word}" cannot stand here')
CURLY = Text("Dấu nháy cong, chép từ Word hoặc Zalo", "A curly quotation mark, copied from Word or Zalo")
OLD_ENCODING = Text(
    "Chữ theo bảng mã cũ (TCVN3/VNI), chuyển sang Unicode",
    "The letters are in an old encoding (TCVN3/VNI): convert them to Unicode",
)

NO_NUMBER = {
    Noun.STROKES: Text("Thiếu số. Ví dụ: 9 tiếng", "A number is missing. Example: 9 strokes"),
    Noun.ROLLS: Text("Thiếu số. Ví dụ: 1 hồi", "A number is missing. Example: 1 roll"),
    Noun.BLASTS: Text("Thiếu số. Ví dụ: 2 hồi còi 10s", "A number is missing. Example: 2 blasts 10s"),
    Noun.GROUPS: Text(
        "Thiếu số. Ví dụ: 10 hồi, mỗi hồi 3 tiếng",
        "A number is missing. Example: 10 groups of 3 strokes",
    ),
}
NO_NOUN = Text(
    'Sau số {number} cần "hồi", "tiếng" hoặc "hồi còi"',
    'After the number {number} comes "rolls", "strokes" or "blasts"',
)
NO_STROKES = Text('Sau số {number} cần "tiếng"', 'After the number {number} comes "strokes"')
TEENS = Text("Từ 11 trở lên thì viết bằng chữ số. Ví dụ: 12 tiếng", "Above ten write digits. Example: 12 strokes")

COUNTED = {
    Noun.STROKES: Text("Số tiếng", "The number of strokes"),
    Noun.ROLLS: Text("Số hồi", "The number of rolls"),
    Noun.BLASTS: Text("Số hồi còi", "The number of blasts"),
    Noun.GROUPS: Text("Số hồi", "The number of groups"),
}
TIMES = Text("Số lần", "The number of times")
NOT_WHOLE = Text("{counted} phải là số nguyên", "{counted} must be a whole number")
DECIMAL_COMMA = Text(
    "{counted} phải là số nguyên. Nếu là {left} và {right}, thêm dấu cách sau dấu phẩy",
    "{counted} must be a whole number. If {left} and {right} are meant, put a space after the comma",
)
OUT_OF_RANGE = Text("{counted} phải từ 1 đến {most}", "{counted} must be 1 to {most}")
TOO_MANY_STROKES = Text(
    '{counted} phải từ 1 đến {most}. Đánh lâu thì viết "liên thanh 20s"',
    '{counted} must be 1 to {most}. To beat for long write "continuous 20s"',
)

NO_DURATION = {
    "rest": Text(
        '"{word}" cần thời gian. Ví dụ: nghỉ 2s',
        '"{word}" needs a duration. Example: rest 2s',
    ),
    "unbroken": Text(
        '"{word}" cần thời gian. Ví dụ: liên thanh 20s',
        '"{word}" needs a duration. Example: continuous 20s',
    ),
    "blast": Text(
        '"{word}" cần thời gian. Ví dụ: còi hú 15s',
        '"{word}" needs a duration. Example: blast wailing 15s',
    ),
    "blasts": Text(
        '"{word}" cần thời gian. Ví dụ: 5 hồi còi 30s cách 5s',
        '"{word}" needs a duration. Example: 5 blasts 30s every 5s',
    ),
    "every": Text(
        '"{word}" cần thời gian. Ví dụ: 9 tiếng mỗi 1.4s',
        '"{word}" needs a duration. Example: 9 strokes every 1.4s',
    ),
}
IN_DIGITS = Text("Viết thời gian bằng chữ số. Ví dụ: nghỉ 2s", "Write the duration in digits. Example: rest 2s")
NO_UNIT = Text(
    "Thiếu đơn vị sau {number}: s, giây hoặc phút",
    "The unit after {number} is missing: s, seconds or minutes",
)
NOT_AN_HOUR = Text(
    'Ở đây "tiếng" là tiếng kẻng, không phải giờ đồng hồ. Viết giây hoặc phút',
    'Here "{word}" is a stroke of the gong, not a time. Write seconds or minutes',
)
NO_HOURS = Text('Không dùng "{word}" ở đây. Viết giây hoặc phút', '"{word}" is not used here. Write seconds or minutes')
TOO_SHORT = Text("Ngắn quá: phải từ 0,1 giây trở lên", "Too short: it must be 0.1 seconds or more")
NOT_POSITIVE = Text("Thời gian phải lớn hơn 0", "The duration must be more than 0")
TOO_LONG = Text("Thời gian dài nhất là 10 phút", "The duration can be at most 10 minutes")
STRAY_EVERY = Text(
    '"{length}" của cái gì? Viết "{strokes} tiếng mỗi 1.4s"',
    '"{length}" of what? Write "{strokes} strokes every 1.4s"',
)
STRAY_DURATION = Text(
    '"{length}" của cái gì? Viết "liên thanh {length}" hoặc "nghỉ {length}"',
    '"{length}" of what? Write "continuous {length}" or "rest {length}"',
)
COMMA_BEFORE_EVERY = Text('Bỏ dấu phẩy trước "{word}"', 'Leave out the comma before "{word}"')
CONTRARY = Text('"{word}" trái với "{other}" đã viết trước', '"{word}" contradicts "{other}" before it')
FASTER_ROLL = Text(
    '"nhanh dần" chỉ dùng cho hồi. Viết "1 hồi nhanh dần"',
    '"nhanh dần" is for rolls only. Write "1 hồi nhanh dần"',
)

SEPARATORS = {",": Text("dấu phẩy", "comma"), ";": Text("dấu chấm phẩy", "semicolon")}
SPARE_AT_END = Text("Thừa {mark} ở cuối", "A spare {mark} at the end")
SPARE_HERE = Text("Thừa {mark} ở đây", "A spare {mark} here")
QUOTED = Text('"{word}"', '"{word}"')
NO_ITEM = Text('Sau "{word}" cần cách đánh. Ví dụ: {word} 1 hồi', 'After "{word}" comes what to play: {word} 1 roll')

NOT_REPEATABLE = Text(
    'Chỉ lặp được phần trong ngoặc. Viết "({part}, nghỉ 2s) x {times}"',
    'Only a part in brackets can be repeated. Write "({part}, rest 2s) x {times}"',
)
NOT_REPEATABLE_ROLL = Text(
    'Chỉ lặp được phần trong ngoặc. Viết "{times} hồi" hoặc "(1 hồi, nghỉ 2s) x {times}"',
    'Only a part in brackets can be repeated. Write "{times} rolls" or "(1 roll, rest 2s) x {times}"',
)
TIMES_IN_FRONT = Text(
    "Đặt số lần sau ngoặc. Ví dụ: (2 tiếng, nghỉ 2s) x {times}",
    "Put the number of times after the bracket. Example: (2 strokes, rest 2s) x {times}",
)
NOT_CLOSED = Text("Ngoặc mở ở đây chưa đóng", "The bracket opened here is not closed")
NOT_OPENED = Text("Ngoặc đóng ở đây không có ngoặc mở", "The bracket closed here was never opened")
HOLLOW = Text("Trong ngoặc chưa có gì", "There is nothing in the brackets")
NO_TIMES = Text("Sau ngoặc cần số lần. Ví dụ: x 10", "After the bracket comes how many times. Example: x 10")
NO_WORD_TIMES = Text('Sau số {number} cần "lần"', 'After the number {number} comes "times"')
TOO_DEEP = Text("Chỉ lồng được 2 tầng ngoặc", "Brackets can be at most 2 deep")
WHOLE_TOO_LONG = Text(
    "Cả cách đánh dài quá 1 giờ. Bớt số lần lặp hoặc thời gian",
    "The whole rhythm lasts more than 1 hour. Repeat it less often or shorten it",
)
TOO_MANY_PIECES = Text(
    "Cả cách đánh có quá {most} phần, kể cả lặp. Bớt số lần lặp",
    "The whole rhythm has more than {most} parts, repeats counted. Repeat it less often",
)


def separator(token: Token) -> Text:
    """What a separator is called in a sentence: dấu phẩy, or the word in quotation marks."""
    return SEPARATORS.get(token.text) or QUOTED.fill(word=token.echo)
