"""Changes: settings that are to come into force, a technician's or the desk's. They wait until nothing sounds."""

from collections.abc import Callable
from dataclasses import dataclass

from gongd.box import records
from gongd.box.counter import Answer, refuse
from gongd.box.parts import Parts
from gongd.box.pushed import Pushed
from gongd.core.errors import ConfigError
from gongd.core.fault import FaultCode
from gongd.core.moment import Moment
from gongd.core.record import Kind
from gongd.settings.model import Settings


@dataclass(slots=True)
class Changes:
    """`refurnish` takes settings into use, while nothing sounds or waits."""

    parts: Parts
    pushed: Pushed
    refurnish: Callable[[Settings, Moment], None]

    def reload(self, now: Moment) -> Answer:
        """Read the settings file again. A bad one changes nothing but a fault; a good one waits for silence."""
        supervisor = self.parts.doors.supervisor
        supervisor.reloading()
        try:
            settings = self.parts.doors.load()
        except ConfigError as error:
            detail = {"problems": len(error.problems)}
            self.parts.write([records.simple(Kind.SETTINGS, now, "refused", detail, "settings-bad")])
            self.parts.health.raise_fault(FaultCode.SETTINGS_BAD, now, text=error.text)
            supervisor.ready(self.parts.status_line())
            return refuse(error.text, "settings-invalid")
        self.parts.coming = settings
        waits = not self.parts.airtime.is_free
        self._take(now)
        supervisor.ready(self.parts.status_line())
        return {"ok": True, "waiting": waits}

    def step(self, now: Moment) -> None:
        """Take what has come, once it is silent; see to what is on trial."""
        self._take(now)
        self.pushed.step(now)

    def _take(self, now: Moment) -> None:
        settings = self.parts.coming
        if settings is None or not self.parts.airtime.is_free:
            return
        self.parts.coming = None
        self.refurnish(settings, now)
        if not self.pushed.taken(settings, now):
            self.parts.write([records.simple(Kind.SETTINGS, now, "applied", {"digest": settings.source_digest})])
        if not self.pushed.is_unproven:
            self.parts.doors.keep(settings)
        self.parts.health.clear_fault(FaultCode.SETTINGS_BAD, now)
