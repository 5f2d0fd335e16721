"""Every command of gongctl: one table."""

import os
from pathlib import Path

from gongd.cli.kinds import DATE, DAYS, FILE, FOLDER, TEXT, TIME, WORD, choice
from gongd.cli.table import HELP, VERSION
from gongd.cli.usage import Argument, Book, Command, Kind, Option
from gongd.core.catalogue import Why
from gongd.core.words import Text
from gongd.gongctl.kinds import FORMAT, PORT, SECONDS

USUAL_FOLDER = "/var/lib/gongctl"


def _usual_folder() -> Path:
    """Where the commune's folder is when nobody says: named by the environment, here, or the usual one."""
    named = os.environ.get("GONGCTL_FOLDER")
    if named:
        return Path(named)
    here = Path()
    return here if (here / "commune.json").is_file() else Path(USUAL_FOLDER)


FOLDER_OPTION = Option(
    "folder",
    Text(
        f"thư mục của xã (thường là thư mục này, $GONGCTL_FOLDER hoặc {USUAL_FOLDER})",
        f"the commune's folder (usually this one, $GONGCTL_FOLDER or {USUAL_FOLDER})",
    ),
    FOLDER,
    "DIR",
    default=_usual_folder(),
)
PASSPHRASE_FILE = Option(
    "passphrase-file",
    Text("tệp chứa mật khẩu khóa trực ban, cho máy gọi", "a file with the desk key's passphrase, for programs"),
    FILE,
    "FILE",
)
GLOBAL = (FOLDER_OPTION, HELP, VERSION)

JSON = Option("json", Text("trả lời bằng JSON, cho máy đọc", "answer in JSON, for programs"))
SIGNAL = Argument("signal", WORD, Text("tên hiệu lệnh: fire, security, flood", "a signal: fire, security, flood"))
TO = Option(
    "to",
    Text("nơi phát: cụm loa, thôn, khu, hoặc all", "where: a box, a village, a zone, or all"),
    TEXT,
    "BOX|ZONE|all",
    required=True,
)
YES = Option("yes", Text("không hỏi lại", "do not ask"))
BY = Option("by", Text("ai ra lệnh", "who gives the order"), TEXT, "NAME")
NOTE = Option("note", Text("việc gì, cho người đọc nhật ký", "what happened, for the record"), TEXT, "TEXT")
WAIT = Option(
    "wait",
    Text("chờ và gửi lại đến bao lâu (thường 30 phút)", "wait, and send again, for how long (30 minutes unless said)"),
    SECONDS,
    "SECONDS",
    default=1800.0,
)
_ORDER = (TO, YES, BY, WAIT, PASSPHRASE_FILE, JSON)


def _command(
    name: str,
    where: str,
    vi: str,
    en: str,
    arguments: tuple[Argument, ...] = (),
    options: tuple[Option, ...] = (),
) -> Command:
    return Command(name, f"gongd.gongctl.{where}", Text(vi, en), arguments, options, program="gongctl")


def _option(name: str, vi: str, en: str, kind: Kind | None = None, shown: str = "", required: bool = False) -> Option:
    return Option(name, Text(vi, en), kind, shown, required=required)


MENU = _command("menu", "menu:menu", "bảng chọn (như khi không ghi lệnh)", "the menu, as without a command")
REASON = Option(
    "reason",
    Text("đã an toàn, báo nhầm, hay tạm dừng", "all is safe, a mistake, or a pause"),
    choice(Why),
    "safe|mistake|pause",
    required=True,
)
_DAILY = (
    MENU,
    _command("status", "board:status", "các cụm loa đang thế nào", "how the boxes are", options=(JSON,)),
    _command("watch", "board:watch", "xem tình trạng, tự cập nhật", "the same, live"),
    _command("roster", "board:roster", "danh bạ trực", "boxes, zones, people who ring by hand", options=(JSON,)),
    _command("alert", "order:alert", "PHÁT BÁO ĐỘNG THẬT", "raise an alarm, FOR REAL", (SIGNAL,), (*_ORDER, NOTE)),
    _command("drill", "order:drill", "diễn tập", "a drill of a signal", (SIGNAL,), (*_ORDER, NOTE)),
    _command("test", "order:test", "thử loa", "a soft test", options=_ORDER),
    _command(
        "announce",
        "order:announce",
        "thông báo: loa đọc câu này",
        "have a text spoken",
        (Argument("text", TEXT, Text("câu cần đọc", "what is spoken")),),
        _ORDER,
    ),
    _command(
        "cancel",
        "order:cancel",
        "dừng những gì bàn trực hoặc nút đã phát",
        "end what the desk or a button has raised",
        options=(
            REASON,
            Option("to", TO.text, TEXT, "BOX|ZONE|all"),
            _option("signal", "chỉ hiệu lệnh này", "this signal only", WORD, "SIGNAL"),
            *(BY, WAIT, PASSPHRASE_FILE, JSON),
        ),
    ),
    _command("silence", "order:silence", "tắt tiếng: bỏ mọi thứ", "drop all that sounds or waits", options=_ORDER),
    _command(
        "events",
        "paper:events",
        "nhật ký của các cụm loa",
        "the boxes' journals",
        options=(
            _option("box", "chỉ cụm loa này", "this box only", WORD, "BOX"),
            Option("days", Text("mấy ngày qua", "how many days back"), DAYS, "N", default=1),
            JSON,
        ),
    ),
    _command(
        "rung",
        "paper:rung",
        "ghi: đêm nay đã đánh tay",
        "write down that a village was rung by hand",
        (Argument("box", WORD, Text("cụm loa", "the box")),),
        (
            _option("by", "ai đánh", "who rang", TEXT, "NAME", required=True),
            _option("at", "lúc mấy giờ (thường là bây giờ)", "at what time (now unless said)", TIME, "HH:MM"),
            _option("night", "đêm nào (thường là đêm nay)", "which night (this one unless said)", DATE, "D/M/Y"),
        ),
    ),
    _command("forecast", "paper:forecast", "đêm nay thôn nào có thể không kêu", "who may be silent", options=(JSON,)),
    _command(
        "attendance",
        "paper:attendance",
        "bảng theo dõi kẻng 22 giờ",
        "the attendance sheet",
        options=(
            _option("from", "từ đêm nào", "from which night", DATE, "D/M/Y"),
            _option("until", "đến đêm nào", "to which night", DATE, "D/M/Y"),
            Option("format", Text("kiểu tệp", "the format"), FORMAT, "table|csv|xlsx|json", default="table"),
            Option("out", Text("ghi ra tệp", "write to a file"), FILE, "FILE", "-o"),
        ),
    ),
    _command(
        "collect",
        "collect:collect",
        "nhận và ghi kết quả, chạy suốt đêm",
        "receive and keep what the boxes tell, all night",
        options=(
            PASSPHRASE_FILE,
            _option("home-assistant", "cho Home Assistant thấy các cụm loa", "have Home Assistant see the boxes"),
        ),
    ),
    _command("doctor", "doctor:doctor", "thử từng bộ phận của bàn trực", "try every part of the desk", options=(JSON,)),
)

