"""The AsyncAPI document: current, whole, well formed, and in agreement with what goes over the wire."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from gongd import __version__
from gongd.core.asyncapi import JWS, addresses, document, spelt
from gongd.core.trust_list import TrustList
from gongd.core.wire import MANNERS, Channel, Topics
from gongd.core.wire_form import to_json
from tests.core.bodies import BODIES, EXAMPLES

FILE = Path(__file__).parents[2] / "docs" / "asyncapi.json"
MADE = document(__version__)
CHANNELS_OF = {channel: [name for name, (each, _) in addresses().items() if each is channel] for channel in Channel}

SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations"],
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "id": False,
        "info": {"required": ["title", "version"]},
        "defaultContentType": {"type": "string"},
        "servers": {
            "additionalProperties": {
                "required": ["host", "protocol"],
                "properties": {"security": {"type": "array"}, "url": False},
            }
        },
        "channels": {
            "additionalProperties": {
                "required": ["address", "messages", "parameters"],
                "propertyNames": {
                    "enum": ["address", "description", "servers", "parameters", "messages", "bindings"],
                },
            }
        },
        "operations": {
            "additionalProperties": {
                "required": ["action", "channel"],
                "properties": {"action": {"enum": ["send", "receive"]}, "channel": {"required": ["$ref"]}},
            }
        },
        "components": {
            "propertyNames": {"enum": ["schemas", "messages", "parameters", "securitySchemes"]},
            "properties": {
                "parameters": {
                    "additionalProperties": {"propertyNames": {"enum": ["description", "default", "enum", "examples"]}}
                },
                "messages": {"additionalProperties": {"required": ["name", "contentType", "payload"]}},
            },
        },
    },
    "additionalProperties": False,
}
"""What AsyncAPI 3.0.0 asks for, of the parts that are used here."""


def resolved(reference: str) -> Any:
    """What stands at `#/...`."""
    found: Any = MADE
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def references(inside: Any) -> Iterator[str]:
    match inside:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for each in inside.values():
                yield from references(each)
        case list():
            for each in inside:
                yield from references(each)


def test_the_committed_document_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == spelt(__version__), "run: python docs/make_asyncapi.py"


def test_the_document_has_the_shape_that_asyncapi_asks_for() -> None:
    jsonschema.validate(MADE, SHAPE)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for part in MADE["components"].values() for name in part)


def test_every_reference_leads_somewhere() -> None:
    found = list(references(MADE))
    assert found
    assert all(resolved(reference) for reference in found)


def test_every_parameter_of_an_address_is_described_and_no_other() -> None:
    for channel in MADE["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_is_there_with_its_manners(channel: Channel) -> None:
    manner = MANNERS[channel]
    names = CHANNELS_OF[channel]
    assert names
    for name in names:
        assert channel.value in MADE["channels"][name]["messages"]
        operations = [each for each in MADE["operations"].values() if each["channel"]["$ref"] == f"#/channels/{name}"]
        assert ("receive" if manner.from_desk else "send") in {each["action"] for each in operations}
        for each in operations:
            mqtt = each["bindings"]["mqtt"]
            assert (mqtt["qos"], mqtt["retain"]) == (manner.qos, manner.retained)


def test_an_address_filled_in_is_a_topic_of_that_channel() -> None:
    topics = Topics("gong", "nguyet-an")
    filled = {"base": "gong", "commune": "nguyet-an", "box": "thon-3", "zone": "trung-tam"}
    for channel, template in addresses().values():
        parsed = topics.parse(template.format(**filled, sha256="a" * 64, piece=7))
        assert parsed is not None
        assert parsed.channel is channel


@pytest.mark.parametrize("channel", [channel for channel, manner in MANNERS.items() if manner.seal])
def test_what_is_signed_is_described_as_signed_with_its_payload(channel: Channel) -> None:
    message, manner = MADE["components"]["messages"][channel.value], MANNERS[channel]
    assert manner.seal is not None
    assert message["contentType"] == "application/jose"
    header = {"alg": "Ed25519", "kid": "k", "typ": manner.seal.value}
    jsonschema.validate(header, message["x-jws"]["header"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(header | {"alg": "none"}, message["x-jws"]["header"])
    body = manner.body or TrustList
    assert message["x-jws"]["payload"] == {"$ref": f"#/components/schemas/{body.__name__}"}
    assert re.search(message["payload"]["pattern"], f"e30.e30.{'A' * 86}")
    assert not re.search(message["payload"]["pattern"], "{}")


def test_a_signature_that_the_box_verifies_fits_the_pattern() -> None:
    from gongd.adapters import jose
    from gongd.core.wire import Seal

    for seal in Seal:
        assert re.fullmatch(JWS, jose.sign(b"{}", jose.generate(), seal).decode())


def test_what_is_not_signed_is_described_by_its_body() -> None:
    for channel in (Channel.STATE, Channel.INFO, Channel.HEARTBEAT):
        body = MANNERS[channel].body
        assert body is not None
        assert MADE["components"]["messages"][channel.value]["payload"] == {
            "$ref": f"#/components/schemas/{body.__name__}"
        }


@given(BODIES)
@settings(max_examples=60, deadline=None)
def test_what_goes_over_the_wire_agrees_with_the_document(body: Any) -> None:
    jsonschema.validate(json.loads(to_json(body)), MADE["components"]["schemas"][type(body).__name__])


def test_every_body_has_an_example_that_was_tried() -> None:
    assert {kind.__name__ for kind in EXAMPLES} == set(MADE["components"]["schemas"])


def test_the_will_is_what_the_box_leaves_with_the_broker() -> None:
    will = MADE["servers"]["broker"]["bindings"]["mqtt"]["lastWill"]
    assert (will["qos"], will["retain"]) == (1, True)
    assert json.loads(will["message"]) == {"state": "lost"}
