"""gongd's command line. `main` is the console script; every command is imported only when it is asked for."""

import sys
from collections.abc import Sequence

RELAYS_OFF = "relays-off"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 done, 1 the answer is no, 2 wrong usage. `argv` is without the program's name."""
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        return 1


def _run(words: list[str]) -> int:
    if RELAYS_OFF in words and not {"-h", "--help"} & set(words):
        from gongd.cli.relays import find_command, relays_off

        if find_command(words) == RELAYS_OFF:
            return relays_off(words)
    from gongd.cli.front import serve

    return serve(words)
