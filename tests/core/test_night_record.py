"""What the journal keeps of the nights: one record of each decision, whole."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gongd.core.adoption import Adopt, Retire
from gongd.core.catalogue import Origin, Status
from gongd.core.moment import Moment
from gongd.core.night import Decision, Miss, Outage, Ring, Stepped, Withdraw
from gongd.core.night_record import record_of, rung_record
from gongd.core.record import Kind, Record
from gongd.core.schedule import Occurrence
from tests.core.night_world import TONIGHT, at

PEACE = Occurrence("nightly", "peace", TONIGHT, at("22:00"), 120.0)
NOW = Moment(at("22:00:03") + timedelta(microseconds=141_593), 99.0, trusted=True)
KEPT = Record(
    *(NOW.wall, Kind.NIGHT, "peace", "nightly", TONIGHT),
    origin=Origin.SCHEDULE,
    status=Status.ACTUAL,
    detail={"due": "2026-11-21T22:00:00+07:00"},
    trusted=True,
)


def test_a_night_that_rings_leaves_how_late_it_began() -> None:
    late = {"due": "2026-11-21T22:00:00+07:00", "late_s": 3.142}
    assert rung_record(PEACE, NOW, "n1") == replace(KEPT, activation="n1", outcome="rung", detail=late)


def test_a_night_that_was_missed_leaves_its_reason() -> None:
    assert record_of(Miss(PEACE, "no-power"), NOW) == replace(KEPT, outcome="missed", reason="no-power")


@pytest.mark.parametrize(
    ("decision", "kind", "outcome", "schedule", "detail"),
    [
        (Adopt("nightly", TONIGHT), Kind.SETTINGS, "adopted", "nightly", {"first": "2026-11-21"}),
        (Retire("nightly"), Kind.SETTINGS, "retired", "nightly", {}),
        (Stepped(-7200.12345), Kind.CLOCK, "stepped", None, {"by_s": -7200.123}),
        (
            Outage(at("18:00"), at("21:30")),
            *(Kind.BOOT, "outage", None),
            {"since": "2026-11-21T18:00:00+07:00", "until": "2026-11-21T21:30:00+07:00"},
        ),
    ],
)
@pytest.mark.parametrize("trusted", [True, False])
def test_everything_else_that_is_decided_leaves_its_record(
    decision: Decision, kind: Kind, outcome: str, schedule: str | None, detail: dict[str, object], trusted: bool
) -> None:
    kept = Record(NOW.wall, kind, schedule=schedule, outcome=outcome, detail=detail, trusted=trusted)
    assert record_of(decision, replace(NOW, trusted=trusted)) == kept


def test_what_is_only_asked_for_leaves_none() -> None:
    assert record_of(Ring(PEACE), NOW) is None
    assert record_of(Withdraw(PEACE), NOW) is None
