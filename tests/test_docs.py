"""The documents are held against the code: drawings come from tables, and every path that they name exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.cli.parse import parse as parse_command
from gongd.core.air import diagram
from gongd.gongctl.table import COMMANDS, GONGCTL
from gongd.settings import parse as parse_settings

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("systemd/*.md"), *ROOT.glob("sounds/*.md"))
)
BOX = 'box: {id: thon-3, commune: nguyet-an, name: "Thôn 3"}\n'
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
COMMAND = re.compile(r"(?:\$ )?(?:sudo )?gongd +(?=[a-z-])([^|>&#]+)")
DESK_COMMAND = re.compile(r"(?:sudo -u gongctl )?gongctl +(?=[a-z])([^|>&#]+)")
PLACEHOLDER = re.compile(r"[A-Z]{2}|\.\.\.|[<\[]")


def each(document: Path) -> str:
    return str(document.relative_to(ROOT))


def commands_of(text: str, command: re.Pattern[str] = COMMAND) -> Iterator[str]:
    """What follows `gongd` (or `gongctl`) in code: a span, or a line of a block."""
    spans = SPAN.findall(BLOCK.sub("", text))
    lines = [
        line.strip() for language, block in BLOCK.findall(text) if language != "text" for line in block.split("\n")
    ]
    for piece in (*spans, *lines):
        if found := command.match(piece):
            yield found[1].strip()


def blocks(language: str) -> list[tuple[Path, str]]:
    found = [(path, BLOCK.findall(path.read_text(encoding="utf-8"))) for path in DOCUMENTS]
    return [(path, block) for path, several in found for kind, block in several if kind == language]


def test_the_state_diagram_in_the_architecture_is_drawn_from_the_arbiters_table() -> None:
    assert f"```mermaid\n{diagram()}```" in (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=each)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    local = [link for link in links if not link.startswith(("http:", "https:", "mailto:"))]
    missing = [link for link in local if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=each)
def test_every_command_in_a_document_is_understood(document: Path) -> None:
    for command in commands_of(document.read_text(encoding="utf-8")):
        words = shlex.split(command)
        name = words[: 2 if words[0] == "clock" else 1]
        is_only_named = words == name or PLACEHOLDER.search(command)
        parse_command([*name, "--help"] if is_only_named else words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=each)
def test_every_command_of_the_desk_in_a_document_is_understood(document: Path) -> None:
    for command in commands_of(document.read_text(encoding="utf-8"), DESK_COMMAND):
        words = shlex.split(command)
        entry = max(
            (one for one in COMMANDS if f"{command} ".startswith(f"{one.name} ")), key=lambda one: len(one.name)
        )
        more = words[len(entry.name.split()) :]
        if PLACEHOLDER.search(command) or all(word.startswith("--") for word in more):
            options = {f"--{option.name}" for option in (*entry.options, *GONGCTL.options)}
            assert {word for word in more if word.startswith("--")} <= options
        else:
            parse_command(words, GONGCTL)


def test_the_documents_name_commands_at_all() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("docs/vi/*.md"))
    assert {"check", "doctor", "history", "play", "reload"} <= {one.split()[0] for one in commands_of(text)}


@pytest.mark.parametrize(
    ("document", "block"), blocks("yaml"), ids=lambda one: each(one) if isinstance(one, Path) else ""
)
def test_every_settings_example_in_a_document_loads_without_a_warning(
    document: Path, block: str, tmp_path: Path
) -> None:
    for clip in re.findall(r"[\w/-]+\.(?:ogg|wav|mp3|flac)", block):
        (tmp_path / clip).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / clip).touch()
    text = block if re.search(r"^box:", block, re.MULTILINE) else BOX + block
    assert parse_settings(text, document.name, tmp_path).warnings == ()
