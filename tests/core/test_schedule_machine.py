"""Whatever happens to power, clock and trust: one record a night, no late ring, no second ring."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.core.night_world import World, at


class Nights(RuleBasedStateMachine):
    """The world refuses a second record, an untimely ring and a look that asks to be repeated at once."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(at("21:55"))

    @rule(seconds=st.sampled_from([1, 7, 29, 61, 119, 300, 901]))
    def time_passes(self, seconds: int) -> None:
        self.world.run_until(self.world.now_at + timedelta(seconds=seconds))

    @rule()
    def evening_comes(self) -> None:
        evening = self.world.now_at.replace(hour=21, minute=59, second=50, microsecond=0)
        if evening <= self.world.now_at:
            evening += timedelta(days=1)
        was, self.world.powered = self.world.powered, False
        self.world.run_until(evening)
        if was:
            self.world.restore_power(boot_s=1)

    @rule(seconds=st.one_of(st.integers(-172800, 172800), st.sampled_from([-86400, -3600, 3600, 86400])))
    def somebody_sets_the_clock(self, seconds: int) -> None:
        self.world.step(seconds)

    @rule()
    def the_clock_is_put_right(self) -> None:
        self.world.ahead_s = 0.0

    @rule(trusted=st.booleans())
    def trust_changes(self, trusted: bool) -> None:
        self.world.trusted = trusted

    @rule(begins=st.booleans(), hindered=st.sampled_from([None, "muted"]))
    def the_air_changes(self, begins: bool, hindered: str | None) -> None:
        self.world.begins, self.world.hindered = begins, hindered

    @rule()
    def the_daemon_restarts(self) -> None:
        self.world.restart()

    @precondition(lambda self: self.world.powered)
    @rule()
    def power_fails(self) -> None:
        self.world.cut_power()

    @precondition(lambda self: not self.world.powered)
    @rule()
    def power_returns(self) -> None:
        self.world.restore_power()

    @invariant()
    def no_night_has_two_records_or_two_rings(self) -> None:
        rung = [key for key, record in self.world.nights().items() if record.outcome == "rung"]
        assert sorted(rung) == sorted(occurrence.key for _, occurrence in self.world.rings)

    def teardown(self) -> None:
        world = self.world
        world.ahead_s, world.trusted, world.begins, world.hindered = 0.0, True, True, None
        if not world.powered:
            world.restore_power()
        world.run_until(world.now_at + timedelta(minutes=35))
        nights = world.nights()
        settled_by = world.moment.wall - timedelta(minutes=18)
        night = world.ledger.first["nightly"]
        while at("22:00", night) <= settled_by:
            assert ("nightly", night) in nights, night
            night += timedelta(days=1)


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
