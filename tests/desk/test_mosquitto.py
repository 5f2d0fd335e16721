"""The shipped configuration against a real Mosquitto over TLS: who gets in, who may say and hear what."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gongd.adapters import certificate
from gongd.core.wire import Channel, Topics
from gongd.desk import authority as office
from gongd.desk import ledger, mosquitto
from gongd.desk.authority import take_seat
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.enrolment import renew_own
from gongd.desk.founding import found
from gongd.desk.membership import link_neighbours, revoke
from gongd.desk.register import Commune, load_commune
from gongd.settings.place import papers
from tests.desk.commune import (
    Caller,
    Village,
    broker_of,
    call_as,
    eventually,
    is_refused,
    make_commune,
    make_village,
    may_speak,
    needs_mosquitto,
    now,
)

TOPICS = Topics("gong", "nguyet-an")
pytestmark = needs_mosquitto


@dataclass(frozen=True)
class Scene:
    """A commune with two boxes of one zone each, thon-3 hearing thon-5's calls, and its broker running."""

    folder: CommuneFolder
    commune: Commune
    third: Village
    fifth: Village

    @property
    def port(self) -> int:
        return self.commune.port

    def forged(self, name: str, folder: Path) -> Caller:
        """Somebody with a certificate of that name from the commune's own authority."""
        pem = certificate.new_key()
        csr = certificate.request(certificate.open_key(pem), name)
        made, _ = office.certify_box(office.open_authority(self.folder, None), name, csr, now())
        (folder / "forged.pem").write_bytes(made)
        (folder / "forged.key").write_bytes(pem)
        return Caller(self.folder.broker / "ca.pem", folder / "forged.pem", folder / "forged.key", self.port)


@pytest.fixture
def scene(ram: Path) -> Iterator[Scene]:
    folder = make_commune(ram)
    third, fifth = make_village(ram, "thon-3", zones="khu-a"), make_village(ram, "thon-5", zones="khu-b")
    third.join(folder)
    fifth.join(folder)
    link_neighbours(folder, "thon-3", ["thon-5"], now())
    commune = load_commune(folder)
    with broker_of(folder, commune.port):
        yield Scene(folder, commune, third, fifth)


def at_the_desk(scene: Scene, seat: office.Seat) -> Caller:
    """The desk's own connection."""
    return Caller(seat.authorities, seat.certificate, seat.key, scene.port)


def test_a_box_writes_under_its_own_name_only(scene: Scene) -> None:
    with call_as(scene.third, scene.port) as box:
        for channel in Channel:
            if channel in (Channel.TRUST, Channel.BLOB):
                continue
            is_own = channel is not Channel.COMMAND
            assert box.publish(TOPICS.box("thon-3", channel)) is is_own, channel
            assert not box.publish(TOPICS.box("thon-5", channel)), channel
        assert not box.publish("homeassistant/device/nguyet-an/thon-3/config")


def test_a_box_gives_no_orders(scene: Scene) -> None:
    orders = (
        TOPICS.all_command(),
        TOPICS.zone_command("khu-a"),
        TOPICS.command("thon-3"),
        TOPICS.command("thon-5"),
        TOPICS.trust(),
        TOPICS.blob("0" * 64, 0),
        "gong/nguyet-an/zone",
        "gong/nguyet-an",
        "gong",
        "$SYS/x",
    )
    with call_as(scene.third, scene.port) as box:
        assert [topic for topic in orders if box.publish(topic)] == []


def test_the_desk_orders_and_each_box_hears_what_is_for_it(scene: Scene) -> None:
    with (
        take_seat(scene.folder, scene.commune) as seat,
        at_the_desk(scene, seat) as desk,
        call_as(scene.third, scene.port) as third,
    ):
        third.listen("gong/#")
        heard = (
            TOPICS.command("thon-3"),
            TOPICS.zone_command("khu-a"),
            TOPICS.all_command(),
            TOPICS.trust(),
            TOPICS.blob("0" * 64, 7),
        )
        for topic in (TOPICS.command("thon-5"), TOPICS.zone_command("khu-b"), *heard):
            assert desk.publish(topic), topic
        assert [third.hear()[0] for _ in heard] == list(heard)


