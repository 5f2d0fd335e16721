"""`relays-off` on the kernel's GPIO lines: numbers, layouts, and a run against a kernel made of files."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from gongd import relays_off
from gongd.relays_off import Output, request_off
from tests.adapters.gpio_kernel import GpioKernel, need_compiler

NOTE = {
    "language": "en",
    "dry": None,
    "outputs": [{"name": "striker", "pin": 27, "off": 0}, {"name": "siren", "pin": 23, "off": 1}],
}
REQUEST_IN_C = """
#include <linux/gpio.h>
#include <stdio.h>
#include <string.h>
int main(void) {
    struct gpio_v2_line_request r;
    memset(&r, 0, sizeof r);
    r.offsets[0] = 23;
    strcpy(r.consumer, "gongd relays-off");
    r.config.flags = GPIO_V2_LINE_FLAG_OUTPUT;
    r.config.num_attrs = 1;
    r.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES;
    r.config.attrs[0].attr.values = 1;
    r.config.attrs[0].mask = 1;
    r.num_lines = 1;
    r.fd = -1;
    printf("%u %u %u %u %zu %zu %zu %zu\\n", (unsigned)GPIO_GET_CHIPINFO_IOCTL, (unsigned)GPIO_V2_GET_LINEINFO_IOCTL,
           (unsigned)GPIO_V2_GET_LINE_IOCTL, (unsigned)GPIO_V2_LINE_GET_VALUES_IOCTL, sizeof(struct gpiochip_info),
           sizeof(struct gpio_v2_line_info), sizeof(struct gpio_v2_line_request), sizeof(struct gpio_v2_line_values));
    for (size_t i = 0; i < sizeof r; i++) printf("%02x", ((unsigned char *)&r)[i]);
    return 0;
}
"""


def iowr(direction: int, size: int, number: int) -> int:
    """The kernel's _IOC macro for the GPIO device (type 0xB4): direction 2 reads, 3 reads and writes."""
    return direction << 30 | size << 16 | 0xB4 << 8 | number


def test_the_numbers_are_those_of_the_kernels_documentation() -> None:
    sizes = (s.size for s in (relays_off.CHIPINFO, relays_off.LINEINFO, relays_off.LINE_REQUEST, relays_off.VALUES))
    chip, info, request, values = sizes
    assert (chip, info, request, values) == (68, 256, 592, 16)
    assert iowr(2, chip, 0x01) == relays_off.GET_CHIPINFO
    assert iowr(3, info, 0x05) == relays_off.GET_LINEINFO
    assert iowr(3, request, 0x07) == relays_off.GET_LINE
    assert iowr(3, values, 0x0E) == relays_off.GET_VALUES


def test_the_request_is_byte_for_byte_what_a_c_program_makes(tmp_path: Path) -> None:
    source, program = tmp_path / "request.c", tmp_path / "request"
    source.write_text(REQUEST_IN_C)
    subprocess.run([need_compiler(), "-o", str(program), str(source)], check=True)
    numbers, request = subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines()
    assert [int(number) for number in numbers.split()] == [
        relays_off.GET_CHIPINFO,
        relays_off.GET_LINEINFO,
        relays_off.GET_LINE,
        relays_off.GET_VALUES,
        *(68, 256, 592, 16),
    ]
    assert request_off(Output("siren", 23, 1)).hex() == request


def run(kernel: GpioKernel, note: object = NOTE) -> "subprocess.CompletedProcess[str]":
    path = kernel.home / "pins.json"
    path.write_text(json.dumps(note))
    return kernel.run("-I", "-S", str(Path(relays_off.__file__)), str(path))


@pytest.mark.parametrize(
    ("label", "number"), [("pinctrl-bcm2835", 0), ("pinctrl-bcm2711", 0), ("pinctrl-rp1", 4), ("pinctrl-rp1", 0)]
)
def test_each_line_is_driven_to_its_own_off_level(label: str, number: int, tmp_path: Path) -> None:
    kernel = GpioKernel(tmp_path, label, number)
    kernel.set_level(27, "1")
    kernel.set_level(23, "0")
    result = run(kernel)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == ["striker (GPIO 27): off", "siren (GPIO 23): off"]
    assert kernel.log() == ["27 0", "23 1"]


def test_a_line_that_somebody_holds_is_named_and_the_others_are_driven(tmp_path: Path) -> None:
    kernel = GpioKernel(tmp_path)
    hold = (
        "import fcntl, os, time; from gongd.relays_off import *\n"
        "chip = os.open('/dev/gpiochip0', os.O_RDWR)\n"
        "fcntl.ioctl(chip, GET_LINE, bytearray(request_off(Output('siren', 27, 1))))\n"
        "print('held', flush=True); time.sleep(60)\n"
    )
    with kernel.start("-c", hold) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        result = run(kernel)
        holder.kill()
    assert result.returncode == 1
    assert result.stdout.splitlines() == ["striker (GPIO 27): busy, held by somebody", "siren (GPIO 23): off"]
    assert kernel.log() == ["27 1", "23 1"]
    assert run(kernel).returncode == 0


def test_a_line_that_the_chip_does_not_have_is_said(tmp_path: Path) -> None:
    note = {**NOTE, "outputs": [{"name": "far", "pin": 60, "off": 0}, {"name": "near", "pin": 5, "off": 0}]}
    result = run(GpioKernel(tmp_path), note)
    assert result.returncode == 1
    assert re.fullmatch(r"far \(GPIO 60\): cannot be switched off: .+\nnear \(GPIO 5\): off\n", result.stdout)


def test_a_chip_that_is_not_the_header_is_left_alone(tmp_path: Path) -> None:
    kernel = GpioKernel(tmp_path, "gpio-brcmstb@7d508500")
    result = run(kernel)
    assert (result.returncode, result.stderr) == (1, "")
    assert "no /dev/gpiochip of a Raspberry Pi" in result.stdout
    assert kernel.log() == []
