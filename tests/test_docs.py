"""The documents are held against the code: drawings come from tables, and every path that they name exists."""

import re
from pathlib import Path

import pytest

from gongd.core.air import diagram

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("systemd/*.md"), *ROOT.glob("sounds/*.md"))
)


def test_the_state_diagram_in_the_architecture_is_drawn_from_the_arbiters_table() -> None:
    assert f"```mermaid\n{diagram()}```" in (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    local = [link for link in links if not link.startswith(("http:", "https:", "mailto:"))]
    missing = [link for link in local if not (document.parent / link).exists()]
    assert missing == []
