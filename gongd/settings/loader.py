"""From a file to Settings, or to every problem of it at once. `gongd check`, starting and reloading all come here."""

import hashlib
from pathlib import Path

from gongd.core.errors import ConfigError
from gongd.core.lexicon import why_not
from gongd.core.words import Language, Text
from gongd.settings.assemble import Parts, assemble
from gongd.settings.finding import Findings, Spoilt, Spot
from gongd.settings.model import Settings
from gongd.settings.node import Branch, Broken, Leaf, Node, Place
from gongd.settings.sense import CHECKS, Check, Draft, judge
from gongd.settings.sense_time import CHECKS_IN_TIME
from gongd.settings.source import LARGEST_BYTES, decode
from gongd.settings.table import ROOT
from gongd.settings.tree import grow

CHECKED: tuple[Check, ...] = CHECKS + CHECKS_IN_TIME
"""Everything that a file is held against, beyond its shape."""

_UNREADABLE = Text(vi="Không đọc được tệp ({reason})", en="The file cannot be read ({reason})")


def load(path: Path, folder: Path | None = None) -> Settings:
    """Read one settings file; its clips lie beside it, or in `folder`.

    Raises ConfigError with every problem, in the order of the file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        findings = Findings(str(path))
        findings.note(Place(1, 1), (), _UNREADABLE.fill(reason=why_not(error)))
        raise ConfigError(findings.in_order()) from error
    return parse(data, str(path), folder or path.parent)


def parse(text: str | bytes, file: str, folder: Path | None = None, checks: tuple[Check, ...] = CHECKED) -> Settings:
    """Read settings from text or bytes. `file` is how problems name it; clips are looked for in `folder`.

    Raises ConfigError with every problem, in the order of the file.
    """
    findings = Findings(file)
    plain = decode(text, findings)
    tree = grow(plain, findings) if plain is not None else None
    parts = _read(tree, findings, folder, checks) if tree is not None else None
    if parts is None or findings.fatal:
        raise ConfigError(findings.in_order(), language_of(tree))
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return parts.settings(hashlib.sha256(data).hexdigest(), findings.in_order())


def _read(tree: Node, findings: Findings, folder: Path | None, checks: tuple[Check, ...]) -> Parts | None:
    try:
        values = ROOT.read(tree, Spot((), Place(1, 1)), findings)
    except Spoilt:
        return None
    parts = assemble(values, findings)
    branch = tree if isinstance(tree, Branch) else Branch((), Place(1, 1))
    judge(Draft(branch, parts, folder), checks, findings)
    return parts


def language_of(tree: Node | Broken | None) -> Language:
    """The language that the file asks for, as far as it can be seen; Vietnamese else."""
    box = tree.get("box") if isinstance(tree, Branch) else None
    node = box.get("language") if isinstance(box, Branch) else None
    return Language.EN if isinstance(node, Leaf) and node.text == "en" else Language.VI
