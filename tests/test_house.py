"""The house's own rules (CONTRIBUTING.md), read from the files themselves."""

import ast
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "gongd"

FLOORS = {
    "gongd.core": 0,
    "gongd.relays_off": 0,
    "gongd.bell": 1,
    "gongd.folder": 1,
    "gongd.one_core": 1,
    "gongd.ports": 1,
    "gongd.ports_link": 1,
    "gongd.settings": 1,
    "gongd.tie": 1,
    "gongd.box": 2,
    "gongd.player": 2,
    "gongd.adapters": 2,
    "gongd.studio": 2,
    "gongd.bootstrap": 3,
    "gongd.line": 3,
    "gongd.outfit": 3,
    "gongd.repertoire": 3,
    "gongd.desk": 3,
    "gongd.sim": 3,
    "gongd.adopt": 4,
    "gongd.cli": 4,
    "gongd.demo": 4,
    "gongd.doctor": 4,
    "gongd.gongctl": 4,
    "gongd.keygen": 4,
    "gongd.__main__": 4,
}
"""A module may import what is on a lower floor, and its own room."""

GROUND = {"gongd"}
"""The package itself holds its version only: everybody may ask it."""

NEIGHBOURS = {
    ("gongd.box", "gongd.player"): "the box gives the stage its performances",
    ("gongd.bootstrap", "gongd.outfit"): "the outfit is the bootstrap's second half: equipment, at start and at reload",
    ("gongd.bootstrap", "gongd.line"): "and the line its fourth, loaded only where there is an `mqtt:`",
    ("gongd.outfit", "gongd.repertoire"): "and the repertoire its third: what is to be rendered",
    ("gongd.gongctl", "gongd.cli"): "one reader of command lines serves both programs",
    ("gongd.cli", "gongd.adopt"): "a command",
    ("gongd.cli", "gongd.doctor"): "a command",
    ("gongd.cli", "gongd.keygen"): "a command",
    ("gongd.sim", "gongd.desk"): "the virtual commune has a desk",
    ("gongd.sim", "gongd.line"): "and keeps the list of trust as the line does",
    ("gongd.sim", "gongd.repertoire"): "and asks for the prints that a box asks for",
    ("gongd.__main__", "gongd.cli"): "`python -m gongd` is the command",
}
"""Rooms of one floor that know each other, one way, and why."""

PURE_STDLIB = {
    "base64",
    "bisect",
    "collections",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "errno",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "statistics",
    "string",
    "struct",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
    "zoneinfo",
}
"""All that the thinking room may import besides itself: no clock, no file, no thread, no log, no chance."""

IMPURE_CALLS = {
    *("open", "print", "input", "exec", "eval", "breakpoint", "__import__"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "uuid.uuid1", "uuid.uuid4", "uuid4", "uuid1"),
}

OUTSIDERS = {
    "numpy": {"gongd.studio", "gongd.demo"},
    "pydub": {"gongd.studio"},
    "PIL": {"gongd.adapters.picture"},
    "gpiozero": {"gongd.adapters"},
    "lgpio": {"gongd.adapters"},
    "apscheduler": {"gongd.adapters.calendar"},
    "sqlite3": {"gongd.adapters.journal", "gongd.sim.disk", "gongd.desk.store_sqlite"},
    "openpyxl": {"gongd.desk.report_file", "gongd.desk.sheet_file"},
    "yaml": {"gongd.settings"},
    "simpleaudio": {"gongd.adapters"},
    "cryptography": {"gongd.adapters"},
    "joserfc": {"gongd.adapters.jose"},
    "psycopg": {"gongd.desk.store_postgresql"},
    "paho": {"gongd.adapters.mqtt", "gongd.desk"},
}
"""Each technology lives in one room; a library that is not named here needs its line."""

