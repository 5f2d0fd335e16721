"""The picture of the whole: relays, lamp, buttons, loudspeaker and journal over one axis of seconds."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from gongd.adapters.picture import Band, Curve, Ink, Lane, Mark, draw_history
from gongd.core.words import Text
from gongd.demo.evidence import Row
from gongd.demo.pins import stretches
from gongd.demo.play import Story
from gongd.demo.sound import levels
from gongd.demo.village import AMPLIFIER, HOLD_S, LAMP, NAMES, STRIKER, STROBE

BEFORE_S, AFTER_S = 2.0, 3.0
_STEP_S = 0.05

_TITLE = Text("Một đêm của cụm loa", "One night of a village box")
_CAPTION = Text(
    "Kẻng bình yên đánh lúc 22 giờ (giây 0). Nút CHÁY được giữ 2 giây: báo cháy cắt ngang. Rồi có người tắt tiếng.",
    "The peace gong rings at 22:00 (second 0). The fire button is held for 2 s: the alarm cuts in. Then silence.",
)
_INKS = {AMPLIFIER: Ink.RELAY, STRIKER: Ink.STROKE, STROBE: Ink.ALARM, LAMP: Ink.PRESS}
_BUTTONS = Text("nút bấm", "buttons")
_SPEAKER = Text("loa", "loudspeaker")
_JOURNAL = Text("nhật ký", "journal")
_HELD = {"fire": Text("CHÁY", "FIRE"), "silence": Text("TẮT TIẾNG", "SILENCE")}
_EVENTS = {
    ("night", "rung"): Text("đêm nay: đã đánh kẻng", "tonight: rung"),
    ("activation", "preempted"): Text("kẻng nhường báo cháy", "gong preempted"),
    ("activation", "silenced"): Text("báo cháy: tắt tiếng tại chỗ", "fire alarm: silenced on site"),
    ("button", "held"): Text("nút đã giữ đủ", "button held"),
}
_STARTED = {
    "peace": Text("kẻng bình yên bắt đầu", "peace gong started"),
    "fire": Text("báo cháy bắt đầu", "fire alarm started"),
}


def draw(path: Path, story: Story, rows: Sequence[Row]) -> None:
    """Write the PNG. Raises PictureError, OSError."""
    zero = story.gong_at - story.late_s
    lanes = [*_pins(story, zero), _buttons(story, zero), _sound(story, zero), _journal(story, rows, zero)]
    title, caption = f"{_TITLE.vi} · {_TITLE.en}", f"{_CAPTION.vi} {_CAPTION.en}"
    draw_history(path, title, caption, lanes, -BEFORE_S, story.silent_at - zero + AFTER_S)


def _both(text: Text) -> str:
    return f"{text.vi} · {text.en}"


def _pins(story: Story, zero: float) -> Iterator[Lane]:
    for pin, ink in _INKS.items():
        on = stretches(story.edges, pin, story.silent_at)
        yield Lane(_both(NAMES[pin]), tuple(Band(start - zero, stop - zero, "", ink) for start, stop in on))


def _buttons(story: Story, zero: float) -> Lane:
    fire = Band(story.pressed_at - zero, story.pressed_at - zero + HOLD_S + 0.5, _both(_HELD["fire"]), Ink.ALARM)
    silence = Band(story.silence_at - zero, story.silence_at - zero + 1.4, _both(_HELD["silence"]), Ink.TEXT)
    return Lane(_both(_BUTTONS), (fire, silence))


def _sound(story: Story, zero: float) -> Lane:
    """A file begins with its first relay."""
    starts = (story.gong_at, story.alarm_at)
    curves = tuple(
        Curve(start - zero, _STEP_S, tuple(levels(path, _STEP_S)), ink)
        for path, start, ink in zip(story.waves, starts, (Ink.STROKE, Ink.ALARM), strict=False)
    )
    return Lane(_both(_SPEAKER), curves=curves)


def _journal(story: Story, rows: Sequence[Row], zero: float) -> Lane:
    wall_zero = story.due.timestamp()
    marks = []
    for row in rows:
        text = (
            _STARTED.get(row["signal"] or "")
            if row["outcome"] == "started"
            else _EVENTS.get((row["kind"], row["outcome"]))
        )
        if text is not None:
            at_s = datetime.fromisoformat(row["at"]).timestamp() - wall_zero
            marks.append(Mark(at_s, f"{row['number']}  {_both(text)}", Ink.TEXT))
    return Lane(_both(_JOURNAL), (), tuple(marks))
