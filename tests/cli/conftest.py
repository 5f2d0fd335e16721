"""Fixtures of the command line's tests."""

from pathlib import Path

import pytest

from tests.cli.box import Run, Said, main, write_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A good settings file; its box lives in `tmp_path`."""
    return write_settings(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command in this process."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "GONGD_DEBUG", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)

    def go(*words: object) -> Said:
        capsys.readouterr()
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        return Said(status, out, err)

    return go