def test_the_desk_hears_all_and_speaks_for_no_box(scene: Scene) -> None:
    with (
        take_seat(scene.folder, scene.commune) as seat,
        at_the_desk(scene, seat) as desk,
        call_as(scene.third, scene.port) as third,
    ):
        desk.listen("gong/#")
        for channel in (Channel.ANSWER, Channel.EVENT, Channel.STATE, Channel.INFO, Channel.HEARTBEAT, Channel.CALL):
            assert third.publish(TOPICS.box("thon-3", channel))
            assert desk.hear()[0] == TOPICS.box("thon-3", channel)
            assert not desk.publish(TOPICS.box("thon-3", channel))


def test_a_box_hears_its_own_heartbeat_and_its_neighbours_calls_and_no_others(scene: Scene, ram: Path) -> None:
    with (
        call_as(scene.third, scene.port) as third,
        call_as(scene.fifth, scene.port) as fifth,
        scene.forged("nguyet-an/thon-9", ram) as stranger,
    ):
        third.listen("gong/#")
        stranger.listen("gong/#")
        assert stranger.publish(TOPICS.box("thon-9", Channel.CALL))
        assert fifth.publish(TOPICS.box("thon-5", Channel.EVENT))
        assert fifth.publish(TOPICS.box("thon-5", Channel.HEARTBEAT))
        assert fifth.publish(TOPICS.box("thon-5", Channel.CALL))
        assert fifth.publish(TOPICS.box("thon-5", Channel.CHALLENGE))
        assert third.publish(TOPICS.box("thon-3", Channel.HEARTBEAT))
        assert [third.hear()[0] for _ in range(3)] == [
            TOPICS.box("thon-5", Channel.CALL),
            TOPICS.box("thon-5", Channel.CHALLENGE),
            TOPICS.box("thon-3", Channel.HEARTBEAT),
        ]
        assert stranger.heard.empty()


def test_another_communes_box_of_the_same_name_opens_nothing(scene: Scene, ram: Path) -> None:
    with scene.forged("kien-tho/thon-3", ram) as box:
        for channel in Channel:
            if channel not in (Channel.TRUST, Channel.BLOB):
                assert not box.publish(TOPICS.box("thon-3", channel)), channel
        assert box.publish("gong/kien-tho/thon-3/state")


def test_a_certificate_of_another_authority_is_refused(scene: Scene, ram: Path) -> None:
    elsewhere = make_commune(ram / "elsewhere")
    impostor = make_village(ram / "impostor")
    impostor.join(elsewhere)
    caller = call_as(impostor, scene.port)
    caller.client._ssl_context.load_verify_locations(scene.folder.broker / "ca.pem")  # type: ignore[union-attr]
    assert is_refused(caller)


def test_a_certificate_of_the_commune_is_not_refused(scene: Scene) -> None:
    assert not is_refused(call_as(scene.third, scene.port))


def test_an_expired_certificate_is_refused(scene: Scene) -> None:
    place = papers(scene.third.settings)
    csr = certificate.request(certificate.open_key(place.tls_key.read_bytes()), "nguyet-an/thon-3")
    then = now() - office.SPAN - timedelta(hours=1)
    made, _ = office.certify_box(office.open_authority(scene.folder, None), "nguyet-an/thon-3", csr, then)
    place.certificate.write_bytes(made)
    assert is_refused(call_as(scene.third, scene.port))


def test_a_caller_without_a_certificate_is_refused(scene: Scene) -> None:
    caller = call_as(scene.third, scene.port)
    caller.client._ssl_context = None
    caller.client._ssl = False
    caller.client.tls_set(str(scene.folder.broker / "ca.pem"))
    assert is_refused(caller)


def test_a_revoked_box_is_shut_out_at_once_also_where_it_is_connected(scene: Scene) -> None:
    with call_as(scene.third, scene.port) as box:
        assert box.publish(TOPICS.box("thon-3", Channel.STATE))
        revoke(scene.folder, "thon-3", now())
        eventually(lambda: not box.trouble.empty())
    eventually(lambda: may_speak(scene.fifth, scene.port))
    assert is_refused(call_as(scene.third, scene.port))


def test_a_box_that_is_enrolled_while_the_broker_runs_is_heard_and_hears(scene: Scene, ram: Path) -> None:
    late = make_village(ram, "thon-7")
    assert late.join(scene.folder).broker_told
    eventually(lambda: may_speak(late, scene.port))
    with (
        take_seat(scene.folder, scene.commune) as seat,
        at_the_desk(scene, seat) as desk,
        call_as(late, scene.port) as box,
    ):
        box.listen(TOPICS.command("thon-7"))
        assert desk.publish(TOPICS.command("thon-7"), b"order")
        assert box.hear() == (TOPICS.command("thon-7"), b"order")


