"""Topics: built and parsed, and nothing breaks out of its level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongd.core.errors import WireError
from gongd.core.fingerprint import thumbprint
from gongd.core.wire import MANNERS, Channel, Manner, Seal, Topic, Topics, only
from gongd.core.wire_command import MOST_PIECES
from gongd.core.wire_name import (
    ADDRESS,
    RESERVED,
    SLUG,
    Address,
    Identity,
    To,
    is_id,
    parse_address,
    to_all,
    to_box,
    to_key,
    to_zone,
)
from gongd.core.wire_refusal import Reason, Refused
from gongd.settings.model import RESERVED_IDS
from tests.core.orders import x_of

TOPICS = Topics("gong", "nguyet-an")
SHA = "a" * 64

SPELT = {
    "gong/nguyet-an/thon-3/command": Topic(Channel.COMMAND, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/zone/trung-tam/command": Topic(Channel.COMMAND, to_zone("nguyet-an", "trung-tam")),
    "gong/nguyet-an/all/command": Topic(Channel.COMMAND, to_all("nguyet-an")),
    "gong/nguyet-an/thon-3/call": Topic(Channel.CALL, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/thon-3/challenge": Topic(Channel.CHALLENGE, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/thon-3/answer": Topic(Channel.ANSWER, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/thon-3/event": Topic(Channel.EVENT, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/thon-3/state": Topic(Channel.STATE, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/thon-3/info": Topic(Channel.INFO, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/thon-3/heartbeat": Topic(Channel.HEARTBEAT, to_box("nguyet-an", "thon-3")),
    "gong/nguyet-an/trust": Topic(Channel.TRUST),
    f"gong/nguyet-an/blob/{SHA}/12": Topic(Channel.BLOB, sha256=SHA, piece=12),
}


@pytest.mark.parametrize(("spelt", "topic"), SPELT.items())
def test_every_topic_of_the_table_is_built_and_parsed(spelt: str, topic: Topic) -> None:
    assert TOPICS.parse(spelt) == topic
    match topic:
        case Topic(Channel.TRUST):
            assert TOPICS.trust() == spelt
        case Topic(sha256=str(sha256), piece=int(piece)):
            assert TOPICS.blob(sha256, piece) == spelt
        case Topic(channel, Address() as at):
            assert TOPICS.of(at, channel) == spelt


def test_topics_are_those_of_their_base_and_commune() -> None:
    topics = Topics("chieng", "bac-son")
    assert topics.box("thon-1", Channel.ANSWER) == "chieng/bac-son/thon-1/answer"
    assert topics.command("thon-1") == "chieng/bac-son/thon-1/command"
    assert topics.zone_command("nam") == "chieng/bac-son/zone/nam/command"
    assert topics.all_command() == "chieng/bac-son/all/command"
    assert topics.trust() == "chieng/bac-son/trust"
    assert topics.parse("chieng/bac-son/all/command") == Topic(Channel.COMMAND, to_all("bac-son"))


def test_a_file_has_so_many_pieces_and_no_more() -> None:
    last = f"gong/nguyet-an/blob/{SHA}/{MOST_PIECES - 1}"
    assert TOPICS.blob(SHA, MOST_PIECES - 1) == last
    assert TOPICS.parse(last) == Topic(Channel.BLOB, sha256=SHA, piece=MOST_PIECES - 1)
    assert TOPICS.parse(f"gong/nguyet-an/blob/{SHA}/{MOST_PIECES}") is None
    with pytest.raises(ValueError, match="no piece"):
        TOPICS.blob(SHA, MOST_PIECES)


def test_a_name_that_cannot_stand_on_the_wire_is_told() -> None:
    for wrong, told in (
        (lambda: Topics("a/b", "nguyet-an"), "“a/b” cannot begin a topic"),
        (lambda: Topics("gong", "Nguyệt Ấn"), "“Nguyệt Ấn” cannot be a name on the wire"),
        (lambda: TOPICS.of(to_all("nguyet-an"), Channel.STATE), "there is no topic state of nguyet-an/all"),
        (lambda: Address(To.ALL, "nguyet-an", "thon-3"), "“thon-3” cannot be a name on the wire"),
        (lambda: Address(To.KEY, "", "thon-3"), "“thon-3” cannot be a name on the wire"),
        (lambda: to_zone("nguyet-an", "all"), "“all” cannot be a name on the wire"),
    ):
        with pytest.raises(WireError, match=f"^{told}$"):
            wrong()


def test_what_is_no_address_is_refused_in_words() -> None:
    for wrong in ("nguyet-an", "nguyet-an/#", 5, None, ["nguyet-an/thon-3"]):
        with pytest.raises(ValueError, match=r"^an address such as nguyet-an/thon-3 is expected$"):
            ADDRESS.read(wrong)
    assert ADDRESS.read("nguyet-an/thon-3") == to_box("nguyet-an", "thon-3")


def test_every_channel_has_its_topic_and_its_manner() -> None:
    assert {topic.channel for topic in SPELT.values()} == set(Channel) == set(MANNERS)


def test_commands_are_never_retained_and_everything_that_commands_is_sealed_as_such() -> None:
    assert [channel for channel, manner in MANNERS.items() if manner.seal is Seal.COMMAND] == ["command", "call"]
    assert MANNERS[Channel.COMMAND] == Manner(1, False, True, Seal.COMMAND, MANNERS[Channel.CALL].body)
    assert {str(channel) for channel, manner in MANNERS.items() if manner.retained} == {
        *("challenge", "state", "info", "trust")
    }


@pytest.mark.parametrize(
    "topic",
    [
        *("", "gong", "gong/nguyet-an", "gong/nguyet-an/", "gong/nguyet-an/thon-3", "gong/nguyet-an/thon-3/"),
        *("gong/nguyet-an/thon-3/commands", "gong/nguyet-an/thon-3/command/", "gong/nguyet-an//command"),
        *("gong/nguyet-an/all/answer", "gong/nguyet-an/zone/command", "gong/nguyet-an/zone/all/command"),
        *("gong/nguyet-an/trust/command", "gong/nguyet-an/blob/command", "gong/nguyet-an/thon-3/trust"),
        *("gong/khac/thon-3/command", "gong/nguyet-an2/thon-3/command", "kong/nguyet-an/thon-3/command"),
        *("gong/nguyet-an/+/command", "gong/nguyet-an/#", "gong/nguyet-an/Thon-3/command", "$SYS/broker"),
        *("gong/nguyet-an/thon-3\n/command", "gong/nguyet-an/thôn-3/command", "gong/nguyet-an/-a/command"),
        *(f"gong/nguyet-an/blob/{SHA}/-1", f"gong/nguyet-an/blob/{SHA}/999", f"gong/nguyet-an/blob/{SHA}/01"),
        *(f"gong/nguyet-an/blob/{SHA}/٣", f"gong/nguyet-an/blob/{SHA[1:]}/1", f"gong/nguyet-an/blob/{SHA.upper()}/1"),
    ],
)
def test_every_other_topic_is_none_of_ours(topic: str) -> None:
    assert TOPICS.parse(topic) is None


@given(st.text(max_size=30) | st.from_regex(SLUG, fullmatch=True))
def test_an_id_can_never_break_out_of_its_level(name: str) -> None:
    for build in (TOPICS.command, TOPICS.zone_command):
        try:
            topic = build(name)
        except WireError:
            assert not is_id(name)
            continue
        assert topic.count("/") == 3 + (build == TOPICS.zone_command)
        assert not set("+#$\0") & set(topic)
        parsed = TOPICS.parse(topic)
        assert parsed is not None
        assert parsed.at is not None
        assert parsed.at.name == name


@given(st.text(max_size=60))
def test_any_text_may_be_parsed_as_a_topic_or_an_address(text: str) -> None:
    TOPICS.parse(f"gong/nguyet-an/{text}")
    TOPICS.parse(text)
    address = parse_address(text)
    assert address is None or str(address) == text


@pytest.mark.parametrize(
    "address", [to_box("a", "b"), to_zone("a", "b"), to_all("a"), to_key(x_of("a"))], ids=lambda one: str(one.to)
)
def test_an_address_is_spelt_and_read(address: Address) -> None:
    assert parse_address(str(address)) == address


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_ids_name_nothing(name: str) -> None:
    with pytest.raises(WireError):
        to_box("nguyet-an", name)
    with pytest.raises(WireError):
        Topics("gong", name)


def test_the_settings_reserve_the_same_ids() -> None:
    assert RESERVED == RESERVED_IDS


def test_only_orders_go_to_many_and_never_to_another_commune() -> None:
    for address, channel in (
        (to_all("nguyet-an"), Channel.STATE),
        (to_box("khac", "thon-3"), Channel.COMMAND),
        (to_key(x_of("a")), Channel.COMMAND),
        (to_box("nguyet-an", "thon-3"), Channel.TRUST),
    ):
        with pytest.raises(WireError):
            TOPICS.of(address, channel)
    for base in ("", "a/b", "+", "#", "$SYS"):
        with pytest.raises(WireError):
            Topics(base, "nguyet-an")
    with pytest.raises(WireError):
        Address(To.ALL, "nguyet-an", "thon-3")


def test_filters_name_one_channel_of_every_box() -> None:
    assert TOPICS.every_box(Channel.ANSWER) == "gong/nguyet-an/+/answer"
    assert TOPICS.every_piece(SHA) == f"gong/nguyet-an/blob/{SHA}/+"
    with pytest.raises(ValueError, match="no piece"):
        TOPICS.blob("../x", 0)


def test_a_box_that_moved_answers_to_its_old_name_too() -> None:
    me = Identity("moi", "thon-33", frozenset({"bac"}), x_of("k"), frozenset({("cu", "thon-3")}))
    meant = [to_box("moi", "thon-33"), to_box("cu", "thon-3"), to_all("cu"), to_zone("moi", "bac"), to_key(x_of("k"))]
    assert all(me.is_meant_by(address) for address in meant)
    others = [
        to_box("moi", "thon-3"),
        to_box("cu", "thon-33"),
        to_all("khac"),
        to_zone("moi", "nam"),
        to_key(x_of("o")),
    ]
    assert not any(me.is_meant_by(address) for address in others)


def test_only_one_key_counts_where_one_alone_may_sign() -> None:
    find = only(x_of("root"))
    assert find(thumbprint(x_of("root"))) == x_of("root")
    assert find("somebody") == Refused(Reason.UNKNOWN_KEY, "somebody")


@pytest.mark.parametrize(
    "parts", [(To.ALL, "nguyet-an", "thon-3"), (To.KEY, "nguyet-an", "A" * 43), (To.KEY, "", "A" * 42), (To.ALL, "")]
)
def test_an_address_with_a_part_too_many_or_too_few_is_none(parts: tuple[To, str, str]) -> None:
    with pytest.raises(WireError):
        Address(*parts)
