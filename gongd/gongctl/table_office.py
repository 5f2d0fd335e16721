"""Commands for keys, certificates and papers: one table."""

from gongd.cli.kinds import FILE, FOLDER, TEXT, WORD
from gongd.cli.usage import Argument
from gongd.core.words import Text
from gongd.gongctl.kinds import CODE, DEEDS, IDS, IDS_OR_ALL, NUMBER, PORT, STATUSES
from gongd.gongctl.table_row import JSON, PASSPHRASE_FILE, YES, command, option

_BOX = Argument("box", WORD, Text("cụm loa", "the box"))
_ROOT = option("root", "thư mục có tệp root.key (USB)", "the folder where root.key is (a stick)", FOLDER, "DIR")
_OUT = option("out", "ghi giấy trả lời ra đâu", "where the answer goes", FOLDER, "DIR")
_SIGNED = (_ROOT, PASSPHRASE_FILE)
"""What every command has that makes a new trust list."""

_PAPERS = (
    command(
        "init",
        "enrolling:init",
        "tạo thư mục của xã",
        "make a commune's folder",
        (Argument("commune", WORD, Text("tên xã, ví dụ nguyet-an", "the commune's id")),),
        (
            option("host", "tên miền hoặc địa chỉ máy chủ", "the broker's name or address", TEXT, "HOST[,HOST]", True),
            option("port", "cổng (thường 8883, bàn thử 1883)", "its port (8883; on a bench 1883)", PORT, "N"),
            option("address", "chỉ nghe ở địa chỉ này", "listen at this address only", WORD, "ADDRESS"),
            option("passphrase", "đặt mật khẩu cho các khóa", "lock the keys with a passphrase"),
            option("bench", "bàn thử: không khóa, không mã hóa", "a workshop bench: no keys, nothing encrypted"),
            PASSPHRASE_FILE,
        ),
    ),
    command(
        "enrol",
        "enrolling:enrol",
        "đăng ký một cụm loa",
        "enrol a box",
        (Argument("request", FILE, Text("tệp xin đăng ký", "the request file")),),
        (
            option(
                "code",
                "mã kiểm tra mà người lắp đã đọc, thay cho câu hỏi",
                "the check code as the installer read it, in place of the question",
                CODE,
                "CODE",
            ),
            _OUT,
            option("replace", "thay cụm loa cùng tên", "replace the box of that name"),
            *_SIGNED,
        ),
    ),
    command(
        "revoke",
        "enrolling:revoke",
        "hủy khóa của một cụm loa hoặc của bàn trực",
        "revoke a box's or a desk's key",
        (Argument("name", WORD, Text("cụm loa hoặc khóa", "a box or a key")),),
        (YES, *_SIGNED),
    ),
    command(
        "renew",
        "enrolling:renew",
        "gia hạn chứng thư số của các cụm loa",
        "renew the boxes' certificates",
        options=(
            option("box", "chỉ cụm loa này", "this box only", WORD, "BOX"),
            option("broker", "cả của máy chủ và bàn trực", "the broker's and the desk's too"),
            option(
                "seats",
                "chỉ bàn trực: khóa TLS mới, chứng thư số cũ bị hủy",
                "the desk only: a new TLS key; its former certificates are revoked",
            ),
            _OUT,
            PASSPHRASE_FILE,
        ),
    ),
    command(
        "move",
        "enrolling:move_box",
        "chuyển cụm loa sang xã mới",
        "take a box into a renamed or merged commune",
        (_BOX,),
        (
            option("to", "thư mục của xã mới", "the new commune's folder", FOLDER, "DIR", True),
            option("as", "tên mới của cụm loa", "its new id", WORD, "ID"),
            *_SIGNED,
        ),
    ),
    command("expiry", "enrolling:expiry", "chứng thư số còn hạn bao lâu", "when certificates end", options=(JSON,)),
    command(
        "neighbours",
        "enrolling:neighbours",
        "các cụm loa báo cháy cho nhau",
        "boxes that call each other",
        (_BOX,),
        (option("with", "những cụm loa, cách nhau dấu phẩy", "boxes, with commas", IDS, "BOX,BOX", True), *_SIGNED),
    ),
    command(
        "panel",
        "enrolling:panel",
        "cụm loa có nút send: là bảng nút của bàn trực",
        "what a box with send: buttons may raise, and where",
        (_BOX,),
        (
            option("signals", "những hiệu lệnh, cách nhau dấu phẩy", "signals, with commas", IDS, "SIGNAL,SIGNAL"),
            option("in", "ở đâu (thường: cả xã)", "where (everywhere)", TEXT, "BOX,ZONE,all"),
            option("none", "không là bảng nút nữa", "it is a panel no more"),
            *_SIGNED,
        ),
    ),
    command(
        "zones",
        "enrolling:zones",
        "các khu mà cụm loa nghe lệnh",
        "the zones whose orders a box hears",
        (_BOX,),
        (option("in", "những khu, cách nhau dấu phẩy", "zones, with commas", IDS, "ZONE,ZONE", True), *_SIGNED),
    ),
    command(
        "broker",
        "enrolling:broker",
        "chạy máy chủ (Mosquitto) từ thư mục này",
        "run the broker from this folder",
        options=(option("unit", "in đoạn cấu hình systemd", "print the systemd drop-in", FOLDER, "DIR"),),
    ),
)

