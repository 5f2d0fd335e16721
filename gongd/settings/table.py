"""The whole file as one table. The loader reads by it and the JSON Schema is made from it."""

from gongd.core.words import Text
from gongd.settings.defaults import SIGNALS
from gongd.settings.finding import Findings, Spot
from gongd.settings.kind import REQUIRED, Field, ListOf, MapOf, Section, Values
from gongd.settings.scalar import NAME
from gongd.settings.table_box import BOX, CLOCK, DESK, JOURNAL, LIMITS, MQTT, PRINTS, SPEAKER, TEMPO, TRUST
from gongd.settings.table_hands import BUTTON, RELAY
from gongd.settings.table_schedule import SCHEDULE
from gongd.settings.table_signal import SIGNAL


def _as_read(values: Values, _spot: Spot, _findings: Findings) -> Values:
    return values


ROOT = Section(
    (
        Field("box", BOX, Text(vi="Cụm loa này là ai, ở đâu.", en="Who and where this box is."), REQUIRED),
        Field("speaker", SPEAKER, Text(vi="Loa.", en="The loudspeaker.")),
        Field(
            "relays",
            MapOf(RELAY, NAME, ("amplifier", "striker", "strobe", "siren", "lamp")),
            Text(vi="Các rơ-le, mỗi rơ-le một tên.", en="The relays, each under a name."),
        ),
        Field(
            "buttons",
            MapOf(BUTTON, NAME, ("fire", "security", "flood", "all-clear", "silence", "patrol", "status")),
            Text(
                vi="Các nút bấm và tiếp điểm khô, mỗi cái một tên.",
                en="The buttons and dry contacts, each under a name.",
            ),
        ),
        Field(
            "signals",
            MapOf(SIGNAL, NAME, tuple(SIGNALS)),
            Text(
                vi="Các hiệu lệnh. Có sẵn: " + ", ".join(SIGNALS) + "; chỉ ghi mục nào muốn đổi.",
                en="The signals. Built in: " + ", ".join(SIGNALS) + "; write only what you change.",
            ),
        ),
        Field("clock", CLOCK, Text(vi="Khi nào tin đồng hồ.", en="When the clock is believed.")),
        Field("limits", LIMITS, Text(vi="Các giới hạn.", en="Limits.")),
        Field(
            "schedules",
            ListOf(SCHEDULE, most=64),
            Text(
                vi="Lịch. Không ghi mục này: kẻng bình yên 22:00 hằng đêm. Ghi [] là không đánh gì theo lịch.",
                en="Schedules. Left out: the peace gong at 22:00 every night. [] means that nothing rings by schedule.",
            ),
        ),
        Field("journal", JOURNAL, Text(vi="Nhật ký.", en="The journal.")),
        Field("desk", DESK, Text(vi="Bàn trực của xã.", en="The commune's desk.")),
        Field(
            "tempo",
            TEMPO,
            Text(vi="Nhanh chậm của cách đánh, khi không ghi rõ.", en="Tempi where a rhythm says nothing."),
        ),
        Field("prints", PRINTS, Text(vi="Âm thanh dựng sẵn và giọng đọc.", en="Rendered sounds and the voice.")),
        Field("mqtt", MQTT, Text(vi="Kết nối với bàn trực.", en="The link to the desk.")),
        Field("trust", TRUST, Text(vi="Nghe lệnh của ai.", en="Whose commands are obeyed.")),
    ),
    _as_read,
    partial=True,
)
