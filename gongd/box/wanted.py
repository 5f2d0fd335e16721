"""Which records the desk has asked for once more: spans of numbers, none twice, a few tens at most. Pure."""

from dataclasses import dataclass

MOST_SPANS = 32
"""Of more, those that lie nearest to each other become one: some records go out that nobody has asked for."""

TO_THE_LAST = 2**53
Span = tuple[int, int]
"""The first and the last."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Spans in order, none touching another. `at`: where the sweep through them stands.

    Whoever asks for what is still to come changes nothing; what has gone already comes in the next sweep, so that no
    number of questions keeps the others from being answered.
    """

    spans: tuple[Span, ...] = ()
    at: int = 0

    def ask(self, first: int, last: int | None) -> "Wanted":
        """These, too."""
        spans = _merged((*self.spans, (first, max(first, last or TO_THE_LAST))))
        while len(spans) > MOST_SPANS:
            spans = _closed(spans)
        return Wanted(spans, self.at)

    def next(self) -> Span | None:
        """What is to go out now: from here on, else from the beginning."""
        ahead = ((max(first, self.at), last) for first, last in self.spans if last >= self.at)
        return next(ahead, self.spans[0] if self.spans else None)

    def without(self, first: int, last: int) -> "Wanted":
        """These have gone out, or there are none such."""
        before = ((begin, min(end, first - 1)) for begin, end in self.spans)
        after = ((max(begin, last + 1), end) for begin, end in self.spans)
        left = sorted((*before, *after))
        return Wanted(tuple(part for part in left if part[0] <= part[1]), last + 1)


def _merged(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def _closed(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The smallest gap between two becomes part of them."""
    place = min(range(1, len(spans)), key=lambda place: spans[place][0] - spans[place - 1][1])
    return (*spans[: place - 1], (spans[place - 1][0], spans[place][1]), *spans[place + 1 :])
