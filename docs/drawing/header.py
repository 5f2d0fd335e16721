"""Draws the header of the Raspberry Pi with everything that the shipped settings put on it.

    python docs/drawing/header.py

The pins come from config.example.yaml, the places on the header from the Raspberry Pi's own documentation of its
40-pin connector; tests/test_docs.py draws it again and compares.
"""

from collections.abc import Iterator
from pathlib import Path

from gongd.settings import load

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parents[1] / "config.example.yaml"
DRAWING = HERE / "chan-cam.svg"

ODD = (
    "3V3",
    "2",
    "3",
    "4",
    "GND",
    "17",
    "27",
    "22",
    "3V3",
    "10",
    "9",
    "11",
    "GND",
    "0",
    "5",
    "6",
    "13",
    "19",
    "26",
    "GND",
)
EVEN = (
    "5V",
    "5V",
    "GND",
    "14",
    "15",
    "18",
    "GND",
    "23",
    "24",
    "GND",
    "25",
    "8",
    "7",
    "1",
    "GND",
    "12",
    "GND",
    "16",
    "20",
    "21",
)
HEADER = tuple(name for pair in zip(ODD, EVEN, strict=True) for name in pair)
"""What stands at pin 1, 2 ... 40: a supply, or a BCM number."""

TITLES = {
    "amplifier": "rơ-le tăng âm",
    "striker": "rơ-le búa gõ kẻng",
    "strobe": "rơ-le đèn chớp",
    "siren": "rơ-le còi",
    "lamp": "đèn báo lỗi ở tủ",
    "fire": "nút CHÁY (đỏ)",
    "security": "nút AN NINH (xanh dương)",
    "flood": "nút LŨ (vàng)",
    "all-clear": "nút BÁO YÊN (xanh lá)",
    "silence": "nút TẮT TIẾNG (đen)",
    "patrol": "nút điểm danh tuần tra",
    "status": "nút đọc tình trạng",
    "house-12": "tiếp điểm khô nhà số 12",
}
RTC = {"2": "SDA của DS3231", "3": "SCL của DS3231"}
SUPPLIES = {1: "VCC của DS3231 (3,3 V)", 9: "GND của DS3231", 6: "GND mạch rơ-le", 39: "GND chung của các nút"}

RELAY, BUTTON, LAMP, CLOCK, FREE = "#e8710a", "#1a73e8", "#f2b600", "#188038", "#dadce0"
PLAIN = {"3V3": "#c5221f", "5V": "#c5221f", "GND": "#202124"}
LEGEND = (
    (RELAY, "rơ-le (ra)"),
    (BUTTON, "nút (vào)"),
    (LAMP, "đèn (ra)"),
    (CLOCK, "đồng hồ pin"),
    (PLAIN["3V3"], "nguồn"),
    (PLAIN["GND"], "GND (0 V)"),
    (FREE, "để trống"),
)

PITCH, TOP, LEFT_X, RIGHT_X, WIDTH = 32, 122, 444, 496, 940
MIDDLE = WIDTH // 2
QUIET = ' fill="#5f6368" font-size="13"'
OPENING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    'font-family="DejaVu Sans, Arial, sans-serif" font-size="15" fill="#202124">'
)
FRAME = (
    '<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="#f1f3f4" stroke="#9aa0a6" stroke-width="2"/>'
)


def _uses() -> dict[str, tuple[str, str]]:
    """BCM number: colour and words."""
    settings = load(EXAMPLE)
    uses = {pin: (CLOCK, words) for pin, words in RTC.items()}
    for relay in settings.relays:
        uses[str(relay.pin)] = (LAMP if relay.on.value == "fault" else RELAY, TITLES[relay.name])
    for button in settings.buttons:
        uses[str(button.pin)] = (BUTTON, TITLES[button.name])
        if button.lamp is not None:
            uses[str(button.lamp)] = (LAMP, f"đèn của {TITLES[button.name].split(' (')[0]}")
    return uses


def _text(x: float, y: float, words: str, anchor: str = "start", style: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{style}>{words}</text>'


def _pin(number: int, holds: str, uses: dict[str, tuple[str, str]]) -> Iterator[str]:
    """One pin: its hole, its number, and what is wired to it."""
    is_left = number % 2 == 1
    x, y = (LEFT_X if is_left else RIGHT_X), TOP + (number - 1) // 2 * PITCH
    name = holds if holds in PLAIN else f"GPIO {holds}"
    colour, words = (PLAIN[holds], SUPPLIES.get(number, "")) if holds in PLAIN else uses.get(holds, (FREE, ""))
    ink = "#202124" if colour in (FREE, LAMP) else "#fff"
    yield f'<circle cx="{x}" cy="{y}" r="13" fill="{colour}"/>'
    yield _text(x, y + 4, str(number), "middle", f' fill="{ink}" font-size="12"')
    side, anchor = (-1, "end") if is_left else (1, "start")
    quiet = "" if words else ' fill="#9aa0a6"'
    yield _text(x + side * 30, y + 5, name, anchor, quiet)
    if words:
        start = x + side * 102
        yield f'<path d="M{start} {y}h{side * 22}" stroke="{colour}" stroke-width="3"/>'
        yield _text(start + side * 30, y + 5, words, anchor, ' font-weight="bold"')


def _legend(y: int) -> Iterator[str]:
    x = 40
    for colour, words in LEGEND:
        yield f'<circle cx="{x}" cy="{y}" r="8" fill="{colour}"/>'
        yield _text(x + 14, y + 5, words, style=' font-size="14"')
        x += 38 + 8 * len(words)


def draw() -> str:
    """The whole drawing, as SVG."""
    height = TOP + 20 * PITCH + 70
    frame_width, frame_height = RIGHT_X - LEFT_X + 44, 19 * PITCH + 40
    parts = [
        OPENING.format(width=WIDTH, height=height),
        "<title>Chân cắm của Raspberry Pi theo config.example.yaml</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        _text(MIDDLE, 36, "Chân cắm Raspberry Pi (nhìn từ trên)", "middle", ' font-size="22" font-weight="bold"'),
        _text(MIDDLE, 62, "Số trong vòng: thứ tự chân 1 đến 40. GPIO: số BCM, số ghi trong cấu hình.", "middle"),
        _text(MIDDLE, TOP - 28, "↑ đầu có thẻ nhớ", "middle", QUIET),
        FRAME.format(x=LEFT_X - 22, y=TOP - 20, width=frame_width, height=frame_height),
        _text(MIDDLE, TOP + 19 * PITCH + 40, "↓ phía cổng USB", "middle", QUIET),
    ]
    uses = _uses()
    for number, holds in enumerate(HEADER, start=1):
        parts += _pin(number, holds, uses)
    parts += _legend(height - 34)
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    DRAWING.write_text(draw(), encoding="utf-8")
