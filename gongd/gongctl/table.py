"""Every command of gongctl: one table."""

import os
from pathlib import Path

from gongd.cli.kinds import DATE, DAYS, FILE, FOLDER, TEXT, TIME, WORD, choice
from gongd.cli.table import HELP, VERSION
from gongd.cli.usage import Argument, Book, Option
from gongd.core.catalogue import Why
from gongd.core.words import Text
from gongd.gongctl.kinds import FORMAT, MONTH, NAME, SECONDS
from gongd.gongctl.table_office import OFFICE
from gongd.gongctl.table_row import BY, JSON, PASSPHRASE_FILE, YES, command, option

USUAL_FOLDER = "/var/lib/gongctl"


def _usual_folder() -> Path:
    """Where the commune's folder is when nobody says: named by the environment, here, or the usual one."""
    named = os.environ.get("GONGCTL_FOLDER")
    if named:
        return Path(named)
    here = Path()
    try:
        return here if (here / "commune.json").is_file() else Path(USUAL_FOLDER)
    except OSError:  # a private home folder: `sudo -u gongctl` stays in it
        return Path(USUAL_FOLDER)


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
KEY_OPTION = Option(
    "key", Text("ký bằng khóa này (thường là khóa trực ban)", "sign with this key (the desk's)"), WORD, "NAME"
)
GLOBAL = (FOLDER_OPTION, KEY_OPTION, HELP, VERSION)

SIGNAL = Argument("signal", WORD, Text("tên hiệu lệnh: fire, security, flood", "a signal: fire, security, flood"))
TO = Option(
    "to",
    Text("nơi phát: cụm loa, thôn, khu, hoặc all", "where: a box, a village, a zone, or all"),
    TEXT,
    "BOX|ZONE|all",
    required=True,
)
ONE_BOX = Option("to", Text("cụm loa nào, mỗi lần một", "which box, one at a time"), TEXT, "BOX", required=True)
NOTE = Option("note", Text("việc gì, cho người đọc nhật ký", "what happened, for the record"), TEXT, "TEXT")
WAIT = Option(
    "wait",
    Text("chờ và gửi lại đến bao lâu (thường 30 phút)", "wait, and send again, for how long (30 minutes unless said)"),
    SECONDS,
    "SECONDS",
    default=1800.0,
)
NEVER_ASKS = Option(
    "yes", Text("không cần: lệnh này không hỏi lại, gửi ngay", "not needed: this never asks and is sent at once")
)
FOLLOW = option("follow", "xem đến khi mọi cụm loa phát xong", "watch until every box has finished")
_ORDER = (TO, YES, BY, WAIT, PASSPHRASE_FILE, JSON)
_SOUND = (*_ORDER, FOLLOW)

_AT_ONCE = (TO, NEVER_ASKS, *_ORDER[2:])

