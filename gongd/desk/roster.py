"""The roster (danh bạ trực): boxes, villages, zones, and who rings by hand when a box cannot. One YAML file.

```yaml
name: Nguyệt Ấn
phone: 0373 123 456
officer: Trực ban Công an xã
period: 15                    # the day of the month on which an attendance sheet begins
recipients: [UBND huyện, Công an huyện]   # of the monthly report
zones:
  trung-tam: Khu trung tâm
boxes:
  thon-3:
    village: Thôn 3
    zones: [trung-tam]
    by_hand:
      - {name: Ông Lê Văn An, phone: 0912 345 678}
```

Telephone numbers and ids are read from the raw text, never as numbers (language.md, 6). JSON is YAML.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gongd.core.errors import ConfigError
from gongd.core.lexicon import why_not
from gongd.core.wire_name import is_id
from gongd.core.words import Text
from gongd.settings.finding import Findings, guess
from gongd.settings.node import Branch, Leaf, Node, Place, Row, Trail
from gongd.settings.source import decode
from gongd.settings.tree import grow

Value = TypeVar("Value")

FIRST_DAY = 15
"""Decree 09/2019, article 12: monthly figures run from the 15th to the 14th."""
ZONE_NAME = "Asia/Ho_Chi_Minh"

_UNREADABLE = Text("Không đọc được tệp: {why}", "the file cannot be read: {why}")
_NOT_A_MAP = Text("Cần các mục “tên: giá trị”", "keys with values are expected")
_NOT_A_LIST = Text("Cần một danh sách", "a list is expected")
_NOT_WORDS = Text("Cần vài chữ trên một dòng", "some words on one line are expected")
_UNKNOWN = Text("Không có mục “{key}”.{hint}", "there is no key “{key}”.{hint}")
_BAD_ID = Text("“{name}” không làm tên được: chữ thường, số, dấu -", "“{name}” is no id: lower case, digits, -")
_BAD_PHONE = Text("“{phone}” không phải số điện thoại", "“{phone}” is no telephone number")
_BAD_DAY = Text("Cần một ngày từ 1 đến 28", "a day from 1 to 28 is expected")
_BAD_ZONE = Text("Không có múi giờ “{name}”", "there is no time zone “{name}”")
_NO_ZONE = Text("Chưa có khu “{name}” trong zones.{hint}", "zone “{name}” does not stand under zones.{hint}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who rings by hand."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class RosterBox:
    """A box as the desk's people know it. `name` follows the word Loa; `village` is its thôn."""

    id: str
    village: str
    name: str
    zones: tuple[str, ...] = ()
    by_hand: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody. `boxes` in the order of the file; `zones` maps an id to what people call it."""

    name: str = ""
    phone: str = ""
    officer: str = ""
    first_day: int = FIRST_DAY
    zone: tzinfo = field(default_factory=lambda: ZoneInfo(ZONE_NAME))
    zones: Mapping[str, str] = field(default_factory=dict)
    boxes: tuple[RosterBox, ...] = ()
    recipients: tuple[str, ...] = ()
    by_id: Mapping[str, RosterBox] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {box.id: box for box in self.boxes})

    def box(self, box: str) -> RosterBox:
        """A box by its id; one that nobody has written down is called by its id."""
        return self.by_id.get(box) or RosterBox(box, box, box)

    def knows(self, box: str) -> bool:
        """Does it stand in the file?"""
        return box in self.by_id

    def of_zone(self, zone: str) -> tuple[RosterBox, ...]:
        """The boxes of a zone."""
        return tuple(box for box in self.boxes if zone in box.zones)

    def without(self, boxes: Collection[str]) -> "Roster":
        """Without these."""
        return replace(self, boxes=tuple(box for box in self.boxes if box.id not in boxes)) if boxes else self

    def with_boxes(self, found: Iterable[RosterBox]) -> "Roster":
        """With boxes that are enrolled, or speak, and do not stand in the file."""
        boxes = (*self.boxes, *(box for box in found if not self.knows(box.id)))
        zones = {zone: zone for box in boxes for zone in box.zones} | dict(self.zones)
        return replace(self, zones=zones, boxes=boxes)


def load_roster(path: Path) -> Roster:
    """The roster of a file; an empty one where there is no file. Raises ConfigError with every problem at once."""
    findings = Findings(str(path))
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Roster()
    except OSError as error:
        findings.note(Place(1, 1), (), _UNREADABLE.fill(why=why_not(error)))
        raise ConfigError(findings.in_order()) from error
    return read_roster(data, findings)


def zone_of(path: Path) -> tzinfo:
    """The commune's time by its roster, whatever else is wrong with that."""
    try:
        return load_roster(path).zone
    except ConfigError:
        return Roster().zone


def read_roster(data: bytes | str, findings: Findings) -> Roster:
    """The roster of a text. Raises ConfigError."""
    text = decode(data, findings)
    root = grow(text, findings) if text is not None else None
    roster = _Reader(findings).roster(root) if root is not None else Roster()
    if findings.fatal:
        raise ConfigError(findings.in_order())
    return roster


