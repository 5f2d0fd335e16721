"""The journal, readable."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongd.core.activation import Outcome
from gongd.core.history import EVENTS, line
from gongd.core.lexicon import PROOFS
from gongd.core.record import Kind, Record
from gongd.core.words import Text

AT = datetime(2026, 11, 21, 22, 0, 3, tzinfo=timezone(timedelta(hours=7)))


def fire(outcome: str, reason: str | None = None, **detail: object) -> Record:
    return Record(
        AT,
        Kind.ACTIVATION,
        signal="fire",
        activation="f1",
        origin="button",
        status="actual",
        outcome=outcome,
        reason=reason,
        detail=detail,
        trusted=True,
    )


def gong(outcome: str, reason: str | None = None, **detail: object) -> Record:
    night = date(2026, 11, 21)
    return Record(
        AT, Kind.NIGHT, "peace", "nightly", night, outcome=outcome, reason=reason, detail=detail, trusted=True
    )


def vi(record: Record) -> str:
    return line(record).vi.removeprefix("21/11/2026 22:00:03  ")


def test_a_line_begins_with_its_number_and_the_time_as_people_write_it() -> None:
    told = line(fire("started", proof="driven", by="fire"), number=17)
    assert told.vi == "    17  21/11/2026 22:00:03  Báo cháy (thật, bấm nút fire): bắt đầu phát (đã đóng rơ-le)"
    assert told.en == "    17  21/11/2026 22:00:03  Fire alarm (actual, by button fire): began to sound (relay closed)"


def test_each_outcome_of_an_alarm_is_read() -> None:
    head = "Báo cháy (thật, bấm nút): "
    assert vi(fire("preempted", behind="flood", then="resume")) == head + "tạm nhường báo lũ (sẽ phát tiếp)"
    assert vi(fire("waiting", behind="own")) == head + "đang chờ own"
    assert vi(fire("failed", "speaker-failed")) == head + "không phát được: loa không phát được"
    assert vi(fire("silenced", by="silence")) == head + "có người tắt tiếng tại chỗ (silence)"
    assert vi(fire("silenced", by="Trực ban", order="o-1")) == head + "tắt tiếng theo lệnh (Trực ban)"
    assert vi(fire("waiting", behind="fire", behind_status="exercise")) == head + "đang chờ diễn tập báo cháy"
    assert vi(fire("waiting", behind="test", behind_status="test")) == head + "đang chờ thử loa"
    assert vi(fire("cancelled", "safe", by="an")) == head + "đã dừng theo lệnh (đã an toàn, an)"
    assert vi(fire("finished", sounded_s=25.4, proof="driven", cap=True)) == (
        head + "phát xong (đã đóng rơ-le, dài 25 giây, hết thời gian tối đa)"
    )


def test_a_night_is_read_as_kept_or_missed_with_its_reason() -> None:
    assert vi(gong("rung")) == "Kẻng đêm 21/11/2026 (nightly): đúng giờ (đã ra lệnh phát)"
    assert vi(gong("missed", "no-power")) == "Kẻng đêm 21/11/2026 (nightly): không đánh: mất điện"
    by_hand = gong("rung", "by-hand", by="ông Tư", time="22:03")
    assert vi(by_hand) == "Kẻng đêm 21/11/2026 (nightly): đã đánh tay, ông Tư, 22:03"


def test_nothing_is_said_to_have_sounded_without_its_proof() -> None:
    for outcome in (Outcome.STARTED, Outcome.RESUMED, Outcome.FINISHED):
        for proof in (None, "commanded", "driven", "heard", "surely"):
            told = vi(fire(outcome, **({"proof": proof} if proof else {})))
            assert any(words.vi in told for words in PROOFS.values())


def test_faults_clocks_boots_and_settings_are_read() -> None:
    stuck = Record(AT, Kind.FAULT, outcome="raised", reason="button-stuck", detail={"subject": "fire"}, trusted=True)
    assert vi(stuck) == "Lỗi: Nút fire bị kẹt hoặc dây bị chập"
    relay = Record(
        AT, Kind.FAULT, outcome="cleared", reason="relay-disagrees", detail={"subject": "siren"}, trusted=True
    )
    assert vi(relay) == "Hết lỗi: Rơ-le không đóng theo lệnh (siren)"
    dark = {"since": "2026-11-20T18:00:00+07:00", "until": "2026-11-21T06:30:00+07:00"}
    outage = Record(AT, Kind.BOOT, outcome="outage", detail=dark, trusted=True)
    assert vi(outage) == "Máy: mất điện từ 20/11/2026 18:00:00 đến 21/11/2026 06:30:00"
    stepped = Record(AT, Kind.CLOCK, outcome="stepped", detail={"by_s": -1.5}, trusted=True)
    assert vi(stepped) == "Đồng hồ: đã chỉnh -1,5 giây"
    adopted = Record(
        AT, Kind.SETTINGS, schedule="nightly", outcome="adopted", detail={"first": "2026-11-21"}, trusted=True
    )
    assert vi(adopted) == "Lịch nightly: tính từ ngày 21/11/2026"
    refused = Record(AT, Kind.SETTINGS, outcome="refused", reason="settings-bad", detail={"problems": 2}, trusted=True)
    assert vi(refused) == "Cấu hình mới có 2 lỗi, giữ cấu hình cũ"


def test_a_record_of_an_untrusted_clock_says_so() -> None:
    record = Record(AT, Kind.BOOT, outcome="started")
    assert line(record).vi == "21/11/2026 22:00:03 (đồng hồ chưa tin được)  Máy: đã chạy"
    assert line(record).en == "21/11/2026 22:00:03 (clock not trusted)  Machine: started"


def test_a_communes_own_signal_is_read_by_its_title() -> None:
    record = Record(AT, Kind.ACTIVATION, "flag", origin="command", status="test", outcome="expired", trusted=True)
    told = line(record, {"flag": Text("Chào cờ", "Flag")}).en
    assert told.endswith("Flag (test, by order of the desk): too late, not sounded")
    assert line(note(Kind.ACTIVATION, "started", signal="fire"), {}).en.endswith(
        "Fire alarm (?, ?): began to sound (ordered to sound)"
    )
    own = {"peace": Text("Kẻng làng", "Village gong"), "fire": Text("Cháy nhà", "House fire")}
    assert line(note(Kind.ACTIVATION, "started", signal="fire"), own).en.endswith(
        "House fire (?, ?): began to sound (ordered to sound)"
    )
    assert line(note(Kind.ACTIVATION, "waiting", signal="flag", behind="fire"), own).en.endswith(
        "Flag (?, ?): waiting for House fire"
    )
    assert line(note(Kind.NIGHT, "rung", signal="peace"), own).vi.endswith(
        "Kẻng đêm ? (Kẻng làng): đúng giờ (đã ra lệnh phát)"
    )


def note(
    kind: Kind,
    outcome: str | None = None,
    reason: str | None = None,
    signal: str | None = None,
    schedule: str | None = None,
    **detail: object,
) -> Record:
    return Record(AT, kind, signal, schedule, outcome=outcome, reason=reason, detail=detail, trusted=True)


TOLD = [
    (note(Kind.BOOT, "rebooted", "power"), "Máy: rebooted (mất điện)", "Machine: rebooted (power was lost)"),
    (note(Kind.BOOT, "rebooted"), "Máy: rebooted", "Machine: rebooted"),
    (note(Kind.BOOT), "Máy: ?", "Machine: ?"),
    (
        note(Kind.BOOT, "outage", since="2026-11-20", until="yesterday"),
        "Máy: mất điện từ 20/11/2026 đến yesterday",
        "Machine: no power from 20/11/2026 to yesterday",
    ),
    (note(Kind.BOOT, "outage"), "Máy: mất điện từ ? đến ?", "Machine: no power from ? to ?"),
    (
        note(Kind.SETTINGS, "failed", "pieces-missing"),
        "Cấu hình bàn trực gửi: không dùng được (tệp chưa đến đủ)",
        "The desk's settings: not used (the file has not come whole)",
    ),
    (
        note(Kind.SETTINGS, "failed"),
        "Cấu hình bàn trực gửi: không dùng được (chưa có số liệu)",
        "The desk's settings: not used (no data)",
    ),
    (note(Kind.SETTINGS, "retired", schedule="nightly"), "Lịch nightly: đã bỏ", "Schedule nightly: removed"),
    (note(Kind.SETTINGS, "retired"), "Lịch ?: đã bỏ", "Schedule ?: removed"),
    (
        note(Kind.SETTINGS, "refused", n=3),
        "Cấu hình mới có 3 lỗi, giữ cấu hình cũ",
        "The new settings have 3 errors, the old ones are kept",
    ),
    (
        note(Kind.SETTINGS, "refused"),
        "Cấu hình mới có ? lỗi, giữ cấu hình cũ",
        "The new settings have ? errors, the old ones are kept",
    ),
    (note(Kind.BUTTON, "held", button="fire"), "Nút fire: đã giữ đủ", "Button fire: held"),
    (note(Kind.BUTTON, "held", button="nut.1"), "Nút nut.1: đã giữ đủ", "Button nut.1: held"),
    (note(Kind.BUTTON, "held"), "Nút ?: đã giữ đủ", "Button ?: held"),
    (note(Kind.CHECK_IN, "pressed", button="tuan-tra"), "Điểm danh tuần tra: tuan-tra", "Patrol check-in: tuan-tra"),
    (note(Kind.CLOCK, "stepped", by_s=-1.5), "Đồng hồ: đã chỉnh -1,5 giây", "Clock: set by -1.5 s"),
    (note(Kind.CLOCK, "stepped", by_s=7200), "Đồng hồ: đã chỉnh 7200 giây", "Clock: set by 7200 s"),
    (
        note(Kind.CLOCK, "vouched", by="an"),
        "Đồng hồ: có người xác nhận giờ, an",
        "Clock: the time was vouched for, an",
    ),
    (note(Kind.CLOCK, "vouched"), "Đồng hồ: có người xác nhận giờ", "Clock: the time was vouched for"),
    (
        note(Kind.COMMAND, "accepted", type="alert", key="cong-an-xa"),
        "Lệnh báo động: đã nhận từ cong-an-xa",
        "Order alert: accepted from cong-an-xa",
    ),
    (
        note(Kind.COMMAND, "accepted", type="alert", signal="fire", key="an"),
        "Lệnh báo cháy: đã nhận từ an",
        "Order fire alarm: accepted from an",
    ),
    (
        note(Kind.COMMAND, "sent", signal="fire", to=["thon-2", "thon-3"]),
        "Lệnh báo cháy: đã gửi thon-2, thon-3",
        "Order fire alarm: sent to thon-2, thon-3",
    ),
    (note(Kind.COMMAND, "sent", type="cancel", to="all"), "Lệnh dừng: đã gửi ?", "Order cancel: sent to ?"),
    (
        note(Kind.COMMAND, "answered", signal="fire", box="thon-3", result="finished"),
        "Lệnh báo cháy: thon-3 trả lời: phát xong",
        "Order fire alarm: thon-3 answers: sounded to the end",
    ),
    (
        note(Kind.COMMAND, "answered", "not-permitted", signal="fire", box="thon-3", result="refused"),
        "Lệnh báo cháy: thon-3 trả lời: từ chối: khóa này không được phép phát báo cháy ở đây",
        "Order fire alarm: thon-3 answers: refused: this key may not sound fire alarm here",
    ),
    (
        note(Kind.COMMAND, "answered", result="waiting"),
        "Lệnh ?: ? trả lời: đang chờ việc khẩn cấp hơn",
        "Order ?: ? answers: waiting for something more urgent",
    ),
    (note(Kind.COMMAND, "answered"), "Lệnh ?: ? trả lời: ?", "Order ?: ? answers: ?"),
    (note(Kind.COMMAND, "unsent"), "Lệnh ?: không gửi (chưa có số liệu)", "Order ?: not sent (no data)"),
    (
        note(Kind.COMMAND, "unsent", "not-permitted"),
        "Lệnh ?: không gửi (khóa này không được phép ra lệnh này ở đây)",
        "Order ?: not sent (this key may not give this order here)",
    ),
    (
        note(Kind.COMMAND, "declined", "expired", key="an"),
        "Lệnh của an: từ chối (lệnh đến muộn nên KHÔNG phát)",
        "Order of an: refused (the order came too late and was NOT sounded)",
    ),
    (
        note(Kind.COMMAND, "declined", "duplicate", key="an"),
        "Lệnh của an: từ chối (lệnh này đã thực hiện rồi)",
        "Order of an: refused (this order has been carried out)",
    ),
    (
        note(Kind.COMMAND, "declined", "clock-untrusted", key="an"),
        "Lệnh của an: từ chối (đồng hồ cụm loa chưa đúng, lệnh thiếu mã xác nhận)",
        "Order of an: refused (the box's clock is not right and the order lacks its challenge)",
    ),
    (note(Kind.FAULT, "raised"), "Lỗi: ?", "Fault: ?"),
    (note(Kind.FAULT, "raised", "nonsense"), "Lỗi: nonsense", "Fault: nonsense"),
    (
        note(Kind.FAULT, "raised", "restarted", count=3),
        "Lỗi: Máy đã tự khởi động lại 3 lần trong ngày",
        "Fault: The machine has restarted 3 times today",
    ),
    (
        note(Kind.FAULT, "cleared", "restarted", n=4),
        "Hết lỗi: Máy đã tự khởi động lại 4 lần trong ngày",
        "Fault cleared: The machine has restarted 4 times today",
    ),
    (
        note(Kind.FAULT, "raised", "restarted"),
        "Lỗi: Máy đã tự khởi động lại ? lần trong ngày",
        "Fault: The machine has restarted ? times today",
    ),
    (
        note(Kind.FAULT, "raised", "button-stuck"),
        "Lỗi: Nút ? bị kẹt hoặc dây bị chập",
        "Fault: Button ? is stuck or its wire is shorted",
    ),
    (
        note(Kind.NIGHT, "rung"),
        "Kẻng đêm ? (?): đúng giờ (đã ra lệnh phát)",
        "Gong of ? (?): in time (ordered to sound)",
    ),
    (
        note(Kind.NIGHT, "rung", schedule="s", proof="heard"),
        "Kẻng đêm ? (s): đúng giờ (đã nghe thấy tiếng)",
        "Gong of ? (s): in time (heard)",
    ),
    (
        note(Kind.NIGHT, "missed", signal="peace"),
        "Kẻng đêm ? (kẻng bình yên): không đánh: chưa có số liệu",
        "Gong of ? (peace gong): not rung: no data",
    ),
    (
        note(Kind.NIGHT, "missed", "speaker-failed", schedule="s"),
        "Kẻng đêm ? (s): không đánh: loa hỏng",
        "Gong of ? (s): not rung: the loudspeaker is broken",
    ),
    (note(Kind.NIGHT, "waiting", schedule="s"), "Kẻng đêm ? (s): đang chờ ?", "Gong of ? (s): waiting for ?"),
    (
        note(Kind.NIGHT, "rung", "by-hand", schedule="s", by="Tư"),
        "Kẻng đêm ? (s): đã đánh tay, Tư, ?",
        "Gong of ? (s): rung by hand, Tư, ?",
    ),
    (
        note(Kind.ACTIVATION, "waiting", signal="fire"),
        "Báo cháy (?, ?): đang chờ việc khẩn cấp hơn",
        "Fire alarm (?, ?): waiting for something more urgent",
    ),
    (
        note(Kind.ACTIVATION, "failed", signal="fire"),
        "Báo cháy (?, ?): không phát được: chưa có số liệu",
        "Fire alarm (?, ?): could not sound: no data",
    ),
    (note(Kind.ACTIVATION), "? (?, ?): ?", "? (?, ?): ?"),
    (
        note(Kind.ACTIVATION, "refused", "not-permitted", signal="fire"),
        "Báo cháy (?, ?): từ chối: khóa này không được phép phát báo cháy ở đây",
        "Fire alarm (?, ?): refused: this key may not sound fire alarm here",
    ),
    (
        note(Kind.ACTIVATION, "refused", "not-permitted"),
        "? (?, ?): từ chối: khóa này không được phép ra lệnh này ở đây",
        "? (?, ?): refused: this key may not give this order here",
    ),
    (
        note(Kind.ACTIVATION, "refused", "clock-untrusted", signal="fire"),
        "Báo cháy (?, ?): từ chối: đồng hồ cụm loa chưa đúng, lệnh thiếu mã xác nhận",
        "Fire alarm (?, ?): refused: the box's clock is not right and the order lacks its challenge",
    ),
    (
        note(Kind.ACTIVATION, "refused", "duplicate", signal="fire", result="xong"),
        "Báo cháy (?, ?): từ chối: lệnh này đã thực hiện rồi (kết quả: xong)",
        "Fire alarm (?, ?): refused: this order has been carried out (result: xong)",
    ),
    (
        note(Kind.ACTIVATION, "finished", signal="fire", sounded_s=25, undurable=True),
        "Báo cháy (?, ?): phát xong (đã ra lệnh phát, dài 25 giây, phát trước khi kịp ghi)",
        "Fire alarm (?, ?): sounded to the end (ordered to sound, for 25 s, sounded before it could be written)",
    ),
    (
        note(Kind.ACTIVATION, "finished", signal="fire", then="again", sounds="yes"),
        "Báo cháy (?, ?): phát xong (đã ra lệnh phát, sẽ phát lại)",
        "Fire alarm (?, ?): sounded to the end (ordered to sound, will sound again)",
    ),
    (
        note(Kind.ACTIVATION, "interrupted", signal="fire", proof="heard"),
        "Báo cháy (?, ?): bị ngắt giữa chừng (đã nghe thấy tiếng)",
        "Fire alarm (?, ?): cut off halfway (heard)",
    ),
    (
        note(Kind.ACTIVATION, "interrupted", signal="fire"),
        "Báo cháy (?, ?): bị ngắt giữa chừng",
        "Fire alarm (?, ?): cut off halfway",
    ),
    (
        note(Kind.ACTIVATION, "silenced", signal="fire", by="silence"),
        "Báo cháy (?, ?): có người tắt tiếng tại chỗ (silence)",
        "Fire alarm (?, ?): silenced by somebody on site (silence)",
    ),
    (
        note(Kind.ACTIVATION, "silenced", signal="fire", order="o-1"),
        "Báo cháy (?, ?): tắt tiếng theo lệnh",
        "Fire alarm (?, ?): silenced by order",
    ),
    (
        note(Kind.ACTIVATION, "waiting", signal="fire", behind="fire", behind_status="test"),
        "Báo cháy (?, ?): đang chờ thử báo cháy",
        "Fire alarm (?, ?): waiting for test fire alarm",
    ),
    (
        note(Kind.ACTIVATION, "finished", "safe", signal="fire"),
        "Báo cháy (?, ?): phát xong (đã ra lệnh phát)",
        "Fire alarm (?, ?): sounded to the end (ordered to sound)",
    ),
    (
        note(Kind.ACTIVATION, "cancelled", "unheard-of", signal="fire"),
        "Báo cháy (?, ?): đã dừng theo lệnh",
        "Fire alarm (?, ?): stopped by order",
    ),
    (
        note(Kind.ACTIVATION, "cancelled", "safe", signal="fire", by="an"),
        "Báo cháy (?, ?): đã dừng theo lệnh (đã an toàn, an)",
        "Fire alarm (?, ?): stopped by order (all is safe, an)",
    ),
]


@pytest.mark.parametrize(("record", "vi", "en"), TOLD)
def test_a_record_is_read_in_both_languages_with_what_it_says_and_no_more(record: Record, vi: str, en: str) -> None:
    assert line(record) == Text(f"21/11/2026 22:00:03  {vi}", f"21/11/2026 22:00:03  {en}")


WORD = st.none() | st.text(max_size=8) | st.sampled_from(["{x}", "{by}", "missed", "by-hand", "raised", "expired"])


@settings(max_examples=150)
@given(
    st.sampled_from(Kind),
    WORD,
    WORD,
    WORD,
    st.dictionaries(
        st.sampled_from(["by", "behind", "proof", "sounded_s", "then", "first", "since", "subject", "n"]),
        st.none() | st.text(max_size=8) | st.floats() | st.integers() | st.lists(st.integers(), max_size=2),
    ),
)
def test_any_record_whatever_is_read_without_an_error(
    kind: Kind, outcome: str | None, reason: str | None, origin: str | None, detail: dict[str, object]
) -> None:
    told = line(Record(AT, kind, origin, origin, None, None, origin, origin, outcome, reason, detail))
    assert told.vi.startswith("21/11/2026 22:00:03")


def test_every_event_is_read_without_a_blank_left() -> None:
    for kind, outcome in EVENTS:
        told = line(Record(AT, kind, outcome=outcome))
        assert "{" not in told.vi + told.en


def test_an_alarm_whose_loudspeaker_was_silent_says_so() -> None:
    assert vi(fire("started", proof="driven", sounds="relays-only")).endswith("loa không kêu)")
    assert line(fire("started", sounds="relays-only")).en.endswith("the loudspeaker was silent)")
