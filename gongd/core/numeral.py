"""Numbers as Vietnamese words, the way a villager says them."""

import re

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")

_LONGEST_COUNTED = 18
_LONGEST_GROUP = 5
_PHONE_GROUPS = {10: (4, 3, 3), 11: (4, 4, 3)}
_TWO_CITIES = ("024", "028")
_TWO_CITIES_GROUPS = (3, 4, 4)


def count(number: int) -> str:
    """A whole number as words: 105 is *một trăm linh năm*, 2026 *hai nghìn không trăm hai mươi sáu*.

    From 10**18 up it is said digit by digit: nobody counts so far aloud.
    """
    if number < 0:
        return f"âm {count(-number)}"
    return _groups(number) if number < 10**_LONGEST_COUNTED else spell(str(number))


def count_figures(figures: str) -> str:
    """The whole number that these digits write; as long as they may be."""
    return count(int(figures)) if len(figures) <= _LONGEST_COUNTED else spell(figures)


def spell(figures: str) -> str:
    """Each digit by itself: `114` is *một một bốn*. What is no digit is left out."""
    return " ".join(DIGITS[int(figure)] for figure in figures if figure in "0123456789")


def decimal(whole: str, fraction: str, mark: str = "phẩy") -> str:
    """A decimal number: `1`, `5` is *một phẩy năm*; `2`, `05` is *hai phẩy không năm*."""
    rest = fraction.lstrip("0")
    zeros = spell(fraction[: len(fraction) - len(rest)])
    tail = count(int(rest)) if rest and len(rest) <= 2 else spell(rest)
    return " ".join(part for part in (count_figures(whole), mark, zeros, tail) if part)


def spell_phone(number: str) -> str:
    """A telephone number digit by digit, in groups with a breath between them.

    Groups stand as they are written (`0912 345 678`, `0912.345.678`) where each is short enough to remember; else
    ten digits are 4-3-3. `+84` is said as the 0 that people dial. Nothing but digits is ever said.
    """
    dialled = re.sub(r"^\s*\(?\+\s*84\)?[\s.-]*0?", "0", number)
    written = [group for group in re.split(r"[^0-9]+", dialled) if group]
    if len(written) < 2 or max(map(len, written)) > _LONGEST_GROUP:
        written = _grouped("".join(written))
    return ", ".join(spell(group) for group in written)


def _grouped(figures: str) -> list[str]:
    if len(figures) <= _LONGEST_GROUP:
        return [figures] if figures else []
    sizes: tuple[int, ...] = _PHONE_GROUPS.get(len(figures), ())
    if len(figures) == sum(_TWO_CITIES_GROUPS) and figures.startswith(_TWO_CITIES):
        sizes = _TWO_CITIES_GROUPS
    if not sizes:
        first = len(figures) % 3 or 3
        sizes = (first, *[3] * ((len(figures) - first) // 3))
    starts = [sum(sizes[:index]) for index in range(len(sizes))]
    return [figures[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def _groups(number: int) -> str:
    billions, low = divmod(number, 10**9)
    words = [f"{_groups(billions)} tỷ"] if billions else []
    for name, size in ((" triệu", 10**6), (" nghìn", 10**3), ("", 1)):
        group, low = divmod(low, size)
        if group:
            words.append(_three_figures(group, said_in_full=bool(words)) + name)
    return " ".join(words) or DIGITS[0]


def _three_figures(number: int, *, said_in_full: bool) -> str:
    """Up to 999. What follows a larger group is said in full: its hundreds even where there are none."""
    hundreds, rest = divmod(number, 100)
    if not hundreds and not said_in_full:
        return _under_hundred(rest)
    head = f"{DIGITS[hundreds]} trăm"
    if not rest:
        return head
    return f"{head} linh {DIGITS[rest]}" if rest < 10 else f"{head} {_under_hundred(rest)}"


def _under_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    head = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    return f"{head} {_ones_after_ten(tens, ones)}" if ones else head


def _ones_after_ten(tens: int, ones: int) -> str:
    changed = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
    return changed.get(ones, DIGITS[ones])
