"""Tổ liên gia: a fire button rings the boxes that list its box as their neighbour, and a neighbour can do no more."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gongd.adapters import jose
from gongd.adapters.jose import PrivateKey
from gongd.core.catalogue import Status, Why
from gongd.core.gathering import open_gathering
from gongd.core.wire import Channel, Seal, Verified, only
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_form import from_json, to_json
from gongd.core.wire_name import to_box
from gongd.core.wire_report import Answer, Step
from gongd.desk import ledger
from gongd.desk.membership import revoke
from tests.link.conftest import NewStreet
from tests.link.street import TOPICS, Street
from tests.link.world import COMMUNE, Desk, alert, order
from tests.promises.daemon import STRIKER, until


@pytest.fixture
def street(new_street: NewStreet) -> Street:
    """Thôn 3 and Thôn 4 are neighbours; Thôn 5 is nobody's."""
    made = new_street("thon-3", "thon-4", "thon-5")
    made.befriend("thon-3", "thon-4")
    made.start()
    return made


def test_a_fire_button_rings_the_neighbours_while_the_desk_is_away(street: Street) -> None:
    here, there, elsewhere = (street.boxes[box] for box in ("thon-3", "thon-4", "thon-5"))
    here.press("fire")
    until(lambda: there.outcomes("fire"), "the neighbour")
    (mine,) = [row for row in here.rows("activation") if row["outcome"] == "started"]
    (theirs,) = there.rows("activation")[:1]
    assert (theirs["origin"], theirs["activation"]) == ("neighbour", mine["activation"])
    assert (theirs["detail"]["by"], theirs["detail"]["place"]) == (f"{COMMUNE}/thon-3", "Thôn 3")
    (sent,) = here.told("sent")
    assert sent["detail"]["to"] == [f"{COMMUNE}/thon-4"]
    assert sent["number"] > mine["number"]
    until(lambda: [row["detail"]["result"] for row in here.told("answered")] == ["started"], "its answer")
    here.press("all-clear")
    until(lambda: there.outcomes("fire")[-1] == "cancelled", "the end")
    until(lambda: "started" in there.outcomes("all-clear"), "the words")
    assert there.outcomes("fire") == ["started", "cancelled"]
    assert elsewhere.rows("activation") == []


def test_silence_at_the_fire_pauses_the_neighbours(street: Street) -> None:
    here, there = street.boxes["thon-3"], street.boxes["thon-4"]
    here.press("fire")
    until(lambda: there.outcomes("fire"), "the neighbour")
    here.press("silence")
    until(lambda: "cancelled" in there.outcomes("fire"), "the end")
    (ended,) = [row for row in there.rows("activation") if row["outcome"] == "cancelled"]
    assert (ended["reason"], ended["detail"]["by"]) == ("pause", f"{COMMUNE}/thon-3")


def test_the_alarm_at_the_box_itself_needs_neither_neighbours_nor_broker(new_street: NewStreet) -> None:
    made = new_street("thon-3", "thon-4")
    made.befriend("thon-3", "thon-4")
    made.start()
    here, there = made.boxes["thon-3"], made.boxes["thon-4"]
    made.broker.kill()
    here.press("fire")
    here.wait_for_relay(STRIKER)
    assert there.rows("activation") == []
    made.broker.start()
    until(lambda: there.outcomes("fire"), "the call, once there is a network again", 60)
    assert there.outcomes("fire")[0] == "started"


def test_a_box_killed_in_the_middle_of_its_call_neither_loses_nor_repeats_it(new_street: NewStreet) -> None:
    made = new_street("thon-3", "thon-4")
    made.befriend("thon-3", "thon-4")
    made.start("thon-3")
    here, there = made.boxes["thon-3"], made.boxes["thon-4"]
    here.press("fire")
    until(lambda: here.told("sent"), "the call")
    here.kill()
    made.broker.forget()
    made.start("thon-4")
    assert there.rows("activation") == []
    made.start("thon-3")
    until(lambda: there.outcomes("fire"), "the call again")
    until(lambda: here.told("answered"), "the answer")
    here.kill()
    made.start("thon-3")
    until(lambda: (there.link["refused"] or {}).get("duplicate"), "the copy")
    assert there.outcomes("fire").count("started") == 1


