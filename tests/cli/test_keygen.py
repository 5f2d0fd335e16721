"""`gongd keygen` as a technician types it: keys, request, answer."""

from pathlib import Path

from gongd.desk.applicant import read_request
from gongd.desk.enrolment import enrol
from gongd.desk.register import load_commune
from tests.cli.box import Run, answering, write_settings
from tests.desk.commune import make_commune, now


def test_a_box_asks_and_takes_the_answer_over_a_stick(ram: Path, run: Run) -> None:
    folder, config, stick = make_commune(ram), write_settings(ram), ram / "stick"
    stick.mkdir()
    with answering(ram, say={"ok": True}) as daemon:
        asked = run("keygen", "--to", stick, "--config", config)
        applicant = read_request(stick / "nguyet-an-thon-3.request.json")
        done = enrol(folder, applicant, now(), out=stick)
        taken = run("keygen", "--answer", done.answer, "--config", config)
    assert (asked.status, taken.status) == (0, 0)
    assert applicant.code in asked.out
    assert done.root_code in taken.out
    assert "mqtt: {host: 127.0.0.1" in taken.out
    spoken = [str(request["text"]) for request in daemon.asked]
    assert [applicant.code in spoken[0], done.root_code in spoken[1]] == [True, True]


def test_an_answer_that_is_none_is_said_in_words(ram: Path, run: Run) -> None:
    config, answer = write_settings(ram), ram / "answer.json"
    for data in (b"", b"{}", b"\xff" * 100):
        answer.write_bytes(data)
        said = run("keygen", "--answer", answer, "--config", config)
        assert said.status == 1
        assert "Tệp trả lời hỏng" in said.err
    assert run("keygen", "--answer", ram / "none.json", "--config", config).status == 1


def test_asking_and_answering_at_once_is_a_misuse(ram: Path, run: Run) -> None:
    assert run("keygen", "--to", ram, "--answer", ram / "x", "--config", write_settings(ram)).status == 2


def test_a_stick_that_is_not_there_is_said_in_words(ram: Path, run: Run) -> None:
    said = run("keygen", "--to", "/proc/nowhere", "--config", write_settings(ram))
    assert said.status == 1
    assert "Không ghi được" in said.err


def test_new_keys_are_asked_for_by_a_word_and_wait_while_the_old_ones_serve(ram: Path, run: Run) -> None:
    config, stick = write_settings(ram), ram / "stick"
    stick.mkdir()
    first = run("keygen", "--to", stick, "--config", config)
    again = run("keygen", "--new", "--to", stick, "--config", config)
    assert (first.status, again.status) == (0, 0)
    assert "vẫn dùng khóa cũ" not in first.out
    assert "Khóa mới chờ giấy trả lời. Đến khi nhận, cụm loa vẫn dùng khóa cũ." in again.out
    assert run("keygen", "--new", "--answer", stick / "x", "--config", config).status == 2


def test_the_daemon_is_started_again_only_where_it_has_read_what_holds_no_more(ram: Path, run: Run) -> None:
    """First papers: a reload reads the settings. Renewed ones: each connection reads them. New keys: a start."""
    folder, stick = make_commune(ram), ram / "stick"
    stick.mkdir()
    config = write_settings(ram)

    def taken(*more: str) -> str:
        run("keygen", *more, "--to", stick, "--config", config)
        applicant = read_request(stick / "nguyet-an-thon-3.request.json")
        done = enrol(folder, applicant, now(), out=stick, replace_box=True)
        return run("keygen", "--answer", done.answer, "--config", config).out.splitlines()[-1]

    assert taken() == "Rồi: sudo gongd reload"
    assert taken() == "Rồi: sudo gongd reload"  # the settings do not name the broker yet
    write_settings(ram, more=f"mqtt: {{host: 127.0.0.1, port: {load_commune(folder).port}}}\n")
    assert taken().startswith("Không phải làm gì thêm")
    assert taken("--new") == "Rồi: sudo systemctl restart gongd"
    again = run("keygen", "--answer", stick / "nguyet-an-thon-3.answer.json", "--config", config).out.splitlines()[-1]
    assert again == "Cụm loa đã nhận giấy này từ trước. Chưa kết nối được thì: sudo systemctl restart gongd"
