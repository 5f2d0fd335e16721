"""What can be wrong with a box: one table of every fault, its words, what to do, and what it costs."""

from dataclasses import dataclass
from enum import StrEnum

from gongd.core.words import Text


class FaultCode(StrEnum):
    """What can be wrong with a box."""

    SPEAKER_MISSING = "speaker-missing"
    SPEAKER_FAILED = "speaker-failed"
    NOT_HEARD = "not-heard"
    VOICE_MISSING = "voice-missing"
    PRINT_MISSING = "print-missing"
    PINS_MISSING = "pins-missing"
    RELAY_DISAGREES = "relay-disagrees"
    BUTTON_STUCK = "button-stuck"
    CLOCK_UNTRUSTED = "clock-untrusted"
    CLOCK_BATTERY = "clock-battery"
    MAINS_LOST = "mains-lost"
    BATTERY_LOW = "battery-low"
    UNDER_VOLTAGE = "under-voltage"
    TOO_HOT = "too-hot"
    CABINET_OPEN = "cabinet-open"
    DISK_FULL = "disk-full"
    DISK_READ_ONLY = "disk-read-only"
    JOURNAL_CORRUPT = "journal-corrupt"
    SETTINGS_BAD = "settings-bad"
    LINK_DOWN = "link-down"
    BROKER_REFUSED = "broker-refused"
    CERTIFICATE_EXPIRING = "certificate-expiring"
    CERTIFICATE_EXPIRED = "certificate-expired"
    ID_TAKEN = "id-taken"
    MUTED = "muted"
    RESTARTED = "restarted"
    SELF_TEST_FAILED = "self-test-failed"
    NO_ROSTER = "no-roster"


class Severity(StrEnum):
    """A fault takes something away (lỗi); a warning asks for a look (cần chú ý)."""

    FAULT = "fault"
    WARNING = "warning"


