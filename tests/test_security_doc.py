"""docs/security.md names files and tests for its claims: they are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:gongd|tests|systemd|setup|docs)/[\w./@-]+?)(?:::(\w+))?`", TEXT)))


def test_every_threat_names_what_shows_its_claims() -> None:
    threats = TEXT.split("## Threats")[1].split("## When something is stolen")[0].split("\n### ")[1:]
    assert len(threats) >= 12
    assert [threat.split("\n")[0] for threat in threats if not re.search(r"`(?:gongd|tests)/", threat)] == []


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_what_is_named_is_there(path: str, name: str) -> None:
    assert (ROOT / path).exists()
    assert not name or f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8")
