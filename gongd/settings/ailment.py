"""What YAML itself cannot read: in the words of a technician, and mended where a mend is certain, to read on."""

import re
from dataclasses import dataclass

import yaml

from gongd.core.words import Text
from gongd.settings.node import Place, Trail

COLON = Text(
    vi="Câu có dấu hai chấm: đặt cả câu trong dấu nháy",
    en="The sentence has a colon: put the whole sentence in quotation marks",
)
CURLY = Text(
    vi="Dấu nháy cong, chép từ Word hoặc Zalo: gõ lại dấu nháy thẳng",
    en='A curly quotation mark, copied from Word or Zalo: type a straight one (")',
)
COMMENT = Text(
    vi='Câu có dấu hai chấm: đặt cả câu trong dấu nháy (có dấu # cũng vậy: phần "#{lost}" bị bỏ)',
    en='Put the whole sentence in quotation marks: what follows the # ("#{lost}") is left out',
)
_TAB = Text(
    vi="Dấu tab ở đầu dòng: thay bằng dấu cách",
    en="A tab at the start of a line: use spaces",
)
_INDENT = Text(
    vi="Thụt lề không khớp: các mục cùng cấp phải thẳng cột với nhau",
    en="The indentation does not fit: keys of one group must stand in one column",
)
_NO_COLON = Text(
    vi='Thiếu dấu hai chấm sau "{word}"',
    en='No colon after "{word}"',
)
_NO_SPACE = Text(
    vi='Thiếu dấu cách sau dấu hai chấm: viết "{word}"',
    en='No space after the colon: write "{word}"',
)
_AFTER_QUOTE = Text(
    vi="Thừa chữ sau dấu nháy đóng: đặt cả câu trong một cặp dấu nháy",
    en="Something stands after the closing quotation mark: put the whole sentence in one pair",
)
_OPEN_QUOTE = Text(vi="Dấu nháy mở ở đây chưa đóng", en="The quotation mark opened here is never closed")
_OPEN_BRACKET = Text(vi='Ngoặc "{sign}" mở ở đây chưa đóng', en='The bracket "{sign}" opened here is never closed')
_EXTRA_BRACKET = Text(vi='Thừa "{sign}"', en='A "{sign}" too many')
_ESCAPE = Text(
    vi="Trong dấu nháy kép, dấu \\ phải viết là \\\\ (hoặc dùng dấu nháy đơn)",
    en="Inside double quotation marks a \\ is written \\\\ (or use single ones)",
)
_START = Text(
    vi='Giá trị không được bắt đầu bằng "{sign}": đặt trong dấu nháy',
    en='A value cannot start with "{sign}": put it in quotation marks',
)
SIGN = Text(
    vi='Dấu "{sign}" ở đầu giá trị: nếu là chữ thì đặt trong dấu nháy; neo, bí danh và nhãn của YAML không dùng ở đây',
    en='A "{sign}" at the start: put text in quotation marks; anchors, aliases and tags of YAML are not used here',
)
_DASH = Text(vi='Dấu "-" phải ở đầu một dòng mới', en='A "-" must start a line of its own')
_OTHER = Text(vi="YAML không đọc được ở đây ({reason})", en="YAML cannot be read here ({reason})")

_VALUE = re.compile(r"^(?P<lead>\s*(?:-\s+)*(?:[\w-]+|[\"'][^\"']*[\"'])\s*:\s+)\S")
_FLOW_VALUE = re.compile(r"[{,]\s*[\w-]+\s*:\s+(?P<text>[^\s,{}\[\]\"'][^,{}\[\]]*)$")
CURLY_OPEN = frozenset("“”„‟‘’‚")
_STANDS_FOR_COLON = "："


@dataclass(frozen=True, slots=True)
class Mend:
    """Put `sign` for the character at `place`; the width of the line stays, so every column does."""

    place: Place
    sign: str


