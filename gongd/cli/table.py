"""Every command of gongd: one table. `parse` reads by it and the help pages are made from it."""

from pathlib import Path

from gongd.cli.kinds import COUNT, DATE, DAYS, DURATION, FILE, FOLDER, TEXT, TIME, WORD, YEARS, choice
from gongd.cli.relays import DEFAULT_CONFIG
from gongd.cli.usage import Argument, Book, Command, Option
from gongd.core.catalogue import Status
from gongd.core.words import Language, Text

CONFIG = Option(
    "config",
    Text(f"tệp cấu hình (thường là {DEFAULT_CONFIG})", f"the settings file (usually {DEFAULT_CONFIG})"),
    FILE,
    "FILE",
    default=Path(DEFAULT_CONFIG),
)
HELP = Option("help", Text("trang này", "this page"), short="-h")
VERSION = Option("version", Text("phiên bản", "the version"))
GLOBAL = (CONFIG, HELP, VERSION)

JSON = Option("json", Text("trả lời bằng JSON, cho máy đọc", "answer in JSON, for programs"))
SIGNAL = Argument("signal", WORD, Text("tên hiệu lệnh, ví dụ peace, fire", "a signal's name, as peace, fire"))

_NOTE = Argument(
    "file", FILE, Text("tệp do cụm loa để lại (thường tự tìm)", "the daemon's note (usually found)"), optional=True
)
RELAYS_OFF = Command(
    "relays-off",
    "gongd.cli.relays:relays_off",
    Text("tắt hết rơ-le khi cụm loa đã chết", "switch every relay off when the daemon has died"),
    (_NOTE,),
)

