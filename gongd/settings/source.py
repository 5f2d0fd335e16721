"""Bytes to text: what Word, Zalo and Windows do to a file is accepted where harmless and named where not."""

import re
import unicodedata

from gongd.core.words import Text
from gongd.settings.finding import Findings
from gongd.settings.node import Place

LARGEST_BYTES = 256 * 1024
"""A commune's file is about 10 KiB; anything like this is not one."""

OLD_CODE = Text(
    vi="Chữ theo bảng mã cũ (TCVN3/VNI), chuyển sang Unicode",
    en="Letters in an old encoding (TCVN3 or VNI): convert the text to Unicode",
)
_TOO_LARGE = Text(
    vi="Tệp lớn hơn {limit} KiB: không phải tệp cấu hình", en="The file is over {limit} KiB: not a settings file"
)
MOST_BRACKETS = 4096
"""The YAML library's time grows with the square of brackets that stay open: 100,000 of them take most of a minute."""
_TOO_MANY = Text(
    vi="Tệp có hơn {limit} dấu ngoặc: không phải tệp cấu hình",
    en="The file has more than {limit} brackets: not a settings file",
)
_UTF16 = Text(
    vi="Tệp lưu theo UTF-16 (thường từ Notepad): lưu lại bằng UTF-8",
    en="The file is saved as UTF-16 (usually by Notepad): save it as UTF-8",
)
_NOT_UTF8 = Text(
    vi="Tệp không phải UTF-8 (byte 0x{byte:02X}, có thể là Latin-1 hoặc Windows-1258): lưu lại bằng UTF-8",
    en="Not UTF-8 (byte 0x{byte:02X}, perhaps Latin-1 or Windows-1258): save the file as UTF-8",
)
_CONTROL = Text(
    vi="Ký tự điều khiển U+{code:04X} lẫn trong tệp: xóa đi",
    en="A control character U+{code:04X} in the file: delete it",
)

_PLAIN_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f\u0085\u2028\u2029", " "))
REFUSED = re.compile("[^\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Latin-1 signs inside a word that no Vietnamese or highland alphabet uses: bytes of TCVN3 and VNI taken for Latin-1.
_ODD_SIGNS = "¨©ª¬®µ¶¸¹¼½¾"
_ODD_LETTERS = "ÅÆÎÏÖØÞßåæïøûþ"
_OLD_CODE = re.compile(
    rf"[A-Za-zÀ-ỹ][{_ODD_SIGNS}{_ODD_LETTERS}]|[{_ODD_SIGNS}{_ODD_LETTERS}][a-zà-ỹ]|[a-z][«»·×÷][a-z]|[aeo][âùê]",
    re.IGNORECASE,
)


def looks_old(text: str) -> bool:
    """Is this TCVN3 or VNI text that has been taken for Latin-1?"""
    return _OLD_CODE.search(text) is not None


def decode(data: bytes | str, findings: Findings) -> str | None:
    """The text of a file in NFC, lines ended by `\\n`, spaces plain; None (with its problem) when it has none."""
    start = Place(1, 1)
    if len(data) > LARGEST_BYTES:
        findings.note(start, (), _TOO_LARGE.fill(limit=LARGEST_BYTES // 1024))
        return None
    text = data if isinstance(data, str) else _from_bytes(data, findings)
    if text is None:
        return None
    if text.count("[") + text.count("{") > MOST_BRACKETS:
        findings.note(start, (), _TOO_MANY.fill(limit=MOST_BRACKETS))
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN_SPACES)
    return _without_controls(unicodedata.normalize("NFC", text), findings)


def _from_bytes(data: bytes, findings: Findings) -> str | None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        findings.note(Place(1, 1), (), _UTF16)
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff").splitlines(keepends=True) or [""]
        fresh = before[-1].endswith(("\n", "\r"))
        line = len(before) + (1 if fresh else 0)
        column = 1 if fresh else len(unicodedata.normalize("NFC", before[-1])) + 1
        rest = data[error.start :].split(b"\n", 1)[0]
        same_line = ("" if fresh else before[-1]) + rest.decode("latin-1")
        text = OLD_CODE if looks_old(same_line) else _NOT_UTF8.fill(byte=data[error.start])
        findings.note(Place(line, column), (), text)
        return None


def _without_controls(text: str, findings: Findings) -> str:
    for found in REFUSED.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        findings.mend(Place(line, column), (), _CONTROL.fill(code=ord(found.group())))
        if len(findings.mended) >= 20:
            break
    return REFUSED.sub(" ", text)
