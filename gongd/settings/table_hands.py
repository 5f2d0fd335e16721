"""The keys of relays and buttons."""

from gongd.core.button import Action, Button, Contact, Deed, Send, Sound
from gongd.core.relay import Relay, Role
from gongd.core.words import Text
from gongd.settings.finding import Findings, Spoilt, Spot
from gongd.settings.kind import REQUIRED, Choice, Field, Section, Values
from gongd.settings.scalar import NAME, PIN, SWITCH, WORDS, duration

AMPLIFIER_LEAD_S = 0.5
AMPLIFIER_TAIL_S = 1.0
"""signals.md: the relay leads the first sound and tails the last."""
ALARM_HOLD_S = 2.0
SILENCE_HOLD_S = 1.0

_WRONG_ROLE = Text(
    vi='"{key}" không dùng với on: {role} (chỉ với {roles})', en='"{key}" has no meaning with on: {role} (only {roles})'
)
_NO_DEED = Text(
    vi="Nút này làm gì? Thêm một trong: sound, do, send", en="What does this button do? Add one of: sound, do, send"
)
_TWO_DEEDS = Text(vi="Một nút chỉ một việc: {keys}", en="A button does one thing only: {keys}")
_NEEDS = Text(vi='"{key}" cần đi cùng "{other}"', en='"{key}" needs "{other}" beside it')

_ROLE_OF = {
    "lead": (Role.ACTIVATION,),
    "tail": (Role.ACTIVATION,),
    "pulse": (Role.STROKE,),
    "blink": (Role.ACTIVATION, Role.FAULT, Role.BLAST),
}


def _relay(values: Values, spot: Spot, findings: Findings) -> Relay:
    role = values["on"]
    for key, roles in _ROLE_OF.items():
        if key in values and role not in roles:
            names = ", ".join(one.value for one in roles)
            findings.note(spot.at(key), (*spot.path, key), _WRONG_ROLE.fill(key=key, role=role.value, roles=names))
    steady = role is Role.ACTIVATION and "blink" not in values
    return Relay(
        name=str(spot.path[-1]),
        pin=values["pin"],
        on=role,
        active_high=values["active_high"],
        lead_s=values.get("lead", AMPLIFIER_LEAD_S if steady else 0.0),
        tail_s=values.get("tail", AMPLIFIER_TAIL_S if steady else 0.0),
        pulse_s=values.get("pulse", 0.08),
        blink_s=values.get("blink"),
    )


RELAY = Section(
    (
        Field("pin", PIN, Text(vi="Chân BCM điều khiển rơ-le.", en="The BCM pin that drives the relay."), REQUIRED),
        Field(
            "on",
            Choice(
                {one.value: one for one in Role},
                {"tiếng": "stroke", "còi": "blast", "lỗi": "fault", "alarm": "activation", "always": "activation"},
            ),
            Text(
                vi="Đóng khi nào: activation (suốt lúc phát), stroke (mỗi tiếng), blast (mỗi hồi còi), fault (có lỗi).",
                en="When it is on: activation (as long as it sounds), stroke (each stroke), blast (each blast), fault.",
            ),
            REQUIRED,
        ),
        Field(
            "active_high",
            SWITCH,
            Text(
                vi="true: mức cao thì đóng. false: mức thấp thì đóng. Không ghi: true.",
                en="true: high switches it on. false: low does. Left out: true.",
            ),
            True,
        ),
        Field(
            "lead",
            duration(0, 10),
            Text(
                vi="Đóng trước tiếng đầu bao lâu (activation). Không ghi: 500ms, có blink thì 0.",
                en="On so long before the first sound (activation). Left out: 500ms, or 0 with blink.",
            ),
        ),
        Field(
            "tail",
            duration(0, 30),
            Text(
                vi="Còn đóng sau tiếng cuối bao lâu (activation). Không ghi: 1s, có blink thì 0.",
                en="On so long after the last sound (activation). Left out: 1s, or 0 with blink.",
            ),
        ),
        Field(
            "pulse",
            duration(0.01, 1),
            Text(
                vi="Búa gõ được đóng bao lâu mỗi tiếng (stroke). Không ghi: 80ms.",
                en="How long the striker is driven (stroke). Left out: 80ms.",
            ),
        ),
        Field(
            "blink",
            duration(0.05, 10),
            Text(
                vi="Chớp: đóng bao lâu rồi ngắt bấy lâu. Không ghi: không chớp.",
                en="Blinking: on so long, off as long. Left out: steady.",
            ),
        ),
    ),
    _relay,
)

