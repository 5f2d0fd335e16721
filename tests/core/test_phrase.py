"""The standard words: filled, and known again."""

import pytest

from gongd.core.phrase import PHRASES, fill, phrase_of


@pytest.mark.parametrize(
    ("template", "phone", "said"),
    [
        ("Cháy ở {place}! Gọi {phone}.", "114", "Cháy ở Thôn 3! Gọi 114."),
        ("Cháy ở {place}! Gọi {phone}.", None, "Cháy ở Thôn 3!"),
        ("Cháy ở {place}! Gọi {phone}. Nhanh lên!", None, "Cháy ở Thôn 3! Nhanh lên!"),
        ("  Không dấu chấm {place} ", None, "Không dấu chấm Thôn 3"),
        ("", None, ""),
    ],
)
def test_a_text_gets_its_place_and_loses_a_sentence_without_telephone(
    template: str, phone: str | None, said: str
) -> None:
    assert fill(template, "Thôn 3", phone) == said


def test_a_standard_text_is_known_whatever_its_spaces() -> None:
    for name, text in PHRASES.items():
        assert phrase_of("  " + text.vi.replace(" ", "\n ")) == name
    assert phrase_of(PHRASES["fire"].en) is None
    assert phrase_of("") is None
