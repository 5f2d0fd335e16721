"""Records that are missing: since when, and when they are to be asked for. Pure: the store keeps it between looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

ASK_AFTER = timedelta(seconds=60)
"""A gap that stands so long without shrinking is asked for: a box that catches up by itself is left alone."""
ASK_AT_MOST_EVERY = timedelta(hours=1)

Span = tuple[int, int]
Gaps = Mapping[tuple[str, str], Span]
"""By (box, journal): from the first record that is missing to the last; some between may be there."""
Questions = tuple[tuple[str, str, Span], ...]
"""What is to be asked for: (box, journal, span)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span that is missing: since when it stands so, when it was last asked for, and how often."""

    span: Span
    since: datetime
    asked_at: datetime | None = None
    tries: int = 0

    def is_due(self, now: datetime) -> bool:
        """Is it to be asked for now? Each time after twice as long."""
        if self.asked_at is None:
            return now - self.since >= ASK_AFTER
        return now - self.asked_at >= min(ASK_AFTER * (1 << min(self.tries, 10)), ASK_AT_MOST_EVERY)

    def is_of_the_future(self, now: datetime) -> bool:
        """Is it by a clock that was set back since? Clocks of several collectors agree better."""
        return max(self.since, self.asked_at or self.since) - now > ASK_AT_MOST_EVERY


@dataclass(frozen=True, slots=True)
class Watchlist:
    """The gaps that are known."""

    gaps: Mapping[tuple[str, str], Gap] = field(default_factory=dict)

    def see(self, found: Gaps, now: datetime) -> "Watchlist":
        """The gaps as they are now: one whose begin has moved is a new one, and so is one whose time is yet to come."""

        def same(key: tuple[str, str], span: Span) -> Gap:
            held = self.gaps.get(key)
            if held is None or held.span[0] != span[0] or held.is_of_the_future(now):
                return Gap(span, now)
            return replace(held, span=span)

        return Watchlist({key: same(key, span) for key, span in found.items()})

    def due(self, now: datetime) -> tuple["Watchlist", Questions]:
        """What is to be asked for now."""
        chosen = {key: gap for key, gap in self.gaps.items() if gap.is_due(now)}
        asked = {key: Gap(gap.span, gap.since, now, gap.tries + 1) for key, gap in chosen.items()}
        questions = tuple((box, journal, gap.span) for (box, journal), gap in chosen.items())
        return Watchlist({**self.gaps, **asked}), questions
