"""A real file system in a file: small enough to fill up, and as a power cut leaves it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
_MIB = 8


@dataclass
class SmallDisk:
    """An ext4 of some megabytes, mounted on `folder`."""

    folder: Path
    image: Path

    @property
    def ballast(self) -> Path:
        """What takes the room."""
        return self.folder / "ballast"

    def fill_up(self) -> None:
        """Take every block that is left."""
        with self.ballast.open("ab", buffering=0) as file, suppress(OSError):
            while file.write(bytes(1024)):
                pass
        os.sync()

    def lose_power(self) -> None:
        """What had reached the disk is all that is left; it is mounted again."""
        left = self.image.with_name(f"{self.image.name}+")
        shutil.copyfile(self.image, left)
        _run("umount", "--lazy", self.folder)
        self.image = left
        _run("mount", "-o", "loop", self.image, self.folder)


@contextmanager
def small_disk(folder: Path, image: Path, block: int = 4096) -> Iterator[SmallDisk]:
    """One that is mounted on `folder`, and gone at the end. `block`: bytes, as `mkfs` gives them to large cards."""
    folder.mkdir(parents=True, exist_ok=True)
    image.write_bytes(b"")
    os.truncate(image, _MIB << 20)
    try:
        _run("mkfs.ext4", "-q", "-b", block, "-m", 0, image)
        _run("mount", "-o", "loop", image, folder)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting is not permitted here")
    try:
        yield SmallDisk(folder, image)
    finally:
        _run("umount", "--lazy", folder)


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
