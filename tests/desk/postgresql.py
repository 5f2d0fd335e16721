"""A PostgreSQL of the test's own: a cluster in a folder, made by initdb and run by nobody important, ended with it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.desk.commune import free_port

SHARED = Path("/dev/shm")
VERSIONS = Path("/usr/lib/postgresql")
PASSWORD = "mat-khau-cua-so"
OWNER = "postgres"
"""Whom the cluster runs as where the tests run as root: PostgreSQL refuses root."""


def programs() -> Path | None:
    """Where initdb and pg_ctl are."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(path / "bin" for path in VERSIONS.glob("*"))
    return next((place for place in reversed(places) if (place / "pg_ctl").exists()), None)


needs_postgresql = pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")


@dataclass
class Cluster:
    """A server on a port of this machine. Its one user's password stands in a file, as it should."""

    home: Path
    port: int
    databases: int = 0

    @property
    def passfile(self) -> Path:
        """What PGPASSFILE names."""
        return self.home / "pgpass"

    def address(self, database: str) -> str:
        """As the commune's folder says it."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"

    def new(self) -> str:
        """The address of an empty database."""
        self.databases += 1
        name = f"xa_{self.databases}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def start(self) -> None:
        """Until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.home}"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """At once, as in a power cut, or `fast`."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", mode, "stop")

    def make(self) -> None:
        """The cluster's folder."""
        (self.home / "word").write_text(PASSWORD, encoding="ascii")
        self.passfile.write_text(f"127.0.0.1:*:*:{OWNER}:{PASSWORD}\n", encoding="ascii")
        self.passfile.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(self.home, OWNER)
            shutil.chown(self.home / "word", OWNER)
        self._run("initdb", "-D", "data", "-U", OWNER, "-A", "scram-sha-256", "--pwfile", "word", "-E", "UTF8", "-N")

    def _run(self, program: str, *words: str) -> None:
        place = programs()
        assert place is not None
        done = subprocess.run(
            [*_as_nobody(), str(place / program), *words],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def _as_nobody() -> Sequence[str]:
    return ("setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups") if os.geteuid() == 0 else ()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server that runs, and is ended whatever happens; libpq finds its password."""
    with tempfile.TemporaryDirectory(dir=SHARED if SHARED.is_dir() else None, prefix="gongd-pg-") as home:
        made = Cluster(Path(home), free_port())
        made.make()
        made.start()
        before = os.environ.get("PGPASSFILE")
        os.environ["PGPASSFILE"] = str(made.passfile)
        try:
            yield made
        finally:
            if (made.home / "data" / "postmaster.pid").exists():
                made.stop()
            os.environ.pop("PGPASSFILE")
            if before is not None:
                os.environ["PGPASSFILE"] = before
