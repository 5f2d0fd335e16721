"""`gongctl init`, `enrol`, `revoke`, `renew`, `move`, `expiry`, `neighbours`, `panel`, `zones`, `broker`: papers."""

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, Request
from gongd.core.calling import ALL
from gongd.core.words import Text
from gongd.desk import enrolment, founding, membership, mosquitto
from gongd.desk.applicant import Applicant, read_request
from gongd.desk.blank_roster import lay_down
from gongd.desk.broker_process import is_kept_up, keep_up
from gongd.desk.commune_folder import CommuneFolder, FolderError
from gongd.desk.enrolment import Enrolled
from gongd.desk.membership import UNLOCKED, Passphrases
from gongd.desk.mosquitto import PORT
from gongd.desk.move import move
from gongd.desk.office import ROSTER, open_office
from gongd.desk.panel import set_panel
from gongd.desk.register import box_ids, load_commune
from gongd.desk.roster import zone_of
from gongd.gongctl.duty import now
from gongd.gongctl.passphrase import NEEDED, read_passphrase
from gongd.gongctl.spreading import spread
from gongd.gongctl.unlocking import new_passphrase, typed_is, unlocked

FOUNDED = Text(
    "Đã tạo {folder}. Mã của xã: {code}. Chép {root} ra hai USB, cất két, rồi xóa khỏi máy.",
    "{folder} is made. The commune's code: {code}. Copy {root} to two sticks, lock them away, and delete it here.",
)
LAID = Text(
    "Điền danh bạ trực (gọi ai khi loa không kêu): {path}",
    "Fill in the roster (whom to call when a box cannot sound): {path}",
)
NEXT = Text("Chạy máy chủ: gongctl broker --folder {folder}", "To run the broker: gongctl broker --folder {folder}")
NOT_ENROLLED = Text("Chưa đăng ký gì.", "Nothing was enrolled.")
ENROLLED = Text(
    "Đã đăng ký {box}, hạn đến {until}. Giấy trả lời: {path}. Mã của xã: {code}, so với mã loa đọc.",
    "{box} is enrolled until {until}. Its answer: {path}. The commune's code: {code}; compare with what it speaks.",
)
NOT_CARRIED = Text(
    "Giấy trả lời của {box} đã làm xong và nằm ở {path}: chép sang USB. Không phải làm lại.",
    "The answer for {box} is made and lies in {path}: copy it to a stick. Nothing is to be done again.",
)
TELL_BROKER = Text(
    "Chép broker/ sang máy chủ rồi khởi động lại máy chủ.", "Copy broker/ to the broker and start it again."
)
REVOKE = Text("Hủy khóa {name}? Gõ HUY rồi Enter.", "Revoke {name}? Type REVOKE and Enter.")
NOT_REVOKED = Text("Chưa hủy gì.", "Nothing was revoked.")
REVOKED = Text("Đã hủy {name}. Danh sách khóa số {number}.", "{name} is revoked. Trust list {number}.")
RENEWED = Text(
    "Đã gia hạn {box} đến {until}. Giấy trả lời: {path}", "{box} is renewed until {until}. Its answer: {path}"
)
RENEWED_OWN = Text("Đã gia hạn máy chủ và bàn trực.", "Broker and desk are renewed.")
MOVED = Text(
    "{box} nay thuộc {folder}. Hai xã cùng được nghe trong 90 ngày.",
    "{box} belongs to {folder} now. For 90 days it obeys both.",
)
RESEATED = Text(
    "Bàn trực có khóa TLS mới; chứng thư số cũ bị hủy. Chạy lại collect và mọi cửa sổ gongctl.",
    "The desk has a new TLS key; its former certificates are revoked. Restart collect and every gongctl.",
)
BENCH = Text(
    "Đã tạo bàn thử {folder}, nghe ở {address}:{port}. KHÔNG khóa, KHÔNG mã hóa: đừng dùng ở thôn.",
    "The bench {folder} is made; it listens at {address}:{port}. NO keys, NOTHING encrypted: never for a village.",
)
OTHER_CODE = Text(
    "Mã của tệp là {code}, người lắp đọc {said}: KHÔNG đăng ký. Có thể có kẻ tráo tệp.",
    "The file's code is {code}, the installer read {said}: NOT enrolled. Somebody may have swapped the file.",
)
EXPIRY = Text("{name}: đến {until}, còn {days} ngày", "{name}: until {until}, {days} days left")
PANEL_NEEDS = Text(
    "Cho phép hiệu lệnh nào? Thêm --signals fire,all-clear, hoặc --none để thôi làm bảng nút",
    "Which signals may it raise? Add --signals fire,all-clear, or --none to end it",
)
NO_ZONE = Text(
    "Danh bạ trực không có khu: {zones}. Có: {known}. Khu mới thì ghi vào zones trong roster.yaml trước",
    "The roster has no zone: {zones}. There are: {known}. Write a new one under zones in roster.yaml first",
)
LINKED = Text("Đã ghi. Danh sách khóa số {number}.", "Done. Trust list {number}.")


