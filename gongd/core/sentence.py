"""One sentence that says how a signal sounds: the notice beside the gong, so that a person can ring it by hand."""

from dataclasses import dataclass
from datetime import time

from gongd.core.pattern import Tone
from gongd.core.rhythm import (
    Blasts,
    Groups,
    Item,
    Length,
    Manner,
    Pace,
    Repeat,
    Rest,
    Rhythm,
    Rolls,
    Strokes,
    Tempo,
    Unbroken,
    sounding_s,
)
from gongd.core.words import Text

_NOTHING = Text("", "")
_PACES = {
    Pace.SEPARATE: Text("rời", "separate"),
    Pace.SLOW: Text("chậm", "slow"),
    Pace.FAST: Text("nhanh", "fast"),
    Pace.HURRIED: Text("dồn dập", "hurried"),
}
_LENGTHS = {Length.USUAL: _NOTHING, Length.SHORT: Text(" ngắn", " short"), Length.LONG: Text(" dài", " long")}
_UNBROKEN = {
    Manner.UNBROKEN: Text("liên thanh, dồn dập {span}", "without a pause, hurriedly, for {span}"),
    Manner.ROLL_UPON_ROLL: Text(
        "liên hồi {span}, hết hồi này sang ngay hồi khác", "roll upon roll for {span}, with no pause between rolls"
    ),
    Manner.FIVES: Text(
        "ngũ liên {span}, từng loạt 5 tiếng dồn dập", "fives for {span}: 5 hurried strokes, again and again"
    ),
}
_TONES = {Tone.STEADY: Text("đều", "steady"), Tone.WAILING: Text("hú", "wailing")}
_EVENING, _MORNING = time(18), time(4)


@dataclass(frozen=True, slots=True)
class _Verb:
    """What one does with the thing that sounds. The sentence says it again only when it changes."""

    text: Text


_BEAT = _Verb(Text("đánh ", "beat "))
_SOUND = _Verb(Text("kéo ", "sound "))


def describe(
    title: str,
    rhythm: Rhythm,
    tempo: Tempo,
    *,
    daily_at: time | None = None,
    at_most_s: float | None = None,
    until_stopped: bool = False,
    says: str | None = None,
) -> Text:
    """The notice of one signal, plain text. `says` is what the loudspeaker says, without quotation marks.

    A length is rounded as people speak: under 20 s to the second, then to 5 s, from two minutes on to 10 s.
    """
    how = _series(rhythm.items, tempo)
    if until_stopped:
        end = _again(rhythm, at_most_s)
    else:
        end = Text(". Dài khoảng {span}.", ". Lasts about {span}.").fill(
            span=_spoken(_about(sounding_s(rhythm, tempo)))
        )
    voice = Text(" Loa nói: “{says}”.", " The loudspeaker says: “{says}”.").fill(says=says) if says else _NOTHING
    return Text("{title}{when}: {how}{end}{voice}", "{title}{when}: {how}{end}{voice}").fill(
        title=title, when=_when(daily_at), how=how, end=end, voice=voice
    )


def _again(rhythm: Rhythm, at_most_s: float | None) -> Text:
    mark = ";" if any(isinstance(item, Repeat) for item in rhythm.items) else ","
    again = Text("{mark} đánh lại đến khi có người tắt", "{mark} and so on until somebody stops it").fill(mark=mark)
    if at_most_s is None:
        return _joined(again, Text(".", "."))
    return _joined(again, Text(", tối đa {span}.", ", for at most {span}.").fill(span=_spoken(at_most_s)))


def _when(daily_at: time | None) -> Text:
    if daily_at is None:
        return _NOTHING
    minute = f" {daily_at:%M}" if daily_at.minute else ""
    nightly = daily_at >= _EVENING or daily_at < _MORNING
    day = Text("hằng đêm", "every night") if nightly else Text("hằng ngày", "every day")
    return Text(" ({hour} giờ{minute} {day})", " ({day} at {clock})").fill(
        hour=daily_at.hour, minute=minute, day=day, clock=f"{daily_at:%H:%M}"
    )


# ── The series: what is said between items ───────────────────────────────────────────────────────────────────────


def _series(items: tuple[Item, ...], tempo: Tempo) -> Text:
    said, verb, before = _NOTHING, None, None
    for item in items:
        own = _verb(item)
        lead = own.text if own and own is not verb else _NOTHING
        said = _joined(said, _between(before, item), lead, _item(item, tempo))
        verb, before = own or (None if isinstance(item, Repeat) else verb), item
    return said


def _verb(item: Item) -> _Verb | None:
    if isinstance(item, Rest | Repeat):
        return None
    return _SOUND if isinstance(item, Blasts) else _BEAT


