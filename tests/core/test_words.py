"""A sentence in two languages: filled, and read."""

import pytest

from gongd.core.words import Language, Text


def test_a_sentence_is_read_in_the_language_that_is_asked_for() -> None:
    text = Text("loa", "loudspeaker")
    assert (text.read(Language.VI), text.read(Language.EN)) == ("loa", "loudspeaker")


def test_a_word_goes_in_as_it_is_and_a_sentence_language_by_language() -> None:
    filled = Text("{n} lần: {what}", "{n} times: {what}").fill(n=3, what=Text("báo cháy", "fire"))
    assert filled == Text("3 lần: báo cháy", "3 times: fire")


def test_braces_in_what_goes_in_are_kept() -> None:
    assert Text("{a}", "{a}").fill(a="{b}") == Text("{b}", "{b}")


def test_a_blank_that_nobody_fills_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        Text("{a}", "{a}").fill(b=1)
