"""Every word of language.md, section 4, beside its code: outcomes, reasons, refusals, statuses, origins, records.

Faults and conditions of the box itself stand with their logic in `fault.py` and `condition.py`. `{signal}`, `{n}` and
the like are filled in by whoever writes the sentence (`history.line` does for the journal).
"""

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gongd.core.activation import Outcome
from gongd.core.catalogue import Origin, Priority, Status, Why
from gongd.core.fault import FAULTS
from gongd.core.record import Kind
from gongd.core.words import Text


class Proof(StrEnum):
    """How sure it is that it sounded: ordered, the relay was read back, or a microphone agrees."""

    COMMANDED = "commanded"
    DRIVEN = "driven"
    HEARD = "heard"


PROOFS: Mapping[Proof, Text] = {
    Proof.COMMANDED: Text("đã ra lệnh phát", "ordered to sound"),
    Proof.DRIVEN: Text("đã đóng rơ-le", "relay closed"),
    Proof.HEARD: Text("đã nghe thấy tiếng", "heard"),
}

RECEIVED = Text("đã nhận lệnh", "order received")

OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.WAITING: Text("đang chờ {signal}", "waiting for {signal}"),
    Outcome.STARTED: Text("bắt đầu phát", "began to sound"),
    Outcome.RESUMED: Text("phát tiếp", "went on sounding"),
    Outcome.JOINED: Text("nhập vào hiệu lệnh đang có", "joined the same signal"),
    Outcome.FINISHED: Text("phát xong", "sounded to the end"),
    Outcome.PREEMPTED: Text("tạm nhường {signal}", "gave way to {signal}"),
    Outcome.INTERRUPTED: Text("bị ngắt giữa chừng", "cut off halfway"),
    Outcome.SILENCED: Text("có người tắt tiếng tại chỗ", "silenced by somebody on site"),
    Outcome.CANCELLED: Text("đã dừng theo lệnh", "stopped by order"),
    Outcome.EXPIRED: Text("quá hạn, không phát", "too late, not sounded"),
    Outcome.MISSED: Text("không đánh: {reason}", "not rung: {reason}"),
    Outcome.FAILED: Text("không phát được: {reason}", "could not sound: {reason}"),
    Outcome.REFUSED: Text("từ chối: {reason}", "refused: {reason}"),
}
"""What became of an activation. Where something sounded, a proof is always written beside it."""

SILENCED_BY_ORDER = Text("tắt tiếng theo lệnh", "silenced by order")
"""In the place of `silenced`, where an order has done it and nobody on site."""

MISSED: Mapping[str, Text] = {
    "no-power": Text("mất điện", "no power"),
    "clock-untrusted": Text("đồng hồ chưa tin được", "the clock could not be trusted"),
    "late": Text("quá giờ cho phép", "later than the grace"),
    "preempted": Text("nhường báo động", "gave way to an alarm"),
    "muted": Text("tắt tiếng tại chỗ", "silenced on site"),
    "excepted": Text("ngày nghỉ kẻng theo lịch", "a day off by the schedule"),
    "disabled": Text("tạm ngừng dùng", "out of use"),
    "speaker-failed": Text("loa hỏng", "the loudspeaker is broken"),
    "unknown": Text("chưa có số liệu", "no data"),
    "by-hand": Text("đã đánh tay, {by}, {time}", "rung by hand, {by}, {time}"),
}
"""Why a night was not rung by the box."""

WHY: Mapping[Why, Text] = {
    Why.SAFE: Text("đã an toàn", "all is safe"),
    Why.MISTAKE: Text("báo nhầm", "false alarm"),
    Why.PAUSE: Text("tắt tiếng, việc chưa xong", "paused, not over"),
}
"""Why an alarm was ended."""