MENU = command("menu", "menu:menu", "bảng chọn (như khi không ghi lệnh)", "the menu, as without a command")
REASON = Option(
    "reason",
    Text("đã an toàn, báo nhầm, hay tạm dừng", "all is safe, a mistake, or a pause"),
    choice(Why),
    "safe|mistake|pause",
    required=True,
)
_DAILY = (
    MENU,
    command("status", "board:status", "các cụm loa đang thế nào", "how the boxes are", options=(JSON,)),
    command("watch", "board:watch", "xem tình trạng, tự cập nhật", "the same, live"),
    command("roster", "board:roster", "danh bạ trực", "boxes, zones, people who ring by hand", options=(JSON,)),
    command("alert", "order:alert", "PHÁT BÁO ĐỘNG THẬT", "raise an alarm, FOR REAL", (SIGNAL,), (*_SOUND, NOTE)),
    command("drill", "order:drill", "diễn tập", "a drill of a signal", (SIGNAL,), (*_SOUND, NOTE)),
    command("test", "order:test", "thử loa", "a soft test", options=_SOUND),
    command(
        "announce",
        "pushing:announce",
        "thông báo: loa đọc câu này, hoặc phát bản thu",
        "have a text spoken, or a recording played",
        (Argument("text", TEXT, Text("câu cần đọc", "what is spoken"), optional=True),),
        (
            *_SOUND,
            option("clip", "phát bản thu này, không quá 1 MiB", "play this recording, at most 1 MiB", FILE, "FILE"),
        ),
    ),
    command(
        "settings push",
        "pushing:push",
        "gửi tệp cấu hình cho một cụm loa",
        "have a box use a settings file",
        (Argument("file", FILE, Text("tệp cấu hình", "the settings file")),),
        (ONE_BOX, *_ORDER[1:]),
    ),
    command(
        "cancel",
        "order:cancel",
        "dừng những gì bàn trực hoặc nút đã phát",
        "end what the desk or a button has raised",
        options=(
            REASON,
            Option("to", TO.text, TEXT, "BOX|ZONE|all"),
            option("signal", "chỉ hiệu lệnh này", "this signal only", WORD, "SIGNAL"),
            *(BY, WAIT, PASSPHRASE_FILE, JSON),
        ),
    ),
    command("silence", "order:silence", "tắt tiếng: bỏ mọi thứ", "drop all that sounds or waits", options=_AT_ONCE),
    command(
        "events",
        "paper:events",
        "nhật ký của các cụm loa",
        "the boxes' journals",
        options=(
            option("box", "chỉ cụm loa này", "this box only", WORD, "BOX"),
            Option("days", Text("mấy ngày qua", "how many days back"), DAYS, "N", default=1),
            JSON,
        ),
    ),
    command(
        "rung",
        "paper:rung",
        "ghi: đêm nay đã đánh tay",
        "write down that a village was rung by hand",
        (Argument("box", WORD, Text("cụm loa", "the box")),),
        (
            option("by", "ai đánh", "who rang", TEXT, "NAME"),
            option("at", "lúc mấy giờ (quanh 22 giờ: bây giờ)", "at what time (about 22:00: now)", TIME, "HH:MM"),
            option("night", "đêm nào (thường là đêm vừa rồi)", "which night (the last one)", DATE, "D/M/Y"),
            option("undo", "bỏ điều đã ghi nhầm của đêm ấy", "take back what was written of that night by mistake"),
        ),
    ),
    command("forecast", "paper:forecast", "đêm nay thôn nào có thể không kêu", "who may be silent", options=(JSON,)),
    command(
        "attendance",
        "paper:attendance",
        "bảng theo dõi kẻng 22 giờ",
        "the attendance sheet",
        options=(
            option("from", "từ đêm nào", "from which night", DATE, "D/M/Y"),
            option("until", "đến đêm nào", "to which night", DATE, "D/M/Y"),
            Option("format", Text("kiểu tệp", "the format"), FORMAT, "table|csv|xlsx|json", default="table"),
            Option("out", Text("ghi ra tệp", "write to a file"), FILE, "FILE", "-o"),
        ),
    ),
    command(
        "report",
        "paper:report",
        "báo cáo tháng gửi lên trên",
        "the monthly report",
        options=(
            option("month", "tháng kết thúc kỳ (thường là kỳ này)", "the month it ends in (this period)", MONTH, "M/Y"),
            Option("format", Text("kiểu tệp", "the format"), FORMAT, "table|csv|xlsx|json", default="table"),
            Option("out", Text("ghi ra tệp", "write to a file"), FILE, "FILE", "-o"),
        ),
    ),
    command(
        "collect",
        "collect:collect",
        "nhận và ghi kết quả, chạy suốt đêm",
        "receive and keep what the boxes tell, all night",
        options=(
            PASSPHRASE_FILE,
            option("home-assistant", "cho Home Assistant thấy các cụm loa", "have Home Assistant see the boxes"),
            option(
                "share",
                "chia việc với các máy cùng nhóm này (sổ ở PostgreSQL)",
                "share the load with the collectors of this group (a store in PostgreSQL)",
                NAME,
                "GROUP",
            ),
        ),
    ),
    command(
        "store",
        "storing:store",
        "sổ của bàn trực ở đâu, chuyển sang PostgreSQL",
        "where the desk's store is; take it to PostgreSQL",
        (
            Argument(
                "address",
                WORD,
                Text("postgresql://TÊN@MÁY/CƠ-SỞ, hoặc sqlite", "postgresql://USER@HOST/DATABASE, or sqlite"),
                optional=True,
            ),
        ),
    ),
    command("doctor", "doctor:doctor", "thử từng bộ phận của bàn trực", "try every part of the desk", options=(JSON,)),
)

COMMANDS = _DAILY + OFFICE
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
