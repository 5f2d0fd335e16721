"""The peer: mqtt-io from PyPI, in an environment of its own that is kept from run to run, on the same mock pins."""

import json
import subprocess
import sys
from pathlib import Path

import gpiozero

from bench.box import AMPLIFIER
from bench.commune import HOST, Commune
from bench.moment import BenchError
from gongd.core.words import Text

NAME = "mqtt-io"
WANTED = "mqtt-io==2.7.0"
CACHE = Path("out/peers")
ROOT = Path(__file__).resolve().parents[1]
INSTALL_S = 120.0
_NOT_INSTALLED = Text(vi="Không cài được {what}: {why}", en="{what} cannot be installed: {why}")

_PROGRAM = """\
import sys, pathlib, time, gpiozero
from gongd.adapters.dry import DryFactory
clock = lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
gpiozero.Device.pin_factory = DryFactory(pathlib.Path(sys.argv.pop(1)), clock)
from mqtt_io.__main__ import main
main()
"""


def install(cache: Path = CACHE) -> Path:
    """The Python of an environment that has mqtt-io. Raises BenchError where it cannot be made."""
    folder = cache.absolute() / NAME
    python, done = folder / "bin" / "python", folder / "done"
    if done.exists() and done.read_text() == WANTED:
        return python
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _run(str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", WANTED)
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", None) or error
        raise BenchError(_NOT_INSTALLED.fill(what=WANTED, why=str(why).strip()[-300:])) from error
    (packages,) = folder.glob("lib/python3*/site-packages")
    ours = Path(gpiozero.__file__).parents[1]
    (packages / "gongd-bench.pth").write_text(f"{ROOT}\n{ours}\n", encoding="utf-8")  # after its own packages
    done.write_text(WANTED)
    return python


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True, text=True, timeout=INSTALL_S)


def argv(python: Path, commune: Commune, root: Path, dry: Path) -> list[str]:
    """What starts it: as box `mqtt-io` of the commune, its one relay on the same pin of the same driver."""
    papers = commune.state_of(NAME) / "enrolment"
    config = {
        "mqtt": {
            "host": HOST,
            "port": commune.port,
            "topic_prefix": commune.topic(NAME, "").rstrip("/"),
            "keepalive": 55,
            "tls": {
                "enabled": True,
                "ca_certs": str(papers / "ca.pem"),
                "certfile": str(papers / "box.pem"),
                "keyfile": str(papers / "box.key"),
            },
        },
        "gpio_modules": [{"name": "pins", "module": "gpiozero"}],
        "digital_outputs": [{"name": "relay", "module": "pins", "pin": AMPLIFIER}],
    }
    file = root / "mqtt-io.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    return [str(python), "-c", _PROGRAM, str(dry), str(file)]


def topic(commune: Commune) -> str:
    """Where it listens."""
    return commune.topic(NAME, "output/relay/set")