_DEEDS = ("sound", "do", "send")


def _button(values: Values, spot: Spot, findings: Findings) -> Button:
    action = _action(values, spot, findings)
    return Button(
        name=str(spot.path[-1]),
        pin=values["pin"],
        action=action,
        hold_s=values.get("hold", _usual_hold_s(action)),
        lamp=values.get("lamp"),
        contact=values["contact"],
        debounce_s=values["debounce"],
    )


def _action(values: Values, spot: Spot, findings: Findings) -> Action:
    said = [key for key in _DEEDS if key in values]
    if len(said) != 1:
        text = _TWO_DEEDS.fill(keys=", ".join(said)) if said else _NO_DEED
        place = spot.at(said[-1]) if said else spot.place
        findings.note(place, spot.path, text)
        raise Spoilt
    for key, other in (("place", "sound"), ("to", "send"), ("send", "to")):
        if key in values and other not in values:
            findings.note(spot.at(key), (*spot.path, key), _NEEDS.fill(key=key, other=other))
            raise Spoilt
    match said[0]:
        case "do":
            deed: Deed = values["do"]
            return deed
        case "send":
            return Send(values["send"], values["to"])
    return Sound(values["sound"], values.get("place"))


def _usual_hold_s(action: Action) -> float:
    """An alarm wants 2 s, silence 1 s: nobody raises or stops an alarm by brushing past."""
    if action is Deed.SILENCE:
        return SILENCE_HOLD_S
    return 0.0 if isinstance(action, Deed) else ALARM_HOLD_S


BUTTON = Section(
    (
        Field("pin", PIN, Text(vi="Chân BCM của nút.", en="The BCM pin of the button."), REQUIRED),
        Field(
            "hold",
            duration(0, 10),
            Text(
                vi="Giữ bao lâu mới tính. Không ghi: 2s khi sound hoặc send, 1s khi do: silence, còn lại 0.",
                en="How long it is held. Left out: 2s with sound or send, 1s with do: silence, else 0.",
            ),
        ),
        Field("sound", NAME, Text(vi="Phát hiệu lệnh này tại đây.", en="Sound this signal here.")),
        Field(
            "do",
            Choice(
                {one.value: one for one in Deed},
                {"stop": "silence", "off": "silence", "mute": "silence", "patrol": "check-in", "checkin": "check-in"},
            ),
            Text(
                vi="Làm việc này: silence (tắt tiếng), check-in (điểm danh tuần tra), status (đọc tình trạng).",
                en="Do this: silence, check-in (a patrol's), status (speak the box's condition).",
            ),
        ),
        Field(
            "send",
            NAME,
            Text(
                vi="Bảng của bàn trực: phát hiệu lệnh này ở nơi khác.", en="The desk's own panel: raise this elsewhere."
            ),
        ),
        Field("to", NAME, Text(vi="Nơi nhận của send: mã cụm loa, khu, hoặc all.", en="Where: a box, a zone, or all.")),
        Field(
            "place",
            WORDS,
            Text(
                vi="Nơi được đọc thay tên cụm loa. Ví dụ nhà số 12.",
                en="Spoken instead of the box's name. For example nhà số 12.",
            ),
        ),
        Field("lamp", PIN, Text(vi="Chân BCM của đèn cạnh nút.", en="The BCM pin of the lamp beside the button.")),
        Field(
            "contact",
            Choice({one.value: one for one in Contact}, {"no": "open", "nc": "closed", "normally-closed": "closed"}),
            Text(
                vi="Tiếp điểm lúc không ai bấm: open (thường hở), closed (thường đóng). Không ghi: open.",
                en="The contact at rest: open (normally open), closed (normally closed). Left out: open.",
            ),
            Contact.NORMALLY_OPEN,
        ),
        Field(
            "debounce",
            duration(0, 1),
            Text(vi="Chống dội. Không ghi: 20ms.", en="Debounce. Left out: 20ms."),
            0.02,
        ),
    ),
    _button,
)
