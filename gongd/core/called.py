"""What an order is called in the box. Two holders may use one `jti`: the second one's bears a mark of its key.

So nobody can use up the id of somebody else's alarm; and whoever ends what is called so must find it under either name.
"""

from collections.abc import Iterable

from gongd.core.trust_list import TrustList
from gongd.core.verdict import Past
from gongd.core.wire_name import Identity

MARK = 8
"""So much of the key's thumbprint stands behind the dot."""


def own_name(jti: str, kid: str, holder: str, past: Past) -> str:
    """What an order of this holder is called, under this `jti`."""
    done = past.get(jti)
    return marked(jti, kid) if done is not None and done.key != holder else jti


def marked(jti: str, kid: str) -> str:
    """The name of the second."""
    return f"{jti}.{kid[:MARK]}"


def known_as(jti: str, kids: Iterable[str], past: Past) -> tuple[str, ...]:
    """Everything that is known by this `jti`, as the first one's or as that of one of these keys."""
    names = dict.fromkeys((jti, *(marked(jti, kid) for kid in kids)))
    return tuple(name for name in names if past.get(name) is not None)


def callers(trust: TrustList | None, me: Identity) -> tuple[str, ...]:
    """The keys of all that may have raised something here: of the desk, of panels, of the neighbours."""
    if trust is None:
        return ()
    own = trust.box_of(me)
    boxes = (trust.by_id[name].kid for name in (own.neighbours if own else ()) if name in trust.by_id)
    return (*(key.kid for key in trust.keys), *boxes)
