"""The journal, readable."""

from datetime import date, datetime, timedelta, timezone

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


def test_a_communes_own_signal_is_read_by_its_title() -> None:
    record = Record(AT, Kind.ACTIVATION, "flag", origin="command", status="test", outcome="expired", trusted=True)
    told = line(record, {"flag": Text("Chào cờ", "Flag")}).en
    assert told.endswith("Flag (test, by order of the desk): too late, not sounded")


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
