"""Every code that people may meet has its words, in both languages."""

import errno
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

import gongd
from gongd.core import lexicon
from gongd.core.activation import Outcome
from gongd.core.catalogue import Origin, Priority, Status, Why
from gongd.core.fault import FAULTS, FaultCode, told_of
from gongd.core.lexicon import Proof, Refusal, reason_words
from gongd.core.record import Kind
from gongd.core.schedule import Reason
from gongd.core.words import Text


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (lexicon.OUTCOMES, Outcome),
        (lexicon.KINDS, Kind),
        (lexicon.STATUSES, Status),
        (lexicon.ORIGINS, Origin),
        (lexicon.PRIORITIES, Priority),
        (lexicon.PROOFS, Proof),
        (lexicon.WHY, Why),
        (FAULTS, FaultCode),
    ],
)
def test_every_code_has_its_words(table: Mapping[object, object], codes: Iterable[object]) -> None:
    assert set(table) == set(codes)


def test_every_reason_why_a_night_was_not_rung_has_its_words() -> None:
    assert {str(reason) for reason in Reason} <= set(lexicon.MISSED)


def test_every_reason_written_in_the_code_has_its_words() -> None:
    written = set()
    for source in Path(gongd.__file__).parent.rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        written |= set(re.findall(r'"(?:reason|what)": "([a-z-]+)"', text))
        written |= set(re.findall(r'Outcome\.FAILED, "([a-z-]+)"', text))
    assert written
    assert {code for code in written if reason_words(code).vi == code} == set()


def test_a_reason_is_read_by_what_it_is_a_reason_for() -> None:
    assert reason_words("speaker-failed", "missed").vi == "loa hỏng"
    assert reason_words("speaker-failed", "failed").vi == "loa không phát được"
    assert reason_words("clock-untrusted", "refused").vi == "đồng hồ cụm loa chưa đúng, lệnh thiếu mã xác nhận"
    assert reason_words("no-such-reason") == Text("no-such-reason", "no-such-reason")
    assert reason_words("restarted", "missed") == reason_words("restarted")
    assert reason_words("no-place", "refused").en == "the commune has no such place"
    assert reason_words("late", "refused").en == "later than the grace"


def test_a_code_without_words_is_shown_as_it_is_and_blanks_nothing() -> None:
    assert reason_words("{odd}{") == Text("(odd)(", "(odd)(")


def test_a_fault_names_what_it_is_about_once() -> None:
    words = Text("Rơ-le còi", "Relay horn")
    assert told_of(words, "siren") == Text("Rơ-le còi (siren)", "Relay horn (siren)")
    assert told_of(words, "còi") == told_of(words, None) == told_of(words, "") == words
    assert told_of(words, 4) == Text("Rơ-le còi (4)", "Relay horn (4)")


def _all_texts() -> Iterable[Text]:
    for name, table in vars(lexicon).items():
        if name.isupper() and isinstance(table, Mapping):
            for words in table.values():
                if isinstance(words, Text):
                    yield words
                elif isinstance(words, Refusal):
                    yield from (words.words, words.remedy)
    for fault in FAULTS.values():
        yield from (text for text in (fault.name, fault.remedy, fault.spoken) if text is not None)


def test_both_languages_say_something_and_have_the_same_blanks() -> None:
    for text in _all_texts():
        assert text.vi
        assert text.en
        assert set(re.findall(r"{\w+}", text.vi)) == set(re.findall(r"{\w+}", text.en)), text


def test_no_text_says_that_a_network_is_lost_in_words_that_mean_death() -> None:
    for text in _all_texts():
        assert "mất mạng" not in text.vi.lower()
        assert "sự cố" not in text.vi.lower()


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EROFS, errno.EISDIR, errno.ENOTDIR])
def test_what_the_system_would_not_do_is_said_in_both_languages(number: int) -> None:
    said = lexicon.why_not(OSError(number, os.strerror(number)))
    assert said.vi != said.en
    assert os.strerror(number) not in said.vi


def test_a_reason_of_the_system_that_has_no_words_stays_as_it_is() -> None:
    assert lexicon.why_not(OSError(errno.EXDEV, "Invalid {cross}")).vi == "Invalid (cross)"
    assert lexicon.why_not(OSError("plain words")).en == "plain words"
    assert lexicon.why_not(OSError()).vi == "OSError"
