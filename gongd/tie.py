"""A child that does not outlive us: what stands before its command line."""

import shutil


def dying_with_us() -> tuple[str, ...]:
    """Where util-linux is there, the kernel kills the child when the thread that started it is gone."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()
