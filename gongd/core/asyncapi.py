"""The wire as an AsyncAPI 3.0.0 document, from the models alone: topics, manners, bodies. `docs/asyncapi.json` is it.

It speaks as a box: what the box receives, and what it sends (https://www.asyncapi.com/docs/reference/specification/v3.0.0;
MQTT bindings 0.2.0, https://github.com/asyncapi/bindings/tree/master/mqtt).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gongd.core.trust_list import TrustList
from gongd.core.wire import MANNERS, WILL_DELAY_S, Channel, Manner, Seal, Topics
from gongd.core.wire_command import LARGEST_BLOB, MOST_PIECES, PIECE
from gongd.core.wire_form import LARGEST_MESSAGE, LARGEST_REPORT, schema, to_json
from gongd.core.wire_name import SLUG
from gongd.core.wire_report import Connection, Presence

JWS = r"[A-Za-z0-9_-]{2,512}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{86}"
"""A compact JWS (RFC 7515) whose signature is one of Ed25519: 64 bytes, 86 signs of base64url."""

Json = dict[str, Any]
_BINDING = {"bindingVersion": "0.2.0"}

SAYS: Mapping[Channel, str] = {
    Channel.COMMAND: "Orders of the desk. Never retained; a box refuses one that is.",
    Channel.CALL: "Orders of a box to the boxes that list it as a neighbour: fire, actual, and the end of its own.",
    Channel.CHALLENGE: "While a box's clock is not trusted: what makes an order fresh. Empty: taken back.",
    Channel.ANSWER: "What became of an order, step by step. Nothing else is a proof that a box sounds.",
    Channel.EVENT: "The journal, in batches without gaps, at least once. (box, journal, number) is a record's key.",
    Channel.STATE: f"Is the box there? Also its will, which the broker says after {WILL_DELAY_S} s. Not signed.",
    Channel.INFO: "Who the box is and what it can do. Not signed.",
    Channel.HEARTBEAT: "Every 45 s, and read back by the box: the proof that the link works. Not signed.",
    Channel.TRUST: "Whose orders the boxes obey: signed by the commune's root, and its number only grows.",
    Channel.BLOB: f"A clip or a settings file of at most {LARGEST_BLOB} bytes, in pieces that a signed order names.",
}

_READ_BACK = frozenset({Channel.CALL, Channel.HEARTBEAT})
"""What boxes send and boxes hear: neighbours' calls, one's own heartbeat."""

_SPELT = Topics("base0", "commune0")
_STAND_INS: Mapping[str, str] = {
    "base0": "{base}",
    "commune0": "{commune}",
    "box0": "{box}",
    "zone0": "{zone}",
    f"{'0' * 64}/0": "{sha256}/{piece}",
}

_PARAMETERS: Mapping[str, Json] = {
    "base": {"description": "`mqtt.base` of the settings.", "default": "gong"},
    "commune": {"description": f"The commune's id: {SLUG}", "examples": ["nguyet-an"]},
    "box": {"description": f"The box's id: {SLUG}", "examples": ["thon-3"]},
    "zone": {"description": f"The zone's id: {SLUG}", "examples": ["trung-tam"]},
    "sha256": {"description": "The digest of the whole file: 64 hex digits."},
    "piece": {"description": f"Which piece: 0 to {MOST_PIECES - 1}."},
}


def document(version: str) -> Json:
    """The document, for this version of gongd."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(version),
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": dict(_channels()),
        "operations": dict(_operations()),
        "components": {
            "securitySchemes": {"certificate": {"type": "X509", "description": "CN = client id = <commune>/<box>."}},
            "schemas": {kind.__name__: schema(kind) for kind in _bodies().values() if kind},
            "messages": {channel.value: _message(channel, manner) for channel, manner in MANNERS.items()},
            "parameters": {name: dict(parameter) for name, parameter in _PARAMETERS.items()},
        },
    }


def spelt(version: str) -> str:
    """The document as the file in docs/ has it."""
    return json.dumps(document(version), ensure_ascii=False, indent=1) + "\n"


def addresses() -> Mapping[str, tuple[Channel, str]]:
    """Every template of a topic by its name in the document, as `Topics` spells it."""
    own = {channel.value: _SPELT.box("box0", channel) for channel in Channel if channel not in _OF_THE_COMMUNE}
    topics = {
        **own,
        "zone-command": _SPELT.zone_command("zone0"),
        "all-command": _SPELT.all_command(),
        Channel.TRUST.value: _SPELT.trust(),
        Channel.BLOB.value: _SPELT.blob("0" * 64, 0),
    }
    return {name: (Channel(name.rpartition("-")[2]), _template(topic)) for name, topic in topics.items()}


