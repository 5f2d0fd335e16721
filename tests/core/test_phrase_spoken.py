"""What a signal says, in one line for a screen."""

import pytest

from gongd.core.catalogue import Utterance
from gongd.core.phrase import spoken_at
from gongd.core.words import Language

VI, EN = Language.VI, Language.EN


def said(text: str) -> Utterance:
    return Utterance(words=((EN, "Fire!"), (VI, text)))


@pytest.mark.parametrize(
    ("utterances", "shown"),
    [
        ((said("Cháy ở {place}!"), said("dài")), "Cháy ở Thôn 3!"),
        ((None, said("Lũ về. Gọi {phone}.")), "Lũ về"),
        ((said("Lũ về.\n  Lên\tcao.\x1b\u202e"), None), "Lũ về. Lên cao"),
        ((Utterance(clips=("muong/chay.ogg",)), said("dài")), ""),
        ((None, None), ""),
    ],
)
def test_the_short_words_stand_before_the_long_ones_with_their_place(
    utterances: tuple[Utterance | None, ...], shown: str
) -> None:
    assert spoken_at("Thôn 3", *utterances) == shown
