"""How often a key may make a box sound."""

from hypothesis import given
from hypothesis import strategies as st

from gongd.core.limit import HOUR_S, Usage


@given(st.lists(st.floats(0, 1000), max_size=60), st.integers(1, 12))
def test_no_hour_ever_holds_more_than_the_limit(waits: list[float], per_hour: int) -> None:
    usage, now, obeyed = Usage(), 0.0, []
    for wait in waits:
        now += wait
        if usage.allows("desk", now, per_hour):
            usage = usage.spend("desk", now)
            obeyed.append(now)
    for start in obeyed:
        assert sum(start <= at < start + HOUR_S for at in obeyed) <= per_hour


def test_one_key_does_not_spend_for_another() -> None:
    usage = Usage().spend("desk", 0.0)
    assert not usage.allows("desk", 1.0, 1)
    assert usage.allows("panel", 1.0, 1)


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    usage = Usage().spend("desk", 0.0).spend("panel", HOUR_S)
    assert usage.marks.keys() == {"panel"}


def test_nothing_is_allowed_where_the_limit_is_none() -> None:
    assert not Usage().allows("desk", 0.0, 0)
