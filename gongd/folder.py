"""A folder on the disk: what was renamed, put or taken away there is so after a power cut too, once it is settled."""

import os
from pathlib import Path


def settle(folder: Path) -> None:
    """Have the folder's own entries on the disk: a file that was synchronised is else there without a name. Raises
    OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
