"""What the desk's screen says about orders and answers: language.md section 5, word for word. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from gongd.core.activation import Outcome
from gongd.core.catalogue import ENDINGS, Priority, Status, Why
from gongd.core.gathering import SOUNDING, Gathering, Standing
from gongd.core.job import SPEECH
from gongd.core.lexicon import (
    MORE_URGENT,
    OUTCOMES,
    PROOFS,
    RECEIVED,
    REFUSALS,
    SIGNALS,
    SILENCED_BY_ORDER,
    WHY_UNKNOWN,
    Proof,
    as_it_is,
    reason_words,
    refusal_words,
    rehearsed,
)
from gongd.core.notation_words import fold
from gongd.core.phrase import spoken_at
from gongd.core.push import UNDER_WAY
from gongd.core.wire_command import CommandClaims, CommandType
from gongd.core.wire_report import Answer, Step
from gongd.core.words import Text
from gongd.desk.places import Target
from gongd.desk.roster import RosterBox
from gongd.settings.defaults import SIGNALS as PRESETS
from gongd.settings.model import Settings

NOT_SENT = Text("Chưa phát gì.", "Nothing was sounded.")
SENT = Text("Đã gửi lúc {at}. Đang chờ {n} cụm loa trả lời ...", "Sent at {at}. Waiting for {n} boxes to answer ...")
LINE = Text("Loa {place}: {what} {at}{proof}", "Loudspeaker {place}: {what} {at}{proof}")
OF_WHOM = Text("{what} của {by}", "{what} of {by}")
REFUSED = Text("Loa {place} từ chối: {reason}. {remedy}.", "Loudspeaker {place} refuses: {reason}. {remedy}.")
RESULT = Text("{n}/{all} cụm loa đang phát.", "{n} of {all} boxes are sounding.")
RESULT_DONE = Text("{n}/{all} cụm loa đã phát.", "{n} of {all} boxes have sounded.")
RESULT_TAKEN = Text("{n}/{all} cụm loa đã nhận.", "{n} of {all} boxes have taken it.")
RESULT_PUSHED = Text("{n}/{all} cụm loa đã dùng cấu hình mới.", "{n} of {all} boxes use the new settings.")
RESULT_KEPT = Text(" {n} giữ cấu hình cũ.", " {n} keeps the old settings.")
RESULT_SILENT = Text(" {n} chưa trả lời.", " {n} did not answer.")
RESULT_UNDONE = Text(" {n} không phát.", " {n} did not sound.")
RESULT_NOT_TAKEN = Text(" {n} không nhận.", " {n} did not take it.")
RESULT_COMING = Text(" {n} đã nhận lệnh, chưa phát.", " {n} have received it and not begun.")
REMINDER = Text(
    "Nhớ báo 114 và chỉ huy. Xong việc: chọn 4 để báo yên.",
    "Remember to call 114 and your chief. When it is over: choose 4 for the all clear.",
)
EXIT_WORDS = {
    0: Text("mọi cụm loa đã phát", "every box has sounded"),
    1: Text("có cụm loa chưa phát", "a box has not sounded"),
    2: Text("gõ sai lệnh", "wrong usage"),
}
ALL_ADDRESSED = Text("mọi cụm loa được gọi đã phát", "every box that was addressed has sounded")
STOP = Text(
    "Dừng {what}. Vì sao?  1 Đã an toàn (loa nói “An toàn”)  2 Báo nhầm (loa xin lỗi bà con)  "
    "3 Tắt tiếng, việc chưa xong",
    "Stop {what}. Why?  1 All is safe (the boxes say so)  2 A mistake (the boxes apologise)  3 Silence, it is not over",
)
CALL_OFF = Text(
    "Chưa báo yên: {what}. Loa nói gì?  1 Đã an toàn (loa nói “An toàn”)  2 Báo nhầm (loa xin lỗi bà con)",
    "Not called off yet: {what}. What is said?  1 All is safe (the boxes say so)  2 A mistake (the boxes apologise)",
)
STOPPED = Text("{signal} ở {n} thôn", "the {signal} in {n} villages")
WORDS_OF_END = {"1": Why.SAFE, "2": Why.MISTAKE}
WHYS = WORDS_OF_END | {"3": Why.PAUSE}

ACTUAL = Text(
    "SẮP PHÁT THẬT: {title} ở {places} ({count}).{says} {most}.",
    "ABOUT TO SOUND, FOR REAL: {title} in {places} ({count}).{says} {most}.",
)
LOUDEST = Text("To nhất, tối đa {cap}", "At full volume, for at most {cap}")
AT_MOST = Text("Tối đa {cap}", "For at most {cap}")
SAYS = Text(" Loa nói: “{words}”.", " The boxes say: “{words}”.")
NOTHING = Text("", "")
TYPE_WORD = Text("Gõ {word} rồi Enter để phát. Chỉ Enter: không phát.", "Type {word} and Enter. Enter alone: nothing.")
DRILL = Text(
    "DIỄN TẬP {title} ở {places}. Loa nói “Diễn tập” trước, trong và sau.",
    "DRILL of the {title} in {places}. The boxes say so before, during and after.",
)
TYPE_DRILL = Text("Gõ {word} rồi Enter. Chỉ Enter: không phát.", "Type {word} and Enter. Enter alone: nothing.")
ALL_VILLAGES = Text("TẤT CẢ {n} thôn. Gõ {word} rồi Enter.", "ALL {n} villages. Type {word} and Enter.")
WATCH_INSTEAD = Text(
    "Mới cần chuẩn bị: gõ {word} rồi Enter, chỉ phát cảnh báo lũ.{says}",
    "To prepare only: type {word} and Enter for the flood watch.{says}",
)
ANNOUNCE = Text("THÔNG BÁO ở {places} ({count}): “{words}”", "ANNOUNCEMENT in {places} ({count}): “{words}”")
CLIP = Text("THÔNG BÁO ở {places} ({count}): phát bản thu {name}", "ANNOUNCEMENT in {places} ({count}): {name}")
PUSH = Text(
    "GỬI CẤU HÌNH MỚI cho loa {place}. Không có tin trở lại trong 60 giây thì loa tự quay về cấu hình cũ.",
    "NEW SETTINGS for the loudspeaker {place}. Without a heartbeat within 60 s it goes back to the old ones.",
)
BULLET = Text("  - {what}", "  - {what}")
SCHEDULED = Text("  Lịch: {times}", "  Schedules: {times}")
TEST = Text("THỬ LOA ở {places} ({count}), nhỏ tiếng.", "TEST in {places} ({count}), softly.")

DRILL_WORD = Text("TAP", "DRILL")
TEST_WORD = Text("THU", "TEST")
PUSH_WORD = Text("CAUHINH", "SETTINGS")
ANNOUNCE_WORD = Text("THONGBAO", "ANNOUNCE")
ALL_WORD = Text("TAT CA", "ALL")
WORDS: Mapping[str, Text] = {
    "fire": Text("CHAY", "FIRE"),
    "security": Text("ANNINH", "SECURITY"),
    "flood": Text("LU", "FLOOD"),
    "flood-watch": Text("CANHBAO", "WATCH"),
}
"""What is typed to confirm an actual alarm; a commune's own signal is confirmed by its id."""