class Cost(StrEnum):
    """What the box cannot do, or cannot be sure of, while a fault lasts."""

    SPEAKER = "speaker"
    RELAYS = "relays"
    VOICE = "voice"
    BUTTON = "button"
    CLOCK = "clock"
    POWER = "power"
    CABINET = "cabinet"
    JOURNAL = "journal"
    SETTINGS = "settings"
    LINK = "link"
    PEOPLE = "people"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table. `name` may hold `{name}` (the subject) or `{n}` (how often).

    `spoken` stands where the loudspeaker says it otherwise than the screen: short, and no word that alarms.
    """

    name: Text
    remedy: Text | None
    severity: Severity
    cost: Cost
    spoken: Text | None = None


def _fault(vi: str, en: str, cost: Cost, remedy: Text | None = None, spoken: Text | None = None) -> Fault:
    return Fault(Text(vi, en), remedy, Severity.FAULT, cost, spoken)


def _warning(vi: str, en: str, cost: Cost, remedy: Text | None = None, spoken: Text | None = None) -> Fault:
    return Fault(Text(vi, en), remedy, Severity.WARNING, cost, spoken)


FAULTS: dict[FaultCode, Fault] = {
    FaultCode.SPEAKER_MISSING: _fault(
        "Không thấy bộ âm thanh",
        "No sound device",
        Cost.SPEAKER,
        Text("Kiểm tra dây USB âm thanh", "Check the USB audio cable"),
    ),
    FaultCode.SPEAKER_FAILED: _fault(
        "Loa không phát được",
        "The loudspeaker cannot play",
        Cost.SPEAKER,
        Text("Xem tăng âm, cầu chì", "Look at the amplifier and its fuse"),
    ),
    FaultCode.NOT_HEARD: _fault(
        "Đã phát nhưng micro không nghe thấy",
        "It was played but the microphone heard nothing",
        Cost.SPEAKER,
        Text("Xem dây loa, tăng âm", "Look at the loudspeaker's wire and the amplifier"),
    ),
    FaultCode.PINS_MISSING: _fault(
        "Không điều khiển được rơ-le",
        "The relays cannot be switched",
        Cost.RELAYS,
        Text("Xem đã cắm đúng mạch chưa", "Check that the board is plugged in rightly"),
    ),
    FaultCode.RELAY_DISAGREES: _fault(
        "Rơ-le không đóng theo lệnh",
        "A relay does not obey",
        Cost.RELAYS,
        Text("Xem dây, thay mạch rơ-le", "Look at the wires, replace the relay board"),
    ),
    FaultCode.BUTTON_STUCK: _fault(
        "Nút {name} bị kẹt hoặc dây bị chập",
        "Button {name} is stuck or its wire is shorted",
        Cost.BUTTON,
        Text("Lau khô, xem dây; nút này tạm không dùng được", "Dry it, look at its wire; this button is out of use"),
        Text("một nút bị kẹt hoặc dây bị chập", "a button is stuck or its wire is shorted"),
    ),
    FaultCode.CLOCK_UNTRUSTED: _fault(
        "Đồng hồ chưa tin được",
        "The clock cannot be trusted",
        Cost.CLOCK,
        Text(
            "Kẻng 22 giờ sẽ không đánh. Đặt giờ: `sudo gongd clock set`",
            "The 22:00 gong will not ring. Set the time: `sudo gongd clock set`",
        ),
        Text("đồng hồ chưa đúng", "the clock is not right"),
    ),
    FaultCode.VOICE_MISSING: _fault(
        "Chưa có giọng đọc",
        "No voice",
        Cost.VOICE,
        Text(
            "Chạy `sudo apt install espeak-ng` hoặc chép bản thu",
            "Run `sudo apt install espeak-ng` or copy recordings",
        ),
    ),
    FaultCode.DISK_FULL: _fault(
        "Thẻ nhớ đầy",
        "The memory card is full",
        Cost.JOURNAL,
        Text("Thay thẻ; loa vẫn kêu", "Replace the card; the loudspeaker still sounds"),
    ),
    FaultCode.DISK_READ_ONLY: _fault(
        "Thẻ nhớ hỏng, không ghi được",
        "The memory card is broken and cannot be written",
        Cost.JOURNAL,
        Text("Thay thẻ; loa vẫn kêu", "Replace the card; the loudspeaker still sounds"),
    ),
    FaultCode.JOURNAL_CORRUPT: _fault(
        "Nhật ký hỏng, đã cất bản cũ", "The journal was corrupt, the old one is set aside", Cost.JOURNAL
    ),
    FaultCode.SETTINGS_BAD: _fault(
        "Cấu hình mới có lỗi, đang dùng cấu hình cũ",
        "The new settings have errors, the old ones are in use",
        Cost.SETTINGS,
        Text("`gongd check`", "`gongd check`"),
    ),
    FaultCode.LINK_DOWN: _fault(
        "Mất kết nối",
        "No connection",
        Cost.LINK,
        Text("Loa vẫn tự đánh kẻng, nút vẫn dùng được", "The gong still rings by itself and the buttons work"),
    ),
    FaultCode.BROKER_REFUSED: _fault(
        "Máy chủ từ chối",
        "The server refuses",
        Cost.LINK,
        Text("Xem khóa, chứng thư số", "Look at key and certificate"),
    ),
    FaultCode.CERTIFICATE_EXPIRED: _fault("Chứng thư số đã hết hạn", "The certificate has expired", Cost.LINK),
    FaultCode.ID_TAKEN: _fault(
        "Có máy khác dùng trùng tên cụm loa này", "Another machine uses this box's name", Cost.LINK
    ),
    FaultCode.SELF_TEST_FAILED: _fault("Tự kiểm tra đêm qua không đạt", "Last night's self test failed", Cost.NOTHING),
    FaultCode.PRINT_MISSING: _warning(
        "Chưa dựng xong âm thanh",
        "Sounds are not rendered yet",
        Cost.VOICE,
        Text("Chờ vài phút; còn lỗi thì xem thẻ nhớ", "Wait some minutes; if it stays, look at the memory card"),
    ),
    FaultCode.CLOCK_BATTERY: _warning(
        "Pin đồng hồ yếu", "The clock's battery is weak", Cost.CLOCK, Text("Thay pin CR2032", "Replace the CR2032 cell")
    ),
    FaultCode.MAINS_LOST: _warning("Mất điện lưới", "No mains power", Cost.POWER),
    FaultCode.BATTERY_LOW: _warning("Ắc quy yếu", "The battery is low", Cost.POWER),
    FaultCode.UNDER_VOLTAGE: _warning(
        "Điện yếu",
        "The voltage is low",
        Cost.POWER,
        Text("Thay bộ nguồn, dây nguồn", "Replace the power supply and its cable"),
    ),
    FaultCode.TOO_HOT: _warning(
        "Tủ quá nóng", "The cabinet is too hot", Cost.CABINET, Text("Che nắng, thông gió", "Give it shade and air")
    ),
    FaultCode.CABINET_OPEN: _warning("Tủ đang mở", "The cabinet is open", Cost.CABINET),
    FaultCode.CERTIFICATE_EXPIRING: _warning("Chứng thư số sắp hết hạn", "The certificate expires soon", Cost.LINK),
    FaultCode.MUTED: _warning("Đang tắt tiếng tại chỗ", "Silenced on site", Cost.NOTHING),
    FaultCode.RESTARTED: _warning(
        "Máy đã tự khởi động lại {n} lần trong ngày", "The machine has restarted {n} times today", Cost.NOTHING
    ),
    FaultCode.NO_ROSTER: _warning("Chưa có người đánh kẻng tay", "Nobody is named to ring by hand", Cost.PEOPLE),
}
"""Every fault that there is."""


def told_of(words: Text, subject: object) -> Text:
    """A fault's words, with the relay, button or signal that it is about where they do not say it themselves."""
    if not subject or str(subject) in words.vi:
        return words
    return Text(f"{words.vi} ({subject})", f"{words.en} ({subject})")
