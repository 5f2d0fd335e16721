"""What `gongd doctor` says of the link: a daemon's own word, else the papers and a real broker's door."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.adapters import certificate, jose
from gongd.adapters.certificate import Use
from gongd.core.fingerprint import check_code
from gongd.desk.authority import open_authority
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.membership import revoke
from gongd.desk.register import load_commune
from gongd.doctor import Finding, Level, Patient
from gongd.doctor.link import link
from gongd.settings import load
from gongd.settings.model import ClockTrust, Require, Trust, TrustedBy
from gongd.settings.place import papers
from tests.cli.box import write_settings
from tests.desk.commune import Village, broker_of, free_port, make_commune, make_village, needs_mosquitto, now


@dataclass
class Scene:
    """An enrolled box and its commune's folder; the broker is started by who needs it."""

    folder: CommuneFolder
    village: Village
    port: int

    def patient(self, **settings: object) -> Patient:
        """The box with its clock believed, no daemon running."""
        mqtt = replace(self.village.settings.mqtt, port=self.port)  # type: ignore[type-var]
        told = {"mqtt": mqtt, "clock": ClockTrust(TrustedBy.ASSUME), **settings}
        made = replace(self.village.settings, **told)  # type: ignore[arg-type]
        return Patient(self.folder.path / "config.yaml", made.journal.path, made)

    def look(self, patient: Patient | None = None) -> dict[str, Finding]:
        """What is found, by its code."""
        return {one.code: one for one in link(patient or self.patient())}

    def certify(self, days: float) -> None:
        """A certificate that ends so many days from now."""
        signer = open_authority(self.folder, None)
        place = papers(self.village.settings)
        csr = certificate.request(certificate.open_key(place.tls_key.read_bytes()), "nguyet-an/thon-3")
        asked = certificate.read_request(csr)
        began = now() - timedelta(days=100)
        made = certificate.issue(signer, asked, Use.CLIENT, began, timedelta(days=100 + days))
        place.certificate.write_bytes(made)


@pytest.fixture
def scene(ram: Path) -> Scene:
    folder = make_commune(ram)
    village = make_village(ram)
    village.join(folder)
    return Scene(folder, village, load_commune(folder).port)


@pytest.fixture
def served(scene: Scene) -> Iterator[Scene]:
    with broker_of(scene.folder, scene.port):
        yield scene


@needs_mosquitto
def test_a_broker_that_takes_the_boxs_papers_is_good_and_the_certificates_end_is_told(served: Scene) -> None:
    found = served.look()
    assert {code: one.level for code, one in found.items()} == {
        "certificate": Level.GOOD,
        "root": Level.GOOD,
        "link": Level.GOOD,
    }
    ends_at = certificate.read(papers(served.village.settings).certificate.read_bytes()).ends_at
    assert f"nguyet-an/thon-3: hạn {ends_at:%d/%m/%Y}" in found["certificate"].text.vi
    assert check_code(jose.load_public(served.folder.root_public)) in found["root"].text.en


@needs_mosquitto
def test_a_broker_that_has_struck_the_box_off_refuses_it(scene: Scene) -> None:
    revoke(scene.folder, "thon-3", now())
    with broker_of(scene.folder, scene.port):
        found = scene.look()["broker-refused"]
    assert found.level is Level.FAULT
    assert found.remedy is not None


@needs_mosquitto
def test_a_broker_of_another_commune_is_not_believed(served: Scene, ram: Path) -> None:
    other = make_commune(ram / "elsewhere", "ngoc-lac")
    papers(served.village.settings).authorities.write_bytes((other.authority / "ca.pem").read_bytes())
    found = served.look()
    assert found["papers"].level is Level.FAULT
    assert "link" not in found


def test_where_nobody_listens_the_connection_is_down_and_where(scene: Scene) -> None:
    found = scene.look()["link-down"]
    assert found.level is Level.FAULT
    assert f"127.0.0.1:{scene.port}: Connection refused" in found.text.vi


def test_a_door_that_says_nothing_is_given_up_in_some_seconds(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        scene.port = mute.getsockname()[1]
        assert scene.look()["link-down"].level is Level.FAULT


@pytest.mark.parametrize(
    ("days", "code", "level"),
    [(-1, "certificate-expired", Level.FAULT), (20, "certificate-expiring", Level.WARNING)],
)
def test_a_certificate_that_ends_is_told_with_its_day(scene: Scene, days: float, code: str, level: Level) -> None:
    scene.certify(days)
    found = scene.look()[code]
    assert found.level is level
    assert "hạn " in found.text.vi


@needs_mosquitto
def test_a_clock_that_cannot_be_believed_judges_no_certificate(served: Scene) -> None:
    served.certify(-1)
    report = {"clock": {"trusted": False, "vi": "", "en": ""}, "link": None}
    doubting = replace(served.patient(clock=ClockTrust()), report=report)
    assert served.look(doubting)["certificate"].level is Level.GOOD


def test_papers_that_are_missing_or_anothers_are_told(scene: Scene, ram: Path) -> None:
    place = papers(scene.village.settings)
    own = place.tls_key.read_bytes()
    place.tls_key.write_bytes(certificate.new_key())
    assert "không đúng khóa TLS" in scene.look()["papers"].text.vi
    place.tls_key.write_bytes(own)
    place.root.write_bytes(b"nonsense")
    assert str(place.key.parent) in scene.look()["papers"].text.en
    place.certificate.unlink()
    found = scene.look()
    assert list(found) == ["papers"]
    assert str(place.certificate) in found["papers"].text.vi
    assert "gongd keygen" in str(found["papers"].remedy)


@pytest.mark.parametrize(
    ("told", "level", "words"),
    [
        ({"connected": True, "proven": True, "trust": 7}, Level.GOOD, "danh sách khóa số 7"),
        ({"connected": True, "proven": False, "trust": 7}, Level.WARNING, "chưa có tin định kỳ nào trở về"),
        ({"connected": False, "proven": False, "trust": 7}, Level.FAULT, "mất kết nối"),
        (None, Level.FAULT, "không có kết nối này"),
    ],
)
def test_a_running_daemon_is_believed_and_the_broker_left_alone(
    scene: Scene, told: object, level: Level, words: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        scene.port = door.getsockname()[1]
        found = scene.look(replace(scene.patient(), report={"link": told}))
        door.settimeout(0)
        with pytest.raises(BlockingIOError):
            door.accept()
    assert (found["link"].level, found["certificate"].level) == (level, Level.GOOD)
    assert words in found["link"].text.vi


def test_a_bench_without_keys_is_tried_without_them(ram: Path) -> None:
    village = make_village(ram)
    scene = Scene(CommuneFolder(ram), village, free_port())
    bare = scene.patient(trust=Trust(Require.BROKER))
    assert list(scene.look(bare)) == ["link-down"]
    with socket.create_server(("127.0.0.1", 0)) as door:
        scene.port = door.getsockname()[1]
        found = scene.look(scene.patient(trust=Trust(Require.BROKER)))
    assert (list(found), found["link"].level) == (["link"], Level.GOOD)


def test_a_box_without_a_desk_has_nothing_to_try(tmp_path: Path) -> None:
    config = write_settings(tmp_path)
    (found,) = link(Patient(config, tmp_path / "journal.db", load(config)))
    assert (found.code, found.level) == ("link", Level.GOOD)