_OTHER_REASONS: Mapping[str, Text] = {
    "crowded": Text("quá nhiều hiệu lệnh cùng chờ", "too many waited"),
    "power": Text("mất điện", "power was lost"),
    "no-place": Text("xã không có nơi nhận này", "the commune has no such place"),
    "restarted": Text("máy khởi động lại nhiều lần", "the machine restarted again and again"),
    "stalled": Text("máy bị treo", "the machine stalled"),
    "pieces-missing": Text("tệp chưa đến đủ", "the file has not come whole"),
    "pieces-wrong": Text("tệp đến không đúng tệp đã gửi", "what came is not the file that was sent"),
    "clip-unreadable": Text("bản thu không đọc được", "the recording cannot be read"),
    "rolled-back": Text("đã quay về cấu hình cũ", "the settings of before are back"),
    "no-heartbeat": Text("không có tin định kỳ trở lại", "no heartbeat came back"),
    "superseded": Text("kỹ thuật viên đã sửa cấu hình tại cụm loa", "a technician has edited the settings at the box"),
    "cancelled": Text("đã bỏ theo lệnh", "dropped by order"),
    "busy": Text("cụm loa đang thử một cấu hình khác", "the box is trying other settings"),
    "pieces": Text("đang nhận tệp", "receiving the file"),
    "silence": Text("chờ loa im để dùng cấu hình mới", "waiting for silence to use the new settings"),
    "heartbeat": Text("đã dùng cấu hình mới, đang thử kết nối", "the new settings are in use, the link is being tried"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order is refused, and what the officer does next (làm gì)."""

    words: Text
    remedy: Text


_TELL_TECHNICIAN = Text("Báo kỹ thuật", "Tell the technician")

REFUSALS: Mapping[str, Refusal] = {
    "malformed": Refusal(Text("lệnh hỏng", "the order is damaged"), Text("Gửi lại", "Send it again")),
    "too-large": Refusal(Text("nội dung quá dài", "the text is too long"), Text("Rút gọn", "Shorten it")),
    "signature": Refusal(
        Text("chữ ký không đúng", "the signature is wrong"),
        Text("Báo kỹ thuật: có thể có kẻ giả lệnh", "Tell the technician: somebody may be forging orders"),
    ),
    "unknown-key": Refusal(Text("không nhận ra khóa này", "this key is not known"), _TELL_TECHNICIAN),
    "revoked": Refusal(Text("khóa này đã bị hủy", "this key has been revoked"), _TELL_TECHNICIAN),
    "not-permitted": Refusal(
        Text("khóa này không được phép phát {signal} ở đây", "this key may not sound {signal} here"),
        Text("Nhờ người có quyền", "Ask somebody who may"),
    ),
    "not-for-me": Refusal(
        Text("lệnh không gửi cho cụm loa này", "the order is not for this box"),
        Text("Chọn lại nơi phát", "Choose the place again"),
    ),
    "duplicate": Refusal(
        Text("lệnh này đã thực hiện rồi (kết quả: {result})", "this order has been carried out (result: {result})"),
        Text("Không cần làm gì", "Nothing to do"),
    ),
    "retained": Refusal(
        Text("lệnh cũ còn lưu trên máy chủ", "an old order that the server has kept"), _TELL_TECHNICIAN
    ),
    "expired": Refusal(
        Text("lệnh đến muộn {n} phút nên KHÔNG phát", "the order came {n} minutes late and was NOT sounded"),
        Text("Còn cần thì bấm Phát lại", "If it is still needed, press Sound again"),
    ),
    "from-the-future": Refusal(
        Text("giờ máy trực sai", "the desk's clock is wrong"), Text("Chỉnh giờ máy trực", "Set the desk's clock")
    ),
    "clock-untrusted": Refusal(
        Text(
            "đồng hồ cụm loa chưa đúng, lệnh thiếu mã xác nhận",
            "the box's clock is not right and the order lacks its challenge",
        ),
        Text("Máy trực tự gửi lại", "The desk sends it again by itself"),
    ),
    "unknown-signal": Refusal(
        Text("cụm loa chưa có hiệu lệnh này", "the box has no such signal"),
        Text("Cập nhật cấu hình", "Update its settings"),
    ),
    "too-often": Refusal(
        Text("quá số lần cho phép trong một giờ", "more often than allowed in an hour"),
        Text("Chỉ với thông báo, diễn tập, thử loa", "Only announcements, drills and tests are limited"),
    ),
    "drill-needs-voice": Refusal(
        Text("chưa có giọng đọc nên không phát diễn tập", "there is no voice, so no drill is sounded"),
        Text("Chép bản thu hoặc cài giọng đọc", "Copy recordings or install a voice"),
    ),
    "disabled": Refusal(
        Text("cụm loa đang tạm ngừng dùng", "the box is out of use"),
        Text("Gọi người đánh kẻng tay", "Call whoever rings by hand"),
    ),
    "settings-invalid": Refusal(
        Text("cấu hình mới có {n} lỗi, giữ cấu hình cũ", "the new settings have {n} errors, the old ones are kept"),
        Text("Sửa theo danh sách", "Correct what the list says"),
    ),
    "settings-differ": Refusal(
        Text("tệp cấu hình tại cụm loa đã khác", "the settings file at the box is another by now"),
        Text("Hỏi kỹ thuật viên, rồi gửi lại", "Ask the technician, then send it again"),
    ),
}

MORE_URGENT = Text("việc khẩn cấp hơn", "something more urgent")
WHY_UNKNOWN = Text("không rõ vì sao", "it is not known why")

_BARE_REFUSALS: Mapping[str, Text] = {
    "not-permitted": Text("khóa này không được phép ra lệnh này ở đây", "this key may not give this order here"),
    "duplicate": Text("lệnh này đã thực hiện rồi", "this order has been carried out"),
    "expired": Text("lệnh đến muộn nên KHÔNG phát", "the order came too late and was NOT sounded"),
    "settings-invalid": Text(
        "cấu hình mới có lỗi, giữ cấu hình cũ", "the new settings have errors, the old ones are kept"
    ),
}
"""Where what stands in the blank of the sentence above is not known."""

_NOT_PERMITTED: Mapping[str, Text] = {
    "cancel": Text("khóa này không được phép dừng ở đây", "this key may not cancel here"),
    "silence": Text("khóa này không được phép tắt tiếng ở đây", "this key may not silence here"),
    "query": Text("khóa này không được phép hỏi lại ở đây", "this key may not query here"),
    "settings": Text("khóa này không được phép gửi cấu hình ở đây", "this key may not push settings here"),
}
"""By the type of an order that sounds no signal of its own."""


def refusal_words(
    code: str,
    signal: Text | None = None,
    order: str | None = None,
    n: object = None,
    age_s: object = None,
    result: Text | None = None,
) -> Text | None:
    """Why an order is refused, with whatever is known of it, and no blank left; None for a reason without words.
    `order` is its type, `age_s` how late it came, `n` how many errors its settings have."""
    known = REFUSALS.get(code)
    if known is None:
        return None
    if code == "not-permitted" and signal is None:
        return _NOT_PERMITTED.get(order or "", _BARE_REFUSALS[code])
    late = max(1, round(age_s / 60)) if isinstance(age_s, int | float) else None
    blanks = {"not-permitted": signal, "duplicate": result, "expired": n or late, "settings-invalid": n}
    if code in _BARE_REFUSALS and blanks[code] is None:
        return _BARE_REFUSALS[code]
    return known.words.fill(signal=signal, n=n or late, result=result)


REFUSED = Text("Loa {place} từ chối: {reason}", "Loudspeaker {place} refuses: {reason}")

PRIORITIES: Mapping[Priority, Text] = {
    Priority.ROUTINE: Text("thông thường", "routine"),
    Priority.PRIORITY: Text("ưu tiên", "priority"),
    Priority.EMERGENCY: Text("khẩn cấp", "emergency"),
}

STATUSES: Mapping[Status, Text] = {
    Status.ACTUAL: Text("thật", "actual"),
    Status.EXERCISE: Text("diễn tập", "drill"),
    Status.TEST: Text("thử loa", "test"),
}

_REHEARSED: Mapping[str, Text] = {
    Status.EXERCISE: Text("diễn tập {signal}", "exercise {signal}"),
    Status.TEST: Text("thử {signal}", "test {signal}"),
}


def rehearsed(signal: Text, status: str | None) -> Text:
    """A signal's name with `diễn tập` or `thử` beside it where it is not the real thing (language.md, 1, rule 9)."""
    words = _REHEARSED.get(status or Status.ACTUAL)
    return signal if words is None or signal == SIGNALS["test"] else words.fill(signal=signal)


ORIGINS: Mapping[Origin, Text] = {
    Origin.SCHEDULE: Text("theo lịch", "by schedule"),
    Origin.COMMAND: Text("theo lệnh của bàn trực", "by order of the desk"),
    Origin.BUTTON: Text("bấm nút", "by button"),
    Origin.LOCAL: Text("tại máy", "at the machine"),
    Origin.NEIGHBOUR: Text("từ cụm loa bên cạnh", "from a neighbour"),
}

CONNECTIONS: Mapping[str, Text] = {
    "online": Text("Đang kết nối", "Connected"),
    "degraded": Text("Có lỗi", "Faulty"),
    "stopped": Text("Đã tắt", "Switched off"),
    "lost": Text("Mất liên lạc", "Out of touch"),
}

KINDS: Mapping[Kind, Text] = {
    Kind.ACTIVATION: Text("hiệu lệnh", "signal"),
    Kind.NIGHT: Text("kẻng đêm", "the night's gong"),
    Kind.FAULT: Text("lỗi", "fault"),
    Kind.SETTINGS: Text("cấu hình", "settings"),
    Kind.BUTTON: Text("nút", "button"),
    Kind.CHECK_IN: Text("điểm danh tuần tra", "patrol check-in"),
    Kind.CLOCK: Text("đồng hồ", "clock"),
    Kind.BOOT: Text("máy", "machine"),
    Kind.COMMAND: Text("lệnh", "order"),
}

ORDERS: Mapping[str, Text] = {
    "alert": Text("báo động", "alert"),
    "cancel": Text("dừng", "cancel"),
    "silence": Text("tắt tiếng", "silence"),
    "query": Text("hỏi lại", "query"),
    "announce": Text("thông báo", "announce"),
    "settings": Text("cấu hình", "settings"),
}
"""Types of orders (wire.md)."""

SIGNALS: Mapping[str, Text] = {
    "peace": Text("kẻng bình yên", "peace gong"),
    "fire": Text("báo cháy", "fire alarm"),
    "security": Text("báo động an ninh", "security alarm"),
    "flood": Text("báo lũ", "flood alarm"),
    "flood-watch": Text("cảnh báo lũ", "flood watch"),
    "all-clear": Text("báo yên", "all clear"),
    "false-alarm": Text("báo nhầm", "false alarm"),
    "announcement": Text("thông báo", "announcement"),
    "test": Text("thử loa", "test"),
    "speech": Text("lời nói", "speech"),
}
"""The glossary's names of the default signals; a commune's own have their title in the settings."""


def reason_words(code: str, outcome: str | None = None) -> Text:
    """A reason's words; the code itself where there are none. A night's reasons come first for what was missed."""
    if outcome == Outcome.MISSED and code in MISSED:
        return MISSED[code]
    if outcome == Outcome.REFUSED and code in REFUSALS:
        return REFUSALS[code].words
    if code in _FAULT_WORDS:
        return _FAULT_WORDS[code]
    return _REASONS.get(code, as_it_is(code))


def as_it_is(code: str) -> Text:
    """A code that has no words. Its braces would be taken for blanks to fill in."""
    plain = code.replace("{", "(").replace("}", ")")
    return Text(plain, plain)


_SYSTEM: Mapping[int, Text] = {
    errno.ENOENT: Text("không có tệp hoặc thư mục này", "there is no such file or folder"),
    errno.EACCES: Text("không có quyền", "permission denied"),
    errno.EPERM: Text("không được phép", "not permitted"),
    errno.ENOSPC: Text("đĩa đầy", "the disk is full"),
    errno.EDQUOT: Text("đĩa đầy phần được dùng", "the disk quota is used up"),
    errno.EROFS: Text("đĩa chỉ đọc, không ghi được", "the disk is read-only"),
    errno.EIO: Text("đĩa lỗi, không đọc ghi được", "the disk fails to read or write"),
    errno.EISDIR: Text("đây là thư mục, không phải tệp", "it is a folder, not a file"),
    errno.ENOTDIR: Text("không phải thư mục", "it is not a folder"),
    errno.EBADF: Text("đã đóng", "it is closed"),
    errno.EEXIST: Text("đã có rồi", "it is there already"),
    errno.EBUSY: Text("đang bận", "it is busy"),
    errno.ENODEV: Text("không có thiết bị này", "there is no such device"),
    errno.ENAMETOOLONG: Text("tên quá dài", "the name is too long"),
    errno.ELOOP: Text("lối tắt trỏ vòng", "its links lead in a circle"),
    errno.ECONNREFUSED: Text("máy kia từ chối kết nối", "the connection was refused"),
    errno.EHOSTUNREACH: Text("không tới được máy kia", "the host cannot be reached"),
    errno.ENETUNREACH: Text("không có đường mạng tới đó", "the network cannot be reached"),
    errno.ETIMEDOUT: Text("chờ quá lâu", "it took too long"),
}


def why_not(error: OSError) -> Text:
    """Why the system would not; in its own words where there are none here."""
    return _SYSTEM.get(error.errno or 0) or as_it_is(error.strerror or str(error) or type(error).__name__)


_FAULT_WORDS: Mapping[str, Text] = {
    code: fault.spoken or Text(*(words[:1].lower() + words[1:] for words in (fault.name.vi, fault.name.en)))
    for code, fault in FAULTS.items()
    if "{" not in fault.name.vi or fault.spoken
}
_REASONS: Mapping[str, Text] = {
    **{code: refusal.words for code, refusal in REFUSALS.items()},
    **MISSED,
    **{str(why): words for why, words in WHY.items()},
    **_OTHER_REASONS,
}
