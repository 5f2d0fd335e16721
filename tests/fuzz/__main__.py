"""`make fuzz`, or `python -m tests.fuzz [SECONDS [DOOR ...]]`: every door in turn, guided by coverage (atheris).

What breaks a door stays under out/fuzz/DOOR; copied to tests/fuzz/found/DOOR it is tried by the suite for ever.
"""

import re
import subprocess
import sys

from tests.fuzz.parsers import PARSERS, ROOT

OUT = ROOT / "out" / "fuzz"
SECONDS = 60


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one door, and tell. Did it hold?"""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(seconds), str(folder)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    told = done.stdout.decode("utf-8", "replace")
    (folder / "log.txt").write_text(told, encoding="utf-8")
    tried = re.search(r"number_of_executed_units: +(\d+)", told)
    covered = re.findall(r"cov: (\d+)", told)
    verdict = "held" if done.returncode == 0 else f"BROKE, see {folder.relative_to(ROOT)}"
    print(
        f"{name:24} {tried[1] if tried else '?':>10} tried {covered[-1] if covered else '?':>7} edges  {verdict}",
        flush=True,
    )
    return done.returncode == 0


def main(words: list[str]) -> int:
    """0: every door held."""
    seconds = int(words[0]) if words else SECONDS
    held = [fuzz(name, seconds) for name in words[1:] or PARSERS]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
