"""What an officer writes freely into an order, brought to what a box takes, before anything is signed or sent."""

import unicodedata
from typing import get_type_hints

from gongd.cli.usage import MisuseError
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_form import Form, Spelt
from gongd.core.words import Text

TOO_LONG = Text(
    "{what}: dài quá {most} chữ (đang là {n}). Rút gọn. Chưa gửi gì.",
    "{what}: over {most} characters (there are {n}). Shorten it. Nothing was sent.",
)
CANNOT_BE_SENT = Text(
    "{what}: có ký tự lạ không gửi được. Gõ lại. Chưa gửi gì.",
    "{what}: it has signs that cannot be sent. Type it again. Nothing was sent.",
)
_CALLED = {
    "text": Text("Nội dung thông báo", "The announcement"),
    "note": Text("Ghi chú (--note)", "The note (--note)"),
    "by": Text("Tên người (--by)", "The name (--by)"),
}


def on_one_line(field: str, typed: str) -> str:
    """The text of that field of an order, its lines and gaps joined by spaces. Raises MisuseError where every box would
    find the order malformed."""
    flat = unicodedata.normalize("NFC", " ".join(typed.split()))
    form = _form(field)
    try:
        read: str = form.read(flat)
    except ValueError as error:
        most = form.schema["maxLength"]
        told = TOO_LONG if isinstance(most, int) and len(flat) > most else CANNOT_BE_SENT
        raise MisuseError(told.fill(what=_CALLED[field], most=most, n=len(flat))) from error
    return read


def fits(field: str, typed: str) -> bool:
    """Would a box take this in that field of an order?"""
    try:
        _form(field).read(typed)
    except ValueError:
        return False
    return True


def as_fits(field: str, found: str) -> str:
    """As much of it as a box takes: what nobody has typed is not asked for again."""
    flat = unicodedata.normalize("NFC", " ".join(found.split()))
    most = _form(field).schema["maxLength"]
    assert isinstance(most, int)
    kept = "".join(sign for sign in flat if sign == " " or fits(field, sign))[:most].strip()
    return kept if fits(field, kept) else ""


def _form(field: str) -> Form:
    hints = get_type_hints(CommandClaims, include_extras=True)
    return next(spelt.form for spelt in hints[field].__metadata__ if isinstance(spelt, Spelt))
