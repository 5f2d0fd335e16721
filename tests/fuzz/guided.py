"""One door, guided by coverage: `python -m tests.fuzz.guided NAME SECONDS FOLDER`. Ends with 1 at the first find.

The corpus and what breaks the door are left in FOLDER. libFuzzer ends the process itself.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gongd"]):
    from tests.fuzz.parsers import PARSERS


def main(name: str, seconds: int, folder: Path) -> None:
    """Fuzz one door."""
    parser, corpus = PARSERS[name], folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parser.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [
        f"-max_total_time={seconds}",
        "-timeout=20",
        "-rss_limit_mb=2048",
        "-max_len=8192",
        "-print_final_stats=1",
    ]
    atheris.Setup([name, *limits, f"-artifact_prefix={folder}/", str(corpus)], parser.swallow)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
