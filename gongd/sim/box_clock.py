"""The clocks of one simulated machine: a monotonic one, a wall that may be wrong, a kernel that may be fooled."""

from datetime import datetime, timedelta

from gongd.ports import ClockReading
from gongd.sim.clockwork import Clockwork

BOOT_S = 20.0
"""The kernel's monotonic clock when the daemon starts after a power cut."""


class BoxClock:
    """Implements Clock. Wall and monotonic run at the same rate, as on Linux; only setting parts them."""

    def __init__(self, world: Clockwork) -> None:
        self._world = world
        self._at, self._mono, self._wall = 0.0, BOOT_S, 0.0
        self._rate = 1.0
        self.synchronised = False
        self.hardware = False

    def read(self) -> ClockReading:
        """What the machine says."""
        gone_s = self._gone_s
        wall = self._world.began + timedelta(seconds=self._wall + gone_s)
        return ClockReading(wall, self._mono + gone_s, self.synchronised, self.hardware)

    @property
    def _gone_s(self) -> float:
        return (self._world.now - self._at) * self._rate

    @property
    def mono(self) -> float:
        """Seconds since this boot, as the machine counts them."""
        return self._mono + self._gone_s

    @property
    def wall(self) -> datetime:
        """What the wall clock shows."""
        return self._world.began + timedelta(seconds=self._wall + self._gone_s)

    @property
    def error_s(self) -> float:
        """How far the wall clock is ahead of true time."""
        return self._wall + self._gone_s - self._world.now

    def when(self, mono: float) -> float:
        """The true instant at which the monotonic clock will show this."""
        return self._world.now + (mono - self.mono) / self._rate

    def boot(self, error_s: float) -> None:
        """Power is back: monotonic time begins anew, the wall is as far off as said."""
        self._at, self._mono, self._wall = self._world.now, BOOT_S, self._world.now + error_s

    def set_off(self, error_s: float) -> None:
        """The wall is set so far ahead of true time."""
        self._anchor()
        self._wall = self._world.now + error_s

    def run_at(self, rate: float) -> None:
        """Both clocks run so fast from now on (1 is right)."""
        self._anchor()
        self._rate = rate

    def _anchor(self) -> None:
        gone_s = self._gone_s
        self._at, self._mono, self._wall = self._world.now, self._mono + gone_s, self._wall + gone_s