LONGEST_FUNCTION = 40
LONGEST_FILE = 400
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "manager", "handler", "service", "common", "misc"}


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str
    path: Path

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def tree(self) -> ast.Module:
        return _parse(self.path)

    def imports(self) -> tuple[tuple[str, int], ...]:
        """What it imports, anywhere in it, as a dotted name as deep as the import says, and the line."""
        return _imports(self)

    def look_for_imports(self) -> Iterator[tuple[str, int]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from self._imported_from(node)

    def _imported_from(self, node: ast.ImportFrom) -> Iterator[tuple[str, int]]:
        base = self.name.split(".")
        base = base[: len(base) - node.level + self.is_package] if node.level else []
        stem = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:
            deeper = f"{stem}.{alias.name}"
            yield (deeper if deeper in _names() else stem), node.lineno


@cache
def _imports(module: Module) -> tuple[tuple[str, int], ...]:
    return tuple(module.look_for_imports())


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _modules() -> tuple[Module, ...]:
    found = []
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found.append(Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return tuple(found)


@cache
def _names() -> frozenset[str]:
    return frozenset(module.name for module in _modules())


@cache
def _tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project; what git ignores does not."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a clone of the repository")
    paths = (ROOT / name for name in done.stdout.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def _texts() -> Iterator[tuple[Path, str]]:
    for path in _tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def _room(module: str) -> str:
    """The room of a module: the first two parts of its name."""
    return ".".join(module.split(".")[:2])


def _within(module: str, rooms: set[str]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def _where(module: Module, line: int, what: str) -> str:
    return f"{module.path.relative_to(ROOT)}:{line}: {what}"


# ── Floors ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_module_has_its_floor() -> None:
    assert {_room(module.name) for module in _modules()} - GROUND - set(FLOORS) == set()


def test_imports_only_go_down() -> None:
    wrong = []
    for module in _modules():
        for imported, line in module.imports():
            here, there = _room(module.name), _room(imported)
            if not imported.startswith(PACKAGE) or there in GROUND or here == there:
                continue
            if FLOORS[there] >= FLOORS[here] and (here, there) not in NEIGHBOURS:
                wrong.append(_where(module, line, f"floor {FLOORS[here]} imports {imported} of floor {FLOORS[there]}"))
    assert wrong == []


def test_neighbours_that_are_listed_do_know_each_other() -> None:
    pairs = {(_room(module.name), _room(imported)) for module in _modules() for imported, _ in module.imports()}
    assert set(NEIGHBOURS) - pairs == set()


def test_no_adapter_imports_another() -> None:
    wrong = []
    for module in _modules():
        if not module.name.startswith("gongd.adapters."):
            continue
        for imported, line in module.imports():
            if imported.startswith("gongd.adapters.") and imported.split(".")[2] != module.name.split(".")[2]:
                wrong.append(_where(module, line, f"imports {imported}"))
    assert wrong == []


def test_the_daemon_does_not_load_the_studio() -> None:
    """It renders in a child: the daemon stays small, and a crash stays there."""
    rooms = {"gongd.core", "gongd.ports", "gongd.settings", "gongd.box", "gongd.player", "gongd.adapters"}
    rooms |= {"gongd.bootstrap", "gongd.outfit", "gongd.repertoire"}
    wrong = [
        _where(module, line, f"imports {imported}")
        for module in _modules()
        for imported, line in module.imports()
        if _within(module.name, rooms) and _within(imported, {"gongd.studio"})
    ]
    assert wrong == []


def test_relays_off_imports_the_standard_library_only() -> None:
    (module,) = [module for module in _modules() if module.name == "gongd.relays_off"]
    outside = {name for name, _ in module.imports() if name.split(".")[0] in {PACKAGE, *OUTSIDERS}}
    assert outside == set()


# ── The thinking room ────────────────────────────────────────────────────────────────────────────────────────────


def _core() -> list[Module]:
    return [module for module in _modules() if _within(module.name, {"gongd.core"})]


def test_core_imports_only_itself_and_a_few_pure_modules() -> None:
    wrong = []
    for module in _core():
        for imported, line in module.imports():
            if not _within(imported, PURE_STDLIB | {"gongd.core"}):
                wrong.append(_where(module, line, f"imports {imported}"))
    assert wrong == []


def test_core_calls_no_clock_no_file_no_chance() -> None:
    wrong = []
    for module in _core():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in IMPURE_CALLS:
                wrong.append(_where(module, node.lineno, ast.unparse(node.func)))
    assert wrong == []


def test_core_has_no_global_state_that_functions_change() -> None:
    wrong = [
        _where(module, node.lineno, "global")
        for module in _core()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Global)
    ]
    assert wrong == []


# ── Technologies ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("library", sorted(OUTSIDERS))
def test_a_technology_lives_in_its_room_only(library: str) -> None:
    wrong = [
        _where(module, line, f"imports {imported}")
        for module in _modules()
        for imported, line in module.imports()
        if imported.split(".")[0] == library and not _within(module.name, OUTSIDERS[library])
    ]
    assert wrong == []


# ── Sizes and names ──────────────────────────────────────────────────────────────────────────────────────────────


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring left out."""
    first = function.body[0]
    doc = 0
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        doc = (first.end_lineno or 0) - first.lineno + 1
    return (function.end_lineno or 0) - function.lineno + 1 - doc


def _python_files() -> list[Path]:
    return [path for path in _tracked() if path.suffix == ".py"]


def test_no_function_is_longer_than_forty_lines() -> None:
    wrong = []
    for path in _python_files():
        for node in ast.walk(_parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _lines_of(node) > LONGEST_FUNCTION:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {_lines_of(node)} lines")
    assert wrong == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    counted = {path.relative_to(ROOT): path.read_text(encoding="utf-8").count("\n") for path in _python_files()}
    assert {str(path): lines for path, lines in counted.items() if lines > LONGEST_FILE} == {}


def test_files_are_named_after_things_of_the_trade() -> None:
    wrong = [str(path.relative_to(ROOT)) for path in _python_files() if set(path.stem.split("_")) & FORBIDDEN_NAMES]
    assert wrong == []


def test_every_module_of_the_package_says_what_it_is() -> None:
    assert [module.name for module in _modules() if not ast.get_docstring(module.tree)] == []


def test_every_public_class_and_function_of_the_package_says_what_it_is() -> None:
    wrong = []
    for module in _modules():
        for node in module.tree.body:
            public = isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
            if public and isinstance(node, ast.ClassDef | ast.FunctionDef) and not ast.get_docstring(node):
                wrong.append(_where(module, node.lineno, node.name))
    assert wrong == []


def test_every_error_of_ours_is_in_the_family() -> None:
    """Each is a GongdError and a builtin, so that both kinds of `except` find it."""
    from gongd.core import errors

    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    family = [one for one in classes if one is not errors.GongdError]
    assert family
    for one in family:
        assert issubclass(one, errors.GongdError)
        assert any(base.__module__ == "builtins" and base is not object for base in one.__mro__[1:-3]), one


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / PACKAGE / "py.typed").is_file()
    assert "py.typed" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_every_text_is_in_unicode_form_nfc() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path, text in _texts()
        if not unicodedata.is_normalized("NFC", text) and "tests/settings/broken" not in str(path)
    ]
    assert wrong == []


def test_no_merge_was_left_half_done() -> None:
    marker = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
    assert [str(path.relative_to(ROOT)) for path, text in _texts() if marker.search(text)] == []
