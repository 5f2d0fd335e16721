"""What lies beside the journal: the local socket and the lock, one daemon per journal; and the box's papers."""

from dataclasses import dataclass
from pathlib import Path

from gongd.settings.model import Settings, Tls, Trust

ENROLMENT = "enrolment"
"""The folder of a box's papers, beside its journal."""
ROOT = "root.pub"


def control_path(journal: Path) -> Path:
    """The local socket of the daemon that keeps this journal."""
    return journal.parent / "gongd.sock"


def lock_path(journal: Path) -> Path:
    """The lock that this daemon holds."""
    return journal.parent / "gongd.lock"


@dataclass(frozen=True, slots=True)
class Papers:
    """Where a box keeps what makes it known (wire.md, Keys). `tls_key` and `key` are private and never leave it.

    `authorities` and `certificate` are for TLS; `root` is the commune's public root key that it has pinned; `trust` is
    the highest list of trust that it has seen, in the state folder whatever the settings say.
    """

    authorities: Path
    certificate: Path
    tls_key: Path
    key: Path
    root: Path
    trust: Path


def papers(settings: Settings) -> Papers:
    """Where the settings say (`mqtt.tls`, `trust`); what they leave out lies beside the journal, under `enrolment`."""
    state = settings.journal.path.parent
    folder = state / ENROLMENT
    tls = settings.mqtt.tls if settings.mqtt else Tls()
    trust = settings.trust or Trust()
    return Papers(
        authorities=tls.ca or folder / "ca.pem",
        certificate=tls.cert or folder / "box.pem",
        tls_key=tls.key or folder / "box.key",
        key=trust.key or folder / "sign.key",
        root=trust.root or folder / ROOT,
        trust=state / "trust.jws",
    )
