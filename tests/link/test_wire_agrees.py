"""What a real box and a real desk put on the wire is what docs/asyncapi.json says, message by message."""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema

from gongd.adapters import jose
from gongd.core.wire import MANNERS, Channel, Seal, Verified
from gongd.core.wire_report import Step
from gongd.desk import ledger
from tests.link.world import Desk, World, alert, within
from tests.promises.daemon import ROOT

DOCUMENT: Mapping[str, Any] = json.loads((ROOT / "docs" / "asyncapi.json").read_bytes())
SCHEMAS = DOCUMENT["components"]["schemas"]
SAID = {Channel.STATE, Channel.INFO, Channel.HEARTBEAT, Channel.ANSWER, Channel.EVENT, Channel.COMMAND, Channel.TRUST}


def test_every_message_of_an_alarm_agrees_with_the_document(world: World, desk: Desk) -> None:
    world.publish_trust(desk)
    done = desk.give(alert(at_most_s=1.0))
    within(lambda: Step.FINISHED in world.steps(desk, done), "finished")
    within(lambda: desk.of(Channel.EVENT) and desk.of(Channel.HEARTBEAT), "records and a heartbeat")
    seen = set()
    for topic, body in desk.all_heard():
        found = desk.topics.parse(topic)
        assert found is not None, topic
        seen.add(found.channel)
        manners = MANNERS[found.channel]
        if body and manners.body is not None:
            plain = opened(world, body, manners.seal) if manners.seal else body
            jsonschema.validate(
                json.loads(plain), {**SCHEMAS[manners.body.__name__], "components": {"schemas": SCHEMAS}}
            )
    assert seen >= SAID


def opened(world: World, token: bytes, seal: Seal) -> bytes:
    """What somebody of the commune has signed."""
    trust = ledger.current(world.commune).trust
    root = jose.load_public(world.commune.root_public)
    found = jose.verify(token, lambda kid: root if seal is Seal.TRUST else trust.find_key(kid), seal, 256 * 1024)
    assert isinstance(found, Verified), found
    return found.payload
