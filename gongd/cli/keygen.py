"""`gongd keygen`: the box's keys, its request to the desk, and the desk's answer."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gongd.cli.screen import Screen
from gongd.cli.site import read
from gongd.cli.usage import MisuseError, Request
from gongd.core.words import Text
from gongd.settings import Settings

if TYPE_CHECKING:
    from gongd.keygen import Installed

ONE_OF_BOTH = Text("--to và --answer không đi cùng nhau", "--to and --answer do not go together")
NEW_ASKS = Text("--new và --answer không đi cùng nhau", "--new and --answer do not go together")
OLD_SERVE = Text(
    "Khóa mới chờ giấy trả lời. Đến khi nhận, cụm loa vẫn dùng khóa cũ.",
    "The new keys wait for the answer. Until it is taken the box goes on with the old ones.",
)
WRITTEN = Text(
    "Đã ghi {path}. Mã kiểm tra của cụm loa: {code}. Đem tệp này đến bàn trực: gongctl enrol",
    "{path} is written. Check code of the box: {code}. Take this file to the desk: gongctl enrol",
)
TAKEN = Text(
    "Đã nhận: danh sách khóa số {number}, chứng thư số dùng đến {until}. Máy chủ: {host}:{port}",
    "Taken: list of trust number {number}, certificate until {until}. Broker: {host}:{port}",
)
COMPARE = Text(
    "Mã kiểm tra của xã: {code}. So với mã bàn trực đọc; khác nhau thì báo kỹ thuật ngay",
    "Check code of the commune: {code}. Compare with what the desk reads; if they differ, tell whoever is in charge",
)
RESTART = Text("Rồi: sudo systemctl restart gongd", "Then: sudo systemctl restart gongd")
RELOAD = Text("Rồi: sudo gongd reload", "Then: sudo gongd reload")
NOTHING_MORE = Text(
    "Không phải làm gì thêm: cụm loa đang chạy tự dùng giấy mới.",
    "Nothing more is to be done: a box that runs uses it by itself.",
)
KNOWN = Text(
    "Cụm loa đã nhận giấy này từ trước. Chưa kết nối được thì: sudo systemctl restart gongd",
    "The box has had this answer already. If it has no connection: sudo systemctl restart gongd",
)
WRITE_HOST = Text(
    "Cấu hình chưa ghi máy chủ này. Thêm vào: mqtt: {{host: {host}, port: {port}}}",
    "The settings do not name this broker. Add: mqtt: {{host: {host}, port: {port}}}",
)


def keygen(request: Request, screen: Screen) -> int:
    """Ask to be enrolled, or take the answer."""
    settings = read(request, screen)
    answer, to = request.values["answer"], request.values["to"]
    if answer is not None and to is not None:
        raise MisuseError(ONE_OF_BOTH)
    is_new = bool(request.values.get("new"))
    if answer is not None and is_new:
        raise MisuseError(NEW_ASKS)
    now = datetime.now().astimezone()
    if answer is not None:
        return _take(settings, answer, request, screen, now)
    from gongd.keygen import make_request

    made = make_request(settings, to or Path(), now, is_new)
    if request.wants_json:
        screen.json({"ok": True, "request": str(made.path), "code": made.code, "spoken": made.spoken})
    else:
        screen.say(WRITTEN.fill(path=made.path, code=made.code))
        if made.keeps_old:
            screen.say(OLD_SERVE)
    return 0


def _take(settings: Settings, answer: Path, request: Request, screen: Screen, now: datetime) -> int:
    from gongd.keygen import take_answer

    done = take_answer(settings, answer, now, request.values["new-root"])
    if request.wants_json:
        told = {"number": done.number, "until": done.ends_at.isoformat(), "host": done.host, "port": done.port}
        screen.json({"ok": True, **told, "root_code": done.root_code, "needs_start": done.needs_start})
        return 0
    until = f"{done.ends_at.astimezone(settings.box.timezone):%d/%m/%Y}"
    screen.say(TAKEN.fill(number=done.number, until=until, host=done.host, port=done.port))
    if done.root_code:
        screen.say(COMPARE.fill(code=done.root_code))
    is_named = settings.mqtt is not None and (settings.mqtt.host, settings.mqtt.port) == (done.host, done.port)
    if not is_named:
        screen.say(WRITE_HOST.fill(host=done.host, port=done.port))
    screen.say(_next(done, is_named))
    return 0


def _next(done: "Installed", is_named: bool) -> Text:
    """What is still to be done at the box, whose settings name the broker or do not yet."""
    if done.needs_start:
        return RESTART
    if not (done.is_renewal and is_named):
        return RELOAD
    return KNOWN if done.is_known else NOTHING_MORE
