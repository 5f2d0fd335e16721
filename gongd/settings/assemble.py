"""What the file says and what it leaves out, made into the values of `Settings`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from gongd.core.button import Button
from gongd.core.catalogue import Again, Priority, Signal, Utterance
from gongd.core.errors import Problem
from gongd.core.notation import parse
from gongd.core.relay import Relay, Role
from gongd.core.rhythm import Rhythm, Tempo, placed
from gongd.core.schedule import Entry
from gongd.core.words import Text
from gongd.settings.defaults import NIGHTLY, SIGNALS, Preset
from gongd.settings.finding import Findings
from gongd.settings.kind import Values
from gongd.settings.model import Box, ClockTrust, Desk, JournalSettings, Limits, PrintsSettings, Settings, Speaker
from gongd.settings.table_box import LOUDEST_EMERGENCY
from gongd.settings.table_signal import Written

_NO_RHYTHM = Text(
    vi='Thiếu mục "rhythm": hiệu lệnh "{name}" không có sẵn nên phải ghi cách đánh',
    en='Key "rhythm" is missing: "{name}" is not built in, so its rhythm must be written',
)
_QUIET_EMERGENCY = Text(
    vi="Âm lượng của hiệu lệnh khẩn cấp phải từ {least} đến 100",
    en="The volume of an emergency must be {least} to 100",
)
LEAST_EMERGENCY_VOLUME = int(LOUDEST_EMERGENCY.shape["minimum"])


@dataclass(frozen=True, slots=True)
class Parts:
    """The sections that could be read, defaults in the place of the others, and the signals that could be made."""

    box: Box
    speaker: Speaker
    relays: tuple[Relay, ...]
    buttons: tuple[Button, ...]
    signals: Mapping[str, Signal]
    limits: Limits
    schedules: tuple[Entry, ...]
    tempo: Tempo
    values: Values

    def settings(self, digest: str, warnings: Sequence[Problem]) -> Settings:
        """The whole, when nothing was wrong."""
        read = self.values
        return Settings(
            box=self.box,
            speaker=self.speaker,
            relays=self.relays,
            buttons=self.buttons,
            signals=self.signals,
            clock=read.get("clock", ClockTrust()),
            limits=self.limits,
            schedules=self.schedules,
            journal=read.get("journal", JournalSettings()),
            desk=read.get("desk", Desk()),
            tempo=self.tempo,
            prints=read.get("prints", PrintsSettings()),
            mqtt=read.get("mqtt"),
            trust=read.get("trust"),
            source_digest=digest,
            warnings=tuple(warnings),
        )


_NOBODY = Box(id="", commune="", name="", timezone=ZoneInfo("UTC"))


def assemble(values: Values, findings: Findings) -> Parts:
    """Join what was read with what is built in. Notes signals that cannot be made."""
    speaker = values.get("speaker", Speaker())
    limits = values.get("limits", Limits())
    relays = tuple(values.get("relays", {}).values())
    written: Mapping[str, Written] = values.get("signals", {})
    signals: dict[str, Signal] = {}
    for name in dict.fromkeys((*SIGNALS, *written)):
        signal = _signal(name, SIGNALS.get(name), written.get(name), (speaker, limits, relays), findings)
        if signal is not None:
            signals[name] = signal
    return Parts(
        box=values.get("box", _NOBODY),
        speaker=speaker,
        relays=relays,
        buttons=tuple(values.get("buttons", {}).values()),
        signals=signals,
        limits=limits,
        schedules=values.get("schedules", (NIGHTLY,)),
        tempo=values.get("tempo", Tempo()),
        values=values,
    )


def roles_in(rhythm: Rhythm, priority: Priority) -> frozenset[Role]:
    """What a signal moves: strokes, blasts, and what is on as long as it sounds. An emergency opens with strokes."""
    roles = {Role.ACTIVATION, Role.STROKE} if priority is Priority.EMERGENCY else {Role.ACTIVATION}
    for _, part in placed(rhythm):
        if part.strokes:
            roles.add(Role.STROKE)
        if part.blasts:
            roles.add(Role.BLAST)
    return frozenset(roles)


def usual_relays(rhythm: Rhythm, priority: Priority, relays: Sequence[Relay]) -> tuple[str, ...]:
    """The relays of a signal that names none: those whose role occurs in it. A strobe (it blinks) must be named."""
    roles = roles_in(rhythm, priority)
    strobes = {relay.name for relay in relays if relay.on is Role.ACTIVATION and relay.blink_s is not None}
    return tuple(relay.name for relay in relays if relay.on in roles and relay.name not in strobes)


_Surroundings = tuple[Speaker, Limits, tuple[Relay, ...]]


def _signal(
    name: str, preset: Preset | None, written: Written | None, around: _Surroundings, findings: Findings
) -> Signal | None:
    base = preset or Preset(title=name)
    said = written.values if written else {}
    speaker, limits, relays = around
    rhythm = said.get("rhythm") or (parse(base.rhythm) if base.rhythm else None)
    if rhythm is None:
        if written:
            findings.note(written.spot.place, (*written.spot.path, "rhythm"), _NO_RHYTHM.fill(name=name))
        return None
    priority = said.get("priority", base.priority)
    _check_loudness(priority, written, findings)
    return Signal(
        name=name,
        title=said.get("title", base.title),
        priority=priority,
        rhythm=rhythm,
        volume=said.get("volume", _usual_volume(base, priority, speaker)),
        at_most_s=said.get("at_most", base.at_most_s or limits.at_most_s),
        number=said.get("number", 0),
        say=_spoken(said.get("say", base.say)),
        say_short=_spoken(said.get("say_short", None if "say" in said else base.say_short)),
        cycles=_cycles(said, base, priority),
        relays=said.get("relays", usual_relays(rhythm, priority, relays)),
        again=Again(said["again"], said["for"]) if "again" in said else base.again,
    )


def _check_loudness(priority: Priority, written: Written | None, findings: Findings) -> None:
    if written is None or priority is not Priority.EMERGENCY or "volume" not in written.values:
        return
    if written.values["volume"] < LEAST_EMERGENCY_VOLUME:
        place = written.spot.at("volume")
        text = _QUIET_EMERGENCY.fill(least=LEAST_EMERGENCY_VOLUME)
        findings.note(place, (*written.spot.path, "volume"), text)


def _usual_volume(base: Preset, priority: Priority, speaker: Speaker) -> int:
    if priority is Priority.EMERGENCY:
        return speaker.emergency_volume
    return speaker.volume if base.volume is None else base.volume


def _cycles(said: Values, base: Preset, priority: Priority) -> int | None:
    """How often: as written; as built in, unless the file makes another class of it; until stopped if it is urgent."""
    if "repeat" in said:
        cycles: int | None = said["repeat"]
        return cycles
    if base.rhythm and priority is base.priority:
        return base.cycles
    return None if priority is Priority.EMERGENCY else 1


def _spoken(utterance: Utterance | None) -> Utterance | None:
    return utterance if utterance and (utterance.clips or utterance.words) else None
