"""The shipped example, as it is shipped, and the schema that editors read it by."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gongd.core.button import Deed, Sound
from gongd.core.catalogue import Priority
from gongd.core.errors import ConfigError
from gongd.settings import load, parse
from gongd.settings.finding import Findings
from gongd.settings.kind import Field, ListOf, MapOf, Section
from gongd.settings.node import Branch, Leaf, Node, Row
from gongd.settings.schema import json_schema
from gongd.settings.table import ROOT
from gongd.settings.tree import grow

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"
BROKEN = Path(__file__).parent / "broken"


def plain(node: Node | None) -> Any:
    """What an editor makes of a tree: YAML 1.2, core schema."""
    match node:
        case Branch():
            return {key.text: plain(value) for key, value in node.pairs}
        case Row():
            return [plain(item) for item in node.items]
        case Leaf() if node.empty:
            return None
        case Leaf() if not node.quote and node.text.isdigit():
            return int(node.text)
        case Leaf() if not node.quote and node.text in ("true", "false"):
            return node.text == "true"
        case Leaf():
            return node.text
    raise AssertionError(node)


def complaints(text: str) -> list[str]:
    validator = jsonschema.Draft7Validator(json_schema())
    return [error.json_path for error in validator.iter_errors(plain(grow(text, Findings("f"))))]


def fields_of(section: Section[Any]) -> list[Field]:
    below: list[Field] = []
    for one in section.fields:
        kind = one.kind.item if isinstance(one.kind, MapOf | ListOf) else one.kind
        below += [one, *(fields_of(kind) if isinstance(kind, Section) else [])]
    return below


def test_the_example_has_no_problem_and_no_warning() -> None:
    assert load(EXAMPLE).warnings == ()


def test_the_example_is_the_box_of_the_contract() -> None:
    settings = load(EXAMPLE)
    assert settings.box.place == "Thôn 3"
    assert [(relay.name, relay.pin) for relay in settings.relays] == [
        ("amplifier", 17),
        ("striker", 27),
        ("strobe", 22),
        ("siren", 23),
        ("lamp", 24),
    ]
    actions = {button.name: button.action for button in settings.buttons}
    assert actions["house-12"] == Sound("fire", place="nhà số 12")
    assert actions["patrol"] is Deed.CHECK_IN
    assert settings.signals["fire"].priority is Priority.EMERGENCY
    assert settings.signals["fire"].relays == ("amplifier", "striker", "strobe")
    assert settings.signals["peace"].relays == ("amplifier", "striker")
    assert [entry.id for entry in settings.schedules] == ["nightly"]


def test_everything_that_the_example_comments_out_loads_too() -> None:
    lines = EXAMPLE.read_text("utf-8").splitlines()
    start = next(row for row, line in enumerate(lines) if line.startswith("# mqtt:"))
    link = "\n".join(line.removeprefix("# ") for line in lines[start:])
    settings = parse("\n".join(lines[:start]) + "\n" + link + "\n", "f", EXAMPLE.parent)
    assert settings.mqtt is not None
    assert settings.mqtt.host == "kenh.example.vn"
    assert settings.trust is not None


def test_the_schema_is_a_schema_and_accepts_the_example() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())
    assert complaints(EXAMPLE.read_text("utf-8")) == []


def test_the_schema_explains_every_key_in_both_languages() -> None:
    every = fields_of(ROOT)
    assert len(every) > 80
    assert [one.name for one in every if not one.doc.vi or not one.doc.en] == []
    peace = json_schema()["properties"]["signals"]["properties"]["peace"]["properties"]["rhythm"]
    assert "Cách đánh" in peace["description"]
    assert "The rhythm" in peace["description"]


@pytest.mark.parametrize(
    "name", ["unknown-keys", "box-keys-missing", "speaker-out-of-range", "relays-bad-values", "schedules-missing-keys"]
)
def test_the_schema_refuses_what_the_loader_refuses(name: str) -> None:
    text = (BROKEN / f"{name}.yaml").read_text("utf-8")
    with pytest.raises(ConfigError):
        parse(text, "f")
    assert complaints(text) != []
