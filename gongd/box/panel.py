"""The panel: the buttons of the box and their lamps. Edges and time go in, what the buttons mean comes out."""

from collections.abc import Mapping, Sequence

from gongd.core import contact
from gongd.core.button import Button
from gongd.core.contact import ContactEvent, ContactState, LampChanged
from gongd.core.errors import PinsError
from gongd.ports import Buttons, ContactMoved


class Panel:
    """The state of every contact. Lives on the deciding thread."""

    def __init__(self, buttons: Sequence[Button], hands: Buttons, before: "Panel | None" = None) -> None:
        """`before` is the panel of the former settings: a button that has not changed keeps its state."""
        self._hands = hands
        self._buttons = {button.name: button for button in buttons}
        kept: Mapping[str, ContactState] = before._states if before else {}
        self._states: dict[str, ContactState] = {
            name: state for name, state in kept.items() if self._buttons.get(name) == state.button
        }
        self._due_at = {name: contact.next_deadline(state) for name, state in self._states.items()}

    @property
    def buttons(self) -> Mapping[str, Button]:
        """The buttons by name."""
        return self._buttons

    def start(self, now: float) -> tuple[ContactEvent, ...]:
        """Look at every contact once. One that is active already is a fault, never an alarm. Raises PinsError."""
        told: tuple[ContactEvent, ...] = ()
        for name, closed in self._hands.closed().items():
            if name in self._states:
                continue
            state, events = contact.begin(self._buttons[name], closed, now)
            told += self._keep(state, events)
        return told

    def moved(self, event: ContactMoved) -> tuple[ContactEvent, ...]:
        """A contact has opened or closed."""
        state = self._states.get(event.button)
        if state is None:
            return ()
        return self._keep(*contact.contact_moved(state, event.closed, event.at_mono))

    def look(self, closed: Mapping[str, bool], now: float) -> tuple[ContactEvent, ...]:
        """How the contacts are found, without an edge: that a contact is as it was is no news."""
        told: tuple[ContactEvent, ...] = ()
        for name, is_closed in closed.items():
            state = self._states.get(name)
            if state is not None and not contact.is_known(state, is_closed):
                told += self._keep(*contact.contact_moved(state, is_closed, now))
        return told

    def step(self, now: float) -> tuple[ContactEvent, ...]:
        """Whatever time has brought about."""
        told: tuple[ContactEvent, ...] = ()
        for name, due in tuple(self._due_at.items()):
            if due is not None and due <= now:
                told += self._keep(*contact.tick(self._states[name], now))
        return told

    def next_at(self) -> float | None:
        """When `step` is to be called next."""
        return min((at for at in self._due_at.values() if at is not None), default=None)

    def stuck(self) -> frozenset[str]:
        """The buttons whose contact is stuck."""
        return frozenset(name for name, state in self._states.items() if state.stuck)

    def is_pressed(self, button: str) -> bool:
        """Is somebody holding it?"""
        state = self._states.get(button)
        return state is not None and state.pressed

    def over(self, button: str) -> None:
        """What a button set off has ended: its lamp goes dark."""
        if button in self._states:
            self._keep(*contact.accepted_over(self._states[button]))

    def _keep(self, state: ContactState, events: tuple[ContactEvent, ...]) -> tuple[ContactEvent, ...]:
        name = state.button.name
        if state is not self._states.get(name):
            self._states[name], self._due_at[name] = state, contact.next_deadline(state)
        for event in events:
            if isinstance(event, LampChanged):
                self._light(event)
        return tuple(event for event in events if not isinstance(event, LampChanged))

    def _light(self, event: LampChanged) -> None:
        try:
            self._hands.lamp(event.button, event.on)
        except PinsError:
            return  # a dead lamp is told at start; it stops nothing
