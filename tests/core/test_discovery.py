"""What Home Assistant is told of a box: by its rules, of topics and keys that are there, and with nothing to press."""

import json
import re
from datetime import datetime
from typing import Any, cast

import jinja2
import jsonschema
import pytest

from gongd.core.discovery import LONGEST_HEARTBEAT_S, discovery, discovery_topic, every_discovery
from gongd.core.errors import ConfigError, WireError
from gongd.core.fault import FAULTS, FaultCode
from gongd.core.wire import MANNERS, Topics
from gongd.core.wire_form import schema, to_json
from gongd.core.words import Language
from gongd.settings import Settings, parse
from tests.core.bodies import EXAMPLES

TOPICS = Topics("gong", "nguyet-an")


def made(language: Language = Language.VI, box: str = "thon-3") -> Any:
    """The payload of a box. Made inside each test, so that a change of what makes it is noticed there."""
    return json.loads(discovery(TOPICS, "nguyet-an", box, "Thôn 3, Nguyệt Ấn", "0.1.0", language))


def component_of(name: str) -> dict[str, Any]:
    """One of its components."""
    return cast(dict[str, Any], made()["components"][name])


NAMES = tuple(made()["components"])

_WORD = {"type": "string", "minLength": 1, "maxLength": 255}
_TEMPLATE = {"type": "string", "pattern": r"^\{\{ .* \}\}$"}
RULES: dict[str, Any] = {
    "type": "object",
    "required": ["device", "origin", "components"],
    "properties": {
        "device": {
            "required": ["identifiers", "name"],
            "properties": {
                "identifiers": {"type": "array", "items": _WORD, "minItems": 1},
                **dict.fromkeys(("name", "manufacturer", "model"), _WORD),
            },
            "additionalProperties": False,
        },
        "origin": {
            "required": ["name"],
            "properties": dict.fromkeys(("name", "sw_version", "support_url"), _WORD),
            "additionalProperties": False,
        },
        "qos": {"enum": [0, 1, 2]},
        "components": {
            "minProperties": 1,
            "propertyNames": {"pattern": "^[a-zA-Z0-9_-]+$"},
            "additionalProperties": {
                "required": ["platform", "unique_id", "state_topic", "value_template", "name"],
                "properties": {
                    "platform": {"enum": ["sensor", "binary_sensor"]},
                    **dict.fromkeys(("unique_id", "state_topic", "name", "unit_of_measurement"), _WORD),
                    "value_template": _TEMPLATE,
                    "device_class": {"enum": ["enum", "timestamp", "temperature", "problem", "connectivity"]},
                    "options": {"type": "array", "items": _WORD, "minItems": 1, "uniqueItems": True},
                    "state_class": {"const": "measurement"},
                    "expire_after": {"type": "integer", "minimum": 1},
                    "entity_category": {"const": "diagnostic"},
                    "availability": {
                        "type": "array",
                        "items": {
                            "required": ["topic"],
                            "properties": {
                                **dict.fromkeys(("topic", "payload_available", "payload_not_available"), _WORD),
                                "value_template": _TEMPLATE,
                            },
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
"""Home Assistant's rules for a device payload of sensors, as far as it is used here: its documentation of MQTT
discovery and the schemas of its `mqtt` integration, which refuse any other key at the top, of `device`, of `origin`."""


@pytest.mark.parametrize("language", Language)
def test_the_payload_keeps_home_assistants_rules(language: Language) -> None:
    jsonschema.validate(made(language), RULES)


def test_the_device_is_the_box_by_its_ids_and_its_name() -> None:
    payload = made()
    components = payload.pop("components")
    assert payload == {
        "device": {
            "identifiers": ["gongd_nguyet-an_thon-3"],
            "name": "Thôn 3, Nguyệt Ấn",
            "manufacturer": "gongd",
            "model": "Cụm loa thôn",
        },
        "origin": {"name": "gongd", "sw_version": "0.1.0"},
        "qos": 1,
    }
    assert components["disk"] == {
        "unique_id": "gongd_nguyet-an_thon-3_disk",
        "platform": "sensor",
        "name": "Đĩa",
        "state_topic": "gong/nguyet-an/thon-3/heartbeat",
        "value_template": "{{ value_json.disk | default('None') }}",
        "unit_of_measurement": "%",
        "state_class": "measurement",
        "entity_category": "diagnostic",
        "expire_after": 2400,
        "availability": [
            {
                "topic": "gong/nguyet-an/thon-3/state",
                "value_template": "{{ 'online' if value_json.state in ('online', 'degraded') else 'offline' }}",
                "payload_available": "online",
                "payload_not_available": "offline",
            }
        ],
    }


def test_the_payload_is_short_and_its_letters_are_written_as_they_are() -> None:
    data = discovery(TOPICS, "nguyet-an", "thon-3", "Thôn 3", "0.1.0", Language.VI).decode()
    assert data == json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":"))


PLATFORMS = {
    "sensor": {
        "classes": {"enum", "timestamp", "temperature"},
        "keys": {"options", "state_class", "unit_of_measurement"},
    },
    "binary_sensor": {"classes": {"problem", "connectivity"}, "keys": set()},
}
"""Which device classes, and which of some keys, each platform of Home Assistant knows."""


@pytest.mark.parametrize("name", NAMES)
def test_every_component_keeps_the_rules_of_its_platform(name: str) -> None:
    """The mqtt integration refuses the whole component otherwise."""
    component = component_of(name)
    rules = PLATFORMS[component["platform"]]
    kind, unit = component.get("device_class"), component.get("unit_of_measurement")
    assert kind is None or kind in rules["classes"]
    assert {"options", "state_class", "unit_of_measurement"} & component.keys() <= rules["keys"]
    assert (kind == "enum") == ("options" in component)
    assert not (kind in ("enum", "timestamp") and {"state_class", "unit_of_measurement"} & component.keys())
    assert ("state_class" in component) == (unit is not None)
    assert kind != "temperature" or unit in ("°C", "°F", "K")
    assert not set("+#\0") & set(component["state_topic"])


@pytest.mark.parametrize("name", NAMES)
def test_every_body_of_the_wire_shows_a_value_that_its_platform_takes(name: str) -> None:
    component = component_of(name)
    topic = TOPICS.parse(component["state_topic"])
    assert topic is not None
    told = EXAMPLES[cast(type, MANNERS[topic.channel].body)]
    shown = render(component["value_template"], json.loads(to_json(told)))
    assert len(shown) <= 255
    if component["platform"] == "binary_sensor":
        assert shown in ("ON", "OFF")
    elif "options" in component:
        assert shown in component["options"]
    elif shown != "None" and "unit_of_measurement" in component:
        float(shown)
    elif shown != "None" and component.get("device_class") == "timestamp":
        assert datetime.fromisoformat(shown).tzinfo is not None


def render(template: str, body: dict[str, Any]) -> str:
    """As Home Assistant does; a key that is not there and is not borne is an error."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(value_json=body)


def test_a_value_outlives_the_rarest_heartbeat_that_a_box_may_have() -> None:
    def settings_with(heartbeat: str) -> Settings:
        text = f"box: {{id: a, commune: b, name: A}}\nmqtt: {{host: c.vn, heartbeat: {heartbeat}}}\n"
        return parse(text.encode(), "config.yaml")

    with pytest.raises(ConfigError):
        settings_with(f"{LONGEST_HEARTBEAT_S + 1}s")
    rarest = settings_with(f"{LONGEST_HEARTBEAT_S}s").mqtt
    assert rarest is not None
    assert component_of("sounds")["expire_after"] > 3 * rarest.heartbeat_s


def test_names_are_the_words_of_the_desk_and_of_the_box() -> None:
    names = {name: component["name"] for name, component in made()["components"].items()}
    told = FAULTS[FaultCode.UNDER_VOLTAGE].name.vi
    assert (names["next-signal"], names["trouble"], names["faults"], names["weak"]) == (
        "Hiệu lệnh lần tới",
        "Lỗi",
        "Mã lỗi",
        told,
    )


def test_the_topic_is_one_that_home_assistant_listens_to() -> None:
    topic = discovery_topic("nguyet-an", "thon-3")
    assert re.fullmatch(r"homeassistant/device/(?:[a-zA-Z0-9_-]+/)?[a-zA-Z0-9_-]+/config", topic)
    assert topic == every_discovery("nguyet-an").replace("+", "thon-3")


@pytest.mark.parametrize("box", ["", "+", "#", "a/b", "all", "Thôn 3"])
def test_an_id_that_could_break_out_of_its_level_is_refused(box: str) -> None:
    with pytest.raises(WireError):
        discovery_topic("nguyet-an", box)


def test_there_is_nothing_to_press() -> None:
    payload = made()
    assert {each["platform"] for each in payload["components"].values()} <= {"sensor", "binary_sensor"}
    assert "command" not in json.dumps(payload)


def test_every_name_is_unique_also_among_boxes() -> None:
    first, other = made(), made(box="thon-4")
    ids = [each["unique_id"] for payload in (first, other) for each in payload["components"].values()]
    assert len(set(ids)) == len(ids)
    assert first["device"]["identifiers"] != other["device"]["identifiers"]
    for payload in (first, made(Language.EN)):
        names = [each["name"] for each in payload["components"].values()]
        assert len(set(names)) == len(names)


def test_a_language_changes_words_and_nothing_else() -> None:
    vi, en = made(), made(Language.EN)
    assert (vi["device"]["model"], en["device"]["model"]) == ("Cụm loa thôn", "Village loudspeaker box")
    for name, component in vi["components"].items():
        assert component["name"] != en["components"][name]["name"]
        assert component | {"name": ""} == en["components"][name] | {"name": ""}


@pytest.mark.parametrize("name", NAMES)
def test_every_template_reads_keys_that_the_body_has_and_bears_those_that_may_be_missing(name: str) -> None:
    component = component_of(name)
    topic = TOPICS.parse(component["state_topic"])
    assert topic is not None
    body = MANNERS[topic.channel].body
    assert body is not None
    described: Any = schema(body)
    template = component["value_template"]
    for attribute, item in re.findall(r"value_json(?:\.(\w+)|\['(\w+)'\])", template):
        key = attribute or item
        assert key in described["properties"]
        assert key in described["required"] or "default(" in template


def test_the_words_of_a_list_are_those_of_the_wire() -> None:
    keys = {"sounds": "sounds", "state": "state", "condition": "is"}
    for name, key in keys.items():
        component = component_of(name)
        topic = TOPICS.parse(component["state_topic"])
        assert topic is not None
        body = MANNERS[topic.channel].body
        assert body is not None
        described: Any = schema(body)
        assert component["options"] == described["properties"][key]["enum"]


def test_what_comes_with_the_heartbeat_ends_with_it_and_with_the_box() -> None:
    for component in made()["components"].values():
        is_beat = component["state_topic"].endswith("/heartbeat")
        assert ("expire_after" in component, "availability" in component) == (is_beat, is_beat)


def test_every_template_can_be_rendered_and_says_what_it_should() -> None:
    beat = {"sounds": "no", "is": "fault", "clock": False, "faults": ["speaker-missing", "disk-full"], "now": "fire"}
    least = {"sounds": "yes", "is": "quiescent", "clock": True, "state": "lost", "version": "0.1.0"}

    def shown(name: str, body: dict[str, Any]) -> str:
        return render(component_of(name)["value_template"], body)

    assert [shown(name, beat) for name in ("sounds", "trouble", "faults", "clock", "sounding")] == [
        *("no", "ON", "speaker-missing, disk-full", "ON", "fire"),
    ]
    assert " ".join(shown(name, least) for name in NAMES) == (
        "yes lost OFF quiescent - - None None OFF - OFF OFF None None None 0.1.0"
    )
