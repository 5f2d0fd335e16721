"""The desk's keys from the command line: added with their rights, replaced when lost, revoked but never the last."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongd.adapters import jose
from gongd.desk import ledger
from gongd.desk.enrolment import replace_seats
from tests.desk.commune import Caller, eventually, everything_in, is_let_in, is_refused, needs_mosquitto, now
from tests.desk.scripted import ROSTER, Commune, found_commune, whole_commune

pytestmark = needs_mosquitto
RIGHTS = "key new pho --may alert,cancel --signals fire --status exercise --in 3"
TRUST = "gong/nguyet-an/trust"


@pytest.fixture
def commune(ram: Path) -> Iterator[Commune]:
    with whole_commune(ram) as made:
        yield made


@pytest.fixture
def alone(ram: Path) -> Commune:
    """The folder only: no broker runs."""
    folder, _ = found_commune(ram)
    return Commune(folder, 0, {})


def told(commune: Commune, *words: str, status: int = 0) -> str:
    """What a command says."""
    done = commune.gongctl(*words)
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stdout + done.stderr
    return done.stdout + done.stderr


def keys(commune: Commune) -> dict[str, str]:
    """The listed keys: thumbprint by name."""
    return {key.name: key.kid for key in ledger.current(commune.folder).trust.keys}


def papers_of(commune: Commune) -> dict[str, bytes]:
    """Everything in the folder but the store of events."""
    return {name: data for name, data in everything_in(commune.folder.path).items() if not name.startswith("desk.db")}


def test_a_new_key_has_the_rights_that_were_typed_and_the_broker_keeps_the_new_list(commune: Commune) -> None:
    said = told(
        commune,
        *["key", "new", "pho", "--may", "alert,cancel", "--signals", "fire", "--status", "exercise", "--in", "3"],
    )
    trust = ledger.current(commune.folder).trust
    assert f"Khóa pho: danh sách khóa số {trust.number}.\n" in said
    assert f"Máy chủ đã giữ danh sách khóa số {trust.number} cho các cụm loa.\n" in said
    assert "): được làm báo động, dừng · hiệu lệnh báo cháy · loại diễn tập · ở thon-3\n" in told(
        commune, "key", "list"
    )
    seat = commune.folder.desk
    with Caller(commune.folder.authority / "ca.pem", seat / "seat-8.pem", seat / "seat.key", commune.port) as desk:
        desk.listen(TRUST)
        assert desk.hear() == (TRUST, ledger.current(commune.folder).token)


def test_an_order_is_signed_with_the_key_that_is_named(commune: Commune) -> None:
    told(commune, "key", "new", "pho")
    told(commune, *["alert", "fire", "--to", "3", "--yes", "--key", "pho", "--wait", "20"])
    assert commune.boxes["thon-3"].heard[-1].iss == "pho"


def test_no_order_is_sent_that_every_box_would_refuse(alone: Commune) -> None:
    """With a key that is revoked, or that the list has never had; a passphrase or a broker changes nothing of it."""
    told(alone, "key", "new", "pho")
    told(alone, "revoke", "pho", "--yes")
    jose.save(jose.generate(), alone.folder.desk / "la.key")
    for name, why in (("pho", "đã bị hủy"), ("la", "không có trong danh sách khóa")):
        for order in (["alert", "fire"], ["drill", "fire"], ["test"], ["announce", "Mai họp."], ["silence"]):
            said = told(alone, *order, "--to", "3", "--yes", "--key", name, status=1)
            assert said.startswith(f"Khóa {name} {why}, cụm loa nào cũng từ chối: KHÔNG gửi lệnh.")
            assert len(said.splitlines()) == 1
    done = alone.gongctl("--key", "pho", typed="1\n3\nCHAY\n0\n")
    assert done.stdout.count("Khóa pho đã bị hủy, cụm loa nào cũng từ chối: KHÔNG gửi lệnh.") == 2
    done = alone.gongctl("silence", "--to", "3", "--key", "pho", language="en_US.UTF-8")
    assert done.stderr.startswith("The key pho has been revoked and every box refuses it: NOTHING was sent.")


def test_the_desks_first_key_is_called_by_its_name_also_once_it_is_revoked(alone: Commune) -> None:
    told(alone, "key", "new", "pho")
    told(alone, "revoke", "cong-an-xa", "--yes")
    said = told(alone, "alert", "fire", "--to", "3", "--yes", status=1)
    assert said.startswith("Khóa cong-an-xa đã bị hủy, cụm loa nào cũng từ chối: KHÔNG gửi lệnh.")


def test_a_lost_key_is_replaced_by_one_of_its_name_and_rights_and_counts_no_more(alone: Commune) -> None:
    before = keys(alone)["cong-an-xa"]
    assert "CHƯA tới máy chủ" in told(alone, "key", "replace", "cong-an-xa")
    trust = ledger.current(alone.folder).trust
    assert before in trust.revoked
    assert jose.load(alone.folder.desk / "desk.key").kid == keys(alone)["cong-an-xa"] != before
    assert [path.name for path in alone.folder.desk.glob("*.lost-*")] == [f"desk.key.lost-{before[:8]}"]


def test_the_last_key_that_can_raise_an_alarm_is_neither_revoked_nor_weakened(alone: Commune) -> None:
    told(alone, "key", "collector")
    for words in (
        "revoke cong-an-xa --yes",
        "key change cong-an-xa --may query",
        "key change cong-an-xa --status test",
    ):
        assert "Đây là khóa trực ban cuối cùng" in told(alone, *words.split(), status=1)
    told(alone, "key", "new", "pho")
    told(alone, "revoke", "cong-an-xa", "--yes")
    assert set(keys(alone)) == {"collector", "pho"}


def test_a_changed_key_keeps_every_right_that_was_not_typed(alone: Commune) -> None:
    told(alone, "key", "new", "pho", "--may", "alert,cancel", "--signals", "fire", "--in", "trung-tam")

    def rights() -> list[dict[str, list[str]]]:
        listed = json.loads(told(alone, "key", "list", "--json"))["keys"]
        return next(key["rights"] for key in listed if key["name"] == "pho")

    (first,) = rights()
    assert (first["types"], first["signals"], first["statuses"]) == (["alert", "cancel"], ["fire"], ["*"])
    said = told(alone, "key", "change", "pho", "--status", "exercise,test")
    assert "): được làm báo động, dừng · hiệu lệnh báo cháy · loại diễn tập, thử loa · ở trung-tam\n" in said
    assert rights() == [{**first, "statuses": ["exercise", "test"]}]
    told(alone, "key", "change", "pho", "--in", "3")
    assert rights() == [{**first, "statuses": ["exercise", "test"], "places": ["nguyet-an/thon-3"]}]
    number = ledger.current(alone.folder).trust.number
    told(alone, "key", "change", "pho")
    assert ledger.current(alone.folder).trust.number == number
    told(alone, *["key", "change", "pho", "--may", "all", "--signals", "all", "--status", "all", "--in", "all"])
    assert rights() == [{"types": ["*"], "signals": ["*"], "statuses": ["*"], "places": ["nguyet-an/all"]}]


def test_the_collectors_key_has_no_passphrase_and_is_good_for_questions_only(alone: Commune) -> None:
    told(alone, "key", "collector")
    assert jose.load(alone.folder.desk / "collector.key").kid == keys(alone)["collector"]
    (_, listed) = json.loads(told(alone, "key", "list", "--json"))["keys"]
    assert listed["rights"] == [
        {"types": ["query"], "signals": ["*"], "statuses": ["*"], "places": ["nguyet-an/all"]},
    ]


def test_a_key_that_was_made_elsewhere_is_listed_by_its_public_half(alone: Commune, ram: Path) -> None:
    private = ram / "elsewhere.key"
    told(alone, "key", "make", str(private))
    told(alone, "key", "new", "tram-hai", "--public", str(private.with_suffix(".pub")))
    assert jose.load(private).kid == keys(alone)["tram-hai"]
    assert not (alone.folder.desk / "tram-hai.key").exists()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("key new pho --may everything", 2),
        ("key new pho --in thon-99", 2),
        ("key new pho --status real", 2),
        ("key new", 2),
        ("key", 2),
        ("key new Phó", 1),
        ("key new cong-an-xa", 1),
        ("key replace nobody", 1),
        ("key change nobody", 1),
        ("key new pho --public /nowhere", 1),
        ("key new pho --root /nowhere", 1),
        ("key new pho --passphrase-file /nowhere", 2),
        ("revoke nobody --yes", 1),
        ("zones thon-9 --in trung-tam", 1),
        ("zones thon-3 --in A!", 2),
        ("skip 1", 1),
        ("skip many", 2),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_and_leaves_no_trace(alone: Commune, words: str, status: int) -> None:
    before = papers_of(alone)
    said = told(alone, *words.split(), status=status)
    assert 1 <= len(said.splitlines()) <= 2
    assert papers_of(alone) == before


def test_a_zone_that_the_roster_does_not_have_is_refused_with_those_that_it_has(alone: Commune) -> None:
    before = papers_of(alone)
    said = told(alone, "zones", "thon-3", "--in", "trung-tam,nope", status=2)
    assert said.startswith(
        "Danh bạ trực không có khu: nope. Có: trung-tam. Khu mới thì ghi vào zones trong roster.yaml"
    )
    assert papers_of(alone) == before


def test_nobody_is_asked_whether_to_revoke_what_does_not_exist(alone: Commune) -> None:
    said = told(alone, "revoke", "nope", status=1)
    assert said.splitlines() == ["Không có cụm loa hay khóa nào tên nope"]


def test_zones_and_numbers_are_set_from_the_command_line(alone: Commune) -> None:
    roster = alone.folder.path / "roster.yaml"
    zones = "zones: {trung-tam: Khu trung tâm, dong-xa: Đồng Xa}"
    roster.write_text(ROSTER.replace("zones: {trung-tam: Khu trung tâm}", zones), encoding="utf-8")
    told(alone, "zones", "thon-3", "--in", "trung-tam,dong-xa")
    assert ledger.current(alone.folder).trust.boxes[0].zones == ("dong-xa", "trung-tam")
    assert "Danh sách khóa sau sẽ trên số 40." in told(alone, "skip", "40")
    told(alone, "zones", "thon-3", "--in", "trung-tam")
    assert ledger.current(alone.folder).trust.number == 41


def test_former_certificates_of_the_desk_open_nothing_once_it_has_a_new_key(commune: Commune, ram: Path) -> None:
    folder, old = commune.folder, ram / "old"
    old.mkdir()
    for name in ("seat-1.pem", "seat.key"):
        (old / name).write_bytes((folder.desk / name).read_bytes())
    authorities = folder.authority / "ca.pem"
    with Caller(authorities, old / "seat-1.pem", old / "seat.key", commune.port):
        pass
    assert "Bàn trực có khóa TLS mới" in told(commune, "renew", "--seats")

    def has_changed() -> bool:
        former = Caller(authorities, old / "seat-1.pem", old / "seat.key", commune.port)
        return is_refused(former) and is_let_in(
            Caller(authorities, folder.desk / "seat-1.pem", folder.desk / "seat.key", commune.port)
        )

    eventually(has_changed)


def test_every_certificate_that_the_seats_ever_had_is_struck(alone: Commune) -> None:
    told(alone, "renew", "--broker")
    replace_seats(alone.folder, now())
    struck = json.loads((alone.folder.authority / "struckoff.json").read_bytes())["certificates"]
    assert len(struck) == 16
