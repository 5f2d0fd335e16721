"""gongctl: the desk's command line, and without arguments its menu. `main` is the console script."""

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 done, 1 the answer is no, 2 wrong usage. `argv` is without the program's name."""
    try:
        from gongd.cli.front import serve
        from gongd.gongctl.table import GONGCTL

        return serve(list(sys.argv[1:] if argv is None else argv), GONGCTL)
    except KeyboardInterrupt:
        return 1
