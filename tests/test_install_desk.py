"""`make install-desk` and `make uninstall-desk`, done for real into a folder, alone and beside a box."""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_install import Site, copy_tree, names_in

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("systemd-sysusers"), reason="installing needs root and systemd's programs"
)


@pytest.fixture(scope="module")
def installed() -> Iterator[Site]:
    """Installed once for all tests; the last ones take it off. Other users may look into this folder."""
    with tempfile.TemporaryDirectory(prefix="gongd-desk-", dir="/var/tmp") as name:
        base = Path(name)
        base.chmod(0o755)
        site = Site(copy_tree(base), base / "root", "")
        site.root.mkdir()
        site.first = run(site, "install-desk")
        yield site


def run(site: Site, program: str) -> str:
    done = site.run(program)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_command_is_on_the_path_and_runs_without_the_tree_that_it_came_from(installed: Site) -> None:
    assert str(installed.at("/usr/local/bin/gongctl").readlink()) == "/opt/gongd/bin/gongctl"
    assert installed.at("/opt/gongd/bin/gongctl").read_text().startswith("#!/opt/gongd/bin/python\n")
    assert installed.ask("-m", "gongd.gongctl", "--version").returncode == 0
    assert not installed.at("/usr/local/bin/gongd").exists()


def test_the_communes_folder_is_its_own_users_alone(installed: Site) -> None:
    facts = installed.at("/var/lib/gongctl").stat()
    users, groups = names_in(installed.at("/etc/passwd")), names_in(installed.at("/etc/group"))
    owner = users[facts.st_uid], groups[facts.st_gid], stat.S_IMODE(facts.st_mode)
    assert owner == ("gongctl", "gongctl", 0o700)


def test_the_collector_is_enabled_and_waits_for_the_commune(installed: Site) -> None:
    wanted = installed.at("/etc/systemd/system/multi-user.target.wants")
    assert {path.name for path in wanted.iterdir()} == {"gongctl-collect.service"}
    unit = installed.at("/usr/local/lib/systemd/system/gongctl-collect.service").read_text()
    assert "ConditionPathExists=/var/lib/gongctl/commune.json" in unit
    assert "sudo -u gongctl gongctl init" in installed.first


def test_sudo_takes_the_rule_for_officers(installed: Site) -> None:
    rule = installed.at("/etc/sudoers.d/gongctl")
    assert stat.S_IMODE(rule.stat().st_mode) == 0o440
    if checker := shutil.which("visudo"):
        assert subprocess.run([checker, "-c", "-f", str(rule)], capture_output=True, check=False).returncode == 0


def test_a_commune_is_founded_by_that_user_and_its_collector_runs(installed: Site) -> None:
    """As the unit does, less systemd: the installed program, its user, its folder."""
    facts = installed.at("/var/lib/gongctl").stat()
    told = as_user(installed, facts.st_uid, "init", "nguyet-an", "--host", "127.0.0.1", "--port", "1", "--folder")
    assert "Mã của xã" in told
    assert as_user(installed, facts.st_uid, "key", "collector", "--folder")
    assert as_user(installed, facts.st_uid, "key", "list", "--folder").count("(") == 2


def as_user(site: Site, user: int, *words: str) -> str:
    command = [str(site.at("/opt/gongd/bin/python")), "-I", "-m", "gongd.gongctl", *words]
    done = subprocess.run(
        [*command, str(site.at("/var/lib/gongctl"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd="/",
        user=user,
        group=user,
        extra_groups=[],
        env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_somebody_else_is_told_how_to_be_that_user(installed: Site) -> None:
    command = [str(installed.at("/opt/gongd/bin/python")), "-I", "-m", "gongd.gongctl", "status"]
    done = subprocess.run(
        [*command, "--folder", str(installed.at("/var/lib/gongctl"))],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd="/",
        user="nobody",
        extra_groups=[],
        env={"LC_ALL": "C.UTF-8"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Gõ: sudo -u gongctl gongctl" in done.stderr


def test_an_upgrade_keeps_the_commune(installed: Site) -> None:
    before = sorted(path.name for path in installed.at("/var/lib/gongctl").rglob("*"))
    told = run(installed, "install-desk")
    assert "/opt/gongd is up to date" in told
    assert "still empty" not in told
    assert sorted(path.name for path in installed.at("/var/lib/gongctl").rglob("*")) == before


def test_box_and_desk_share_a_machine_and_neither_takes_the_other_off(installed: Site) -> None:
    run(installed, "install")
    run(installed, "uninstall")
    assert installed.ask("-m", "gongd.gongctl", "--version").returncode == 0
    run(installed, "install")
    run(installed, "uninstall-desk")
    assert installed.ask("-m", "gongd", "--version").returncode == 0
    run(installed, "uninstall")
    assert not installed.at("/opt/gongd").exists()


def test_taking_it_off_leaves_the_communes_folder_and_says_where_it_is(installed: Site) -> None:
    told = run(installed, "uninstall-desk")
    assert "/var/lib/gongctl" in told
    assert installed.at("/var/lib/gongctl/commune.json").exists()
    files = {str(path.relative_to(installed.root)) for path in installed.root.rglob("*") if not path.is_dir()}
    assert {name for name in files if "gongctl" in name and not name.startswith("var/lib/gongctl/")} == set()
