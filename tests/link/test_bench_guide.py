"""docs/vi/ban-thu.md, as a technician follows it: every block typed into a shell, every answer as the page says."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gongd.core.wire import Channel, Topics
from gongd.core.wire_form import from_json
from gongd.core.wire_report import Answer
from tests.desk.commune import free_port, needs_mosquitto
from tests.promises.daemon import ROOT, Daemon, until

PAGE = (ROOT / "docs" / "vi" / "ban-thu.md").read_text(encoding="utf-8")
STEPS = re.findall(r"```(sh|text)\n(.*?)```|it answers\*: (`[^\n]*`)\.", PAGE, re.DOTALL)
TOPICS = Topics("gong", "ban-thu")

pytestmark = [
    needs_mosquitto,
    pytest.mark.skipif(not shutil.which("mosquitto_pub"), reason="mosquitto-clients is not installed"),
]


class Bench:
    """A shell in a folder of its own, a box, and somebody who hears what the box answers."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.box = Daemon(folder / "box")
        self.functions = ""
        self.answers: list[str] = []
        self.heard = paho.Client(CallbackAPIVersion.VERSION2, "listener", protocol=paho.MQTTv5)
        self.heard.on_connect = lambda client, *_: client.subscribe("gong/#", 1)
        self.heard.on_message = lambda _c, _u, message: self._take(message.topic, bytes(message.payload))

    def _take(self, topic: str, body: bytes) -> None:
        if topic == TOPICS.box("thon-3", Channel.ANSWER):
            answer = from_json(Answer, body)
            assert isinstance(answer, Answer)
            self.answers.append(f"{answer.step} {answer.reason}" if answer.refusal else answer.step.value)

    def type(self, block: str) -> None:
        """Run a block, on another port than 1883, which may be taken; what it defines stays for the next."""
        mine = block.replace("-p 1883", f"-p {self.port}").replace("--bench", f"--bench --port {self.port}")
        if mine.startswith("lenh()"):
            self.functions = mine
        self.answers.clear()
        python = shlex.quote(sys.executable)
        before = f'set -e; gongctl() {{ {python} -m gongd.gongctl "$@"; }}\n{self.functions}\n'
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        with (self.folder / "typed.log").open("wb") as log:
            command = ["bash", "-c", before + mine]
            done = subprocess.run(command, check=False, cwd=self.folder, env=environment, stdout=log, stderr=log)
        assert done.returncode == 0, (block, (self.folder / "typed.log").read_text(encoding="utf-8"))

    def set_up_box(self, settings: str) -> None:
        """The page's settings, on our port, with the pins of a test."""
        own = "\n".join(line for line in settings.splitlines() if not line.startswith("box:"))
        self.box.settings(more=own.replace("1883", str(self.port)))
        text = self.box.config.read_text(encoding="utf-8").replace("commune: nguyet-an", "commune: ban-thu")
        self.box.config.write_text(text, encoding="utf-8")
        self.box.start()
        until(lambda: (self.box.status()["link"] or {}).get("proven"), "the link")
        self.heard.connect_async("127.0.0.1", self.port)
        self.heard.loop_start()
        until(self.heard.is_connected, "the listener")

    def wait_for(self, wanted: set[str]) -> None:
        """Until the box has answered all this to the block before."""
        until(lambda: wanted <= set(self.answers), f"{wanted}, of {self.answers}")

    def listens(self) -> bool:
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", self.port)) == 0

    def close(self) -> None:
        self.heard.loop_stop()
        self.box.close()
        process = self.folder / "ban-thu" / "broker" / "mosquitto.pid"
        if process.exists():
            broker = int(process.read_text())
            os.kill(broker, 15)
            until(lambda: not is_alive(broker), "the broker's end: it writes its store into the folder until then")


def is_alive(pid: int) -> bool:
    """Somebody else's child: what has ended may wait there to be asked for."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.fixture
def bench(ram: Path) -> Iterator[Bench]:
    made = Bench(ram)
    try:
        yield made
    finally:
        made.close()


def test_the_page_has_examples_of_every_kind_of_order() -> None:
    typed = "".join(block for _, block, _ in STEPS)
    assert {"alert", "announce", "cancel", "silence"} <= set(re.findall(r'type\\?": \\?"(\w+)', typed))
    assert len([answers for _, _, answers in STEPS if answers]) >= 8


def test_every_block_of_the_page_does_what_it_says(bench: Bench) -> None:
    for language, block, answers in STEPS:
        if language == "text":
            bench.set_up_box(block)
        elif block:
            bench.type(block)
            until(bench.listens, "the broker")
        else:
            bench.wait_for(set(re.findall(r"`([^`]+)`", answers)))
