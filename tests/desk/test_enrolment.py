"""A commune's folder and a box's papers: what is made, what is refused, what never happens."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.adapters import certificate, jose
from gongd.core.errors import PassphraseError
from gongd.core.trust_list import everything
from gongd.desk import ledger
from gongd.desk.authority import SEATS, SeatError, take_seat
from gongd.desk.commune_folder import CommuneFolder, FolderError
from gongd.desk.enrolment import enrol, expiries, renew
from gongd.desk.founding import found
from gongd.desk.membership import EnrolmentError, Passphrases, grant, link_neighbours, revoke, set_zones
from gongd.desk.register import RegisterError, load_commune
from gongd.keygen import make_request, take_answer
from gongd.settings.place import papers
from tests.cli.box import answering
from tests.desk.commune import everything_in, make_commune, make_village, now

LOCKED = Passphrases("gốc", "ký", "trực")


# ── Founding ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_commune_has_a_list_of_trust_that_its_root_signed(ram: Path) -> None:
    folder = make_commune(ram)
    trust = ledger.current(folder).trust
    assert (trust.number, trust.commune) == (1, "nguyet-an")
    assert [key.x for key in trust.keys] == [jose.load(folder.desk / "desk.key").x]


def test_private_files_are_their_owners_alone(ram: Path) -> None:
    folder = make_commune(ram)
    make_village(ram).join(folder)
    keys = [path for path in folder.path.rglob("*") if path.is_file() and b"PRIVATE" in path.read_bytes()]
    assert len(keys) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    folders = [folder.path, *(path for path in folder.path.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_founding_twice_changes_nothing(ram: Path) -> None:
    folder = make_commune(ram)
    before = everything_in(folder.path)
    with pytest.raises(FolderError):
        make_commune(ram)
    assert everything_in(folder.path) == before


def test_a_root_key_on_a_stick_is_never_overwritten(ram: Path) -> None:
    stick = ram / "stick"
    found(CommuneFolder(ram / "a", stick), "xa-a", ["a.example.vn"], now())
    before = everything_in(stick)
    with pytest.raises(FolderError):
        found(CommuneFolder(ram / "b", stick), "xa-b", ["b.example.vn"], now())
    assert everything_in(stick) == before
    assert not (ram / "a" / "root").exists()


@pytest.mark.parametrize(
    ("commune", "hosts", "base"),
    [
        ("Nguyệt Ấn", ["a.vn"], "gong"),
        ("all", ["a.vn"], "gong"),
        ("xa/../b", ["a.vn"], "gong"),
        ("xa", [], "gong"),
        ("xa", ["a.vn\nallow_anonymous true"], "gong"),
        ("xa", ["-x"], "gong"),
        ("xa", ["a.vn"], "gong/#"),
        ("xa", ["a.vn"], "gong\ntopic"),
    ],
)
def test_names_that_could_break_out_of_a_line_found_nothing(
    ram: Path, commune: str, hosts: list[str], base: str
) -> None:
    with pytest.raises(EnrolmentError):
        found(CommuneFolder(ram / "x"), commune, hosts, now(), base=base)
    assert list(ram.iterdir()) == []


def test_locked_keys_open_with_their_own_passphrase_only(ram: Path) -> None:
    folder = make_commune(ram, passphrases=LOCKED)
    village = make_village(ram)
    before = everything_in(folder.path)
    for wrong in (Passphrases(), Passphrases("ký", "ký"), Passphrases("gốc", "gốc")):
        with pytest.raises(PassphraseError):
            enrol(folder, village.ask(), now(), wrong)
    assert everything_in(folder.path) == before
    assert jose.load(folder.desk / "desk.key", "trực")
    assert village.join(folder, LOCKED).trust.trust.number == 2


# ── Enrolling ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_box_is_enrolled_over_a_stick(ram: Path) -> None:
    folder, village = make_commune(ram), make_village(ram)
    done = village.join(folder)
    place = papers(village.settings)
    facts = certificate.prove(place.certificate.read_bytes(), place.authorities.read_bytes())
    assert facts.name == "nguyet-an/thon-3"
    assert jose.load_public(place.root) == jose.load_public(folder.root_public)
    held = ledger.read_list(place.trust.read_bytes(), jose.load_public(place.root))
    assert held == done.trust.trust
    assert [(box.id, box.zones) for box in done.trust.trust.boxes] == [("thon-3", ("trung-tam",))]


def test_no_private_key_travels(ram: Path) -> None:
    folder, village = make_commune(ram), make_village(ram)
    village.join(folder)
    place = papers(village.settings)
    secrets = [path.read_bytes().split(b"\n")[1] for path in (place.key, place.tls_key)]
    travelled = b"".join([*everything_in(village.stick).values(), *everything_in(folder.path).values()])
    assert all(secret not in travelled for secret in secrets)
    assert all(b"PRIVATE" not in data for data in everything_in(village.stick).values())


def test_the_box_and_the_desk_say_the_same_code(ram: Path) -> None:
    village = make_village(ram)
    home = village.settings.journal.path.parent
    with answering(home, say={"ok": True}) as daemon:
        asked = make_request(village.settings, village.stick, now())
    assert asked.spoken
    assert asked.code in str(daemon.asked[0]["text"])
    assert village.ask().question.vi.startswith("Mã kiểm tra của cụm loa: ")


def test_asking_again_keeps_the_keys(ram: Path) -> None:
    village = make_village(ram)
    assert village.ask().request.public == village.ask().request.public


def test_a_request_that_was_enrolled_makes_no_new_list_the_second_time(ram: Path) -> None:
    folder, village = make_commune(ram), make_village(ram)
    assert [village.join(folder).trust.trust.number for _ in range(2)] == [2, 2]


def test_a_new_machine_needs_a_word_and_the_old_key_is_struck(ram: Path) -> None:
    folder, old = make_commune(ram), make_village(ram / "old")
    old.join(folder)
    fresh = make_village(ram / "fresh")
    with pytest.raises(EnrolmentError):
        enrol(folder, fresh.ask(), now())
    trust = enrol(folder, fresh.ask(), now(), replace_box=True).trust.trust
    assert old.ask().request.fingerprint in trust.revoked
    assert trust.box("thon-3") is not None
    with pytest.raises(EnrolmentError):
        enrol(folder, old.ask(), now(), replace_box=True)


def test_a_box_of_another_commune_is_refused(ram: Path) -> None:
    folder = make_commune(ram)
    with pytest.raises(EnrolmentError):
        enrol(folder, make_village(ram, commune="kien-tho").ask(), now())


# ── The list of trust ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_number_of_the_list_only_grows(ram: Path) -> None:
    folder = make_commune(ram)
    numbers = [ledger.current(folder).trust.number]
    for box in ("thon-1", "thon-2", "thon-3"):
        numbers.append(make_village(ram, box).join(folder).trust.trust.number)
    numbers.append(link_neighbours(folder, "thon-1", ["thon-2"], now()).trust.number)
    numbers.append(set_zones(folder, "thon-2", ["khu-a"], now()).trust.number)
    numbers.append(revoke(folder, "thon-3", now()).trust.number)
    assert numbers == [1, 2, 3, 4, 5, 6, 7]
    assert sorted(path.name for path in folder.trust.iterdir()) == [f"{number:06d}.jws" for number in numbers]


def test_a_list_that_was_cut_off_is_passed_over_and_its_number_never_used_again(ram: Path) -> None:
    folder = make_commune(ram)
    (folder.trust / "000002.jws").write_bytes(ledger.current(folder).token[:100])
    assert ledger.current(folder).trust.number == 1
    assert make_village(ram).join(folder).trust.trust.number == 3


def test_after_a_restored_backup_the_number_is_taken_beyond_what_boxes_hold(ram: Path) -> None:
    folder = make_commune(ram)
    ledger.skip_to(folder, 40)
    for number in (40, 1, 0, 10**12):
        with pytest.raises(ledger.LedgerError):
            ledger.skip_to(folder, number)
    assert make_village(ram).join(folder).trust.trust.number == 41


def test_neighbours_are_neighbours_of_each_other(ram: Path) -> None:
    folder = make_commune(ram)
    for box in ("thon-1", "thon-2", "thon-3"):
        make_village(ram, box).join(folder)
    link_neighbours(folder, "thon-1", ["thon-2", "thon-3"], now())
    trust = link_neighbours(folder, "thon-1", ["thon-2"], now()).trust
    assert {box.id: box.neighbours for box in trust.boxes} == {
        "thon-1": ("thon-2",),
        "thon-2": ("thon-1",),
        "thon-3": (),
    }
    with pytest.raises(EnrolmentError):
        link_neighbours(folder, "thon-1", ["thon-9"], now())


def test_a_revoked_box_is_struck_everywhere(ram: Path) -> None:
    folder = make_commune(ram)
    gone = make_village(ram, "thon-1")
    gone.join(folder)
    make_village(ram, "thon-2").join(folder)
    link_neighbours(folder, "thon-1", ["thon-2"], now())
    trust = revoke(folder, "thon-1", now()).trust
    assert gone.ask().request.fingerprint in trust.revoked
    assert [(box.id, box.neighbours) for box in trust.boxes] == [("thon-2", ())]
    with pytest.raises(EnrolmentError):
        enrol(folder, gone.ask(), now())


def test_the_last_key_of_the_desk_cannot_be_revoked(ram: Path) -> None:
    folder = make_commune(ram)
    with pytest.raises(EnrolmentError):
        revoke(folder, "cong-an-xa", now())
    grant(folder, everything("uy-ban", jose.generate().x, "nguyet-an"), now())
    trust = revoke(folder, "cong-an-xa", now()).trust
    assert [key.name for key in trust.keys] == ["uy-ban"]


def test_a_list_is_signed_by_the_communes_own_root_only(ram: Path) -> None:
    folder, other = make_commune(ram), make_commune(ram, "kien-tho")
    with pytest.raises(ledger.LedgerError):
        enrol(CommuneFolder(folder.path, other.root_key.parent), make_village(ram).ask(), now())
    assert ledger.current(folder).trust.number == 1


# ── Renewal, seats ───────────────────────────────────────────────────────────────────────────────────────────────


def test_renewal_keeps_the_keys_and_needs_no_root(ram: Path) -> None:
    folder, village = make_commune(ram), make_village(ram)
    village.join(folder)
    folder.root_key.unlink()
    later = now() + timedelta(days=700)
    (done,) = renew(folder, ["thon-3"], later)
    assert take_answer(village.settings, done.answer, later).root_code is None
    assert done.ends_at > later + timedelta(days=700)
    with pytest.raises(RegisterError):
        renew(folder, ["thon-9"], later)


def test_expiries_come_with_the_days_left(ram: Path) -> None:
    folder = make_commune(ram)
    make_village(ram).join(folder)
    late = {one.name: one.days_left for one in expiries(folder, now() + timedelta(days=731))}
    assert late["nguyet-an/thon-3"] < 0
    assert late["nguyet-an CA"] > 10_000


def test_programs_of_the_desk_that_run_at_once_have_seats_of_their_own(ram: Path) -> None:
    folder = make_commune(ram)
    commune = load_commune(folder)
    seats = [take_seat(folder, commune) for _ in range(SEATS)]
    names = [seat.__enter__().name for seat in seats]
    assert len(set(names)) == SEATS
    with pytest.raises(SeatError), take_seat(folder, commune):
        pass
    seats[3].__exit__(None, None, None)
    with take_seat(folder, commune) as seat:
        assert seat.name == names[3]
