"""Beyond shape: does the file make sense as a whole? Each check is one small function; `CHECKS` is the list of them."""

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gongd.core.button import Send, Sound
from gongd.core.relay import Role
from gongd.core.words import Text
from gongd.settings.assemble import Parts
from gongd.settings.clip import clips_near, find_clip
from gongd.settings.defaults import SIGNALS
from gongd.settings.finding import Findings, guess
from gongd.settings.model import Backend, Require, TrustedBy
from gongd.settings.node import Branch, Leaf, Node, Row, Trail, place_at
from gongd.settings.said import is_clip


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that has been read: its tree (for places), its values, and the folder that it lies in."""

    tree: Branch
    parts: Parts
    folder: Path | None

    def node(self, *path: str | int) -> Node | None:
        """What the file has at a path, or None."""
        node: Node | None = self.tree
        for step in path:
            match node, step:
                case Branch(), str():
                    node = node.get(step)
                case Row(), int() if step < len(node.items):
                    node = node.items[step]
                case _:
                    return None
        return node

    def names(self, *path: str | int) -> tuple[str, ...]:
        """The keys that the file has at a path, readable or not."""
        node = self.node(*path)
        return tuple(key.text for key, _ in node.pairs) if isinstance(node, Branch) else ()

    def rows(self, *path: str | int) -> int:
        """How many items the list at a path has."""
        node = self.node(*path)
        return len(node.items) if isinstance(node, Row) else 0

    def leaves(self, *path: str | int) -> Iterator[tuple[Trail, str]]:
        """The text at a path, or every text of a list there, with its own path."""
        node = self.node(*path)
        if isinstance(node, Leaf) and not node.empty:
            yield path, node.text
        for index in range(self.rows(*path)):
            yield from self.leaves(*path, index)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that makes no sense, and the path at which a person can change it."""

    path: Trail
    text: Text
    warning: bool = False


Check = Callable[[Draft], Iterator[Remark]]

_NO_SIGNAL = Text(vi='Không có hiệu lệnh "{name}".{guess}', en='There is no signal "{name}".{guess}')
_NO_RELAY = Text(vi='Không có rơ-le "{name}".{guess}', en='There is no relay "{name}".{guess}')
_FAULT_RELAY = Text(
    vi='Rơ-le "{name}" chỉ báo lỗi (on: fault), không theo hiệu lệnh',
    en='Relay "{name}" shows faults (on: fault) and follows no signal',
)
_PIN_TWICE = Text(vi="Chân {pin} đã dùng ở {other}", en="Pin {pin} is used already at {other}")
_PIN_LOW = Text(
    vi="Chân 0 đến 8 ở mức cao khi mới có điện nên rơ-le này sẽ đóng một lúc: dùng chân 9 đến 27",
    en="Pins 0 to 8 are high at power-on, so this relay will be on for a moment: use pins 9 to 27",
)
_NO_CLIP = Text(vi='Không thấy tệp "{name}".{guess}', en='There is no file "{name}".{guess}')
_UNUSED_RELAY = Text(
    vi='Không hiệu lệnh nào dùng rơ-le "{name}": thêm tên vào relays của hiệu lệnh',
    en='No signal uses relay "{name}": add its name to a signal\'s relays',
)
_MUTE = Text(
    vi="Không có loa, không có rơ-le: cụm loa này không kêu được",
    en="No loudspeaker and no relay: this box cannot sound",
)
_BENCH_CLOCK = Text(
    vi="trust: assume chỉ để thử trên bàn: đồng hồ sai thì kẻng đánh sai giờ",
    en="trust: assume is for a bench only: with a wrong clock the gong rings at a wrong time",
)
_BENCH_TRUST = Text(
    vi="require: broker chỉ để thử trên bàn: ai vào được máy chủ cũng phát được báo động",
    en="require: broker is for a bench only: whoever reaches the broker can raise an alarm",
)
_AGAIN_TOO_SOON = Text(
    vi="again ({again:g} giây) không dài hơn at_most ({cap:g} giây): báo động không có lúc nghỉ",
    en="again ({again:g} s) is no longer than at_most ({cap:g} s): the alarm never rests",
)


def signals_exist(draft: Draft) -> Iterator[Remark]:
    """Schedules and buttons name signals that exist. What a button sends may be known to other boxes only."""
    known = tuple(dict.fromkeys((*SIGNALS, *draft.names("signals"))))
    users: list[tuple[Trail, bool]] = [(("schedules", row, "signal"), False) for row in range(draft.rows("schedules"))]
    for name in draft.names("buttons"):
        users += [(("buttons", name, "sound"), False), (("buttons", name, "send"), True)]
    for where, elsewhere in users:
        for path, text in draft.leaves(*where):
            if text not in known:
                yield Remark(path, _NO_SIGNAL.fill(name=text, guess=guess(text, known)), elsewhere)


