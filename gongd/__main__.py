"""`python -m gongd` is the command `gongd`."""

import sys

from gongd.cli import main

if __name__ == "__main__":
    sys.exit(main())
