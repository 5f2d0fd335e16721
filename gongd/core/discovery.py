"""Home Assistant's discovery of a box: one device payload, sensors only. It can look, and it cannot ring.

The rules are Home Assistant's own, https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload: the topic
`homeassistant/device/[<node_id>/]<object_id>/config`, retained; `device`, `origin` and `components`, each component
with `platform` and `unique_id`; an empty retained message removes the device. No component has a `command_topic`:
Home Assistant cannot sign, and a box obeys nobody who cannot.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from gongd.core.condition import Sounds
from gongd.core.condition import State as Condition
from gongd.core.wire import Channel, Topics
from gongd.core.wire_name import checked
from gongd.core.wire_report import Connection
from gongd.core.words import Language, Text

LONGEST_HEARTBEAT_S = 600
"""The rarest that `mqtt.heartbeat` may be. A payload is made without the box: it may not have spoken yet."""
EXPIRES_S = 4 * LONGEST_HEARTBEAT_S
"""A value of the heartbeat that is older than three beats and a bit is none. A box that is away is `offline` long
before: its state says so."""

Json = dict[str, Any]

_MODEL = Text("Cụm loa thôn", "Village loudspeaker box")
_THERE = ", ".join(repr(each.value) for each in (Connection.ONLINE, Connection.DEGRADED))


@dataclass(frozen=True, slots=True)
class _Sensor:
    """One thing that is shown. `options` makes it one word of a list; `more` is what Home Assistant calls the rest."""

    id: str
    name: Text
    channel: Channel
    template: str
    platform: str = "sensor"
    device_class: str | None = None
    options: type[Enum] | None = None
    unit: str | None = None
    diagnostic: bool = False


def _on_if(condition: str) -> str:
    return f"{{{{ 'ON' if {condition} else 'OFF' }}}}"


def _or_unknown(value: str) -> str:
    """Home Assistant takes `None` for unknown."""
    return f"{{{{ {value} | default('None') }}}}"


_NEXT = "(value_json.next | default([]) | first | default({}))"
_FAULTS = "value_json.faults | default([])"
_BEAT = Channel.HEARTBEAT

_SENSORS = (
    _Sensor("sounds", Text("Kêu được", "Can sound"), _BEAT, "{{ value_json.sounds }}", options=Sounds),
    _Sensor(
        "state",
        Text("Trạng thái", "State"),
        Channel.STATE,
        "{{ value_json.state }}",
        options=Connection,
        diagnostic=True,
    ),
    _Sensor(
        "there",
        Text("Kết nối", "Connected"),
        Channel.STATE,
        _on_if(f"value_json.state in ({_THERE})"),
        "binary_sensor",
        "connectivity",
    ),
    _Sensor("condition", Text("Đang", "Condition"), _BEAT, "{{ value_json['is'] }}", options=Condition),
    _Sensor("sounding", Text("Đang phát", "Sounding"), _BEAT, "{{ value_json.now | default('-') }}"),
    _Sensor("last", Text("Lần gần nhất", "Last outcome"), _BEAT, "{{ value_json.last | default('-') }}"),
    _Sensor("next", Text("Lần tới", "Next"), Channel.INFO, _or_unknown(f"{_NEXT}.at"), device_class="timestamp"),
    _Sensor("next-signal", Text("Hiệu lệnh lần tới", "Next signal"), Channel.INFO, _or_unknown(f"{_NEXT}.signal")),
    _Sensor("trouble", Text("Lỗi", "Trouble"), _BEAT, _on_if(f"({_FAULTS})"), "binary_sensor", device_class="problem"),
    _Sensor(
        "faults",
        Text("Mã lỗi", "Faults"),
        _BEAT,
        f"{{{{ ({_FAULTS} | join(', '))[:250] or '-' }}}}",
        diagnostic=True,
    ),
    _Sensor(
        "clock",
        Text("Giờ không tin được", "Clock not trusted"),
        _BEAT,
        _on_if("not value_json.clock"),
        "binary_sensor",
        "problem",
        diagnostic=True,
    ),
    _Sensor(
        "weak",
        Text("Điện yếu", "Under-voltage"),
        _BEAT,
        _on_if("value_json.weak | default(false)"),
        "binary_sensor",
        "problem",
        diagnostic=True,
    ),
    _Sensor(
        "temperature",
        Text("Nhiệt độ", "Temperature"),
        _BEAT,
        _or_unknown("value_json.temp"),
        device_class="temperature",
        unit="°C",
        diagnostic=True,
    ),
    _Sensor("disk", Text("Đĩa", "Disk"), _BEAT, _or_unknown("value_json.disk"), unit="%", diagnostic=True),
    _Sensor("memory", Text("Bộ nhớ", "Memory"), _BEAT, _or_unknown("value_json.mem"), unit="%", diagnostic=True),
    _Sensor("version", Text("Phiên bản", "Version"), Channel.INFO, "{{ value_json.version }}", diagnostic=True),
)


def discovery_topic(commune: str, box: str) -> str:
    """Where a box's payload stands, retained. Raises WireError for ids that are none."""
    return f"homeassistant/device/{checked(commune)}/{checked(box)}/config"


def every_discovery(commune: str) -> str:
    """The filter for the payloads of a commune. Raises WireError."""
    return f"homeassistant/device/{checked(commune)}/+/config"


def discovery(topics: Topics, commune: str, box: str, name: str, version: str, language: Language) -> bytes:
    """The payload of one box; `name` is what people call it, `version` gongd's. Raises WireError."""
    components = dict(_components(topics, commune, box, language))
    payload = {
        "device": {
            "identifiers": [f"gongd_{commune}_{box}"],
            "name": name,
            "manufacturer": "gongd",
            "model": _MODEL.read(language),
        },
        "origin": {"name": "gongd", "sw_version": version},
        "components": components,
        "qos": 1,
    }
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _components(topics: Topics, commune: str, box: str, language: Language) -> Iterator[tuple[str, Json]]:
    available = {
        "availability": [
            {
                "topic": topics.box(box, Channel.STATE),
                "value_template": f"{{{{ 'online' if value_json.state in ({_THERE}) else 'offline' }}}}",
                "payload_available": "online",
                "payload_not_available": "offline",
            }
        ]
    }
    for sensor in _SENSORS:
        made = {"unique_id": f"gongd_{commune}_{box}_{sensor.id}", **_shown(sensor, language)}
        made["state_topic"] = topics.box(box, sensor.channel)
        if sensor.channel is Channel.HEARTBEAT:
            made |= {"expire_after": EXPIRES_S, **available}
        yield sensor.id, made


def _shown(sensor: _Sensor, language: Language) -> Json:
    made: Json = {
        "platform": sensor.platform,
        "name": sensor.name.read(language),
        "value_template": sensor.template,
    }
    if sensor.options is not None:
        made |= {"device_class": "enum", "options": [each.value for each in sensor.options]}
    if sensor.device_class is not None:
        made["device_class"] = sensor.device_class
    if sensor.unit is not None:
        made |= {"unit_of_measurement": sensor.unit, "state_class": "measurement"}
    if sensor.diagnostic:
        made["entity_category"] = "diagnostic"
    return made
