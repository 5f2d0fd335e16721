"""The keys of the box itself: who it is, its loudspeaker, its clock, its limits, its journal, its desk, its link."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from gongd.core.rhythm import SHORTEST_S, Tempo
from gongd.core.words import Language, Text
from gongd.settings.finding import Findings, Spot
from gongd.settings.kind import ABSENT, REQUIRED, Choice, Field, ListOf, Scalar, Section, Unfit, Values
from gongd.settings.model import (
    Backend,
    Box,
    ClockTrust,
    Desk,
    JournalSettings,
    Limits,
    Mqtt,
    PrintsSettings,
    Require,
    Speaker,
    Tls,
    Trust,
    TrustedBy,
    Turn,
)
from gongd.settings.scalar import (
    HOST,
    NAME,
    PATH,
    PHONE,
    TOPIC,
    TOPIC_NAME,
    TURN,
    VOLUME,
    WORDS,
    duration,
    whole,
)
from gongd.settings.scalar_day import DATE, TIMEZONE

T = TypeVar("T")

DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
LOUDEST_EMERGENCY = whole(80, 100, "âm lượng báo động khẩn cấp", "an emergency's volume")
"""Below 80 nobody is woken: refused (box.md)."""
CAP = duration(5, 3600)


def made(kind: Callable[..., T], **renamed: str) -> Callable[[Values, Spot, Findings], T]:
    """Builds a value from the keys that were read; `renamed` gives attributes that are not called like their key."""
    attributes = {key: name for name, key in renamed.items()}

    def build(values: Values, _spot: Spot, _findings: Findings) -> T:
        return kind(**{attributes.get(key, key): value for key, value in values.items()})

    return build


def _box(values: Values, _spot: Spot, _findings: Findings) -> Box:
    zone = values.pop("timezone", None) or ZoneInfo(DEFAULT_ZONE)
    return Box(timezone=zone, **values)


def _place_name(text: str) -> str:
    name = WORDS.parse(text)
    if not name.split(",", 1)[0].strip():
        raise Unfit(_NO_PLACE)
    return name


_NO_PLACE = Text(
    vi="Tên được đọc đến dấu phẩy, nên trước dấu phẩy phải có chữ", en="Nothing stands before the comma of the name"
)
PLACE_NAME = Scalar(_place_name, WORDS.expected, WORDS.shape)

BOX = Section(
    (
        Field(
            "id",
            TOPIC_NAME,
            Text(
                vi="Mã của cụm loa, không trùng trong xã: chữ thường không dấu, số, dấu -. Ví dụ thon-3.",
                en="The box's id, unique in the commune: a-z, 0-9 and -. For example thon-3.",
            ),
            REQUIRED,
        ),
        Field(
            "commune",
            NAME,
            Text(
                vi="Mã của xã, không dấu. Ví dụ nguyet-an.",
                en="The commune's id, plain letters. For example nguyet-an.",
            ),
            REQUIRED,
        ),
        Field(
            "name",
            PLACE_NAME,
            Text(
                vi="Tên nơi đặt loa. Loa đọc phần trước dấu phẩy: {place}. Ví dụ Thôn 3, xã Nguyệt Ấn.",
                en="The place's name. The part before the comma is spoken: {place}. For example Thôn 3, xã Nguyệt Ấn.",
            ),
            REQUIRED,
        ),
        Field(
            "timezone",
            TIMEZONE,
            Text(vi="Múi giờ. Không ghi: Asia/Ho_Chi_Minh.", en="Time zone. Left out: Asia/Ho_Chi_Minh."),
        ),
        Field(
            "language",
            Choice(
                {"vi": Language.VI, "en": Language.EN},
                {"tiếng việt": "vi", "vietnamese": "vi", "vn": "vi", "english": "en"},
            ),
            Text(vi="Tiếng của thông báo cho kỹ thuật: vi hoặc en.", en="Language of operator texts: vi or en."),
            Language.VI,
        ),
        Field(
            "zones",
            ListOf(TOPIC_NAME, alone=True),
            Text(vi="Các khu mà cụm loa thuộc về.", en="The zones that this box belongs to."),
            (),
        ),
        Field(
            "turn",
            TURN,
            Text(
                vi="Các cụm loa nghe thấy nhau thì nói lần lượt: 1 of 2 là cụm thứ nhất trong hai cụm.",
                en="Boxes within earshot speak in turns: 1 of 2 is the first of two.",
            ),
            Turn(),
        ),
        Field(
            "disabled_until",
            DATE,
            Text(
                vi="Tạm ngừng dùng đến hết ngày này. Nút bấm tại chỗ vẫn dùng được.",
                en="Out of use until the end of that day. Local buttons still work.",
            ),
            None,
        ),
    ),
    _box,
)

SPEAKER = Section(
    (
        Field(
            "backend",
            Choice({one.value: one for one in Backend}, {"alsa": "aplay", "wav": "file", "off": "none"}),
            Text(
                vi="Cách phát âm thanh: aplay (thường dùng), simpleaudio, file (ghi ra WAV), none (không có loa).",
                en="How sound is played: aplay (usual), simpleaudio, file (WAV files), none (no loudspeaker).",
            ),
        ),
        Field(
            "device",
            WORDS,
            Text(
                vi="Tên thiết bị ALSA, ví dụ plughw:CARD=Device. Không ghi: default.",
                en="The ALSA device, for example plughw:CARD=Device. Left out: default.",
            ),
        ),
        Field("volume", VOLUME, Text(vi="Âm lượng 0 đến 100. Không ghi: 70.", en="Volume 0 to 100. Left out: 70.")),
        Field(
            "emergency_volume",
            LOUDEST_EMERGENCY,
            Text(
                vi="Âm lượng của hiệu lệnh khẩn cấp, 80 đến 100. Không ghi: 100.",
                en="Volume of an emergency, 80 to 100. Left out: 100.",
            ),
        ),
    ),
    made(Speaker),
)

CLOCK = Section(
    (
        Field(
            "trust",
            Choice({one.value: one for one in TrustedBy}, {"ntp": "kernel", "true": "assume"}),
            Text(
                vi="Khi nào tin đồng hồ: kernel (máy báo đã chỉnh đúng), assume (luôn tin; chỉ để thử trên bàn).",
                en="When the clock is believed: kernel (it says synchronised), assume (always; for a bench only).",
            ),
        ),
        Field(
            "holdover",
            duration(0, 60 * 86400),
            Text(
                vi="Sau lần chỉnh đúng cuối còn tin bao lâu. Không ghi: 7d.",
                en="How long it is believed after it was last right. Left out: 7d.",
            ),
        ),
    ),
    made(ClockTrust, holdover_s="holdover"),
)

LIMITS = Section(
    (
        Field(
            "at_most",
            CAP,
            Text(
                vi="Tối đa mỗi lần phát, cho hiệu lệnh không ghi at_most riêng. Không ghi: 5m. "
                "Hiệu lệnh ghi at_most riêng (báo lũ có sẵn 10m) thì theo hiệu lệnh, dài hơn hay ngắn hơn.",
                en="The longest that a signal sounds when it does not say its own at_most. Left out: 5m. "
                "A signal's own at_most wins, longer or shorter (the built-in flood says 10m).",
            ),
        ),
        Field(
            "per_hour",
            whole(1, 1000),
            Text(
                vi="Số lệnh nhiều nhất trong một giờ của một khóa; báo động thật và nút tại chỗ không bị giới hạn.",
                en="Requests an hour of one key; never for an actual emergency, never for a local button.",
            ),
        ),
    ),
    made(Limits, at_most_s="at_most"),
)

JOURNAL = Section(
    (
        Field(
            "path",
            PATH,
            Text(
                vi="Tệp nhật ký. Không ghi: /var/lib/gongd/journal.db.",
                en="The journal's file. Left out: /var/lib/gongd/journal.db.",
            ),
        ),
        Field(
            "keep_days",
            whole(400, 36500, "số ngày", "a number of days"),
            Text(vi="Giữ nhật ký bao nhiêu ngày, ít nhất 400.", en="For how many days records are kept, at least 400."),
        ),
    ),
    made(JournalSettings),
)

DESK = Section(
    (
        Field(
            "phone",
            PHONE,
            Text(
                vi="Số điện thoại của bàn trực, đọc từng số: {phone} trong câu nói.",
                en="The desk's telephone number, spoken digit by digit: {phone} in a text.",
            ),
            None,
        ),
    ),
    made(Desk),
)

PRINTS = Section(
    (
        Field(
            "path",
            PATH,
            Text(
                vi="Thư mục giữ âm thanh đã dựng. Không ghi: /var/cache/gongd/prints.",
                en="Where rendered sounds are kept. Left out: /var/cache/gongd/prints.",
            ),
        ),
        Field(
            "voice",
            WORDS,
            Text(
                vi="Giọng đọc của espeak-ng: vi (Bắc), vi-vn-x-central (Trung), vi-vn-x-south (Nam).",
                en="espeak-ng's voice: vi (north), vi-vn-x-central, vi-vn-x-south.",
            ),
        ),
        Field(
            "words_per_minute",
            whole(80, 250),
            Text(vi="Tốc độ đọc, số từ mỗi phút. Không ghi: 140.", en="Words a minute. Left out: 140."),
        ),
    ),
    made(PrintsSettings),
)

_TEMPI = {
    "stroke_gap_s": Text(vi="Tiếng rời: từ tiếng này đến tiếng sau", en="Separate strokes (tiếng rời), gap"),
    "fast_gap_s": Text(vi="Tiếng nhanh: từ tiếng này đến tiếng sau", en="Fast strokes (nhanh), gap"),
    "slow_gap_s": Text(vi="Tiếng chậm: từ tiếng này đến tiếng sau", en="Slow strokes (chậm), gap"),
    "hurried_gap_s": Text(vi="Dồn dập: từ tiếng này đến tiếng sau", en="Hurried strokes (dồn dập), gap"),
    "unbroken_gap_s": Text(vi="Liên thanh: từ tiếng này đến tiếng sau", en="Unbroken strokes (liên thanh), gap"),
    "roll_s": Text(vi="Một hồi dài bao lâu", en="Length of a roll (hồi)"),
    "short_roll_s": Text(vi="Một hồi ngắn dài bao lâu", en="Length of a short roll"),
    "long_roll_s": Text(vi="Một hồi dài dài bao lâu", en="Length of a long roll"),
    "roll_first_gap_s": Text(vi="Đầu hồi: từ tiếng này đến tiếng sau", en="Gap at the start of a roll"),
    "roll_last_gap_s": Text(vi="Cuối hồi: từ tiếng này đến tiếng sau", en="Gap at the end of a roll"),
    "even_roll_gap_s": Text(vi="Hồi đều: từ tiếng này đến tiếng sau", en="Gap inside an even roll (hồi đều)"),
    "roll_rest_s": Text(vi="Nghỉ sau một hồi", en="Silence after a roll"),
    "fives_rest_s": Text(vi="Ngũ liên: nghỉ sau mỗi năm tiếng", en="Fives (ngũ liên): silence after each five"),
    "group_rest_s": Text(vi="Nghỉ sau một nhóm tiếng", en="Silence after a group"),
    "blast_rest_s": Text(vi="Nghỉ giữa các hồi còi", en="Silence between blasts"),
}


def _tempo_field(name: str, default_s: float) -> Field:
    doc = _TEMPI.get(name, Text(vi=name, en=name))
    text = Text(vi=f"{doc.vi}. Không ghi: {default_s:g}s.", en=f"{doc.en}. Left out: {default_s:g}s.")
    return Field(name.removesuffix("_s"), duration(SHORTEST_S, 600), text, ABSENT)


_TEMPO_FIELDS: tuple[Field, ...] = tuple(_tempo_field(one.name, getattr(Tempo(), one.name)) for one in fields(Tempo))
TEMPO = Section(_TEMPO_FIELDS, made(Tempo, **{one.name: one.name.removesuffix("_s") for one in fields(Tempo)}))


def _file(vi: str, en: str) -> tuple[Any, Text, Path | None]:
    return PATH, Text(vi=vi, en=en), None


TLS = Section(
    (
        Field("ca", *_file("Chứng thư số của máy chủ.", "The broker's certificate authority.")),
        Field("cert", *_file("Chứng thư số của cụm loa.", "This box's certificate.")),
        Field("key", *_file("Khóa riêng của cụm loa.", "This box's private key.")),
    ),
    made(Tls),
)

MQTT = Section(
    (
        Field("host", HOST, Text(vi="Tên máy chủ MQTT.", en="The broker's host name."), REQUIRED),
        Field("port", whole(1, 65535), Text(vi="Cổng. Không ghi: 8883.", en="Port. Left out: 8883.")),
        Field(
            "base",
            TOPIC,
            Text(vi="Từ đầu của mọi chủ đề. Không ghi: gong.", en="First level of topics. Left out: gong."),
        ),
        Field(
            "heartbeat",
            duration(10, 600),
            Text(vi="Bao lâu một tin định kỳ. Không ghi: 45s.", en="Time between heartbeats. Left out: 45s."),
        ),
        Field("tls", TLS, Text(vi="Các tệp của kết nối TLS.", en="The files of the TLS connection.")),
    ),
    made(Mqtt, heartbeat_s="heartbeat"),
)

TRUST = Section(
    (
        Field(
            "require",
            Choice({one.value: one for one in Require}),
            Text(
                vi="Lệnh phải có gì: signature (chữ ký), broker (chỉ để thử trên bàn).",
                en="What a command must carry: signature, or broker (a workshop bench only).",
            ),
        ),
        Field("root", *_file("Khóa gốc (công khai) của xã.", "The commune's public root key.")),
        Field("key", *_file("Khóa riêng của cụm loa để ký.", "This box's private key for signing.")),
    ),
    made(Trust),
)
