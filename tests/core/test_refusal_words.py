"""Why an order was refused, as the journal tells it: with what the record knows, and with no `?` in it."""

from datetime import datetime, timedelta, timezone

import pytest

from gongd.core.history import line
from gongd.core.lexicon import REFUSALS, refusal_words
from gongd.core.record import DECLINED, Kind, Record
from gongd.core.words import Text

AT = datetime(2026, 11, 21, 22, 0, 3, tzinfo=timezone(timedelta(hours=7)))


@pytest.mark.parametrize(
    ("reason", "detail", "vi", "en"),
    [
        ("expired", {"age_s": 432.1}, "lệnh đến muộn 7 phút nên KHÔNG phát", "the order came 7 minutes late"),
        ("expired", {"age_s": 2}, "lệnh đến muộn 1 phút nên KHÔNG phát", "the order came 1 minutes late"),
        ("expired", {}, "lệnh đến muộn nên KHÔNG phát", "the order came too late and was NOT sounded"),
        ("not-permitted", {}, "khóa này không được phép ra lệnh này ở đây", "this key may not give this order here"),
        ("not-permitted", {"type": "silence"}, "không được phép tắt tiếng ở đây", "this key may not silence here"),
        ("duplicate", {"result": "finished"}, "(kết quả: phát xong)", "(result: sounded to the end)"),
    ],
)
def test_a_declined_order_is_told_with_what_is_known(reason: str, detail: dict[str, object], vi: str, en: str) -> None:
    record = Record(AT, Kind.COMMAND, outcome=DECLINED, reason=reason, detail={"key": "an", **detail}, trusted=True)
    told = line(record)
    assert vi in told.vi
    assert en in told.en
    assert "?" not in told.vi + told.en


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_has_words_without_a_blank_where_nothing_else_is_known(code: str) -> None:
    told = refusal_words(code)
    assert told is not None
    assert not {"{", "?", "None"} & set(told.vi + told.en)
    assert "None" not in told.vi + told.en
    whole = refusal_words(code, Text("báo cháy", "fire"), "alert", 3, 90, Text("phát xong", "done"))
    assert whole is not None
    assert "None" not in whole.vi
