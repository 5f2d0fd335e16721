"""A long life of a box that is given orders: copies, stale ones, reboots, wrong clocks, challenges, early cancels.

Whatever happens, an order sounds once at most; nothing old sounds by a clock that is right; and whoever has the box's
challenge, or signs for a clock that is right, is obeyed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gongd.core.catalogue import Why
from gongd.core.command import Ledger
from gongd.core.moment import Moment
from gongd.core.verdict import Accepted, End, Killed, Repeated, Sound, Verdict
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_refusal import STALE, Refused
from tests.core.orders import NOW, ORDER, Bench

SHORT_S, USUAL_S, LONGEST_S = 30, 120, 300
AHEAD_S, CHALLENGE_S = 30.0, 300.0
"""wire.md, in its own figures: 30 s ahead at most, a challenge holds 300 s."""
BOX = ORDER.aud[0].name


class Orders(RuleBasedStateMachine):
    """`true_s` is the desk's clock, which is right; the box's wall clock is `ahead_s` ahead of it."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.true_s = self.ahead_s = self.booted_s = 0.0
        self.trusted = True
        self.signed: list[CommandClaims] = []
        self.sounded: list[str] = []
        self.cancelled: set[str] = set()
        self.challenges: dict[str, float] = {}
        self.tell_time()

    # ── The world ────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def true_at(self) -> datetime:
        return NOW + timedelta(seconds=self.true_s)

    def tell_time(self) -> None:
        wall = self.true_at + timedelta(seconds=self.ahead_s)
        self.bench.now = Moment(wall, self.true_s - self.booted_s + 20.0, self.trusted)

    @rule(seconds=st.sampled_from([0.5, 5, 29, 31, 100, 151, 299, 301, 1800, 90_000]))
    def time_passes(self, seconds: float) -> None:
        self.true_s += seconds
        self.tell_time()

    @rule(ahead_s=st.sampled_from([0, 0, 0, -20, 20, -3600, 3600, -300_000_000]), trusted=st.booleans())
    def the_clock_is_another(self, ahead_s: float, trusted: bool) -> None:
        self.ahead_s, self.trusted = float(ahead_s), trusted
        self.tell_time()

    @rule()
    def the_box_reboots(self) -> None:
        """What was obeyed is in the journal; challenges and early cancels were in memory only."""
        self.bench.ledger = Ledger()
        self.booted_s = self.true_s
        self.cancelled, self.challenges = set(), {}
        self.tell_time()

    # ── Orders ───────────────────────────────────────────────────────────────────────────────────────────────────

    def sign(self, claims: CommandClaims, lasts_s: int, challenge: str | None = None) -> CommandClaims:
        carried = {BOX: challenge} if challenge else {}
        expires = self.true_at + timedelta(seconds=lasts_s)
        made = replace(claims, sent=self.true_at, expires=expires, challenges=carried)
        self.signed.append(made)
        return made

    def arrive(self, claims: CommandClaims) -> Verdict:
        was_known = claims.jti in self.bench.past
        verdict = self.bench.give(claims)
        assert isinstance(verdict, Repeated) == was_known
        match verdict:
            case Refused(challenge=str(challenge)):
                assert verdict.reason in STALE
                self.challenges.setdefault(challenge, self.true_s)
            case Accepted(deed=Sound()):
                assert claims.jti not in self.cancelled
                self.sounded.append(claims.jti)
                assert self.is_challenged(claims) or self.is_young(claims)
            case Accepted(deed=End()):
                self.cancelled |= set(claims.references or ()) - set(self.bench.past)
            case Accepted(deed=Killed()):
                assert claims.jti in self.cancelled
        return verdict

    def is_challenged(self, claims: CommandClaims) -> bool:
        drawn_s = self.challenges.get(claims.challenges.get(BOX, ""))
        return drawn_s is not None and self.true_s - drawn_s < CHALLENGE_S

    def is_young(self, claims: CommandClaims) -> bool:
        wall = self.bench.now.wall
        return self.trusted and claims.sent <= wall + timedelta(seconds=AHEAD_S) and wall <= claims.expires

    @rule(lasts_s=st.sampled_from([SHORT_S, USUAL_S, LONGEST_S]), comes=st.booleans())
    def the_desk_gives_an_alarm(self, lasts_s: int, comes: bool) -> None:
        claims = self.sign(replace(ORDER, jti=f"order-{len(self.signed):04}"), lasts_s)
        if comes:
            verdict = self.arrive(claims)
            if self.trusted and abs(self.ahead_s) <= min(AHEAD_S, lasts_s):
                assert isinstance(verdict, Accepted)

    @precondition(lambda self: self.signed)
    @rule(data=st.data())
    def a_copy_comes(self, data: st.DataObject) -> None:
        """From the broker, or from an enemy who has kept it."""
        self.arrive(data.draw(st.sampled_from(self.signed)))

    @precondition(lambda self: self.signed)
    @rule(data=st.data(), with_challenge=st.booleans())
    def the_desk_signs_it_again(self, data: st.DataObject, with_challenge: bool) -> None:
        claims = data.draw(st.sampled_from(self.signed))
        newest = max(self.challenges, key=self.challenges.__getitem__, default=None)
        again = self.sign(claims, USUAL_S, newest if with_challenge else None)
        verdict = self.arrive(again)
        if with_challenge and self.is_challenged(again):
            assert isinstance(verdict, Accepted | Repeated)

    @precondition(lambda self: self.signed)
    @rule(data=st.data())
    def the_desk_cancels(self, data: st.DataObject) -> None:
        self.cancel(data.draw(st.sampled_from(self.signed)).jti)

    @rule(then_s=st.sampled_from([0, 10, 100]))
    def a_cancel_comes_before_its_alarm(self, then_s: int) -> None:
        claims = self.sign(replace(ORDER, jti=f"order-{len(self.signed):04}"), LONGEST_S)
        self.cancel(claims.jti)
        self.time_passes(then_s)
        self.arrive(claims)

    def cancel(self, reference: str) -> None:
        cancel = replace(ORDER, type=CommandType.CANCEL, signal=None, references=(reference,), reason=Why.SAFE)
        self.arrive(self.sign(replace(cancel, jti=f"order-{len(self.signed):04}"), USUAL_S))

    @precondition(lambda self: self.signed)
    @rule(data=st.data())
    def a_retained_copy_comes(self, data: st.DataObject) -> None:
        verdict = self.bench.give(data.draw(st.sampled_from(self.signed)), retained=True)
        assert isinstance(verdict, Refused)

    @invariant()
    def nothing_sounds_twice(self) -> None:
        assert len(self.sounded) == len(set(self.sounded))


TestOrders = Orders.TestCase
TestOrders.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