def _between(before: Item | None, item: Item) -> Text:
    """`3 hồi 9 tiếng` must not be heard as nine strokes after each roll, nor a repeat as ending late."""
    match before, item:
        case None, _:
            return _NOTHING
        case Repeat(_, count), _:
            return Text("; đủ {n} lần thì ", "; after all {n} times ").fill(n=count)
        case _, Rest():
            return Text(", ", ", ")
        case Rolls(count), _ if count > 1:
            return Text(", xong cả {n} hồi mới đến ", ", and only after all {n} rolls ").fill(n=count)
    return Text(", rồi ", ", then ")


def _item(item: Item, tempo: Tempo) -> Text:
    match item:
        case Strokes():
            return _strokes(item, tempo)
        case Rolls():
            return _rolls(item, tempo)
        case Groups(count, strokes):
            return Text("{n} hồi, mỗi hồi {m} tiếng nhanh", "{n} groups of {m} fast strokes").fill(n=count, m=strokes)
        case Unbroken(duration_s, manner):
            return _UNBROKEN[manner].fill(span=_spoken(duration_s))
        case Blasts():
            return _blasts(item, tempo)
        case Rest(duration_s):
            return Text("nghỉ {span}", "rest {span}").fill(span=_spoken(duration_s))
        case Repeat(items, count):
            inner = _series(items, tempo)
            return Text("{n} lần liền, mỗi lần {inner}", "{n} times over, each time {inner}").fill(n=count, inner=inner)


def _strokes(strokes: Strokes, tempo: Tempo) -> Text:
    every, count = strokes.every, strokes.count
    pace = _PACES[every if isinstance(every, Pace) else Pace.SEPARATE]
    if count == 1:
        return Text("1 tiếng", "1 stroke")
    return Text(
        "{n} tiếng {pace}, mỗi tiếng cách nhau {span}",
        "{n} {pace} strokes, {span} apart",
    ).fill(n=count, pace=pace, span=_spoken(tempo.gap_s(every)))


def _rolls(rolls: Rolls, tempo: Tempo) -> Text:
    length = _LENGTHS[rolls.each] if isinstance(rolls.each, Length) else _NOTHING
    shape = Text("đều tay", "even") if rolls.even else Text("từ chậm đến nhanh dần", "from slow to fast")
    usual = rolls.each is Length.USUAL
    span = _NOTHING if usual else Text(", {span}", ", {span}").fill(span=_spoken(tempo.length_s(rolls.each)))
    if rolls.count == 1:
        return Text("1 hồi{length} {shape}{span}", "1{length} roll, {shape}{span}").fill(
            length=length, shape=shape, span=span
        )
    return Text("{n} hồi{length}, mỗi hồi {shape}{span}", "{n}{length} rolls, each {shape}{span}").fill(
        n=rolls.count, length=length, shape=shape, span=span
    )


def _blasts(blasts: Blasts, tempo: Tempo) -> Text:
    tone, span = _TONES[blasts.tone], _spoken(blasts.each_s)
    if blasts.count == 1:
        return Text("còi {tone} {span}", "a {tone} blast of {span}").fill(tone=tone, span=span)
    return Text(
        "{n} hồi còi {tone}, mỗi hồi {span}, cách nhau {gap}",
        "{n} {tone} blasts of {span}, {gap} apart",
    ).fill(n=blasts.count, tone=tone, span=span, gap=_spoken(tempo.blast_gap_s(blasts)))


# ── Lengths of time ──────────────────────────────────────────────────────────────────────────────────────────────


def _about(span_s: float) -> float:
    """As people round: 24 s and 25.5 s are both about 25."""
    step = 1 if span_s < 20 else 5 if span_s < 120 else 10
    return max(1, round(span_s / step)) * step


def _spoken(span_s: float) -> Text:
    """`1,5 giây`, `5 phút`, `1 phút 30 giây`; whole minutes from a minute on."""
    minutes, seconds = divmod(round(span_s, 3), 60)
    number = f"{seconds:.3f}".rstrip("0").rstrip(".")
    if not minutes:
        return _counted(number, "giây", "second")
    whole = _counted(str(int(minutes)), "phút", "minute")
    return whole if number == "0" else _joined(whole, Text(" ", " "), _counted(number, "giây", "second"))


def _counted(number: str, vi: str, en: str) -> Text:
    return Text(f"{number.replace('.', ',')} {vi}", f"{number} {en}" + ("" if number == "1" else "s"))


def _joined(*pieces: Text) -> Text:
    return Text("".join(piece.vi for piece in pieces), "".join(piece.en for piece in pieces))