_BOX = Argument("box", WORD, Text("cụm loa", "the box"))
_ROOT = _option("root", "thư mục có khóa gốc (USB)", "the folder of the root key (a stick)", FOLDER, "DIR")
_OUT = _option("out", "ghi giấy trả lời ra đâu", "where the answer goes", FOLDER, "DIR")
_OFFICE = (
    _command(
        "init",
        "enrolling:init",
        "tạo thư mục của xã",
        "make a commune's folder",
        (Argument("commune", WORD, Text("tên xã, ví dụ nguyet-an", "the commune's id")),),
        (
            _option("host", "tên miền hoặc địa chỉ máy chủ", "the broker's name or address", TEXT, "HOST[,HOST]", True),
            Option("port", Text("cổng", "its port"), PORT, "N", default=8883),
            _option("address", "chỉ nghe ở địa chỉ này", "listen at this address only", WORD, "ADDRESS"),
            _option("passphrase", "đặt mật khẩu cho các khóa", "lock the keys with a passphrase"),
        ),
    ),
    _command(
        "enrol",
        "enrolling:enrol",
        "đăng ký một cụm loa",
        "enrol a box",
        (Argument("request", FILE, Text("tệp xin đăng ký", "the request file")),),
        (_ROOT, _OUT, _option("replace", "thay cụm loa cùng tên", "replace the box of that name")),
    ),
    _command(
        "revoke",
        "enrolling:revoke",
        "hủy khóa của một cụm loa",
        "revoke a box's or a desk's key",
        (Argument("name", WORD, Text("cụm loa hoặc khóa", "a box or a key")),),
        (_ROOT, YES),
    ),
    _command(
        "renew",
        "enrolling:renew",
        "gia hạn chứng thư số",
        "renew certificates",
        options=(
            _option("box", "chỉ cụm loa này", "this box only", WORD, "BOX"),
            _option("broker", "cả máy chủ và bàn trực", "those of the broker and the desk"),
            _OUT,
        ),
    ),
    _command(
        "move",
        "enrolling:move_box",
        "chuyển cụm loa sang xã mới",
        "take a box into a renamed or merged commune",
        (_BOX,),
        (
            _option("to", "thư mục của xã mới", "the new commune's folder", FOLDER, "DIR", True),
            _option("as", "tên mới của cụm loa", "its new id", WORD, "ID"),
            _ROOT,
        ),
    ),
    _command("expiry", "enrolling:expiry", "chứng thư số còn hạn bao lâu", "when certificates end", options=(JSON,)),
    _command(
        "neighbours",
        "enrolling:neighbours",
        "các cụm loa báo cháy cho nhau",
        "boxes that call each other",
        (_BOX,),
        (_option("with", "những cụm loa, cách nhau dấu phẩy", "boxes, with commas", TEXT, "BOX,BOX", True), _ROOT),
    ),
    _command(
        "broker",
        "enrolling:broker",
        "chạy máy chủ (Mosquitto) từ thư mục này",
        "run the broker from this folder",
        options=(_option("unit", "in đoạn cấu hình systemd", "print the systemd drop-in", FOLDER, "DIR"),),
    ),
)

COMMANDS = _DAILY + _OFFICE
GONGCTL = Book(
    "gongctl",
    Text(
        "gongctl: bàn trực Công an xã. Gõ gongctl không kèm gì để mở bảng chọn",
        "gongctl: the commune's desk. Without a command it is a menu",
    ),
    COMMANDS,
    GLOBAL,
    MENU,
)
