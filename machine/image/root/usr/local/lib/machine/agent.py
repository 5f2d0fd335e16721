"""Runs what the tests on the host ask for, and tells what came of it: JSON, one object a line, over a virtual serial port.

`{"id": 1, "run": "shell text"}` is answered by `{"id": 1, "status": 0, "out": "...", "err": "..."}`. With
`"follow": true` every line of output is told at once, as `{"id": 1, "line": "..."}`.
"""

import json
import subprocess
import sys
import threading
import time


class Agent:
    """One port; each request has a thread of its own."""

    def __init__(self, path):
        self.port = open(path, "r+b", buffering=0)
        self.lock = threading.Lock()

    def tell(self, **words):
        line = json.dumps(words).encode() + b"\n"
        with self.lock:
            while line:
                line = line[self.port.write(line) or 0 :]

    def serve(self):
        waiting = b""
        self.tell(hello=True)
        while True:
            got = self.port.read(65536)
            if not got:
                time.sleep(0.1)
                continue
            *lines, waiting = (waiting + got).split(b"\n")
            for line in lines:
                request = json.loads(line)
                deed = self.follow if request.get("follow") else self.run
                threading.Thread(target=deed, args=(request["id"], request["run"]), daemon=True).start()

    def run(self, number, text):
        done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, errors="replace")
        self.tell(id=number, status=done.returncode, out=done.stdout, err=done.stderr)

    def follow(self, number, text):
        child = subprocess.Popen(["sh", "-c", text], stdout=subprocess.PIPE, text=True, errors="replace")
        for line in child.stdout:
            self.tell(id=number, line=line.rstrip("\n"))
        self.tell(id=number, status=child.wait(), out="", err="")


if __name__ == "__main__":
    while True:
        try:
            Agent(sys.argv[1]).serve()
        except OSError:
            time.sleep(0.1)
