"""What a message from a box says, once it is proved to be that box's. Pure but for the verifier that is handed in."""

from collections.abc import Callable
from dataclasses import dataclass

from gongd.core.trust_list import TrustList
from gongd.core.wire import MANNERS, Channel, FindKey, Seal, Topics, Verified, only
from gongd.core.wire_event import EventBatch
from gongd.core.wire_form import LARGEST_REPORT, from_json
from gongd.core.wire_refusal import Reason, Refused
from gongd.core.wire_report import Answer, ChallengeNote, Heartbeat, Info, Presence

Verify = Callable[[bytes, FindKey, Seal, int], Verified | Refused]
"""`adapters.jose.verify`."""

Word = Answer | EventBatch | ChallengeNote | Presence | Info | Heartbeat

CHANNELS = (Channel.ANSWER, Channel.EVENT, Channel.CHALLENGE, Channel.STATE, Channel.INFO, Channel.HEARTBEAT)
"""What the desk listens to, of every box."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A word of a box. `word` None: it takes its challenge back."""

    box: str
    channel: Channel
    word: Word | None
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Ear:
    """Hears a commune's boxes. `trust` None: a bench without signatures (`trust.require: broker`)."""

    topics: Topics
    trust: TrustList | None
    verify: Verify

    def hear(self, topic: str, payload: bytes, retained: bool = False) -> Heard | Refused:
        """What it says, or why it is not believed. Never raises, whatever the bytes."""
        found = self.topics.parse(topic)
        if found is None or found.channel not in CHANNELS or found.at is None:
            return Refused(Reason.MALFORMED, f"no topic of a box: {topic[:100]!r}")
        box, channel = found.at.name, found.channel
        if not payload:
            empty = channel is Channel.CHALLENGE
            return Heard(box, channel, None, retained) if empty else Refused(Reason.MALFORMED, f"{topic}: empty")
        body = self._opened(box, channel, payload)
        if isinstance(body, Refused):
            return body
        kind = MANNERS[channel].body
        assert kind is not None
        word = from_json(kind, body, LARGEST_REPORT)
        if isinstance(word, Refused):
            return word
        said = getattr(word, "box", box)
        if said != box:
            return Refused(Reason.SIGNATURE, f"{said} speaks on the topic of {box}")
        return Heard(box, channel, word, retained)

    def _opened(self, box: str, channel: Channel, payload: bytes) -> bytes | Refused:
        seal = MANNERS[channel].seal
        if seal is None or self.trust is None:
            return payload
        listed = self.trust.box(box)
        if listed is None:
            return Refused(Reason.UNKNOWN_KEY, box)
        if listed.kid in self.trust.revoked:
            return Refused(Reason.REVOKED, box)
        opened = self.verify(payload, only(listed.x), seal, LARGEST_REPORT)
        return opened if isinstance(opened, Refused) else opened.payload