@pytest.mark.parametrize("wrong", ["thon-3", "thon-4"])
def test_a_clock_that_is_wrong_at_either_end_keeps_no_call_from_being_heard(new_street: NewStreet, wrong: str) -> None:
    made = new_street("thon-3", "thon-4")
    made.befriend("thon-3", "thon-4")
    here, there = made.boxes["thon-3"], made.boxes["thon-4"]
    for box in (here, there):
        box.believe(-7200.0 if box.id == wrong else 0.0, synchronised=box.id != wrong)
    made.start()
    here.press("fire")
    until(lambda: there.outcomes("fire"), "the neighbour")
    until(lambda: [row["detail"]["result"] for row in here.told("answered")] == ["started"], "its answer")


# ── A stolen neighbour ───────────────────────────────────────────────────────────────────────────────────────────


def claims_of(box: str, kind: CommandType = CommandType.ALERT, to: str = "thon-4", **how: object) -> CommandClaims:
    """What somebody says with a stolen key."""
    told: dict[str, object] = {"signal": "fire"} if kind is CommandType.ALERT else {}
    return replace(order(kind, to_box(COMMUNE, to), **told | how), iss=f"{COMMUNE}/{box}")


def signed(claims: CommandClaims, key: PrivateKey) -> bytes:
    return jose.sign(to_json(claims), key, Seal.COMMAND)


FLOOD = 2000
FORBIDDEN = {
    "an exercise": {"status": Status.EXERCISE},
    "a test": {"status": Status.TEST},
    "security": {"signal": "wail"},
    "silence": {"kind": CommandType.SILENCE},
    "a query": {"kind": CommandType.QUERY},
    "an announcement": {"kind": CommandType.ANNOUNCE, "text": "Cháy!"},
}


def test_a_neighbour_can_raise_fire_and_nothing_else(street: Street) -> None:
    there, key = street.boxes["thon-4"], street.key_of("thon-3")
    street.boxes["thon-3"].kill()
    thief, desk = street.thief("thon-3"), street.desk()
    for how in FORBIDDEN.values():
        thief.publish(TOPICS.box("thon-3", Channel.CALL), signed(claims_of("thon-3", **how), key))  # type: ignore[arg-type]
    until(lambda: there.link["refused"].get("not-permitted") == len(FORBIDDEN), "the refusals")
    assert there.rows("activation") == []
    of_the_desk = alert(aud=to_box(COMMUNE, "thon-4"))
    desk.client.publish(TOPICS.command("thon-4"), desk.sign(of_the_desk), 1)
    until(lambda: "started" in there.outcomes("fire"), "the desk's alarm")
    ending = claims_of("thon-3", CommandType.CANCEL, references=(of_the_desk.jti,), reason=Why.SAFE)
    thief.publish(TOPICS.box("thon-3", Channel.CALL), signed(ending, key))
    until(lambda: there.link["refused"].get("not-permitted") == len(FORBIDDEN) + 1, "the refusal")
    assert there.sounding() == "fire"


def answers_of(street: Street, desk: Desk, box: str) -> list[Answer]:
    """Everything that a box has answered, by its own signature."""
    find = only(ledger.current(street.commune).trust.by_id[box].x)
    bodies = [body for topic, body in desk.all_heard() if topic == TOPICS.box(box, Channel.ANSWER)]
    opened = [jose.verify(body, find, Seal.ANSWER, 64 * 1024) for body in bodies]
    found = [from_json(Answer, each.payload) for each in opened if isinstance(each, Verified)]
    return [answer for answer in found if isinstance(answer, Answer)]


