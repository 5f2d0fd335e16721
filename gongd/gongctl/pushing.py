"""Files that go to boxes: a settings file (`gongctl settings push`), a recording (`gongctl announce --clip`)."""

import time
from collections.abc import Iterable
from pathlib import Path

from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, NoError, Request
from gongd.core.lexicon import why_not
from gongd.core.recording import suffix_of
from gongd.core.wire_blob import Blob, blob_of
from gongd.core.wire_command import LARGEST_BLOB
from gongd.core.wire_refusal import Refused
from gongd.core.wire_report import Info
from gongd.core.words import Text
from gongd.desk import orders
from gongd.desk.places import Target
from gongd.desk.wording import ask_clip, ask_push
from gongd.gongctl.duty import Duty, now
from gongd.gongctl.free_text import on_one_line
from gongd.gongctl.order import SETTLE_S, Plan, find, give, plan_words, wait_for_link
from gongd.settings.loader import CHECKED, parse
from gongd.settings.model import Settings
from gongd.settings.sense import clips_are_there
from gongd.settings.source import LARGEST_BYTES

NOT_READ = Text("Không đọc được {path}: {why}", "{path} cannot be read: {why}")
TOO_LARGE = Text("{path} lớn hơn {most} KiB", "{path} is larger than {most} KiB")
ONE_BOX = Text(
    "Mỗi lần chỉ gửi cấu hình cho một cụm loa", "Settings go to one box at a time: each box has a file of its own"
)
OTHER_BOX = Text(
    "Tệp này của cụm loa “{file}”, không phải của “{box}”", "This file is of the box “{file}”, not of “{box}”"
)
UNHEARD = Text(
    "Chưa biết cụm loa {box} đang dùng cấu hình nào: chờ cụm loa kết nối, rồi gửi lại",
    "What settings {box} has is not known: wait until it is connected, then send again",
)
SAME = Text("Cụm loa {box} đang dùng đúng cấu hình này", "{box} uses these very settings")
NO_RECORDING = Text(
    "{path} không phải bản thu WAV, OGG, MP3 hoặc FLAC", "{path} is no recording: WAV, OGG, MP3 or FLAC is needed"
)
ONE_OF_TWO = Text("Ghi câu cần đọc, hoặc --clip, không ghi cả hai", "Give a text or --clip, and not both")

AT_THE_BOX = tuple(check for check in CHECKED if check is not clips_are_there)
"""The desk has not the box's recordings: the box itself looks whether they are there."""


def push(request: Request, screen: Screen) -> int:
    """Have a box use a settings file."""
    path: Path = request.values["file"]
    data = _read(path, LARGEST_BYTES)
    settings = parse(data, str(path), None, AT_THE_BOX)
    for problem in settings.warnings if not request.wants_json else ():
        screen.complain(Text(problem.read(screen.language), problem.read(screen.language)))

    def plan(duty: Duty) -> Plan:
        return _plan_push(duty, find(duty, request), settings, data)

    return give(request, screen, plan)


def _plan_push(duty: Duty, target: Target, settings: Settings, data: bytes) -> Plan:
    if len(target.ids) != 1:
        raise MisuseError(ONE_BOX)
    (box,) = target.ids
    if settings.box.id != box:
        raise MisuseError(OTHER_BOX.fill(file=settings.box.id, box=box))
    info = _info(duty, box)
    blob = _blob(data)
    if blob.sha256 == info.settings:
        raise NoError(SAME.fill(box=box))
    replaces = info.replaced or info.settings
    question = ask_push(target, tuple(_changes(info, settings)), settings)
    return Plan(target, question, lambda who, jti, to: orders.push(who, jti, to.addresses, now(), blob, replaces), data)


def _info(duty: Duty, box: str) -> Info:
    """What the box has said of itself, now or before."""
    wait_for_link(duty)
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        duty.talk.step(now(), 0.05)
    info = duty.store.known(box).info
    if info is None:
        raise NoError(UNHEARD.fill(box=box))
    return info


ADDED = Text("thêm hiệu lệnh {name}", "adds the signal {name}")
REMOVED = Text("bỏ hiệu lệnh {name}", "removes the signal {name}")
RETITLED = Text("hiệu lệnh {name} nay là “{title}”", "the signal {name} is “{title}” now")
CAPPED = Text("hiệu lệnh {name}: tối đa {cap:g} giây", "the signal {name}: at most {cap:g} s")


def _changes(info: Info, settings: Settings) -> Iterable[Text]:
    """What of the box's own account of itself will be otherwise."""
    known = {offered.name: offered for offered in info.signals}
    for name, signal in settings.signals.items():
        before = known.pop(name, None)
        if before is None:
            yield ADDED.fill(name=name)
        elif before.title != signal.title:
            yield RETITLED.fill(name=name, title=signal.title)
        elif before.at_most_s != signal.at_most_s:
            yield Text(*(words.format(name=name, cap=signal.at_most_s) for words in (CAPPED.vi, CAPPED.en)))
    for name in known:
        yield REMOVED.fill(name=name)


def announce(request: Request, screen: Screen) -> int:
    """Have a text spoken, or a recording played."""
    text, clip = request.values["text"], request.values["clip"]
    if (text is None) == (clip is None):
        raise MisuseError(ONE_OF_TWO)
    if clip is None:
        words = on_one_line("text", text)
        return give(request, screen, lambda duty: plan_words(find(duty, request), words))
    data = _read(clip, LARGEST_BLOB)
    if suffix_of(data) is None:
        raise NoError(NO_RECORDING.fill(path=clip))
    return give(request, screen, lambda duty: _plan_clip(find(duty, request), clip, data))


def _plan_clip(target: Target, path: Path, data: bytes) -> Plan:
    blob = _blob(data)
    return Plan(
        target,
        ask_clip(path.name, target),
        lambda who, jti, to: orders.announce_clip(who, jti, to.addresses, now(), blob),
        data,
    )


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise NoError(NOT_READ.fill(path=path, why=why_not(error))) from error
    if len(data) > most:
        raise NoError(TOO_LARGE.fill(path=path, most=most // 1024))
    return data


def _blob(data: bytes) -> Blob:
    blob = blob_of(data)
    if isinstance(blob, Refused):
        raise NoError(TOO_LARGE.fill(path="?", most=LARGEST_BLOB // 1024))
    return blob