_LOUD_CAP_S = 300.0


def title(signal: str, titles: Mapping[str, str]) -> Text:
    """What people call a signal: the glossary's word, else the boxes' own title, else its id."""
    own = titles.get(signal, signal)
    return SIGNALS.get(signal) or Text(own, own)


def called(signal: str, status: str | None, titles: Mapping[str, str]) -> Text:
    """The same, with `diễn tập` or `thử` beside it where it is not the real thing."""
    return rehearsed(title(signal, titles), status)


def loud(text: Text) -> Text:
    """In capitals."""
    return Text(text.vi.upper(), text.en.upper())


@dataclass(frozen=True, slots=True)
class Question:
    """What is about to happen, and the word that lets it."""

    lines: tuple[Text, ...]
    word: Text
    says: Text = NOTHING
    """What the boxes will say, as a sentence with a space before it."""

    def is_confirmed_by(self, typed: str) -> bool:
        """Diacritics, case and spaces count for nothing; either language's word will do."""
        plain = _bare(typed)
        return bool(plain) and plain in (_bare(self.word.vi), _bare(self.word.en))


def _bare(typed: str) -> str:
    return "".join(fold(typed).split())


def ask_actual(
    signal: str,
    target: Target,
    titles: Mapping[str, str],
    cap_s: float | None,
    spoken: str | None = None,
    priority: Priority | None = None,
) -> Question:
    """Before an actual alarm. `spoken` is what the first of the boxes says, by its own word; None: it has not told.
    Nothing but an emergency is as loud as it can be."""
    words = spoken_by_default(signal, target.boxes[0].name) if spoken is None else spoken
    says = SAYS.fill(words=words) if words else NOTHING
    most = (LOUDEST if priority is Priority.EMERGENCY else AT_MOST).fill(cap=_cap_words(cap_s or _LOUD_CAP_S))
    what = ACTUAL.fill(title=loud(title(signal, titles)), places=target.words, count=target.count, says=says, most=most)
    word = WORDS.get(signal) or Text(signal.upper(), signal.upper())
    return replace(_question(what, word, target, TYPE_WORD), says=says)


