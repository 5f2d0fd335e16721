"""Where an order goes: from what an officer types (`3, 5`, a zone, TAT CA) to boxes and addresses. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from gongd.core.notation_words import fold
from gongd.core.wire_name import Address, to_all, to_box, to_zone
from gongd.core.words import Text
from gongd.desk.roster import Roster, RosterBox

ZONE_WORD = "khu "
AND = "va"
LONGEST_NUMBER = 6
"""Digits. What is longer is no number of a village."""
ALL_WORDS = frozenset({"tat ca", "tatca", "all"})

NOWHERE = Text("Không có nơi “{typed}”. Có: {known}", "There is no place “{typed}”. There are: {known}")
SEVERAL = Text("“{typed}” có thể là: {known}. Gõ rõ hơn", "“{typed}” may be: {known}. Type more of it")
NOTHING_TYPED = Text("Chưa chọn nơi phát", "No place was chosen")
NO_BOXES = Text("Danh bạ chưa có cụm loa nào", "The roster has no box")
VILLAGES_AND_BOXES = Text("{villages} thôn, {boxes} cụm loa", "{villages} villages, {boxes} boxes")
ALL = Text("tất cả {villages} thôn", "all {villages} villages")


@dataclass(frozen=True, slots=True)
class Target:
    """Boxes, and how an order addresses them: as all, as one zone, or one by one."""

    boxes: tuple[RosterBox, ...]
    addresses: tuple[Address, ...]
    is_all: bool = False
    gone: tuple[RosterBox, ...] = ()
    """Meant too, and left out: their keys were revoked."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The boxes' ids."""
        return tuple(box.id for box in self.boxes)

    @property
    def villages(self) -> tuple[str, ...]:
        """Villages, none twice."""
        return tuple(dict.fromkeys(box.village for box in self.boxes))

    @property
    def words(self) -> Text:
        """`Thôn 3, Thôn 5`, or `tất cả 36 thôn`."""
        if self.is_all:
            return ALL.fill(villages=len(self.villages))
        named = ", ".join(self.villages)
        return Text(named, named)

    @property
    def count(self) -> Text:
        """`2 thôn, 3 cụm loa`."""
        return VILLAGES_AND_BOXES.fill(villages=len(self.villages), boxes=len(self.boxes))


def find_target(typed: str, roster: Roster, commune: str, enrolled: Mapping[str, tuple[str, ...]]) -> Target | Text:
    """The target of what was typed, or what is wrong with it.

    `enrolled` are the zones of each box in the trust list: a zone is addressed as one only where both agree.
    """
    if not roster.boxes:
        return NO_BOXES
    if _plain(typed) in ALL_WORDS:
        return Target(roster.boxes, (to_all(commune),), is_all=True)
    places = _Places(roster)
    parts = _parts(typed, places)
    if not parts:
        return NOTHING_TYPED
    found: dict[str, RosterBox] = {}
    for part in parts:
        match _find(part, places, roster):
            case Text() as why:
                return why
            case boxes:
                found |= {box.id: box for box in boxes}
    chosen = tuple(box for box in roster.boxes if box.id in found)
    zone = _as_zone(parts, chosen, roster, enrolled)
    if zone is not None:
        return Target(chosen, (to_zone(commune, zone),))
    return Target(chosen, tuple(to_box(commune, box.id) for box in chosen))


def target_of(boxes: Iterable[str], roster: Roster, commune: str) -> Target:
    """These boxes, one by one."""
    ids = tuple(boxes)
    return Target(tuple(roster.box(box) for box in ids), tuple(to_box(commune, box) for box in ids))


def _plain(typed: str) -> str:
    return " ".join(re.split(r"[\s,;]+", fold(typed))).strip()


def _as_shown(typed: str) -> str:
    return re.sub(r"\s*([,;])\s*", r"\1", " ".join(fold(typed).split()))


def _plain_of_zone(zone: str, name: str) -> set[str]:
    """All that a zone may be called; without its word khu too, unless a number is left, which is a village's."""
    plain = _plain(name)
    short = plain.removeprefix(ZONE_WORD)
    return {zone, plain} | (set() if short.isdecimal() else {short})


@dataclass(frozen=True, slots=True)
class _Place:
    """What people call it, and the id that nothing else has; a village has none."""

    name: str
    id: str
    boxes: tuple[RosterBox, ...]


_Found = dict[frozenset[str], _Place]
"""Places by the ids of their boxes: two of one name are two, one of two names is one."""


