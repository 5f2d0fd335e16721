"""What a box tells of its clock, and the list of trust as it comes over the wire."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from gongd.adapters import jose
from gongd.core.wire import Channel, Seal, only
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_name import to_box, to_zone
from gongd.core.wire_report import ChallengeNote
from gongd.desk import ledger
from gongd.desk.membership import set_zones
from tests.link.conftest import NewStreet
from tests.link.street import TOPICS, Street
from tests.link.world import COMMUNE, Desk, alert
from tests.promises.daemon import until


@pytest.fixture
def street(new_street: NewStreet) -> Street:
    """One box."""
    return new_street("thon-3")


# ── The challenge ────────────────────────────────────────────────────────────────────────────────────────────────


def kept(street: Street, channel: Channel) -> Callable[[], bytes | None]:
    """What a newcomer finds at the broker."""

    def look() -> bytes | None:
        desk = street.desk(seat=2)
        desk.catch_up()
        bodies = [body for topic, body in desk.all_heard() if topic == TOPICS.box("thon-3", channel)]
        desk.__exit__()
        street.callers.remove(desk)
        return bodies[-1] if bodies else None

    return look


def test_the_challenge_stands_at_the_broker_while_the_clock_is_not_trusted_and_no_longer(street: Street) -> None:
    box = street.boxes["thon-3"]
    box.believe(-86400.0, synchronised=False)
    street.start()
    body = until(kept(street, Channel.CHALLENGE), "the challenge")
    opened = jose.verify(body or b"", only(street.key_of("thon-3").x), Seal.CHALLENGE)
    note = from_json(ChallengeNote, getattr(opened, "payload", b""))
    assert isinstance(note, ChallengeNote)
    assert note.box == "thon-3"
    desk = street.desk()
    now = alert(challenges={"thon-3": note.challenge}, at_most_s=1.0)
    desk.client.publish(TOPICS.command("thon-3"), desk.sign(now), 1)
    box.wait_for("finished")
    box.believe()
    until(lambda: box.status()["clock"]["trusted"], "trust")
    until(lambda: kept(street, Channel.CHALLENGE)() is None, "nothing more")


# ── The list ─────────────────────────────────────────────────────────────────────────────────────────────────────


def offer(desk: Desk, token: bytes) -> None:
    desk.client.publish(TOPICS.trust(), token, 1, True)


def test_a_newer_list_is_taken_an_older_and_a_foreign_one_are_not(street: Street) -> None:
    street.start()
    box, desk = street.boxes["thon-3"], street.desk()
    before = ledger.current(street.commune)
    newer = set_zones(street.commune, "thon-3", ["khu-moi"], datetime.now(UTC))
    forged = jose.sign(to_json(newer.trust), jose.generate(), Seal.TRUST)
    for token in (forged, b"noise"):
        offer(desk, token)
    offer(desk, newer.token)
    until(lambda: box.link["trust"] == newer.trust.number, "the newer list")
    offer(desk, before.token)
    in_the_zone(street, desk, "khu-moi")
    assert box.link["trust"] == newer.trust.number
    box.kill()
    box.start()
    box.wait_for_link()
    assert box.link["trust"] == newer.trust.number


def in_the_zone(street: Street, desk: Desk, zone: str) -> None:
    """The box hears what is for its new zone: it has subscribed to it."""
    box = street.boxes["thon-3"]
    order = alert(aud=to_zone(COMMUNE, zone), at_most_s=1.0)

    def heard() -> bool:
        """It is told until it is heard: the box connects anew for its new zone."""
        desk.client.publish(TOPICS.zone_command(zone), desk.sign(order), 1)
        return order.jti in {row["activation"] for row in box.rows("command")}

    until(heard, "the zone's order")


def test_an_order_for_a_zone_that_is_not_the_boxs_is_not_heard(street: Street) -> None:
    street.start()
    box, desk = street.boxes["thon-3"], street.desk()
    elsewhere, here = alert(aud=to_zone(COMMUNE, "khu-la")), alert(aud=to_box(COMMUNE, "thon-3"), at_most_s=1.0)
    desk.client.publish(TOPICS.zone_command("khu-la"), desk.sign(elsewhere), 1)
    desk.client.publish(TOPICS.command("thon-3"), desk.sign(here), 1)
    box.wait_for("finished")
    assert {row["activation"] for row in box.rows("command")} == {here.jti}
