"""Papers from the command line: a box enrolled by a script, certificates, neighbours, a move, the broker's files."""

import json
import os
import re
import stat
import subprocess
import sys
import unicodedata
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gongd.adapters import jose
from gongd.core.fingerprint import check_code
from gongd.core.words import Language
from gongd.desk import enrolment, ledger
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.office import open_office
from gongd.desk.register import load_commune
from gongd.gongctl import main
from gongd.keygen import make_request, take_answer
from tests.desk.commune import Village, broker_of, make_commune, make_village, now
from tests.desk.scripted import Commune, found_commune


@pytest.fixture
def commune(ram: Path) -> Commune:
    """The folder only: no broker runs."""
    return Commune(make_commune(ram), 0, {})


def ask(commune: Commune, *words: str, status: int = 0, typed: str | None = None) -> str:
    """What a command says, once its exit status is as expected; never a traceback."""
    done = commune.gongctl(*words, typed=typed)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stdout + done.stderr
    return done.stdout + done.stderr


def request_of(village: Village) -> tuple[Path, str]:
    """Its request file, and the code that its loudspeaker speaks."""
    path = make_request(village.settings, village.stick, now()).path
    return path, village.ask().code


def boxes(folder: CommuneFolder) -> list[str]:
    return [box.id for box in ledger.current(folder).trust.boxes]


def test_a_script_enrols_a_box_by_the_code_that_its_installer_has_read(commune: Commune, ram: Path) -> None:
    village = make_village(ram)
    path, code = request_of(village)
    told = ask(commune, "enrol", str(path), "--code", code.replace("-", ""), "--out", str(village.stick))
    assert "Đã đăng ký thon-3" in told
    take_answer(village.settings, village.stick / "nguyet-an-thon-3.answer.json", now())
    assert boxes(commune.folder) == ["thon-3"]


def test_certificates_end_on_the_communes_own_date(commune: Commune) -> None:
    """As the box says it: what ends in the evening at Greenwich ends on the next day here."""
    told = json.loads(ask(commune, "expiry", "--json"))
    ends = [datetime.fromisoformat(one["ends_at"]).astimezone(timezone(timedelta(hours=14))) for one in told]
    (commune.folder.path / "roster.yaml").write_text("timezone: Pacific/Kiritimati\n", encoding="utf-8")
    lines = ask(commune, "expiry").splitlines()
    assert [line.partition(": đến ")[2][:10] for line in lines] == [f"{end:%d/%m/%Y}" for end in ends]
    (commune.folder.path / "roster.yaml").write_text("timezone: Pacific/Pago_Pago\nboxis: 1\n", encoding="utf-8")
    assert ask(commune, "expiry").splitlines()[0].partition(": đến ")[2][:10] in {
        f"{ends[0].astimezone(ZoneInfo('Asia/Ho_Chi_Minh')):%d/%m/%Y}"
    }


@pytest.mark.parametrize("command", ["status", "attendance", "alert fire --to 3 --yes", "expiry", "doctor"])
def test_outside_a_communes_folder_the_next_step_is_told(ram: Path, command: str) -> None:
    told = ask(Commune(CommuneFolder(ram / "nowhere"), 0, {}), *command.split(), status=1)
    assert told.startswith(f"{ram}/nowhere không có xã nào (thiếu commune.json). Chỉ thư mục của xã: --folder THƯ-MỤC;")
    assert "gongctl init TÊN-XÃ --host MÁY-CHỦ" in told
    assert "No such file" not in told


def test_another_code_than_that_of_the_file_enrols_nothing(commune: Commune, ram: Path) -> None:
    path, code = request_of(make_village(ram))
    other = "0000-0000" if code != "0000-0000" else "0000-0001"
    told = ask(commune, "enrol", str(path), "--code", other, status=1)
    assert f"Mã của tệp là {code}, người lắp đọc {other}: KHÔNG đăng ký." in told
    assert boxes(commune.folder) == []


def test_a_person_enrols_a_box_by_saying_that_both_codes_are_the_same(commune: Commune, ram: Path) -> None:
    path, code = request_of(make_village(ram))
    question = f"Mã kiểm tra của cụm loa: {code}. Đọc qua điện thoại cho người lắp; hai bên giống nhau mới gõ DUNG."
    told = ask(commune, "enrol", str(path), typed="co\n", status=1)
    assert question in told
    assert boxes(commune.folder) == []
    ask(commune, "enrol", str(path), typed="đúng\n")
    assert boxes(commune.folder) == ["thon-3"]


