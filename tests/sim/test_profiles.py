"""A few weeks of every profile: no rule is broken."""

import pytest

from gongd.sim.plan import Plan, What, make_plan
from gongd.sim.profile import ALL, PROFILES, profile_for
from gongd.sim.run import run

DAYS = 10.0


def _dense(name: str) -> Plan:
    """As much as else happens in three months."""
    return make_plan(1, 2, DAYS, PROFILES[name], 9.0)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_some_days_of_a_profile_break_no_rule(name: str) -> None:
    outcome = run(_dense(name))
    assert outcome.violations == ()
    assert any(one.signal == "peace" for one in outcome.commune.facts.soundings)


def test_every_kind_of_happening_stands_in_some_profile() -> None:
    assert {name for profile in PROFILES.values() for name in profile.table} == set(What)


def test_seeds_take_the_profiles_in_turn() -> None:
    assert {profile_for(ALL, seed).name for seed in range(len(PROFILES))} == set(PROFILES)
