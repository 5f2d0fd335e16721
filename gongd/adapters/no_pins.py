"""The pins of a machine that has none, or whose pins cannot be opened: refuses every relay, hears no button."""

from collections.abc import Mapping

from gongd.core.errors import PinsError


class NoPins:
    """Implements Relays and Buttons. Every switch raises the PinsError that says why there are none."""

    def __init__(self, why: PinsError) -> None:
        self._why = why

    def switch(self, name: str, on: bool) -> bool:
        """Nothing can be switched; what is off stays off."""
        if on:
            raise PinsError(self._why.text)
        return False

    def all_off(self) -> None:
        """Nothing is on."""

    def closed(self) -> Mapping[str, bool]:
        """No contact is seen."""
        return {}

    def lamp(self, button: str, on: bool) -> None:
        """There is no lamp."""

    def close(self) -> None:
        """Nothing is held."""
