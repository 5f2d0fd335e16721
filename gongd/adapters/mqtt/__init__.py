"""The link over MQTT 5: paho's client, driven by one thread of ours."""

from gongd.adapters.mqtt.link import MqttLink
from gongd.adapters.mqtt.session import Address, Papers

__all__ = ["Address", "MqttLink", "Papers"]
