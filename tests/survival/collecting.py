"""`gongctl collect` as a process of its own, asking for what is missing after a second instead of a minute."""

import sys
from datetime import timedelta

from gongd.desk import collector, gaps, link
from gongd.gongctl import main

if __name__ == "__main__":
    gaps.ASK_AFTER = timedelta(seconds=1)
    collector.LOOK_EVERY = timedelta(seconds=0.5)
    link._BACK_OFF_S = (1, 1)
    sys.exit(main(["collect", "--folder", *sys.argv[1:]]))