class Ailment(Exception):  # noqa: N818 - a diagnosis, caught by whoever grows the tree
    """One fault of YAML: where, the words, and what would let reading go on.

    `text` is None for what YAML 1.2 allows and the library does not (a tab between words): there is only the mend.
    `lost` says that no path can be told, because the indentation itself is wrong.
    """

    def __init__(self, place: Place, text: Text | None, mends: tuple[Mend, ...] = (), *, lost: bool = False) -> None:
        super().__init__(text.en if text else "")
        self.lost = lost
        self.place = place
        self.text = text
        self.mends = mends


def too_big(lines: list[str]) -> Ailment:
    """An escape or a %YAML line with a number that means nothing."""
    for number, line in enumerate(lines, 1):
        found = re.search(r"\\U[0-9A-Fa-f]{8}|^%YAML", line)
        if found:
            return Ailment(Place(number, found.start() + 1), _ESCAPE)
    return Ailment(Place(1, 1), _ESCAPE)


def diagnose(error: yaml.YAMLError, lines: list[str]) -> Ailment:
    """The ailment behind what the YAML library says."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Ailment(Place(1, 1), _OTHER.fill(reason=type(error).__name__))
    mark = error.problem_mark or error.context_mark
    if mark is None or mark.line >= len(lines):
        return Ailment(Place(len(lines), 1), _OTHER.fill(reason=error.problem or ""))
    here = Place(mark.line + 1, mark.column + 1)
    opened = error.context_mark
    start = Place(opened.line + 1, opened.column + 1) if opened else here
    reason = error.problem or ""
    for sign, doctor in _DOCTORS:
        if sign in reason:
            return doctor(here, start, lines, reason)
    return Ailment(here, _OTHER.fill(reason=reason))


def curly(place: Place, lines: list[str]) -> Ailment:
    """A value that begins with a curly quotation mark: it and the one that closes it are made straight."""
    line = lines[place.line - 1]
    closing = max((line.rfind(sign) for sign in CURLY_OPEN), default=-1)
    mends = [Mend(place, '"')]
    if closing >= place.column and '"' not in line[place.column : closing]:
        mends.append(Mend(Place(place.line, closing + 1), '"'))
    return Ailment(place, CURLY, tuple(mends))


def path_to(lines: list[str], place: Place) -> Trail:
    """The keys above a place, read from the indentation alone: for files that YAML cannot read."""
    keys: list[str] = []
    own = lines[place.line - 1]
    width = len(own) - len(own.lstrip())
    for number in range(place.line, 0, -1):
        found = re.match(r"^(\s*)(?:- +)*([\w-]+)\s*:", lines[number - 1])
        if found and (number == place.line or len(found[1]) < width):
            width = len(found[1])
            keys.append(found[2])
    return tuple(reversed(keys))


def _colon(here: Place, _start: Place, lines: list[str], _reason: str) -> Ailment:
    line = lines[here.line - 1]
    value = _VALUE.match(line[: here.column - 1])
    if value:
        column = len(value.group("lead")) + 1
        sign = line[column - 1]
        place = Place(here.line, column)
        if sign in CURLY_OPEN:
            return curly(place, lines)
        if sign in "\"'":
            return Ailment(Place(here.line, here.column), _AFTER_QUOTE)
        colons = (Place(here.line, found.start() + 1) for found in re.finditer(r":(?=\s|$)", line))
        return Ailment(place, COLON, tuple(Mend(colon, _STANDS_FOR_COLON) for colon in colons if place < colon))
    above = next((row for row in range(here.line - 2, -1, -1) if lines[row].split("#")[0].strip()), None)
    if above is not None:
        tight = re.match(r"\s*([\w-]+):([^\s:]+)\s*$", lines[above])
        before = _first_letter(Place(above + 1, 1), lines)
        if tight:
            return Ailment(before, _NO_SPACE.fill(word=f"{tight[1]}: {tight[2]}"))
        if ":" not in lines[above]:
            return Ailment(before, _NO_COLON.fill(word=lines[above].strip()))
    return Ailment(_first_letter(here, lines), _INDENT, lost=True)


def _first_letter(here: Place, lines: list[str]) -> Place:
    line = lines[here.line - 1]
    return Place(here.line, len(line) - len(line.lstrip()) + 1)


def _unstartable(here: Place, _start: Place, lines: list[str], _reason: str) -> Ailment:
    line = lines[here.line - 1]
    sign = line[here.column - 1]
    rest = line[here.column - 1 :].strip()
    if sign != "\t":
        return Ailment(here, _START.fill(sign=sign), (Mend(here, "_"),))
    if line[: here.column - 1].strip() or not rest or rest.startswith("#"):
        tabs = (Place(here.line, found.start() + 1) for found in re.finditer("\t", line) if _bare(line, found.start()))
        return Ailment(here, None, (Mend(here, " "), *(Mend(place, " ") for place in tabs)))
    return Ailment(here, _TAB)


def _bare(line: str, column: int) -> bool:
    """Is there no word before this column, or none after it but a comment?"""
    return not line[:column].strip() or not line[column:].split("#")[0].strip()


def _misfit(here: Place, start: Place, lines: list[str], reason: str) -> Ailment:
    line = lines[here.line - 1]
    before = line[: here.column - 1].rstrip()
    if line[here.column - 1 :][:1] in ("]", "}"):
        return _extra(here, start, lines, reason)
    if before.endswith(('"', "'")):
        return Ailment(here, _AFTER_QUOTE)
    value = _VALUE.match(line)
    if value and line[len(value["lead"])] in "*&!":
        return _alias(here, Place(here.line, len(value["lead"]) + 1), lines, reason)
    if before.strip():
        return Ailment(here, _OTHER.fill(reason=reason))
    return Ailment(here, _INDENT, lost=True)


def _alias(_here: Place, start: Place, lines: list[str], _reason: str) -> Ailment:
    sign = lines[start.line - 1][start.column - 1]
    return Ailment(start, SIGN.fill(sign=sign), (Mend(start, "_"),))


def _bracket(here: Place, start: Place, lines: list[str], _reason: str) -> Ailment:
    line = lines[here.line - 1]
    value = _FLOW_VALUE.search(line[: here.column - 1])
    if value and line[here.column - 1 : here.column] == ":":
        place = Place(here.line, value.start("text") + 1)
        return Ailment(place, COLON, (Mend(here, _STANDS_FOR_COLON),))
    sign = lines[start.line - 1][start.column - 1 : start.column]
    return Ailment(start, _OPEN_BRACKET.fill(sign=sign))


def _extra(here: Place, _start: Place, lines: list[str], reason: str) -> Ailment:
    sign = lines[here.line - 1][here.column - 1 : here.column]
    if sign and sign in "]},":
        return Ailment(here, _EXTRA_BRACKET.fill(sign=sign))
    return Ailment(here, _OTHER.fill(reason=reason))


def _no_colon(_here: Place, start: Place, lines: list[str], _reason: str) -> Ailment:
    return Ailment(start, _NO_COLON.fill(word=lines[start.line - 1][start.column - 1 :].strip()))


_DOCTORS = (
    ("mapping values are not allowed", _colon),
    ("that cannot start any token", _unstartable),
    ("expected <block end>", _misfit),
    ("expected alphabetic or numeric character", _alias),
    ("expected ',' or", _bracket),
    ("expected the node content", _extra),
    ("expected '<document start>'", _extra),
    ("could not find expected ':'", _no_colon),
    ("found unexpected end of stream", lambda here, start, *_: Ailment(start, _OPEN_QUOTE)),
    ("found unexpected document separator", lambda here, start, *_: Ailment(start, _OPEN_QUOTE)),
    ("unknown escape character", lambda here, *_: Ailment(here, _ESCAPE)),
    ("sequence entries are not allowed", lambda here, *_: Ailment(here, _DASH)),
)