def _cap_words(cap_s: float) -> Text:
    if cap_s < 60 or cap_s % 60:
        return Text(f"{cap_s:.0f} giây", f"{cap_s:.0f} seconds")
    return Text(f"{cap_s / 60:.0f} phút", f"{cap_s / 60:.0f} minutes")


def ask_drill(signal: str, target: Target, titles: Mapping[str, str]) -> Question:
    """Before a drill."""
    what = DRILL.fill(title=title(signal, titles), places=target.words)
    return _question(what, DRILL_WORD, target, TYPE_DRILL)


def ask_test(target: Target) -> Question:
    """Before a test."""
    return _question(TEST.fill(places=target.words, count=target.count), TEST_WORD, target, TYPE_DRILL)


def ask_announce(words: str, target: Target) -> Question:
    """Before an announcement."""
    what = ANNOUNCE.fill(places=target.words, count=target.count, words=Text(words, words))
    return _question(what, ANNOUNCE_WORD, target, TYPE_DRILL)


def ask_clip(name: str, target: Target) -> Question:
    """Before a recording is played."""
    return _question(CLIP.fill(places=target.words, count=target.count, name=name), ANNOUNCE_WORD, target, TYPE_DRILL)


def ask_push(target: Target, changes: tuple[Text, ...], settings: Settings) -> Question:
    """Before a box gets other settings: what of them can be told from here."""
    box = target.boxes[0].name
    times = ", ".join(f"{entry.signal} {at:%H:%M}" for entry in settings.schedules for at in entry.at) or "-"
    told = [PUSH.fill(place=box), *(BULLET.fill(what=change) for change in changes), SCHEDULED.fill(times=times)]
    return Question((*told, TYPE_DRILL.fill(word=PUSH_WORD)), PUSH_WORD)


def _question(what: Text, word: Text, target: Target, prompt: Text) -> Question:
    if not target.is_all:
        return Question((what, prompt.fill(word=word)), word)
    both = Text(f"{ALL_WORD.vi} {word.vi}", f"{ALL_WORD.en} {word.en}")
    return Question((what, ALL_VILLAGES.fill(n=len(target.villages), word=both)), both)


def spoken_by_default(signal: str, place: str) -> str:
    """The words of a signal as gongd ships it."""
    preset = PRESETS.get(signal)
    return spoken_at(place, preset.say_short, preset.say) if preset else ""


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────


def line(box: RosterBox, answer: Answer, claims: CommandClaims, titles: Mapping[str, str], zone: tzinfo | None) -> Text:
    """One answer as one line. Where something sounded, its proof stands beside it."""
    if answer.step is Step.REFUSED:
        return _refusal(box, answer, claims, titles)
    proof = PROOFS[answer.proof or Proof.COMMANDED] if answer.step in SOUNDING | {Step.FINISHED} else None
    if claims.type not in (CommandType.ALERT, CommandType.ANNOUNCE) and answer.proof is None:
        proof = None
    shown = Text(f" ({proof.vi})", f" ({proof.en})") if proof else NOTHING
    what = _what(answer, claims, titles)
    if answer.step is Step.FINISHED and proof is None and claims.type in (CommandType.CANCEL, CommandType.SILENCE):
        what = OUTCOMES[Outcome.CANCELLED]
    elif answer.step in SOUNDING | {Step.FINISHED}:
        named = _named(claims, titles)
        what = Text(f"{what.vi} {named.vi}".strip(), f"{what.en} {named.en}".strip())
    return LINE.fill(place=box.name, what=what, at=clock(answer.at, zone), proof=shown)


def _named(claims: CommandClaims, titles: Mapping[str, str]) -> Text:
    """What begins or has ended, where the order was no actual alert: what a cancel has said, a drill, a test."""
    if claims.reason is not None:
        return title(ENDINGS.get(claims.reason, SPEECH), titles)
    if claims.type is CommandType.ALERT and claims.status is not Status.ACTUAL:
        return called(claims.signal or "?", claims.status, titles)
    return NOTHING


