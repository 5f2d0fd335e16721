"""`gongctl init`, `enrol`, `revoke`, `renew`, `expiry`, `neighbours`, `broker`: keys and papers, by `gongd.desk`."""

import sys
from collections.abc import Callable
from dataclasses import replace
from getpass import getpass
from pathlib import Path
from typing import TypeVar

from gongd.cli.screen import Screen
from gongd.cli.usage import NoError, Request
from gongd.core.errors import PassphraseError
from gongd.core.notation_words import fold
from gongd.core.words import Language, Text
from gongd.desk import enrolment, founding, membership, mosquitto
from gongd.desk.applicant import read_request
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.enrolment import Enrolled
from gongd.desk.membership import UNLOCKED, Passphrases
from gongd.desk.move import move
from gongd.desk.register import box_ids
from gongd.gongctl.duty import TRIES, WRONG, WRONG_FOR_GOOD, now

Made = TypeVar("Made")

FOUNDED = Text(
    "Đã tạo {folder}. Mã của xã: {code}. Chép {root} ra hai USB, cất két, rồi xóa khỏi máy.",
    "{folder} is made. The commune's code: {code}. Copy {root} to two sticks, lock them away, and delete it here.",
)
NEXT = Text("Chạy máy chủ: gongctl broker --folder {folder}", "To run the broker: gongctl broker --folder {folder}")
NEW_PASSPHRASE = Text("Đặt mật khẩu: ", "New passphrase: ")
ONCE_MORE = Text("Gõ lại mật khẩu: ", "Once more: ")
DIFFERENT = Text("Hai lần gõ khác nhau", "The two are not the same")
ROOT_PASSPHRASE = Text("Mật khẩu khóa của xã: ", "Passphrase of the commune's keys: ")
NOT_ENROLLED = Text("Chưa đăng ký gì.", "Nothing was enrolled.")
ENROLLED = Text(
    "Đã đăng ký {box}, hạn đến {until}. Giấy trả lời: {path}. Mã của xã: {code}, so với mã loa đọc.",
    "{box} is enrolled until {until}. Its answer: {path}. The commune's code: {code}; compare with what it speaks.",
)
TELL_BROKER = Text(
    "Chép broker/ sang máy chủ rồi cho máy chủ đọc lại.", "Copy broker/ to the broker and have it read again."
)
REVOKE = Text("Hủy khóa {name}? Gõ HUY rồi Enter.", "Revoke {name}? Type REVOKE and Enter.")
NOT_REVOKED = Text("Chưa hủy gì.", "Nothing was revoked.")
REVOKED = Text("Đã hủy {name}. Danh sách khóa số {number}.", "{name} is revoked. Trust list {number}.")
RENEWED = Text(
    "Đã gia hạn {box} đến {until}. Giấy trả lời: {path}", "{box} is renewed until {until}. Its answer: {path}"
)
RENEWED_OWN = Text("Đã gia hạn máy chủ và bàn trực. Khởi động lại máy chủ.", "Broker and desk are renewed. Restart it.")
MOVED = Text(
    "{box} nay thuộc {folder}. Hai xã cùng được nghe trong 90 ngày.",
    "{box} belongs to {folder} now. For 90 days it obeys both.",
)
EXPIRY = Text("{name}: đến {until}, còn {days} ngày", "{name}: until {until}, {days} days left")
LINKED = Text("Đã ghi. Danh sách khóa số {number}.", "Done. Trust list {number}.")


def _folder(request: Request) -> CommuneFolder:
    return CommuneFolder(request.config, request.values.get("root"))


def init(request: Request, screen: Screen) -> int:
    """Make a commune's folder: one named after it, in this place, unless --folder says where."""
    commune = request.values["commune"]
    path = Path(commune) if "--folder" not in " ".join(sys.argv) else request.config
    hosts = [host.strip() for host in request.values["host"].split(",") if host.strip()]
    locked = Passphrases.one(_new_passphrase(screen.language)) if request.values.get("passphrase") else UNLOCKED
    made = founding.found(
        CommuneFolder(path), commune, hosts, now(), locked, request.values["port"], request.values["address"]
    )
    screen.say(FOUNDED.fill(folder=path, code=made.root_code, root=path / "root"))
    screen.say(NEXT.fill(folder=path))
    return 0