_OF_THE_COMMUNE = frozenset({Channel.TRUST, Channel.BLOB})


def _template(topic: str) -> str:
    for stand_in, parameter in _STAND_INS.items():
        topic = topic.replace(stand_in, parameter)
    return topic


def _info(version: str) -> Json:
    return {
        "title": "gongd: the wire between box and desk",
        "version": version,
        "description": (
            "MQTT 5 over TLS 1.3. The broker is trusted neither with alarms nor with the truth about them: orders, "
            "answers, records, challenges and the list of trust are compact JWS (RFC 7515) with `alg` Ed25519 "
            "(RFC 9864). `x-jws` of a message says what stands in its header and what its payload is. On a workshop "
            "bench (`trust.require: broker`) the same payloads go bare. Unknown keys are ignored. A box takes "
            f"messages of at most {LARGEST_MESSAGE} bytes (the list of trust alone may be larger), the desk of "
            f"{LARGEST_REPORT}."
        ),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _server() -> Json:
    manner, (_, topic) = MANNERS[Channel.STATE], addresses()[Channel.STATE.value]
    will = {
        "topic": topic,
        "qos": manner.qos,
        "retain": manner.retained,
        "message": to_json(Presence(Connection.LOST)).decode(),
    }
    return {
        "host": "{host}:{port}",
        "protocol": "secure-mqtt",
        "protocolVersion": "5.0",
        "description": "The commune's broker.",
        "variables": {"host": {"description": "Its public name or address."}, "port": {"default": "8883"}},
        "security": [{"$ref": "#/components/securitySchemes/certificate"}],
        "bindings": {
            "mqtt": {"clientId": "{commune}/{box}", "cleanSession": False, "lastWill": will, **_BINDING},
        },
    }


def _channels() -> Iterator[tuple[str, Json]]:
    for name, (channel, address) in addresses().items():
        used = [parameter for parameter in _PARAMETERS if f"{{{parameter}}}" in address]
        yield (
            name,
            {
                "address": address,
                "description": SAYS[channel],
                "servers": [{"$ref": "#/servers/broker"}],
                "parameters": {each: {"$ref": f"#/components/parameters/{each}"} for each in used},
                "messages": {channel.value: {"$ref": f"#/components/messages/{channel.value}"}},
            },
        )


def _operations() -> Iterator[tuple[str, Json]]:
    for name, (channel, _) in addresses().items():
        manner = MANNERS[channel]
        actions = ["receive"] if manner.from_desk else ["send"]
        if channel in _READ_BACK:
            actions.append("receive")
        for action in actions:
            yield (
                f"{action}-{name}",
                {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{name}"},
                    "messages": [{"$ref": f"#/channels/{name}/messages/{channel.value}"}],
                    "bindings": {"mqtt": {"qos": manner.qos, "retain": manner.retained, **_BINDING}},
                },
            )


def _bodies() -> Mapping[Channel, type[Any] | None]:
    return {channel: TrustList if channel is Channel.TRUST else manner.body for channel, manner in MANNERS.items()}


def _message(channel: Channel, manner: Manner) -> Json:
    body = _bodies()[channel]
    common = {"name": channel.value, "summary": SAYS[channel]}
    if body is None:
        piece = {
            "type": "string",
            "format": "binary",
            "maxLength": PIECE,
            "description": "Its bytes, and nothing else.",
        }
        return {**common, "contentType": "application/octet-stream", "payload": piece}
    shape = {"$ref": f"#/components/schemas/{body.__name__}"}
    if manner.seal is None:
        return {**common, "contentType": "application/json", "payload": shape}
    return {**common, "contentType": "application/jose", **_signed(channel, manner.seal, shape)}


def _signed(channel: Channel, seal: Seal, shape: Json) -> Json:
    pattern = f"^(?:{JWS})?$" if channel is Channel.CHALLENGE else f"^{JWS}$"
    header = {
        "type": "object",
        "properties": {
            "alg": {"const": "Ed25519"},
            "kid": {"type": "string", "description": "Thumbprint of the signing key (RFC 7638)."},
            "typ": {"const": seal.value},
        },
        "required": ["alg", "kid", "typ"],
        "additionalProperties": False,
    }
    return {
        "payload": {"type": "string", "pattern": pattern, "description": f"A compact JWS, `typ` {seal.value}."},
        "x-jws": {"header": header, "payload": shape},
    }
