"""What the history says of settings that the desk has pushed and that are not used."""

from datetime import datetime, timedelta, timezone

from gongd.core.history import line
from gongd.core.record import Kind, Record

AT = datetime(2026, 11, 21, 22, 0, 3, tzinfo=timezone(timedelta(hours=7)))


def test_settings_that_go_with_another_file_are_told_as_that_and_not_as_faulty() -> None:
    record = Record(AT, Kind.SETTINGS, activation="o1", outcome="refused", reason="settings-differ", trusted=True)
    assert line(record).vi.endswith("Cấu hình bàn trực gửi: không dùng, vì tệp cấu hình tại cụm loa đã khác")
    assert "for the settings file at the box is another by now" in line(record).en


def test_settings_that_were_called_off_are_told_as_dropped_by_order() -> None:
    record = Record(AT, Kind.SETTINGS, activation="o1", outcome="failed", reason="cancelled", trusted=True)
    assert line(record).vi.endswith("Cấu hình bàn trực gửi: không dùng được (đã bỏ theo lệnh)")
