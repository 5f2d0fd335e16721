"""A signal in words, for people: its title, and the sentence of the notice that hangs beside the gong."""

from datetime import time

from gongd.core.catalogue import Signal, Utterance
from gongd.core.lexicon import SIGNALS
from gongd.core.words import Language
from gongd.settings import Settings


def notice(signal: Signal, settings: Settings, language: Language) -> str:
    """The sentence for the notice beside the gong."""
    from gongd.core.sentence import describe as sentence

    text = sentence(
        title_of(signal, language),
        signal.rhythm,
        settings.tempo,
        daily_at=_daily_at(signal, settings),
        at_most_s=signal.at_most_s,
        until_stopped=signal.cycles is None,
        says=_said(signal.say_short or signal.say, settings, language),
    )
    return text.read(language)


def title_of(signal: Signal, language: Language) -> str:
    """The title; in English the glossary's, where the Vietnamese one is the glossary's too."""
    known = SIGNALS.get(signal.name)
    if language is Language.EN and known and known.vi.casefold() == signal.title.casefold():
        return known.en[:1].upper() + known.en[1:]
    return signal.title


def _said(utterance: Utterance | None, settings: Settings, language: Language) -> str | None:
    """What the loudspeaker says, in that language or in what there is; None where it has only recordings."""
    from gongd.core.phrase import fill

    words = dict(utterance.words) if utterance else {}
    text = words.get(language) or next(iter(words.values()), None)
    return fill(text, settings.box.place, settings.desk.phone) if text else None


def _daily_at(signal: Signal, settings: Settings) -> time | None:
    """When it rings every day, if it does so once."""
    mine = [entry for entry in settings.schedules if entry.signal == signal.name]
    if len(mine) != 1 or len(mine[0].at) != 1:
        return None
    days = mine[0].days
    every_day = len(days.weekdays) == 7 and not (days.dates or days.first or days.last)
    return mine[0].at[0] if every_day else None