def relays_exist(draft: Draft) -> Iterator[Remark]:
    """Signals name relays that exist and take part in signals."""
    known = draft.names("relays")
    lamps = {relay.name for relay in draft.parts.relays if relay.on is Role.FAULT}
    for signal in draft.names("signals"):
        for path, text in draft.leaves("signals", signal, "relays"):
            if text not in known:
                yield Remark(path, _NO_RELAY.fill(name=text, guess=guess(text, known)))
            elif text in lamps:
                yield Remark(path, _FAULT_RELAY.fill(name=text))


def pins_are_used_once(draft: Draft) -> Iterator[Remark]:
    """No pin drives two things."""
    wires: list[Trail] = [("relays", name, "pin") for name in draft.names("relays")]
    for name in draft.names("buttons"):
        wires += [("buttons", name, "pin"), ("buttons", name, "lamp")]
    owners: dict[str, str] = {}
    found = sorted(
        (place_at(draft.tree, path), path, text.strip()) for where in wires for path, text in draft.leaves(*where)
    )
    for _, path, text in found:
        if not text.isascii() or not text.isdigit():
            continue
        pin = str(int(text[:9]))
        owner = ".".join(map(str, path))
        if owners.setdefault(pin, owner) != owner:
            yield Remark(path, _PIN_TWICE.fill(pin=pin, other=owners[pin]))


def pins_are_quiet_at_power_on(draft: Draft) -> Iterator[Remark]:
    """traps.md: 0 to 8 pull up at power-on."""
    for relay in draft.parts.relays:
        if relay.active_high and relay.pin <= 8:
            yield Remark(("relays", relay.name, "pin"), _PIN_LOW, warning=True)


def clips_are_there(draft: Draft) -> Iterator[Remark]:
    """Every recorded clip is a file."""
    for signal in draft.names("signals"):
        for key in ("say", "say_short"):
            for path, text in draft.leaves("signals", signal, key):
                name = text.strip()
                if is_clip(text) and find_clip(name, draft.folder) is None:
                    yield Remark(path, _NO_CLIP.fill(name=name, guess=_near(name, draft.folder)))


def _near(name: str, folder: Path | None) -> Text:
    """A clip that was perhaps meant: every sound file ends alike, so only what stands before the suffix is compared."""
    by_stem = {str(PurePosixPath(one).with_suffix("")): one for one in clips_near(name, folder)}
    stem = str(PurePosixPath(name).with_suffix("")) if PurePosixPath(name).name else name
    close = difflib.get_close_matches(stem, by_stem, n=1, cutoff=0.7)
    return guess(by_stem[close[0]], (by_stem[close[0]],)) if close else guess("", ())


def relays_have_work(draft: Draft) -> Iterator[Remark]:
    """A relay that no signal uses was probably meant for one: a strobe must be named."""
    used = {name for signal in draft.parts.signals.values() for name in signal.relays}
    for relay in draft.parts.relays:
        if relay.on is not Role.FAULT and relay.name not in used:
            yield Remark(("relays", relay.name), _UNUSED_RELAY.fill(name=relay.name), warning=True)


def box_can_sound(draft: Draft) -> Iterator[Remark]:
    """A box has a loudspeaker or a relay that makes noise, or it is a desk's panel that sends."""
    sends = bool(draft.parts.buttons) and not any(isinstance(one.action, Sound) for one in draft.parts.buttons)
    panel = sends and any(isinstance(one.action, Send) for one in draft.parts.buttons)
    if draft.parts.speaker.backend is Backend.NONE and not draft.names("relays") and not panel:
        yield Remark(("speaker", "backend"), _MUTE, warning=True)


def bench_is_no_village(draft: Draft) -> Iterator[Remark]:
    """Two keys that are meant for a workshop."""
    clock, trust = draft.parts.values.get("clock"), draft.parts.values.get("trust")
    if clock and clock.trust is TrustedBy.ASSUME:
        yield Remark(("clock", "trust"), _BENCH_CLOCK, warning=True)
    if trust and trust.require is Require.BROKER:
        yield Remark(("trust", "require"), _BENCH_TRUST, warning=True)


def alarms_rest(draft: Draft) -> Iterator[Remark]:
    """An alarm that sounds again leaves a pause to listen in."""
    for signal in draft.parts.signals.values():
        if signal.again and signal.again.every_s <= signal.at_most_s:
            text = _AGAIN_TOO_SOON.fill(again=signal.again.every_s, cap=signal.at_most_s)
            yield Remark(("signals", signal.name, "again"), text, warning=True)


CHECKS: tuple[Check, ...] = (
    signals_exist,
    relays_exist,
    pins_are_used_once,
    pins_are_quiet_at_power_on,
    clips_are_there,
    relays_have_work,
    box_can_sound,
    bench_is_no_village,
    alarms_rest,
)


def judge(draft: Draft, checks: tuple[Check, ...], findings: Findings) -> None:
    """Note what each check has to say."""
    for check in checks:
        for remark in check(draft):
            findings.note(place_at(draft.tree, remark.path), remark.path, remark.text, warning=remark.warning)
