"""The link's thread is woken once for what others want done there, at whatever moment it is asked."""

import os
import select
from typing import cast

import pytest

from gongd.adapters.mqtt import Address, MqttLink
from gongd.ports_link import Ear, Parcel


def test_a_caller_that_is_held_up_while_it_wakes_the_link_leaves_it_no_bell_that_nobody_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The link, awake for the network, does the job before the bell for it has been rung."""
    address = Address("127.0.0.1", 1, "nguyet-an/thon-3", None, Parcel("gong/nguyet-an/thon-3/state", b""), 30)
    link, done, ring = MqttLink(address, cast(Ear, object()), True), list[str](), os.eventfd_write
    bells: list[int] = []

    def ring_late(bell: int, count: int) -> None:
        bells.append(bell)
        link._work()
        ring(bell, count)

    monkeypatch.setattr(os, "eventfd_write", ring_late)
    link.call(lambda: done.append("job"))
    assert done == ["job"]
    link._work()
    watch = select.poll()
    watch.register(bells[0], select.POLLIN)
    assert watch.poll(0) == []