def _folder(request: Request) -> CommuneFolder:
    return CommuneFolder(request.config, request.values.get("root"))


def init(request: Request, screen: Screen) -> int:
    """Make a commune's folder: one named after it, in this place, unless --folder says where."""
    commune = request.values["commune"]
    path = Path(commune) if "--folder" not in " ".join(sys.argv) else request.config
    hosts = [host.strip() for host in request.values["host"].split(",") if host.strip()]
    if request.values.get("bench"):
        return _init_bench(request, screen, path, hosts)
    port, address = request.values["port"] or PORT, request.values["address"]
    made = founding.found(CommuneFolder(path), commune, hosts, now(), _locks(request, screen), port, address)
    screen.say(FOUNDED.fill(folder=path, code=made.root_code, root=path / "root"))
    _lay_roster(path, screen)
    screen.say(NEXT.fill(folder=path))
    return 0


def _init_bench(request: Request, screen: Screen, path: Path, hosts: list[str]) -> int:
    port, address = request.values["port"] or founding.BENCH_PORT, request.values["address"] or founding.LOOPBACK
    made = founding.found_bench(CommuneFolder(path), request.values["commune"], hosts, now(), port, address)
    screen.say(BENCH.fill(folder=path, address=address, port=made.port))
    _lay_roster(path, screen)
    screen.say(NEXT.fill(folder=path))
    return 0


def _lay_roster(folder: Path, screen: Screen) -> None:
    """A roster to fill in. The commune is made by then: without it nothing else is amiss."""
    try:
        lay_down(folder / ROSTER)
        screen.say(LAID.fill(path=folder / ROSTER))
    except FolderError as error:
        screen.complain(error.text)


def _locks(request: Request, screen: Screen) -> Passphrases:
    """With what the keys of a new commune are locked."""
    if file := request.values["passphrase-file"]:
        return Passphrases.one(read_passphrase(file))
    return Passphrases.one(new_passphrase(screen.language, NEEDED)) if request.values.get("passphrase") else UNLOCKED


def enrol(request: Request, screen: Screen) -> int:
    """Enrol a box, once two people have found its code the same."""
    _require_place(request)
    applicant = read_request(request.values["request"])
    if not _is_the_same(applicant, request.values["code"], screen):
        screen.say(NOT_ENROLLED)
        return 1
    folder, out, again = _folder(request), request.values["out"], bool(request.values.get("replace"))
    done = unlocked(lambda keys: enrolment.enrol(folder, applicant, now(), keys, out, again), request, screen)
    is_carried = _show(done, ENROLLED, request, screen)
    spread(request.config, screen)
    return 0 if is_carried else 1


def _require_place(request: Request) -> None:
    """Raises FolderError where --out takes no file."""
    if (out := request.values["out"]) is not None:
        enrolment.require_place(out)


def _is_the_same(applicant: Applicant, code: str | None, screen: Screen) -> bool:
    """Do both sides have the same code? By the one that was given, else a person says so."""
    if code is not None:
        if code != applicant.code:
            screen.complain(OTHER_CODE.fill(code=applicant.code, said=code))
        return code == applicant.code
    screen.say(applicant.question)
    return typed_is("dung")


def _show(done: Enrolled, text: Text, request: Request, screen: Screen) -> bool:
    """False where the answer is not where it was to be."""
    until = _day(done.ends_at, request)
    screen.say(text.fill(box=done.box, until=until, path=done.answer, code=done.root_code))
    if not done.broker_told:
        screen.say(TELL_BROKER)
    if done.uncarried is not None:
        screen.complain(done.uncarried)
        screen.complain(NOT_CARRIED.fill(box=done.box, path=done.answer))
    return done.uncarried is None


def _day(at: datetime, request: Request) -> str:
    """The commune's date, as the box says it too."""
    return f"{at.astimezone(zone_of(request.config / ROSTER)):%d/%m/%Y}"


def revoke(request: Request, screen: Screen) -> int:
    """Strike a key for ever."""
    folder, name = _folder(request), request.values["name"]
    load_commune(folder)
    is_box = membership.is_box(folder, name)
    if not request.values.get("yes"):
        screen.say(REVOKE.fill(name=name))
        if not typed_is("huy", "revoke"):
            screen.say(NOT_REVOKED)
            return 1
    signed = unlocked(lambda keys: membership.revoke(folder, name, now(), keys), request, screen)
    screen.say(REVOKED.fill(name=name, number=signed.trust.number))
    if is_box:
        _bring(folder, screen)
    spread(request.config, screen)
    return 0