_NAME = Argument("name", WORD, Text("tên khóa, ví dụ pho-truc-ban", "the key's name"))
_PUBLIC = option("public", "khóa công khai làm ở máy khác", "the public half of one made elsewhere", FILE, "FILE")
_LOCKED = option("passphrase", "đặt mật khẩu cho khóa mới", "lock the new key with a passphrase")
_RIGHTS = (
    option("may", "được làm gì (thường: mọi việc)", "what it may do (everything unless said)", DEEDS, "TYPE,TYPE"),
    option("signals", "hiệu lệnh nào (thường: mọi hiệu lệnh)", "which signals (any)", IDS_OR_ALL, "SIGNAL,SIGNAL"),
    option("status", "thật, diễn tập, thử (thường: cả ba)", "real, drill, test (all three)", STATUSES, "STATUS,STATUS"),
    option("in", "ở đâu (thường: cả xã)", "where (everywhere)", TEXT, "BOX|ZONE|all"),
)
_OTHER_RIGHTS = (
    option("may", "được làm gì; all: mọi việc", "what it may do; all: everything", DEEDS, "TYPE,TYPE"),
    option("signals", "hiệu lệnh nào; all: mọi hiệu lệnh", "which signals; all: any", IDS_OR_ALL, "SIGNAL,SIGNAL"),
    option("status", "thật, diễn tập, thử; all: cả ba", "real, drill, test; all: any", STATUSES, "STATUS,STATUS"),
    option("in", "ở đâu; all: cả xã", "where; all: everywhere", TEXT, "BOX|ZONE|all"),
)
_KEYS = (
    command("key list", "keys:show", "các khóa và quyền", "the keys and what each may do", options=(JSON,)),
    command(
        "key new",
        "keys:new",
        "thêm một khóa trực ban, với quyền",
        "list another key of the desk, with its rights",
        (_NAME,),
        (*_RIGHTS, _PUBLIC, _LOCKED, *_SIGNED),
    ),
    command(
        "key change",
        "keys:change",
        "đổi quyền của một khóa; quyền nào không gõ thì giữ nguyên",
        "give a key other rights; what is not typed stays as it is",
        (_NAME,),
        (*_OTHER_RIGHTS, *_SIGNED),
    ),
    command(
        "key replace",
        "keys:replace",
        "mất khóa: khóa mới cùng tên, cùng quyền; khóa cũ bị hủy",
        "a key was lost: a new one of its name and rights; the lost one is revoked",
        (_NAME,),
        (_PUBLIC, _LOCKED, *_SIGNED),
    ),
    command(
        "key collector",
        "keys:collector",
        "khóa riêng cho collect: không mật khẩu, chỉ được hỏi",
        "a key of the collector's own: no passphrase, and it may only ask",
        options=_SIGNED,
    ),
    command(
        "key make",
        "keys:make",
        "làm một khóa ở máy này, cho máy trực khác đăng ký",
        "make a key on this machine, to be listed at the desk",
        (Argument("file", FILE, Text("tệp khóa mới", "the file of the new key")),),
        (_LOCKED,),
    ),
    command(
        "skip",
        "keys:skip",
        "sau khi phục hồi bản sao lưu: danh sách khóa sau phải trên số này",
        "after a restored backup: the next trust list is above this number",
        (Argument("number", NUMBER, Text("số lớn nhất mà một cụm loa báo về", "the highest that a box reports")),),
    ),
)

OFFICE = (*_PAPERS, *_KEYS)
