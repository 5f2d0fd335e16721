"""`make install` and `make uninstall`, done for real into a folder: a first time, again, upgrades, and off."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TREE = ("pyproject.toml", "LICENSE", "README.md", "gongd", "sounds", "systemd", "setup", "config.example.yaml")
PYTHON = "/usr/bin/python3"

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("systemd-sysusers"), reason="installing needs root and systemd's programs"
)


@dataclass
class Site:
    """A copy of the tree, and the folder that it is installed into."""

    tree: Path
    root: Path
    first: str

    def run(self, program: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"DESTDIR": str(self.root), "PYTHON": PYTHON}
        command = [str(self.tree / "setup" / program)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=900)

    def install(self) -> str:
        done = self.run("install")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the installed gongd, far from the tree that it came from."""
        command = [str(self.at("/opt/gongd/bin/python")), "-I", *words]
        return subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, timeout=60)


def copy_tree(base: Path) -> Path:
    """What `make install` needs of the project, in a folder of its own."""
    tree = base / "tree"
    tree.mkdir()
    for name in TREE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy2(source, tree / name)
    return tree


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Installed once for all tests; the last ones take it off."""
    base = tmp_path_factory.mktemp("install")
    site = Site(copy_tree(base), base / "root", "")
    site.root.mkdir()
    site.first = site.install()
    yield site
    shutil.rmtree(base)


def _owner(site: Site, path: str) -> tuple[str, str, int]:
    """User, group and mode of a path, by the names of the installed system."""
    users = names_in(site.at("/etc/passwd"))
    groups = names_in(site.at("/etc/group"))
    facts = site.at(path).stat()
    return users.get(facts.st_uid, "root"), groups.get(facts.st_gid, "root"), stat.S_IMODE(facts.st_mode)


def names_in(table: Path) -> dict[int, str]:
    """Names by number, of a table such as /etc/passwd."""
    rows = [line.split(":") for line in table.read_text().splitlines()]
    return {int(row[2]): row[0] for row in rows}


# ── A first installation ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_installed_program_runs_without_the_tree_that_it_came_from(installed: Site) -> None:
    done = installed.ask("-m", "gongd", "check", "--config", str(installed.at("/etc/gongd/config.yaml")))
    assert done.returncode == 0, done.stdout + done.stderr
    where = installed.ask("-c", "import gongd; print(gongd.__file__)").stdout
    assert where.startswith(str(installed.at("/opt")))


def test_the_command_is_on_the_path_and_names_no_passing_folder(installed: Site) -> None:
    assert str(installed.at("/usr/local/bin/gongd").readlink()) == "/opt/gongd/bin/gongd"
    first, _ = installed.at("/opt/gongd/bin/gongd").read_text().split("\n", 1)
    assert first == "#!/opt/gongd/bin/python"


def test_every_file_of_the_package_is_installed(installed: Site) -> None:
    """Sampled strokes and the mark of typing too, not Python only."""
    shipped = {path.relative_to(installed.tree) for path in (installed.tree / "gongd").rglob("*") if path.is_file()}
    (packages,) = installed.at("/opt/gongd/lib").glob("python3*/site-packages")
    there = {path.relative_to(packages) for path in (packages / "gongd").rglob("*") if path.is_file()}
    assert shipped - there == set()


def test_the_installed_program_finds_the_standard_clips(installed: Site) -> None:
    told = installed.ask("-c", "from gongd.settings.clip import sounds_folders; print(*sounds_folders())").stdout
    folder = installed.at("/opt/gongd/share/gongd/sounds")
    assert str(folder) in told.split()
    assert {path.name for path in folder.iterdir()} == {path.name for path in (ROOT / "sounds").iterdir()}


def test_relays_off_needs_neither_the_environment_nor_its_packages(installed: Site) -> None:
    program = installed.at("/opt/gongd/relays_off.py")
    done = subprocess.run([PYTHON, "-I", "-S", program, "/nowhere"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "/nowhere" in done.stdout
    assert done.stderr == ""


def test_the_user_is_a_member_of_audio_and_gpio(installed: Site) -> None:
    rows = [line.split(":") for line in installed.at("/etc/group").read_text().splitlines()]
    assert {row[0] for row in rows if "gongd" in row[3].split(",")} == {"audio", "gpio"}


def test_folders_belong_to_whom_they_should(installed: Site) -> None:
    assert _owner(installed, "/etc/gongd") == ("root", "gongd", 0o750)
    assert _owner(installed, "/etc/gongd/config.yaml") == ("root", "gongd", 0o640)
    for folder in ("/var/lib/gongd", "/var/cache/gongd", "/run/gongd"):
        assert _owner(installed, folder) == ("gongd", "gongd", 0o750)


def test_the_units_are_enabled_and_the_reader_is_told_that_nothing_was_started(installed: Site) -> None:
    wanted = installed.at("/etc/systemd/system/multi-user.target.wants")
    assert {path.name for path in wanted.iterdir()} == {"gongd.service", "gongd-adopt.service"}
    assert "systemd does not run here" in installed.first


def test_editors_find_the_schema_beside_the_settings(installed: Site) -> None:
    assert installed.at("/etc/gongd/config.schema.json").read_text().startswith("{")


# ── Again ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_run_has_nothing_to_do_and_says_so(installed: Site) -> None:
    before = installed.at("/opt/gongd").resolve()
    told = installed.install()
    assert "/opt/gongd is up to date" in told
    assert "PyPI" not in told
    assert installed.at("/opt/gongd").resolve() == before


def test_an_upgrade_keeps_edited_settings_and_the_journal_and_asks_no_network(installed: Site) -> None:
    config, journal = installed.at("/etc/gongd/config.yaml"), installed.at("/var/lib/gongd/journal.db")
    edited = config.read_text().replace("Thôn 3", "Thôn 9")
    config.write_text(edited)
    journal.write_bytes(b"five hundred nights")
    former = installed.at("/opt/gongd").resolve()
    room = installed.tree / "gongd" / "fresh_room.py"
    room.write_text('"""New."""\n')
    told = installed.install()
    assert "PyPI" not in told
    assert config.read_text() == edited
    assert journal.read_bytes() == b"five hundred nights"
    assert installed.ask("-c", "import gongd.fresh_room").returncode == 0
    assert former.is_dir()
    assert f"ln -sfn {former.name} /opt/gongd" in told
    room.unlink()
    installed.install()
    assert installed.ask("-c", "import gongd.fresh_room").returncode != 0


def test_an_upgrade_that_fails_leaves_the_running_version_as_it_is(installed: Site) -> None:
    before = installed.at("/opt/gongd").resolve()
    in_the_way = installed.tree / "sounds" / "in-the-way"
    in_the_way.mkdir()
    (in_the_way / "clip.ogg").touch()
    done = installed.run("install")
    shutil.rmtree(in_the_way)
    assert done.returncode != 0
    assert installed.at("/opt/gongd").resolve() == before
    assert installed.ask("-m", "gongd", "--version").returncode == 0
    assert len(list(installed.at("/opt").glob("gongd-*"))) <= 2


# ── Off again ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_taking_it_off_leaves_settings_and_journal_and_says_where_they_are(installed: Site) -> None:
    installed.at("/var/lib/gongd/journal.db").write_bytes(b"five hundred nights")
    done = installed.run("uninstall")
    assert done.returncode == 0, done.stderr
    files = {str(path.relative_to(installed.root)) for path in installed.root.rglob("*") if not path.is_dir()}
    ours = {name for name in files if "gongd" in name}
    assert ours == {
        "etc/gongd/config.yaml",
        "etc/gongd/config.example.yaml",
        "etc/gongd/config.schema.json",
        "var/lib/gongd/journal.db",
    }
    assert "/etc/gongd" in done.stdout
    assert "/var/lib/gongd" in done.stdout


def test_taking_off_what_is_not_there_does_no_harm(installed: Site) -> None:
    assert installed.run("uninstall").returncode == 0