def enrol(request: Request, screen: Screen) -> int:
    """Enrol a box, once two people have found its code the same."""
    applicant = read_request(request.values["request"])
    screen.say(applicant.question)
    if not _typed_is("dung"):
        screen.say(NOT_ENROLLED)
        return 1
    folder, out, again = _folder(request), request.values["out"], bool(request.values.get("replace"))
    done = _unlocked(lambda keys: enrolment.enrol(folder, applicant, now(), keys, out, again), screen.language)
    _show(done, ENROLLED, screen)
    return 0


def _show(done: Enrolled, text: Text, screen: Screen) -> None:
    until = f"{done.ends_at:%d/%m/%Y}"
    screen.say(text.fill(box=done.box, until=until, path=done.answer, code=done.root_code))
    if not done.broker_told:
        screen.say(TELL_BROKER)


def revoke(request: Request, screen: Screen) -> int:
    """Strike a key for ever."""
    folder, name = _folder(request), request.values["name"]
    if not request.values.get("yes"):
        screen.say(REVOKE.fill(name=name))
        if not _typed_is("huy", "revoke"):
            screen.say(NOT_REVOKED)
            return 1
    signed = _unlocked(lambda keys: membership.revoke(folder, name, now(), keys), screen.language)
    screen.say(REVOKED.fill(name=name, number=signed.trust.number))
    return 0


def renew(request: Request, screen: Screen) -> int:
    """New certificates for keys that are known."""
    folder, box = _folder(request), request.values["box"]
    boxes = (box,) if box else box_ids(folder)
    out = request.values["out"]
    for done in _unlocked(lambda keys: enrolment.renew(folder, boxes, now(), keys, out), screen.language):
        _show(replace(done, broker_told=True), RENEWED, screen)
    if request.values.get("broker"):
        _unlocked(lambda keys: enrolment.renew_own(folder, now(), keys), screen.language)
        screen.say(RENEWED_OWN)
    return 0


def move_box(request: Request, screen: Screen) -> int:
    """Take a box into another commune; both folders' keys are needed."""
    box, target = request.values["box"], CommuneFolder(request.values["to"])
    names = {box: request.values["as"] or box}
    source = _folder(request)
    _unlocked(lambda keys: move(source, target, names, now(), keys, keys), screen.language)
    screen.say(MOVED.fill(box=box, folder=target.path))
    screen.say(TELL_BROKER)
    return 0


def expiry(request: Request, screen: Screen) -> int:
    """When certificates end; 1 when one has ended."""
    found = enrolment.expiries(_folder(request), now())
    if request.wants_json:
        screen.json([{"name": one.name, "ends_at": one.ends_at, "days_left": one.days_left} for one in found])
    else:
        for one in found:
            screen.say(EXPIRY.fill(name=one.name, until=f"{one.ends_at:%d/%m/%Y}", days=one.days_left))
    return 0 if all(one.days_left >= 0 for one in found) else 1


def neighbours(request: Request, screen: Screen) -> int:
    """Boxes that obey each other's fire calls."""
    folder, box = _folder(request), request.values["box"]
    others = [one.strip() for one in request.values["with"].split(",") if one.strip()]
    signed = _unlocked(lambda keys: membership.link_neighbours(folder, box, others, now(), keys), screen.language)
    screen.say(LINKED.fill(number=signed.trust.number))
    return 0


def broker(request: Request, screen: Screen) -> int:
    """Become the broker, or print what systemd needs."""
    unit = request.values["unit"]
    if unit is not None:
        print(mosquitto.drop_in(unit), end="")
        return 0
    mosquitto.start(_folder(request).broker)
    return 1


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _typed_is(*words: str) -> bool:
    try:
        return fold(input("> ").strip()) in words
    except EOFError:
        return False


def _new_passphrase(language: Language) -> str:
    first = getpass(NEW_PASSPHRASE.read(language))
    if first != getpass(ONCE_MORE.read(language)) or not first:
        raise NoError(DIFFERENT)
    return first


def _unlocked(deed: Callable[[Passphrases], Made], language: Language) -> Made:
    """Do it; where a key is locked, ask for its passphrase."""
    try:
        return deed(UNLOCKED)
    except PassphraseError:
        if not sys.stdin.isatty():
            raise
    for left in range(TRIES - 1, -1, -1):
        try:
            return deed(Passphrases.one(getpass(ROOT_PASSPHRASE.read(language))))
        except PassphraseError:
            told = WRONG.fill(n=left) if left else WRONG_FOR_GOOD
            print(told.read(language), file=sys.stderr)
    raise NoError(WRONG_FOR_GOOD)