def _bring(folder: CommuneFolder, screen: Screen) -> None:
    """The broker's files have changed: to a broker elsewhere only people can take them."""
    if not is_kept_up(folder.broker):
        screen.say(TELL_BROKER)


def _hand_on(folder: CommuneFolder, request: Request, screen: Screen) -> int:
    """The broker's files to the broker, and the list to the boxes."""
    _bring(folder, screen)
    spread(request.config, screen)
    return 0


def renew(request: Request, screen: Screen) -> int:
    """New certificates for keys that are known; with --seats for a new key of the desk."""
    folder, box = _folder(request), request.values["box"]
    if request.values.get("seats"):
        told = unlocked(lambda keys: enrolment.replace_seats(folder, now(), keys), request, screen)
        screen.say(RESEATED)
        if not told:
            screen.say(TELL_BROKER)
        return 0
    _require_place(request)
    boxes = (box,) if box else box_ids(folder)
    out = request.values["out"]
    renewed = unlocked(lambda keys: enrolment.renew(folder, boxes, now(), keys, out), request, screen)
    carried = [_show(replace(done, broker_told=True), RENEWED, request, screen) for done in renewed]
    if request.values.get("broker"):
        unlocked(lambda keys: enrolment.renew_own(folder, now(), keys), request, screen)
        screen.say(RENEWED_OWN)
        _bring(folder, screen)
    return 0 if all(carried) else 1


def move_box(request: Request, screen: Screen) -> int:
    """Take a box into another commune; both folders' keys are needed."""
    box, target = request.values["box"], CommuneFolder(request.values["to"])
    names = {box: request.values["as"] or box}
    source = _folder(request)
    unlocked(lambda keys: move(source, target, names, now(), keys, keys), request, screen)
    screen.say(MOVED.fill(box=box, folder=target.path))
    if not (is_kept_up(source.broker) and is_kept_up(target.broker)):
        screen.say(TELL_BROKER)
    spread(request.config, screen)
    return 0


def expiry(request: Request, screen: Screen) -> int:
    """When certificates end; 1 when one has ended."""
    load_commune(_folder(request))
    found = enrolment.expiries(_folder(request), now())
    if request.wants_json:
        screen.json([{"name": one.name, "ends_at": one.ends_at, "days_left": one.days_left} for one in found])
    else:
        for one in found:
            screen.say(EXPIRY.fill(name=one.name, until=_day(one.ends_at, request), days=one.days_left))
    return 0 if all(one.days_left >= 0 for one in found) else 1


def neighbours(request: Request, screen: Screen) -> int:
    """Boxes that obey each other's fire calls."""
    folder, box, others = _folder(request), request.values["box"], request.values["with"]
    signed = unlocked(lambda keys: membership.link_neighbours(folder, box, others, now(), keys), request, screen)
    screen.say(LINKED.fill(number=signed.trust.number))
    return _hand_on(folder, request, screen)


def panel(request: Request, screen: Screen) -> int:
    """What a box with `send:` buttons may raise for real, and where."""
    folder, box = _folder(request), request.values["box"]
    signals = () if request.values.get("none") else tuple(sorted(request.values["signals"] or ()))
    if not signals and not request.values.get("none"):
        raise MisuseError(PANEL_NEEDS)
    places = [place.strip() for place in (request.values["in"] or ALL).split(",") if place.strip()]
    signed = unlocked(lambda keys: set_panel(folder, box, signals, places, now(), keys), request, screen)
    screen.say(LINKED.fill(number=signed.trust.number))
    return _hand_on(folder, request, screen)


def zones(request: Request, screen: Screen) -> int:
    """The zones whose orders the broker lets a box hear: those that the roster has. Raises MisuseError for others."""
    folder, box, wanted = _folder(request), request.values["box"], sorted(request.values["in"])
    known = open_office(request.config).roster.zones
    if strange := [zone for zone in wanted if zone not in known]:
        raise MisuseError(NO_ZONE.fill(zones=", ".join(strange), known=", ".join(sorted(known)) or "–"))
    signed = unlocked(lambda keys: membership.set_zones(folder, box, wanted, now(), keys), request, screen)
    screen.say(LINKED.fill(number=signed.trust.number))
    return _hand_on(folder, request, screen)


def broker(request: Request, screen: Screen) -> int:
    """Keep the broker up, or print what systemd needs."""
    unit = request.values["unit"]
    if unit is not None:
        print(mosquitto.drop_in(unit), end="")
        return 0
    return keep_up(_folder(request).broker, screen.say_on)