def test_no_box_takes_over_another_boxs_client_id(scene: Scene) -> None:
    with call_as(scene.third, scene.port, "nguyet-an/thon-3") as third:
        with call_as(scene.fifth, scene.port, "nguyet-an/thon-3") as fifth:
            assert fifth.publish(TOPICS.box("thon-5", Channel.STATE))
        assert third.publish(TOPICS.box("thon-3", Channel.STATE))
        assert third.trouble.empty()


def test_two_programs_of_the_desk_are_connected_at_once(scene: Scene) -> None:
    with (
        take_seat(scene.folder, scene.commune) as one,
        take_seat(scene.folder, scene.commune) as two,
        at_the_desk(scene, one) as alarm,
        at_the_desk(scene, two) as watch,
    ):
        watch.listen(TOPICS.all_command())
        assert alarm.publish(TOPICS.all_command(), b"order")
        assert watch.hear() == (TOPICS.all_command(), b"order")
        assert alarm.trouble.empty()


def test_a_packet_over_the_limit_is_not_carried(scene: Scene) -> None:
    with call_as(scene.third, scene.port) as box:
        box.client.publish(TOPICS.box("thon-3", Channel.EVENT), b"x" * (mosquitto.MOST_PACKET_BYTES + 1), 1)
        box.trouble.get(timeout=20)


def test_what_is_retained_outlives_the_broker(ram: Path) -> None:
    folder = make_commune(ram)
    village = make_village(ram)
    village.join(folder)
    port = load_commune(folder).port
    token = ledger.current(folder).token
    with (
        broker_of(folder, port),
        take_seat(folder, load_commune(folder)) as seat,
        Caller(seat.authorities, seat.certificate, seat.key, port) as desk,
    ):
        assert desk.publish(TOPICS.trust(), token, retained=True)
    with broker_of(folder, port), call_as(village, port) as box:
        box.listen(TOPICS.trust())
        assert box.hear() == (TOPICS.trust(), token)
    assert (folder.broker / mosquitto.STORE / "mosquitto.db").is_file()


def test_a_renewed_broker_is_known_to_its_boxes(ram: Path) -> None:
    folder, village = make_commune(ram), make_village(ram)
    village.join(folder)
    before = (folder.broker / "broker.key").read_bytes()
    renew_own(folder, now())
    assert (folder.broker / "broker.key").read_bytes() != before
    port = load_commune(folder).port
    with broker_of(folder, port), call_as(village, port) as box:
        assert box.publish(TOPICS.box("thon-3", Channel.STATE))


def test_the_configuration_is_read_and_read_again_without_a_warning(ram: Path) -> None:
    folder, village, late = make_commune(ram), make_village(ram), make_village(ram, "thon-5")
    village.join(folder)
    port = load_commune(folder).port
    with broker_of(folder, port):
        assert may_speak(village, port)
        late.join(folder)
        eventually(lambda: may_speak(late, port))
    log = (ram / "nguyet-an.log").read_text(encoding="utf-8")
    unwelcome = [line for line in log.splitlines() if "Warning" in line or "Error" in line or "Note" in line]
    assert [line for line in unwelcome if "root/administrator" not in line] == []


def test_the_broker_ends_no_session(ram: Path) -> None:
    """Where one had an end, Mosquitto 2.0 (to 2.0.22 at least) read freed memory after it had read its lists again."""
    configuration = (make_commune(ram).broker / mosquitto.CONFIGURATION).read_text(encoding="utf-8")
    assert "persistent_client_expiration" not in configuration


def test_the_store_and_the_rights_are_nobody_elses_business(ram: Path) -> None:
    folder = CommuneFolder(ram / "xa")
    found(folder, "xa", ["a.example.vn"], now())
    assert stat.S_IMODE((folder.broker / mosquitto.ACCESS_LIST).stat().st_mode) == 0o600
    assert "user a" not in mosquitto.configuration("xa", mosquitto.Listener())


def test_the_drop_in_starts_this_brokers_folder(ram: Path) -> None:
    text = mosquitto.drop_in(ram)
    assert f"WorkingDirectory={ram}\n" in text
    assert "ExecStart=\nExecStart=/" in text