@pytest.mark.parametrize(
    "own", [CommandType.SILENCE, CommandType.ALERT, None], ids=["forbidden", "its own", "no order"]
)
def test_a_neighbour_that_has_overheard_an_alarms_name_makes_no_box_answer_for_it(
    street: Street, own: CommandType | None
) -> None:
    there, key, desk = street.boxes["thon-4"], street.key_of("thon-3"), street.desk()
    street.boxes["thon-3"].kill()
    thief = street.thief("thon-3")
    of_the_desk = alert(aud=to_box(COMMUNE, "thon-4"))
    gathering = open_gathering(of_the_desk, ["thon-4"], of_the_desk.sent)
    said = replace(claims_of("thon-3", own), jti=of_the_desk.jti) if own else None
    body = to_json(said) if said else b'{"jti": "%s"}' % of_the_desk.jti.encode()
    thief.publish(TOPICS.box("thon-3", Channel.CALL), jose.sign(body, key, Seal.COMMAND))
    last = Step.STARTED if own is CommandType.ALERT else Step.REFUSED
    until(lambda: last in [answer.step for answer in answers_of(street, desk, "thon-4")], "the thief's answer")
    for answer in answers_of(street, desk, "thon-4"):
        gathering = gathering.hear(answer)
    assert gathering.unsettled == ("thon-4",)
    desk.client.publish(TOPICS.command("thon-4"), desk.sign(of_the_desk), 1)

    def is_settled() -> bool:
        told = gathering
        for answer in answers_of(street, desk, "thon-4"):
            told = told.hear(answer)
        return told.has_succeeded

    until(is_settled, "the answer to the desk")
    assert there.sounding() == "fire"


def test_a_neighbour_that_floods_keeps_neither_the_desks_alarm_nor_the_line_away(street: Street) -> None:
    there, desk = street.boxes["thon-4"], street.desk()
    street.boxes["thon-3"].kill()
    thief = street.thief("thon-3")
    for _ in range(FLOOD):
        thief.client.publish(TOPICS.box("thon-3", Channel.CALL), b"x" * 200, 1)
    until(lambda: there.link["dropped"], "the flood")
    desk.client.publish(TOPICS.command("thon-4"), desk.sign(alert(aud=to_box(COMMUNE, "thon-4"))), 1)
    until(lambda: there.outcomes("fire") == ["started"], "the desk's alarm")
    there.kill()
    there.start()
    there.wait_for_link()
    answered = Counter(topic for topic, _ in desk.all_heard())[TOPICS.box("thon-4", Channel.ANSWER)]
    desk.client.publish(TOPICS.command("thon-4"), desk.sign(order(CommandType.QUERY, to_box(COMMUNE, "thon-4"))), 1)

    def is_answered() -> bool:
        return Counter(topic for topic, _ in desk.all_heard())[TOPICS.box("thon-4", Channel.ANSWER)] > answered

    until(is_answered, "the answer to the next order")


def test_a_box_obeys_no_call_of_one_that_it_does_not_list_nor_of_one_that_was_revoked(street: Street) -> None:
    there, desk = street.boxes["thon-4"], street.desk()
    stranger = signed(claims_of("thon-5"), street.key_of("thon-5"))
    desk.client.publish(TOPICS.command("thon-4"), stranger, 1)
    until(lambda: there.link["refused"].get("not-permitted"), "the stranger's call")
    street.boxes["thon-3"].kill()
    trust = revoke(street.commune, "thon-3", datetime.now(UTC))
    desk.client.publish(TOPICS.trust(), trust.token, 1, True)
    until(lambda: there.link["trust"] == trust.trust.number, "the new list")
    until(lambda: there.link["proven"], "the link")
    desk.client.publish(TOPICS.command("thon-4"), signed(claims_of("thon-3"), street.key_of("thon-3")), 1)
    until(lambda: there.link["refused"].get("revoked"), "the revoked neighbour's call")
    assert there.rows("activation") == []