class _Places:
    """Every place of a roster by all that it may be called: looked through once, however many are typed."""

    def __init__(self, roster: Roster) -> None:
        self.villages = _villages(roster)
        self._by_name: dict[str, _Found] = {}
        self._by_short: dict[str, _Found] = {}
        self._by_number: dict[int, _Found] = {}
        for name, boxes in self.villages.items():
            village = _Place(name, "", boxes)
            _add(self._by_name, _plain(name), village)
            for number in _numbers(name):
                _add(self._by_number, number, village)
        for box in roster.boxes:
            for typed in {_plain(box.name), box.id}:
                if box.name not in self.villages or typed != _plain(box.name):
                    _add(self._by_name, typed, _Place(box.name, box.id, (box,)))
        for zone, name in roster.zones.items():
            for typed in _plain_of_zone(zone, name) if roster.of_zone(zone) else ():
                at = self._by_name if typed in (zone, _plain(name)) else self._by_short
                _add(at, typed, _Place(name, zone, roster.of_zone(zone)))
        self.longest = max(len(name.split()) for name in (*self._by_name, *self._by_short))
        """So many words has none of the names more."""
        names = (*self.villages, *(box.name for box in roster.boxes), *roster.zones.values())
        self.shown = {_as_shown(name) for name in names}
        """As screens show them, with commas of their own."""

    def find(self, part: str) -> _Found:
        """Every place that it may be: exactly by name or id first, else a zone by a part, a village by its number."""
        by_number = self._by_number.get(int(part), {}) if part.isdecimal() and len(part) <= LONGEST_NUMBER else {}
        return self._by_name.get(part) or self._by_short.get(part) or by_number

    @property
    def known(self) -> list[str]:
        """What can be typed: a village's boxes too, where it has several."""
        names = []
        for village, boxes in self.villages.items():
            names += [village, *(box.name for box in boxes if len(boxes) > 1 and box.name != village)]
        return [f"“{name}”" if re.search("[,;]", name) else name for name in names]


Typed = TypeVar("Typed")


def _add(places: dict[Typed, _Found], typed: Typed, place: _Place) -> None:
    places.setdefault(typed, {}).setdefault(frozenset(box.id for box in place.boxes), place)


def _parts(typed: str, places: _Places) -> list[str]:
    """As commas part them, where that leaves places alone; else names may have commas of their own."""
    pieces = [part for piece in re.split("[,;]", typed) for part in _by_names(piece, places)]
    is_list = _as_shown(typed) not in places.shown and all(places.find(piece) for piece in pieces)
    return pieces if is_list else _by_names(typed, places)


def _by_names(typed: str, places: _Places) -> list[str]:
    """The longest names first, whatever commas they have; what is between them is no place."""
    words, at, is_known = _plain(typed).split(), 0, True
    parts: list[str] = []
    while at < len(words):
        ends = range(min(at + places.longest, len(words)), at, -1)
        end = next((end for end in ends if places.find(" ".join(words[at:end]))), None)
        part = " ".join(words[at : end or at + 1])
        if end is None and not is_known:
            parts[-1] += f" {part}"
        elif end is not None or part != AND:
            parts.append(part)
            is_known = end is not None
        at = end or at + 1
    return parts


def _find(part: str, places: _Places, roster: Roster) -> tuple[RosterBox, ...] | Text:
    found = places.find(part)
    if len(found) == 1:
        return next(iter(found.values())).boxes
    if found:
        return SEVERAL.fill(typed=part, known=", ".join(_told_apart(list(found.values()))))
    return NOWHERE.fill(typed=part, known=", ".join([*places.known, *roster.zones.values(), "TAT CA"]))


def _told_apart(places: list[_Place]) -> list[str]:
    """Their names; with the id, which can be typed, where others bear the same."""
    names = [place.name for place in places]
    return [
        f"{place.name} ({place.id})" if place.id and names.count(place.name) > 1 else place.name for place in places
    ]


def _numbers(name: str) -> list[int]:
    return [int(number) for number in re.findall(rf"\d{{1,{LONGEST_NUMBER}}}", name)]


def _villages(roster: Roster) -> dict[str, tuple[RosterBox, ...]]:
    found: dict[str, tuple[RosterBox, ...]] = {}
    for box in roster.boxes:
        found[box.village] = (*found.get(box.village, ()), box)
    return found


def _as_zone(
    parts: list[str], chosen: tuple[RosterBox, ...], roster: Roster, enrolled: Mapping[str, tuple[str, ...]]
) -> str | None:
    if len(parts) != 1:
        return None
    named = (zone for zone, name in roster.zones.items() if parts[0] in _plain_of_zone(zone, name))
    zone = next(named, None)
    if zone is None or any(zone not in enrolled.get(box.id, ()) for box in chosen):
        return None
    ids = {box.id for box in chosen}
    return None if any(zone in zones and box not in ids for box, zones in enrolled.items()) else zone
