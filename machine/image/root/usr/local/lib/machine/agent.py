"""Does what the tests on the host ask for, and tells what came of it: JSON, one object a line, over a serial port.

`{"id": 1, "run": "shell text"}` is answered by `{"id": 1, "status": 0, "out": "...", "err": "..."}`. With
`"follow": true` every line of output is told at once, as `{"id": 1, "line": "..."}`. `{"id": 1, "gongd": {...}}` is put
to gongd's local socket, and its answer is the output: a command would take an emulated processor seconds. Whatever is
told bears the time, as `at`.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

GONGD = "/var/lib/gongd/gongd.sock"


class Agent:
    """One port; each request has a thread of its own."""

    def __init__(self, path: str) -> None:
        self.port = Path(path).open("r+b", buffering=0)  # noqa: SIM115 - for life
        self.lock = threading.Lock()

    def tell(self, **words: object) -> None:
        line = json.dumps({"at": time.time(), **words}).encode() + b"\n"
        with self.lock:
            while line:
                line = line[self.port.write(line) or 0 :]

    def serve(self) -> None:
        waiting = b""
        self.tell(hello=True)
        while True:
            got = self.port.read(65536)
            if not got:
                time.sleep(0.1)
                continue
            *lines, waiting = (waiting + got).split(b"\n")
            for line in lines:
                threading.Thread(target=self.take, args=(json.loads(line),), daemon=True).start()

    def take(self, request: dict[str, Any]) -> None:
        number = request["id"]
        if "gongd" in request:
            self.talk(number, request["gongd"])
        elif request.get("follow"):
            self.follow(number, request["run"])
        else:
            self.run(number, request["run"])

    def talk(self, number: int, words: object) -> None:
        try:
            with socket.socket(socket.AF_UNIX) as door, door.makefile("rwb") as stream:
                door.settimeout(20)
                door.connect(GONGD)
                stream.write(json.dumps(words).encode() + b"\n")
                stream.flush()
                self.tell(id=number, status=0, out=stream.readline().decode(), err="")
        except OSError as error:
            self.tell(id=number, status=1, out="", err=str(error))

    def run(self, number: int, text: str) -> None:
        done = subprocess.run(["sh", "-c", text], check=False, capture_output=True, text=True, errors="replace")
        self.tell(id=number, status=done.returncode, out=done.stdout, err=done.stderr)

    def follow(self, number: int, text: str) -> None:
        child = subprocess.Popen(["sh", "-c", text], stdout=subprocess.PIPE, text=True, errors="replace")
        for line in child.stdout or ():
            self.tell(id=number, line=line.rstrip("\n"))
        self.tell(id=number, status=child.wait(), out="", err="")


if __name__ == "__main__":
    while True:
        try:
            Agent(sys.argv[1]).serve()
        except OSError:
            time.sleep(0.1)
