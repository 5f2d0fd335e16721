"""Where an order is over because somebody at the desk, in this program or another, has ended it: by a cancel, or by
silence after it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from gongd.core.wire_command import CommandClaims, CommandType
from gongd.desk.going_on import stops_at
from gongd.desk.store import Store

SET_BACK = timedelta(days=1)
"""A cancel may bear an earlier time than its order: the desk's clock was set back, by no more than this."""
_ENDING = (CommandType.CANCEL, CommandType.SILENCE)
_SOUNDING = (CommandType.ALERT, CommandType.ANNOUNCE)
_NONE: Mapping[str, datetime] = {}


class Ends:
    """Every cancel and silence that was seen. One that was seen counts also where the store is lost after."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, tuple[CommandClaims, frozenset[str]]] = {}
        self._earlier: dict[str, frozenset[str]] = {}
        self._over: dict[str, frozenset[str]] = {}

    def open(
        self, claims: CommandClaims, boxes: Iterable[str], now: datetime, given_at: Mapping[str, datetime] = _NONE
    ) -> None:
        """An order is given: whatever was seen until now is earlier, by no clock's word, and does not end it."""
        self.look(now, given_at)
        self._earlier[claims.jti] = frozenset(self._seen)
        if claims.type in _ENDING:
            self._seen[claims.jti] = claims, frozenset(boxes)

    def end(self, jtis: Iterable[str], boxes: Iterable[str]) -> None:
        """They are over there, that is certain."""
        at = frozenset(boxes)
        self._over |= {jti: self._over.get(jti, frozenset()) | at for jti in jtis}

    def look(self, since: datetime, given_at: Mapping[str, datetime] = _NONE) -> None:
        """Has another program ended something since then? `given_at` says when orders were given, by the clock as it is
        set now: silence of before ends nothing of them, however late its row is seen. A book that was locked is read
        when it is free, and where the clock was set back older rows are read than before."""
        for order in self._store.orders(since - SET_BACK):
            jti = order.claims.jti
            if order.claims.type not in _ENDING or jti in self._seen:
                continue
            self._seen[jti] = (order.claims, frozenset(order.boxes))
            if order.claims.type is CommandType.SILENCE:
                for later in (one for one, at in given_at.items() if order.at < at):
                    self._earlier[later] = self._earlier.get(later, frozenset()) | {jti}

    def boxes(self, order: CommandClaims) -> frozenset[str]:
        """Where this order of the program's own is over."""
        found = set(self._over.get(order.jti, ()))
        for jti, (claims, boxes) in self._seen.items():
            if jti not in self._earlier.get(order.jti, ()) and _ends(claims, order):
                found |= stops_at(boxes, self._store.answers(jti))
        return frozenset(found)


def _ends(ending: CommandClaims, order: CommandClaims) -> bool:
    if ending.type is CommandType.CANCEL:
        return order.jti in (ending.references or ())
    return order.type in _SOUNDING
