"""The front desk: what the counter may do with the box, and the report that `gongd status` shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time

from gongd import __version__
from gongd.box import records
from gongd.box.parts import Parts
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Effect, Phase, Silenced, Turn
from gongd.core.catalogue import Origin, Signal, Status
from gongd.core.clock_trust import WORDS
from gongd.core.condition import Latched, state
from gongd.core.moment import Moment
from gongd.core.record import Kind
from gongd.core.words import Text


@dataclass(slots=True)
class FrontDesk:
    """Implements counter.Desk. `read_again` reloads the settings file."""

    parts: Parts
    read_again: Callable[[Moment], Mapping[str, object]]

    def signals(self) -> Mapping[str, Signal]:
        """What can be sounded."""
        return self.parts.settings.signals

    def buttons(self) -> tuple[str, ...]:
        """The buttons' names."""
        return tuple(self.parts.panel.buttons)

    def request(self, asked: Activation, now: Moment) -> tuple[Effect, ...]:
        """Somebody at the machine wants a signal sounded."""
        return self.parts.ask(asked, now)

    def silence(self, by: str, now: Moment) -> None:
        """Everything off."""
        self.parts.silence(Silenced(by), now)

    def drill_refusal(self, signal: str) -> str | None:
        """Why a drill of this signal cannot be: without its words it would be a false alarm."""
        track = self.parts.airtime.programme.printed(signal, Status.EXERCISE, None)
        if track is None:
            return "drill-needs-voice" if self.parts.rendered else "print-missing"
        voiceless = getattr(track, "stem", "") in self.parts.voiceless
        track.close()
        return "drill-needs-voice" if voiceless else None

    def refused(self, asked: Activation, code: str, now: Moment) -> None:
        """A request that came to nothing is recorded, too."""
        self.parts.write([records.of_activation(asked, Outcome.REFUSED, now, {}, code)])

    def presser(self) -> Callable[[str, float], None] | None:
        """How mock buttons are held; None on real pins."""
        return self.parts.equipment.hands.press

    def reload(self, now: Moment) -> Mapping[str, object]:
        """Read the settings file again."""
        return self.read_again(now)

    def vouch(self, said: time, now: Moment) -> Mapping[str, object]:
        """A person says what time it is."""
        memory = self.parts.memory
        after = self.parts.timekeeper.vouch(said, memory.last_seen_at if memory else None)
        detail = {"by": Origin.LOCAL.value, "said": said.isoformat("minutes"), "wall": after.wall.isoformat()}
        self.parts.write([records.simple(Kind.CLOCK, after, "vouched", detail)])
        return {"ok": True, "wall": after.wall.isoformat(), "trusted": after.trusted}

    def say(self, text: str, now: Moment) -> None:
        """Have a text spoken."""
        self.parts.announcer.say(text, Origin.LOCAL, None, now)

    def report(self, now: Moment) -> Mapping[str, object]:
        """Everything a technician asks first; the first thing is whether it can sound."""
        parts = self.parts
        condition, turns = parts.health.condition, parts.airtime.air.turns
        sounding = parts.airtime.sounding
        return {
            "sounds": parts.health.sounds.value,
            "condition": state(condition, sounding is not None).value,
            "box": parts.settings.box.id,
            "name": parts.settings.box.name,
            "version": __version__,
            "dry": self.presser() is not None,
            "sounding": _turn(sounding) if sounding else None,
            "waiting": [_turn(turn) for turn in turns if turn.phase is not Phase.SOUNDING],
            "faults": [_fault(latched) for latched in condition.faults],
            "clock": self._clock(now),
            "next": self._next(now),
            "link": parts.line.report() if parts.line else None,
            "journal": {"id": parts.memory.journal_id if parts.memory else None},
            "prints": {"missing": [" ".join(filter(None, key)) for key in parts.airtime.programme.missing()]},
            "settings": self._settings(),
        }

    def _settings(self) -> Mapping[str, object]:
        """Which are in force. `replaced`: the desk's are, over the file in /etc of that digest."""
        parts = self.parts
        note = parts.doors.pushes.note if parts.replaced else None
        told: dict[str, object] = {"digest": parts.settings.source_digest, "waiting": parts.coming is not None}
        return {**told, "replaced": parts.replaced, "proven": note is None or note.proven}

    def _clock(self, now: Moment) -> Mapping[str, object]:
        why = self.parts.timekeeper.why
        return {"wall": now.wall.isoformat(), "trusted": now.trusted, "why": why.value, **_both(WORDS[why])}

    def _next(self, now: Moment) -> list[Mapping[str, object]]:
        found = self.parts.nights.next_due(now.wall)[:5]
        return [{"at": one.due.isoformat(), "schedule": one.schedule, "signal": one.signal} for one in found]


def _turn(turn: Turn) -> Mapping[str, object]:
    asked = turn.activation
    return {
        "activation": asked.id,
        "signal": asked.signal,
        "status": asked.status.value,
        "origin": asked.origin.value,
        "phase": turn.phase.value,
    }


def _fault(latched: Latched) -> Mapping[str, object]:
    told: dict[str, object] = {"code": latched.code.value, "subject": latched.subject, **_both(latched.text)}
    told |= {"since": latched.since_at.isoformat(), "severity": latched.fault.severity.value}
    return told | ({"remedy": _both(latched.fault.remedy)} if latched.fault.remedy else {})


def _both(text: Text) -> dict[str, object]:
    return {"vi": text.vi, "en": text.en}
