"""Tells every change of the lines that are named: wall clock, line, level; first of all where they are."""

import os
import sys
import time

EVERY_S = 0.005

files = {name: os.open(f"/run/pins/sim_gpio{name}/value", os.O_RDONLY) for name in sys.argv[1:]}
seen: dict[str, str] = {}
while True:
    for name, file in files.items():
        level = os.pread(file, 4, 0).strip().decode()
        if seen.get(name) != level:
            seen[name] = level
            print(f"{time.time():.3f} {name} {level}", flush=True)
    time.sleep(EVERY_S)