COMMANDS = (
    Command(
        "run",
        "gongd.cli.daemon:run",
        Text("chạy cụm loa", "run the box: the daemon"),
        options=(
            Option("dry", Text("chạy thử: chân giả, tiếng ghi ra tệp WAV", "mock pins, sound to WAV files")),
            Option("out", Text("thư mục ghi tệp khi chạy thử", "where --dry writes"), FOLDER, "DIR"),
        ),
    ),
    Command(
        "check",
        "gongd.cli.offline:check",
        Text("kiểm tra tệp cấu hình", "check the settings file"),
        options=(JSON,),
    ),
    Command(
        "preview",
        "gongd.cli.offline:preview",
        Text("những ngày tới sẽ đánh gì, lúc nào", "what will sound in the next days, and when"),
        options=(Option("days", Text("mấy ngày tới", "how many days"), DAYS, "N", default=7), JSON),
    ),
    Command(
        "describe",
        "gongd.cli.offline:describe",
        Text("cách đánh viết thành một câu, để dán cạnh kẻng", "the rhythm in one sentence, for the notice"),
        (SIGNAL,),
        (
            Option("lang", Text("tiếng Việt hay tiếng Anh", "Vietnamese or English"), choice(Language), "vi|en"),
            Option("out", Text("vẽ sơ đồ đánh ra tệp PNG", "draw the timeline to a PNG file"), FILE, "PNG", "-o"),
            JSON,
        ),
    ),
    Command(
        "render",
        "gongd.cli.sound:render",
        Text("ghi ra tệp WAV đúng tiếng sẽ phát", "write the sound, exactly as it will be played"),
        (SIGNAL,),
        (
            Option("out", Text("tệp WAV", "the WAV file"), FILE, "FILE.wav", "-o", required=True),
            Option(
                "status",
                Text("thật, diễn tập hay thử loa", "the real thing, a drill or a test"),
                choice(Status),
                "actual|exercise|test",
                default=Status.ACTUAL,
            ),
            Option("place", Text("nơi được đọc tên", "the place that is named"), TEXT, "TEXT"),
        ),
    ),
    Command(
        "play",
        "gongd.cli.daemon:play",
        Text("phát một hiệu lệnh (thường là thử loa)", "sound a signal (a test unless said)"),
        (SIGNAL,),
        (
            Option(
                "status",
                Text("thử loa, diễn tập hay PHÁT THẬT", "a test, a drill or THE REAL THING"),
                choice(Status),
                "test|exercise|actual",
                default=Status.TEST,
            ),
            JSON,
        ),
    ),
    Command(
        "stop",
        "gongd.cli.daemon:stop",
        Text("tắt tiếng: bỏ mọi thứ đang phát hoặc đang chờ", "silence whatever sounds or waits"),
        options=(JSON,),
    ),
    Command(
        "clock set",
        "gongd.cli.clock:set_clock",
        Text("đặt giờ, và xác nhận giờ đúng", "set the time and vouch for it"),
        (Argument("time", TIME, Text("giờ bây giờ, ví dụ 21:47", "the time now, as 21:47")),),
        (
            Option("date", Text("ngày, nếu ngày của máy sai", "the date, where the machine's is wrong"), DATE, "D/M/Y"),
            Option("vouch-only", Text("giờ của máy đã đúng, chỉ xác nhận", "the clock is right already: only vouch")),
            JSON,
        ),
    ),
    Command(
        "reload",
        "gongd.cli.daemon:reload",
        Text("đọc lại tệp cấu hình", "read the settings file again"),
        options=(JSON,),
    ),
    Command(
        "status",
        "gongd.cli.status:status",
        Text("cụm loa đang thế nào", "what the box is doing, its faults, what comes next"),
        options=(JSON,),
    ),
    Command(
        "press",
        "gongd.cli.daemon:press",
        Text("bấm nút giả, chỉ khi chạy thử (--dry)", "hold a mock button (run --dry only)"),
        (Argument("button", WORD, Text("tên nút", "the button's name")),),
        (Option("for", Text("giữ bao lâu", "for how long"), DURATION, "2s", default=2.0), JSON),
    ),
    Command(
        "doctor",
        "gongd.cli.doctor:doctor",
        Text("thử từng bộ phận của cụm loa", "try every part of the box"),
        options=(Option("aloud", Text("thử cả loa, tiếng nhỏ", "also a soft test of the loudspeaker")), JSON),
    ),
    Command(
        "history",
        "gongd.cli.history:history",
        Text("đọc nhật ký", "read the journal"),
        options=(
            Option("days", Text("mấy ngày qua", "how many days back"), DAYS, "N", default=7),
            Option("from", Text("tệp nhật ký khác", "another journal file"), FILE, "FILE"),
            JSON,
        ),
    ),
    Command(
        "schema",
        "gongd.cli.offline:schema",
        Text("JSON Schema của tệp cấu hình", "the JSON Schema of the settings file"),
    ),
    Command(
        "adopt",
        "gongd.cli.daemon:adopt",
        Text("nhận tệp cấu hình từ phân vùng khởi động hoặc USB", "take settings from the boot partition or USB"),
        options=(Option("from", Text("thư mục có tệp mới", "the folder of the new file"), FOLDER, "DIR"),),
    ),
    Command(
        "keygen",
        "gongd.cli.keygen:keygen",
        Text(
            "tạo khóa và xin đăng ký với bàn trực; hoặc nhận giấy trả lời",
            "make keys and ask the desk; take its answer",
        ),
        options=(
            Option(
                "to", Text("thư mục ghi tệp yêu cầu, ví dụ USB", "where the request goes, as a stick"), FOLDER, "DIR"
            ),
            Option(
                "new",
                Text(
                    "xin với khóa mới (khóa cũ bị hủy); khóa cũ dùng đến khi nhận giấy trả lời",
                    "ask with new keys (the old were revoked); the old serve until the answer is taken",
                ),
            ),
            Option("answer", Text("nhận tệp trả lời của bàn trực", "take the desk's answer"), FILE, "FILE"),
            Option(
                "new-root",
                Text(
                    "mã kiểm tra của xã mới, khi xã đổi khóa gốc", "a new commune's check code, when its root changes"
                ),
                WORD,
                "CODE",
            ),
            JSON,
        ),
    ),
    Command(
        "simulate",
        "gongd.cli.simulate:simulate",
        Text("chạy những xã ảo qua nhiều năm và mọi hỏng hóc", "run virtual communes through years of every fault"),
        options=(
            Option("years", Text("mỗi xã mấy năm", "years of each commune"), YEARS, "N", default=1.0),
            Option("boxes", Text("mỗi xã mấy cụm loa", "boxes of each commune"), COUNT, "N", default=2),
            Option("seeds", Text("mấy xã", "how many communes"), COUNT, "N", default=9),
            Option("seed", Text("xã đầu tiên", "the first commune's seed"), COUNT, "N", default=1),
            Option("profile", Text("loại hỏng hóc (thường là all)", "which faults (all unless said)"), WORD, "NAME"),
            Option("jobs", Text("mấy tiến trình cùng lúc", "how many processes at once"), COUNT, "N"),
            Option("report", Text("ghi báo cáo JSON ra tệp", "write the report as JSON"), FILE, "FILE"),
            Option("picture", Text("vẽ mọi đêm ra tệp PNG", "draw every night to a PNG"), FILE, "PNG"),
            Option(
                "history", Text("ghi toàn bộ lịch sử của xã đầu", "write the first commune's history"), FILE, "FILE"
            ),
            JSON,
        ),
    ),
    RELAYS_OFF,
)

GONGD = Book(
    "gongd",
    Text(
        "gongd: cụm loa của thôn, kẻng bình yên hằng đêm và báo động ngay khi cần",
        "gongd: the village loudspeaker box, the peace gong every night and an alarm when it is needed",
    ),
    COMMANDS,
    GLOBAL,
)