def _what(answer: Answer, claims: CommandClaims, titles: Mapping[str, str]) -> Text:
    if answer.step is Step.RECEIVED:
        return RECEIVED
    if answer.step is Step.SILENCED and answer.detail.get("order"):
        return _by_whom(SILENCED_BY_ORDER, answer.detail.get("by"))
    if answer.step is Step.STARTED and "joined" in answer.detail:
        return OUTCOMES[Outcome.JOINED]
    status = answer.detail.get("behind_status")
    ahead = answer.detail.get("behind")
    behind = called(str(ahead), str(status) if status else None, titles) if ahead else MORE_URGENT
    reason = reason_words(answer.reason or "unknown", answer.step)
    if answer.step is Step.WAITING and answer.reason in UNDER_WAY:
        return reason
    if claims.type is CommandType.SETTINGS and answer.step in _OF_SETTINGS:
        return _OF_SETTINGS[answer.step].fill(reason=reason)
    return OUTCOMES[Outcome(answer.step.value)].fill(signal=behind, reason=reason)


def _by_whom(words: Text, by: object) -> Text:
    return OF_WHOM.fill(what=words, by=by) if by else words


_OF_SETTINGS: Mapping[Step, Text] = {
    Step.FINISHED: Text("đã dùng cấu hình mới", "the new settings are in use"),
    Step.FAILED: Text("không dùng cấu hình mới: {reason}", "the new settings are not used: {reason}"),
}


def problems(answer: Answer) -> list[Text]:
    """What is wrong with a settings file, a line each, as the box has told it."""
    found = answer.detail.get("problems")
    told = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [
        Text(*(f"  {each.get('line')}:{each.get('column')}: {each.get('path')}: {each.get(to)}" for to in ("vi", "en")))
        for each in told
    ]


def _refusal(box: RosterBox, answer: Answer, claims: CommandClaims, titles: Mapping[str, str]) -> Text:
    known = REFUSALS.get(answer.reason or "")
    if known is None:
        return REFUSED.fill(place=box.name, reason=answer.reason or WHY_UNKNOWN, remedy=REFUSALS["signature"].remedy)
    sounds = claims.signal or ("announcement" if claims.type is CommandType.ANNOUNCE else None)
    signal = title(sounds, titles) if sounds else None
    told = answer.detail.get("result")
    ended = _result_words(told) if told else None
    words = refusal_words(answer.reason or "", signal, claims.type, answer.detail.get("n"), answer.age_s, ended)
    return REFUSED.fill(place=box.name, reason=words or WHY_UNKNOWN, remedy=known.remedy)


def _result_words(result: object) -> Text:
    known = next((outcome for outcome in Outcome if outcome == result), None)
    return OUTCOMES[known].fill(signal=MORE_URGENT, reason=WHY_UNKNOWN) if known else as_it_is(str(result))


def result(gathering: Gathering) -> Text:
    """`2/3 cụm loa đang phát. 1 chưa trả lời.`"""
    done = sum(gathering.is_done_by(box) for box in gathering.stands)
    is_alert = gathering.claims.type in (CommandType.ALERT, CommandType.ANNOUNCE)
    is_push = gathering.claims.type is CommandType.SETTINGS
    sounding = gathering.count(Standing.SOUNDING)
    head = RESULT if is_alert and sounding == done else RESULT_DONE if is_alert else RESULT_TAKEN
    head = RESULT_PUSHED if is_push else head
    parts = [head.fill(n=done, all=len(gathering.stands))]
    rest = {
        RESULT_SILENT: gathering.count(Standing.SILENT),
        RESULT_COMING: gathering.count(Standing.TAKEN) if is_alert else 0,
        RESULT_KEPT if is_push else RESULT_UNDONE if is_alert else RESULT_NOT_TAKEN: sum(
            stand.standing is Standing.UNDONE and not gathering.is_done_by(box)
            for box, stand in gathering.stands.items()
        ),
    }
    parts += [words.fill(n=count) for words, count in rest.items() if count]
    return Text("".join(part.vi for part in parts), "".join(part.en for part in parts))


def end_question(asked: Text, ended: Iterable[tuple[str, Status, int]], titles: Mapping[str, str]) -> Text:
    """`STOP`, why is it stopped? Or `CALL_OFF`, how? Each signal that will be, with in how many villages."""
    named = [STOPPED.fill(signal=called(signal, status, titles), n=n) for signal, status, n in ended]
    return asked.fill(what=Text(*(", ".join(part) for part in zip(*((one.vi, one.en) for one in named), strict=True))))


def clock(at: datetime, zone: tzinfo | None) -> str:
    """`02:14:03` in the commune's time."""
    return f"{at.astimezone(zone):%H:%M:%S}"
