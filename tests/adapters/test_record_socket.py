"""A TLS socket that is read and written a record at a time: nothing is lost, doubled or held back."""

import select
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gongd.adapters import certificate
from gongd.adapters.mqtt.record_socket import LARGEST_RECORD, RecordSocket

HOST = "may-chu.example"
MANY = bytes(range(256)) * 256


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server that has a certificate, and of a client that believes it."""
    now = datetime.now(UTC)
    pem = certificate.new_key()
    authority = certificate.found_authority(certificate.open_key(certificate.new_key()), "xa", now, timedelta(days=9))
    asked = certificate.read_request(certificate.request(certificate.open_key(pem), HOST))
    (folder / "key.pem").write_bytes(pem)
    (folder / "ca.pem").write_bytes(authority.certificate)
    made = certificate.issue(authority, asked, certificate.Use.BROKER, now, timedelta(days=1), (HOST,))
    (folder / "cert.pem").write_bytes(made)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    client = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    client.sslsocket_class = RecordSocket
    return server, client


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[tuple[ssl.SSLSocket, RecordSocket]]:
    """Both ends of a connection, the record socket not blocking, as paho has it."""
    server, client = contexts(tmp_path)
    near, far = socket.socketpair()
    with near, far:
        far.setblocking(False)
        near.setblocking(False)
        ours = client.wrap_socket(near, server_hostname=HOST, do_handshake_on_connect=False)
        theirs = server.wrap_socket(far, server_side=True, do_handshake_on_connect=False)
        shake(ours, theirs)
        theirs.setblocking(True)
        theirs.settimeout(10.0)
        assert isinstance(ours, RecordSocket)
        with ours, theirs:
            yield theirs, ours


def shake(*sockets: ssl.SSLSocket) -> None:
    """The handshake of both, in turns."""
    left = list(sockets)
    while left:
        for each in tuple(left):
            try:
                each.do_handshake()
                left.remove(each)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                continue


def take(ours: RecordSocket, count: int, most: int = 1 << 20) -> bytes:
    """So many bytes, `most` at a time; where there are none yet, the network is waited for."""
    taken = b""
    while len(taken) < count:
        try:
            taken += ours.recv(min(most, count - len(taken)))
        except ssl.SSLWantReadError:
            assert ours.pending() == 0
            assert select.select([ours], [], [], 10.0)[0]
    return taken


def pour(ours: RecordSocket) -> int:
    """Send until the network takes no more: so many bytes have been taken, a kilobyte at a time."""
    sent = 0
    while sent < 64 * len(MANY):
        try:
            sent += ours.send(MANY[:1024])
        except ssl.SSLWantWriteError:
            return sent
    raise AssertionError("the network never held it up")


@pytest.mark.parametrize("most", [1, 2, 999, LARGEST_RECORD, 1 << 20])
def test_what_comes_is_read_whole_and_in_order_however_little_is_asked_for(
    ends: tuple[ssl.SSLSocket, RecordSocket], most: int
) -> None:
    theirs, ours = ends
    theirs.sendall(MANY)
    assert take(ours, len(MANY), most) == MANY


def test_whatever_the_network_does_not_tell_of_any_more_is_pending(
    ends: tuple[ssl.SSLSocket, RecordSocket],
) -> None:
    theirs, ours = ends
    theirs.sendall(b"0123456789")
    assert take(ours, 1) == b"0"
    assert not select.select([ours], [], [], 0.0)[0]
    assert ours.pending() == 9
    assert take(ours, 9) == b"123456789"
    assert ours.pending() == 0


def test_the_largest_record_leaves_nothing_behind_in_openssl(ends: tuple[ssl.SSLSocket, RecordSocket]) -> None:
    theirs, ours = ends
    theirs.sendall(MANY[:LARGEST_RECORD])
    take(ours, 1)
    assert (ours.pending(), ssl.SSLSocket.pending(ours)) == (LARGEST_RECORD - 1, 0)


def test_an_end_is_an_end(ends: tuple[ssl.SSLSocket, RecordSocket]) -> None:
    theirs, ours = ends
    theirs.sendall(b"last")
    theirs.shutdown(socket.SHUT_WR)
    assert take(ours, 4) == b"last"
    assert ours.recv(1) == b""


def test_what_is_gathered_goes_out_together_and_not_before(ends: tuple[ssl.SSLSocket, RecordSocket]) -> None:
    theirs, ours = ends
    ours.gather()
    assert [ours.send(b"one"), ours.send(b"two")] == [3, 3]
    assert not select.select([theirs], [], [], 0.05)[0]
    ours.flush()
    assert theirs.recv(100) == b"onetwo"


def test_without_gathering_it_goes_out_at_once(ends: tuple[ssl.SSLSocket, RecordSocket]) -> None:
    theirs, ours = ends
    ours.send(b"one")
    assert theirs.recv(100) == b"one"


def test_what_is_gathered_last_goes_out_with_the_close(ends: tuple[ssl.SSLSocket, RecordSocket]) -> None:
    theirs, ours = ends
    ours.gather()
    ours.send(b"goodbye")
    ours.close()
    assert theirs.recv(100) == b"goodbye"


def test_who_does_not_read_holds_up_the_sender_and_loses_nothing(ends: tuple[ssl.SSLSocket, RecordSocket]) -> None:
    theirs, ours = ends
    ours.gather()
    sent = pour(ours)
    taken = b""
    while len(taken) < sent:
        taken += theirs.recv(1 << 20)
        try:
            ours.flush()
        except ssl.SSLWantWriteError:
            continue
    assert taken == (MANY[:1024] * (sent // 1024))