class _Reader:
    """Reads a tree and notes what is wrong with it; what cannot be read becomes its default."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def roster(self, root: Node) -> Roster:
        known = ("name", "phone", "officer", "period", "recipients", "timezone", "zones", "boxes")
        found = self._branch(root, (), known)
        zones = {key: self._words(node, ("zones", key)) for key, node in self._named(found.get("zones"), ("zones",))}
        boxes = tuple(self._box(key, node, zones) for key, node in self._named(found.get("boxes"), ("boxes",)))
        return Roster(
            name=self._maybe(found, "name", (), self._words, ""),
            phone=self._maybe(found, "phone", (), self._phone, ""),
            officer=self._maybe(found, "officer", (), self._words, ""),
            first_day=self._maybe(found, "period", (), self._day, FIRST_DAY),
            zone=self._timezone(found["timezone"], ("timezone",)) if "timezone" in found else ZoneInfo(ZONE_NAME),
            zones=zones,
            boxes=boxes,
            recipients=self._listed(found.get("recipients"), ("recipients",)),
        )

    def _box(self, box: str, node: Node, zones: Mapping[str, str]) -> RosterBox:
        trail: Trail = ("boxes", box)
        found = self._branch(node, trail, ("village", "name", "zones", "by_hand"))
        village = self._maybe(found, "village", trail, self._words, box)
        rows = self._rows(found.get("by_hand"), (*trail, "by_hand"))
        mine = [self._words(row, (*trail, "zones")) for row in self._rows(found.get("zones"), (*trail, "zones"))]
        for zone in (zone for zone in mine if zone not in zones):
            text = _NO_ZONE.fill(name=zone, hint=guess(zone, zones))
            self._findings.note(found["zones"].place, (*trail, "zones"), text)
        return RosterBox(
            id=box,
            village=village,
            name=self._maybe(found, "name", trail, self._words, village),
            zones=tuple(mine),
            by_hand=tuple(self._person(row, (*trail, "by_hand", at)) for at, row in enumerate(rows)),
        )

    def _person(self, node: Node, trail: Trail) -> Person:
        found = self._branch(node, trail, ("name", "phone"))
        return Person(
            self._maybe(found, "name", trail, self._words, "?"), self._maybe(found, "phone", trail, self._phone, "")
        )

    def _listed(self, node: Node | None, trail: Trail) -> tuple[str, ...]:
        return tuple(self._words(row, trail) for row in self._rows(node, trail))

    # ── Nodes ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _branch(self, node: Node, trail: Trail, known: tuple[str, ...]) -> dict[str, Node]:
        found = dict(self._pairs(node, trail))
        for key in (key for key in found if key not in known):
            self._findings.note(found[key].place, (*trail, key), _UNKNOWN.fill(key=key, hint=guess(key, known)))
        return found

    def _named(self, node: Node | None, trail: Trail) -> list[tuple[str, Node]]:
        pairs = self._pairs(node, trail) if node is not None else []
        for key, value in pairs:
            if not is_id(key):
                self._findings.note(value.place, (*trail, key), _BAD_ID.fill(name=key))
        return pairs

    def _pairs(self, node: Node, trail: Trail) -> list[tuple[str, Node]]:
        if isinstance(node, Branch):
            return [(key.text, value) for key, value in node.pairs]
        if not (isinstance(node, Leaf) and node.empty):
            self._findings.note(node.place, trail, _NOT_A_MAP)
        return []

    def _rows(self, node: Node | None, trail: Trail) -> tuple[Node, ...]:
        if node is None or isinstance(node, Row):
            return node.items if node is not None else ()
        self._findings.note(node.place, trail, _NOT_A_LIST)
        return ()

    def _maybe(
        self, found: Mapping[str, Node], key: str, trail: Trail, read: Callable[[Node, Trail], Value], default: Value
    ) -> Value:
        return read(found[key], (*trail, key)) if key in found else default

    def _words(self, node: Node, trail: Trail) -> str:
        if isinstance(node, Leaf) and not node.empty and "\n" not in node.text and len(node.text) <= 200:
            return node.text.strip()
        self._findings.note(node.place, trail, _NOT_WORDS)
        return "?"

    def _phone(self, node: Node, trail: Trail) -> str:
        phone = self._words(node, trail)
        if phone != "?" and (set(phone) - set("0123456789 +.-()") or sum(sign.isdigit() for sign in phone) < 3):
            self._findings.note(node.place, trail, _BAD_PHONE.fill(phone=phone))
        return phone

    def _day(self, node: Node, trail: Trail) -> int:
        words = self._words(node, trail)
        if words.isascii() and words.isdigit() and 1 <= int(words) <= 28:
            return int(words)
        self._findings.note(node.place, trail, _BAD_DAY)
        return FIRST_DAY

    def _timezone(self, node: Node, trail: Trail) -> tzinfo:
        name = self._words(node, trail)
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._findings.note(node.place, trail, _BAD_ZONE.fill(name=name))
            return ZoneInfo(ZONE_NAME)