def test_locked_keys_are_opened_by_a_passphrase_from_a_file(ram: Path) -> None:
    secret, wrong = ram / "secret", ram / "wrong"
    secret.write_text("bí mật\n", encoding="utf-8")
    wrong.write_text("x", encoding="utf-8")
    commune = Commune(CommuneFolder(ram / "xa"), 0, {})
    told = ask(commune, "init", "nguyet-an", "--host", "127.0.0.1", "--port", "1", "--passphrase-file", str(secret))
    assert f"Điền danh bạ trực (gọi ai khi loa không kêu): {commune.folder.path}/roster.yaml\n" in told
    assert (commune.folder.path / "roster.yaml").is_file()
    path, code = request_of(make_village(ram))
    enrol = ("enrol", str(path), "--code", code)
    assert "Cần mật khẩu mà không có ai gõ" in ask(commune, *enrol, status=1)
    assert "Sai mật khẩu" in ask(commune, *enrol, "--passphrase-file", str(wrong), status=1)
    secret.write_text(unicodedata.normalize("NFD", "bí mật\n"), encoding="utf-8")
    ask(commune, *enrol, "--passphrase-file", str(secret))
    assert boxes(commune.folder) == ["thon-3"]


def test_anybody_may_read_a_request_for_nothing_secret_is_in_it(commune: Commune, ram: Path) -> None:
    path, code = request_of(make_village(ram))
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    ask(commune, "enrol", str(path), "--code", code)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_request_that_this_account_may_not_read_is_told_by_what_opens_it(ram: Path) -> None:
    """Not by changing to the very account that runs gongctl already."""
    path, _ = request_of(make_village(ram))
    path.chmod(0o600)
    program = (
        "import os, sys; from pathlib import Path; from gongd.core.errors import GongdError\n"
        "from gongd.desk.applicant import read_request; os.seteuid(65534)\n"
        "try: read_request(Path(sys.argv[1]))\nexcept GongdError as error: print(error.text.vi)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert f"Gõ: sudo chmod a+r {path}" in done.stdout
    assert "sudo -u gongctl" not in done.stdout


@pytest.mark.parametrize("place", ["nowhere", "a-file", "/proc"])
def test_a_place_that_takes_no_answer_is_told_before_anything_is_done(commune: Commune, ram: Path, place: str) -> None:
    path, code = request_of(make_village(ram))
    (ram / "a-file").write_text("x", encoding="utf-8")
    words = ("enrol", str(path), "--code", code, "--out", str(ram / place))
    told = ask(commune, *words, status=1)
    assert told.startswith(f"Không ghi được giấy trả lời vào {ram / place}: ")
    assert "Chưa làm gì" in told
    assert (boxes(commune.folder), list(commune.folder.answers.iterdir())) == ([], [])
    assert "Chưa làm gì" in ask(commune, "renew", "--out", str(ram / place), status=1)


def test_an_answer_that_could_not_be_carried_is_told_by_where_it_lies(
    commune: Commune, ram: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stick was there when it was looked for, and is full, or gone, once the box is enrolled."""
    village = make_village(ram)
    path, code = request_of(village)
    monkeypatch.setattr(enrolment, "require_place", lambda _out: None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    words = ["enrol", str(path), "--code", code, "--out", str(ram / "gone"), "--folder", str(commune.folder.path)]
    assert main(words) == 1
    said = capsys.readouterr()
    answer = commune.folder.answers / "nguyet-an-thon-3.answer.json"
    assert f"Giấy trả lời của thon-3 đã làm xong và nằm ở {answer}: chép sang USB." in said.err
    assert "Đã đăng ký thon-3, hạn đến " in said.out
    assert f"Mã của xã: {check_code(jose.load_public(commune.folder.root_public))}" in said.out
    assert boxes(commune.folder) == ["thon-3"]
    take_answer(village.settings, answer, now())


def test_a_new_key_of_the_desk_is_told_without_an_empty_line(ram: Path) -> None:
    folder, _ = found_commune(ram)
    with broker_of(folder, load_commune(folder).port):
        told = ask(Commune(folder, 0, {}), "renew", "--seats")
    assert told.startswith("Bàn trực có khóa TLS mới")
    assert "" not in told.splitlines()


def test_certificates_are_told_by_their_end_and_renewed(ram: Path) -> None:
    folder, _ = found_commune(ram)
    commune = Commune(folder, 0, {})
    assert re.search(r"nguyet-an/thon-3: đến \d\d/\d\d/\d{4}, còn \d+ ngày", ask(commune, "expiry"))
    names = {one["name"] for one in json.loads(ask(commune, "expiry", "--json"))}
    assert {"nguyet-an/thon-3", "nguyet-an/thon-5", "127.0.0.1"} <= names
    out = ram / "out"
    out.mkdir()
    assert "Đã gia hạn thon-3 đến" in ask(commune, "renew", "--box", "thon-3", "--out", str(out))
    assert [path.name for path in out.iterdir()] == ["nguyet-an-thon-3.answer.json"]
    before = (folder.broker / "broker.pem").read_bytes()
    assert "Đã gia hạn máy chủ và bàn trực" in ask(commune, "renew", "--broker")
    assert (folder.broker / "broker.pem").read_bytes() != before


def test_a_box_is_revoked_only_when_a_person_says_so_or_a_script_insists(ram: Path) -> None:
    folder, _ = found_commune(ram)
    commune = Commune(folder, 0, {})
    assert "Chưa hủy gì." in ask(commune, "revoke", "thon-3", typed="\n", status=1)
    assert boxes(folder) == ["thon-3", "thon-5"]
    assert "Đã hủy thon-3. Danh sách khóa số 4." in ask(commune, "revoke", "thon-3", typed="HỦY\n")
    ask(commune, "revoke", "thon-5", "--yes")
    assert boxes(folder) == []


@pytest.mark.parametrize(
    ("words", "is_to_be_brought"),
    [
        (["revoke", "thon-3", "--yes"], True),
        (["zones", "thon-3", "--in", "trung-tam"], True),
        (["neighbours", "thon-3", "--with", "thon-5"], True),
        (["panel", "thon-3", "--signals", "fire"], True),
        (["revoke", "pho", "--yes"], False),
    ],
)
def test_whoever_changes_what_the_broker_lets_pass_is_told_to_bring_that_to_it_where_it_runs_elsewhere(
    ram: Path, words: list[str], is_to_be_brought: bool
) -> None:
    """Until then a revoked box is let in, and a box hears no order to a zone that it has newly joined."""
    folder, _ = found_commune(ram)
    commune = Commune(folder, 0, {})
    ask(commune, "key", "new", "pho")
    told = "Chép broker/ sang máy chủ rồi khởi động lại máy chủ." in ask(commune, *words)
    assert told is is_to_be_brought


def test_neighbours_are_linked_both_ways(ram: Path) -> None:
    folder, _ = found_commune(ram)
    assert "Đã ghi. Danh sách khóa số 4." in ask(Commune(folder, 0, {}), "neighbours", "thon-3", "--with", "thon-5")
    listed = ledger.current(folder).trust
    assert [box.neighbours for box in listed.boxes] == [("thon-5",), ("thon-3",)]


def test_a_box_is_taken_into_another_commune(ram: Path) -> None:
    folder, _ = found_commune(ram)
    heir = make_commune(ram, "ngoc-lac")
    told = ask(Commune(folder, 0, {}), "move", "thon-3", "--to", str(heir.path), "--as", "nguyet-an-3")
    assert "Hai xã cùng được nghe trong 90 ngày" in told
    assert boxes(heir) == ["nguyet-an-3"]
    assert ledger.current(folder).trust.successor is not None


def test_the_brokers_drop_in_names_its_folder(commune: Commune) -> None:
    told = ask(commune, "broker", "--unit", "/etc/mosquitto/gongd")
    assert "WorkingDirectory=/etc/mosquitto/gongd\n" in told
    assert told.startswith("# /etc/systemd/system/mosquitto.service.d/gongd.conf\n")


def test_a_folder_that_is_no_communes_runs_no_broker(ram: Path) -> None:
    assert "không phải thư mục" in ask(Commune(CommuneFolder(ram / "no"), 0, {}), "broker", status=1)


def test_the_office_sees_an_edited_roster_and_a_new_list_and_nothing_else(ram: Path) -> None:
    folder, _ = found_commune(ram)
    office = open_office(folder.path)
    assert office.renewed() is office
    roster = folder.path / "roster.yaml"
    roster.write_text(roster.read_text(encoding="utf-8").replace("Bà Hà", "Bà Hai Thu"), encoding="utf-8")
    edited = office.renewed()
    assert edited.roster.box("thon-5").by_hand[0].name == "Bà Hai Thu"
    ask(Commune(folder, 0, {}), "neighbours", "thon-3", "--with", "thon-5")
    assert edited.renewed().trust == ledger.current(folder).trust


def test_every_command_has_its_page_in_both_languages(commune: Commune) -> None:
    from gongd.gongctl.table import COMMANDS

    for command in COMMANDS:
        assert command.text.read(Language.VI) != command.text.read(Language.EN)
    told = ask(commune, "key", "new", "--help")
    assert "thêm một khóa trực ban, với quyền" in told
    assert "list another key of the desk, with its rights" in told
