"""`gongctl doctor`: the parts of the desk tried, one line each: folder, key, certificates, broker, boxes, people."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from gongd.cli.screen import Screen
from gongd.cli.usage import Request
from gongd.core.errors import GongdError, PassphraseError
from gongd.core.words import Text
from gongd.desk.enrolment import expiries
from gongd.desk.office import ROSTER, require_listed, take_pen
from gongd.desk.register import load_struckoff
from gongd.desk.roster import Roster, load_roster
from gongd.gongctl.board import old_lists
from gongd.gongctl.duty import Duty, now, on_duty
from gongd.gongctl.order import wait_for_link

SOON_DAYS = 90
HEAR_S = 1.0

FOLDER = Text("Thư mục của xã {commune}: {n} cụm loa, danh sách khóa số {number}", "Commune {commune}: {n} boxes")
KEY = Text("Khóa trực ban{name}: dùng được", "The desk's key{name} can be used")
KEY_LOCKED = Text("Khóa trực ban{name}: có mật khẩu", "The desk's key{name} is locked by a passphrase")
CERTIFICATES = Text("Chứng thư số: hạn gần nhất {until}", "Certificates: the first ends {until}")
CERTIFICATE_ENDS = Text("Chứng thư số {name} còn {days} ngày: gongctl renew", "Certificate {name}: {days} days left")
BROKER = Text("Máy chủ: đã kết nối sau {s} giây", "The broker: connected after {s} s")
NO_BROKER = Text("Máy chủ: KHÔNG kết nối được {host}:{port}", "The broker {host}:{port} CANNOT be reached")
LISTS = Text("Danh sách khóa: không cụm loa nào giữ bản khác", "Trust list: no box holds another one")
BENCH = Text("BÀN THỬ: không có khóa, không mã hóa", "A WORKSHOP BENCH: no keys, nothing is encrypted")
READ = Text("Danh bạ trực: đọc được, {n} cụm loa", "The roster can be read: {n} boxes")
PEOPLE = Text("Người đánh kẻng tay: cụm loa nào cũng có", "Every box has somebody who rings by hand")
NO_PEOPLE = Text("Chưa có người đánh kẻng tay: {boxes}", "Nobody to ring by hand: {boxes}")
HEARD = Text("Cụm loa: {n}/{all} đang liên lạc", "Boxes: {n} of {all} are in touch")
UNHEARD = Text(
    "Cụm loa: chưa biết cụm nào đang liên lạc, vì máy chủ không kết nối được",
    "Boxes: nobody knows which are in touch while the broker cannot be reached",
)
REVOKED = Text(
    "Danh bạ trực còn cụm loa đã hủy khóa, loa không nhận lệnh: {boxes}",
    "The roster still has boxes that were revoked and take no order: {boxes}",
)
NOBODY = Text("Danh bạ trực: không còn cụm loa nào đã hủy khóa", "The roster has no box that was revoked")
WHOLE = Text("Sổ của bàn trực: không thiếu bản ghi nào", "The store lacks no record")
MISSING = Text("Sổ của bàn trực: thiếu bản ghi của {boxes}", "The store lacks records of {boxes}")
MARKS = {True: Text("tốt", "good"), False: Text("LỖI", "FAULT"), None: Text("chú ý", "note")}


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: well (True), broken (False), or worth a look (None)."""

    part: str
    well: bool | None
    text: Text


def doctor(request: Request, screen: Screen) -> int:
    """Try every part; 0 when there is no fault."""
    found: list[Finding] = []
    with on_duty(request.config, True, lambda _error: Roster(), lambda _text: None) as duty:
        for finding in _examine(duty, request.values.get("key")):
            found.append(finding)
            if not request.wants_json:
                mark = MARKS[finding.well].read(screen.language)
                screen.say(f"{mark:<6} {finding.text.read(screen.language)}")
    ok = not any(one.well is False for one in found)
    if request.wants_json:
        rows = [{"part": one.part, "well": one.well, "vi": one.text.vi, "en": one.text.en} for one in found]
        screen.json({"ok": ok, "findings": rows})
    return 0 if ok else 1


