"""The desk's link with a broker that is none: it never looks as if it heard when it does not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gongd.desk.link import Dial, Down, Link, Message, Posted, Up
from tests.promises.daemon import until
from tests.survival.impostor import CONNACK, WITHOUT_END, Line, published, suback

FILTERS = [("gong/nguyet-an/+/answer", 1), ("gong/nguyet-an/+/event", 1)]
NOT_AUTHORISED = b"\x87"
PUBACK, DISCONNECT = 4, 14


@contextmanager
def heard_from(manner: Callable[[Line, bytes], None]) -> Iterator[Link]:
    """A desk that is connected to somebody who accepts it, and then does as he likes with its SUBSCRIBE."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        sock, _ = door.accept()
        line = Line(sock, None)  # type: ignore[arg-type]
        line.packet()
        sock.sendall(CONNACK)
        manner(line, line.packet()[2])

    threading.Thread(target=serve, daemon=True).start()
    link = Link(Dial("127.0.0.1", door.getsockname()[1], "desk"), FILTERS)
    link.start()
    try:
        yield link
    finally:
        link.close()
        door.close()


def next_of(link: Link) -> Posted:
    """Whatever is posted next."""
    told = until(lambda: link.take(0.1), "news of the link")
    assert told is not None
    return told


def test_a_desk_that_may_not_hear_its_boxes_is_not_connected() -> None:
    with heard_from(lambda line, body: line.sock.sendall(suback(body)[:-1] + NOT_AUTHORISED)) as link:
        told = next_of(link)
        assert isinstance(told, Down)
        assert "Not authorized" in told.why
        assert not link.is_up


def test_a_topic_that_is_no_text_does_not_make_the_desk_deaf() -> None:
    def talk(line: Line, body: bytes) -> None:
        line.sock.sendall(suback(body))
        good = published("gong/nguyet-an/thon-3/answer", b"good", 2)
        line.sock.sendall(published("gong/xx", b"bad", 1).replace(b"xx", b"\xff\xfe") + good)
        line.sock.recv(100)

    with heard_from(talk) as link:
        assert next_of(link) == Up()
        bad, good = next_of(link), next_of(link)
        assert isinstance(bad, Message)
        assert bad.payload == b"bad"
        assert isinstance(good, Message)
        assert good.topic == "gong/nguyet-an/thon-3/answer"


def test_what_came_over_a_connection_that_is_gone_acknowledges_nothing_of_the_next() -> None:
    """Its number may be another message's, which is not stored yet."""
    door, packets, asked = socket.create_server(("127.0.0.1", 0)), list[int](), list[bytes]()

    def serve() -> None:
        for connection in range(2):
            line = Line(door.accept()[0], None)  # type: ignore[arg-type]
            asked.append(line.packet()[2])
            line.sock.sendall(CONNACK)
            line.sock.sendall(suback(line.packet()[2]))
            line.sock.sendall(published("gong/nguyet-an/thon-3/event", b"%d" % connection, 1))
            while connection and (kind := line.packet()[0]) != DISCONNECT:
                packets.append(kind)
            line.sock.close()

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    link = Link(Dial("127.0.0.1", door.getsockname()[1], "desk", keeps=True), FILTERS)
    link.start()
    came: list[Message] = []

    def both_came() -> bool:
        posted = link.take(0.1)
        came.extend([posted] if isinstance(posted, Message) else [])
        return len(came) == 2

    until(both_came, "both messages")
    for message in came:
        link.acknowledge(message)
    link.close()
    serving.join(10.0)
    door.close()
    assert packets == [PUBACK]
    assert all(WITHOUT_END in connect for connect in asked)
