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


FAULTS: dict[FaultCode, Fault] = {
    FaultCode.SPEAKER_MISSING: Fault(
        Text("Không thấy bộ âm thanh", "No sound device"),
        Text("Kiểm tra dây USB âm thanh", "Check the USB audio cable"),
        Severity.FAULT,
        Cost.SPEAKER,
    ),
    FaultCode.SPEAKER_FAILED: Fault(
        Text("Loa không phát được", "The loudspeaker cannot play"),
        Text("Xem tăng âm, cầu chì", "Look at the amplifier and its fuse"),
        Severity.FAULT,
        Cost.SPEAKER,
    ),
    FaultCode.NOT_HEARD: Fault(
        Text("Đã phát nhưng micro không nghe thấy", "It was played but the microphone heard nothing"),
        Text("Xem dây loa, tăng âm", "Look at the loudspeaker's wire and the amplifier"),
        Severity.FAULT,
        Cost.SPEAKER,
    ),
    FaultCode.PINS_MISSING: Fault(
        Text("Không điều khiển được rơ-le", "The relays cannot be switched"),
        Text("Xem đã cắm đúng mạch chưa", "Check that the board is plugged in rightly"),
        Severity.FAULT,
        Cost.RELAYS,
    ),
    FaultCode.RELAY_DISAGREES: Fault(
        Text("Rơ-le không đóng theo lệnh", "A relay does not obey"),
        Text("Xem dây, thay mạch rơ-le", "Look at the wires, replace the relay board"),
        Severity.FAULT,
        Cost.RELAYS,
    ),
    FaultCode.BUTTON_STUCK: Fault(
        Text("Nút {name} bị kẹt hoặc dây bị chập", "Button {name} is stuck or its wire is shorted"),
        Text("Lau khô, xem dây; nút này tạm không dùng được", "Dry it, look at its wire; this button is out of use"),
        Severity.FAULT,
        Cost.BUTTON,
        Text("một nút bị kẹt hoặc dây bị chập", "a button is stuck or its wire is shorted"),
    ),
    FaultCode.CLOCK_UNTRUSTED: Fault(
        Text("Đồng hồ chưa tin được", "The clock cannot be trusted"),
        Text(
            "Kẻng 22 giờ sẽ không đánh. Đặt giờ: `sudo gongd clock set`",
            "The 22:00 gong will not ring. Set the time: `sudo gongd clock set`",
        ),
        Severity.FAULT,
        Cost.CLOCK,
        Text("đồng hồ chưa đúng", "the clock is not right"),
    ),
    FaultCode.VOICE_MISSING: Fault(
        Text("Chưa có giọng đọc", "No voice"),
        Text(
            "Chạy `sudo apt install espeak-ng` hoặc chép bản thu",
            "Run `sudo apt install espeak-ng` or copy recordings",
        ),
        Severity.FAULT,
        Cost.VOICE,
    ),
    FaultCode.DISK_FULL: Fault(
        Text("Thẻ nhớ đầy", "The memory card is full"),
        Text("Thay thẻ; loa vẫn kêu", "Replace the card; the loudspeaker still sounds"),
        Severity.FAULT,
        Cost.JOURNAL,
    ),
    FaultCode.DISK_READ_ONLY: Fault(
        Text("Thẻ nhớ hỏng, không ghi được", "The memory card is broken and cannot be written"),
        Text("Thay thẻ; loa vẫn kêu", "Replace the card; the loudspeaker still sounds"),
        Severity.FAULT,
        Cost.JOURNAL,
    ),
    FaultCode.JOURNAL_CORRUPT: Fault(
        Text("Nhật ký hỏng, đã cất bản cũ", "The journal was corrupt, the old one is set aside"),
        None,
        Severity.FAULT,
        Cost.JOURNAL,
    ),
    FaultCode.SETTINGS_BAD: Fault(
        Text("Cấu hình mới có lỗi, đang dùng cấu hình cũ", "The new settings have errors, the old ones are in use"),
        Text("`gongd check`", "`gongd check`"),
        Severity.FAULT,
        Cost.SETTINGS,
    ),
    FaultCode.LINK_DOWN: Fault(
        Text("Mất kết nối", "No connection"),
        Text("Loa vẫn tự đánh kẻng, nút vẫn dùng được", "The gong still rings by itself and the buttons work"),
        Severity.FAULT,
        Cost.LINK,
    ),
    FaultCode.BROKER_REFUSED: Fault(
        Text("Máy chủ từ chối", "The server refuses"),
        Text("Xem khóa, chứng thư số", "Look at key and certificate"),
        Severity.FAULT,
        Cost.LINK,
    ),
    FaultCode.CERTIFICATE_EXPIRED: Fault(
        Text("Chứng thư số đã hết hạn", "The certificate has expired"), None, Severity.FAULT, Cost.LINK
    ),
    FaultCode.ID_TAKEN: Fault(
        Text("Có máy khác dùng trùng tên cụm loa này", "Another machine uses this box's name"),
        None,
        Severity.FAULT,
        Cost.LINK,
    ),
    FaultCode.SELF_TEST_FAILED: Fault(
        Text("Tự kiểm tra đêm qua không đạt", "Last night's self test failed"), None, Severity.FAULT, Cost.NOTHING
    ),
    FaultCode.PRINT_MISSING: Fault(
        Text("Chưa dựng xong âm thanh", "Sounds are not rendered yet"),
        Text("Chờ vài phút; còn lỗi thì xem thẻ nhớ", "Wait some minutes; if it stays, look at the memory card"),
        Severity.WARNING,
        Cost.VOICE,
    ),
    FaultCode.CLOCK_BATTERY: Fault(
        Text("Pin đồng hồ yếu", "The clock's battery is weak"),
        Text("Thay pin CR2032", "Replace the CR2032 cell"),
        Severity.WARNING,
        Cost.CLOCK,
    ),
    FaultCode.MAINS_LOST: Fault(Text("Mất điện lưới", "No mains power"), None, Severity.WARNING, Cost.POWER),
    FaultCode.BATTERY_LOW: Fault(Text("Ắc quy yếu", "The battery is low"), None, Severity.WARNING, Cost.POWER),
    FaultCode.UNDER_VOLTAGE: Fault(
        Text("Điện yếu", "The voltage is low"),
        Text("Thay bộ nguồn, dây nguồn", "Replace the power supply and its cable"),
        Severity.WARNING,
        Cost.POWER,
    ),
    FaultCode.TOO_HOT: Fault(
        Text("Tủ quá nóng", "The cabinet is too hot"),
        Text("Che nắng, thông gió", "Give it shade and air"),
        Severity.WARNING,
        Cost.CABINET,
    ),
    FaultCode.CABINET_OPEN: Fault(Text("Tủ đang mở", "The cabinet is open"), None, Severity.WARNING, Cost.CABINET),
    FaultCode.CERTIFICATE_EXPIRING: Fault(
        Text("Chứng thư số sắp hết hạn", "The certificate expires soon"), None, Severity.WARNING, Cost.LINK
    ),
    FaultCode.MUTED: Fault(Text("Đang tắt tiếng tại chỗ", "Silenced on site"), None, Severity.WARNING, Cost.NOTHING),
    FaultCode.RESTARTED: Fault(
        Text("Máy đã tự khởi động lại {n} lần trong ngày", "The machine has restarted {n} times today"),
        None,
        Severity.WARNING,
        Cost.NOTHING,
    ),
    FaultCode.NO_ROSTER: Fault(
        Text("Chưa có người đánh kẻng tay", "Nobody is named to ring by hand"), None, Severity.WARNING, Cost.PEOPLE
    ),
}
"""Every fault that there is."""


def told_of(words: Text, subject: object) -> Text:
    """A fault's words, with the relay, button or signal that it is about where they do not say it themselves."""
    if not subject or str(subject) in words.vi:
        return words
    return Text(f"{words.vi} ({subject})", f"{words.en} ({subject})")