def _examine(duty: Duty, name: str | None) -> Iterator[Finding]:
    def _key(duty: Duty) -> Finding:
        return _key_called(duty, name)

    checks = (_folder, _key, _certificates, _broker, _boxes, _revoked, _lists, _store, _roster, _people)
    for check in checks:
        try:
            yield check(duty)
        except GongdError as error:
            yield Finding(check.__name__.removeprefix("_"), False, error.text)


def _folder(duty: Duty) -> Finding:
    trust = duty.office.trust
    listed = len(trust.boxes) if trust else 0
    number = trust.number if trust else 0
    return Finding("folder", True, FOLDER.fill(commune=duty.office.commune.id, n=listed, number=number))


def _key_called(duty: Duty, name: str | None) -> Finding:
    """The key with which orders are signed here: the one that `--key` names, else the first."""
    shown = f" {name}" if name else ""
    if duty.office.commune.bench:
        return Finding("key", None, BENCH)
    try:
        require_listed(duty.office, take_pen(duty.office, None, name))
    except PassphraseError:
        return Finding("key", True, KEY_LOCKED.fill(name=shown))
    return Finding("key", True, KEY.fill(name=shown))


def _certificates(duty: Duty) -> Finding:
    if duty.office.commune.bench:
        return Finding("certificates", None, BENCH)
    first = expiries(duty.office.folder, now())[0]
    if first.days_left < SOON_DAYS:
        text = CERTIFICATE_ENDS.fill(name=first.name, days=first.days_left)
        return Finding("certificates", None if first.days_left >= 0 else False, text)
    return Finding(
        "certificates", True, CERTIFICATES.fill(until=f"{first.ends_at.astimezone(duty.office.roster.zone):%d/%m/%Y}")
    )


def _broker(duty: Duty) -> Finding:
    began = time.monotonic()
    wait_for_link(duty)
    commune = duty.office.commune
    if not duty.talk.is_up:
        return Finding("broker", False, NO_BROKER.fill(host=commune.host, port=commune.port))
    taken = f"{time.monotonic() - began:.1f}"
    _hear(duty)
    return Finding("broker", True, BROKER.fill(s=Text(taken.replace(".", ","), taken)))


def _hear(duty: Duty) -> None:
    """What the broker keeps of the boxes comes at once."""
    deadline = time.monotonic() + HEAR_S
    while time.monotonic() < deadline:
        duty.talk.step(now(), 0.1)


def _boxes(duty: Duty) -> Finding:
    if not duty.talk.is_up:
        return Finding("boxes", None, UNHEARD)
    rows = [row for row in duty.rows(now()) if not row.is_revoked]
    heard = sum(not row.is_lost for row in rows)
    return Finding("boxes", True if heard == len(rows) else None, HEARD.fill(n=heard, all=len(rows)))


def _revoked(duty: Duty) -> Finding:
    """Raises RegisterError, FolderError: then nobody knows which of the roster's boxes were revoked."""
    if duty.office.trust is not None:
        load_struckoff(duty.office.folder)
    gone = [duty.office.roster.box(box).name for box in sorted(duty.office.revoked)]
    return Finding("revoked", None, REVOKED.fill(boxes=", ".join(gone))) if gone else Finding("revoked", True, NOBODY)


def _store(duty: Duty) -> Finding:
    if duty.trouble is not None:
        return Finding("store", False, duty.trouble)
    there = duty.present
    lacking = [box for box in duty.store.boxes() if there.knows(box) and duty.store.missing(box)]
    if lacking:
        return Finding("store", None, MISSING.fill(boxes=", ".join(lacking)))
    return Finding("store", True, WHOLE)


def _lists(duty: Duty) -> Finding:
    told = old_lists(duty, duty.rows(now()))
    both = Text(". ".join(line.vi for line in told), ". ".join(line.en for line in told))
    return Finding("lists", None, both) if told else Finding("lists", True, LISTS)


def _roster(duty: Duty) -> Finding:
    """Raises ConfigError: every problem with its line and column."""
    return Finding("roster", True, READ.fill(n=len(load_roster(duty.office.folder.path / ROSTER).boxes)))


def _people(duty: Duty) -> Finding:
    without = [box.name for box in duty.present.boxes if not box.by_hand]
    if without:
        return Finding("people", None, NO_PEOPLE.fill(boxes="; ".join(dict.fromkeys(without))))
    return Finding("people", True, PEOPLE)
