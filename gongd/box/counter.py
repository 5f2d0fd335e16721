"""The counter: requests over the local socket, `{"do": ...}`, and their answers."""

import uuid
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Protocol

from gongd.box.request import activation_of
from gongd.core.activation import Activation, Outcome
from gongd.core.air import Begin, Effect, Report
from gongd.core.catalogue import Origin, Signal, Status
from gongd.core.errors import PinsError
from gongd.core.lexicon import reason_words
from gongd.core.moment import Moment
from gongd.core.words import Text
from gongd.ports import Asked

Answer = Mapping[str, object]

UNKNOWN = Text(vi="Không hiểu yêu cầu “{what}”", en="the request “{what}” is not understood")
NO_SIGNAL = Text(vi="Cụm loa chưa có hiệu lệnh “{name}”. Có: {known}", en="no signal “{name}” here. There are: {known}")
NO_STATUS = Text(vi="“{name}” phải là actual, exercise hoặc test", en="“{name}” must be actual, exercise or test")
NO_TIME = Text(vi="“{text}” không phải giờ. Ví dụ: 21:47", en="“{text}” is no time. Example: 21:47")
NO_BUTTON = Text(vi="Không có nút “{name}”. Có: {known}", en="no button “{name}”. There are: {known}")
ONLY_DRY = Text(
    vi="Chỉ bấm nút giả được khi chạy `gongd run --dry`", en="buttons can be pressed so only under `gongd run --dry`"
)
NO_DURATION = Text(vi="Thời gian giữ nút phải từ 0 đến 600 giây", en="a button is held for 0 to 600 seconds")
NO_TEXT = Text(vi="Thiếu lời cần nói", en="there is nothing to say")
LONGEST_TEXT = 500


class Desk(Protocol):
    """What the box lets the counter do."""

    def signals(self) -> Mapping[str, Signal]: ...
    def buttons(self) -> tuple[str, ...]: ...
    def request(self, activation: Activation, now: Moment) -> tuple[Effect, ...]: ...
    def silence(self, by: str, now: Moment) -> None: ...
    def drill_refusal(self, signal: str) -> str | None: ...
    def refused(self, activation: Activation, code: str, now: Moment) -> None: ...
    def presser(self) -> Callable[[str, float], None] | None: ...
    def reload(self, now: Moment) -> Answer: ...
    def vouch(self, said: time, now: Moment) -> Answer: ...
    def say(self, text: str, now: Moment) -> None: ...
    def report(self, now: Moment) -> Answer: ...


def refuse(text: Text, code: str | None = None) -> Answer:
    """A no, in both languages."""
    error: dict[str, object] = {"vi": text.vi, "en": text.en}
    return {"ok": False, "error": error} | ({"code": code} if code else {})


class Counter:
    """Answers one request at a time, on the deciding thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._deeds: Mapping[str, Callable[[Mapping[str, object], Moment], Answer]] = {
            "play": self._play,
            "stop": self._stop,
            "status": lambda _request, now: {"ok": True, **desk.report(now)},
            "press": self._press,
            "reload": lambda _request, now: desk.reload(now),
            "vouch": self._vouch,
            "say": self._say,
        }

    def serve(self, asked: Asked, now: Moment) -> None:
        """Do what is asked and answer."""
        what = asked.request.get("do")
        deed = self._deeds.get(what) if isinstance(what, str) else None
        asked.answer(deed(asked.request, now) if deed else refuse(UNKNOWN.fill(what=what), "malformed"))

    def _play(self, request: Mapping[str, object], now: Moment) -> Answer:
        signals = self._desk.signals()
        name, status = request.get("signal"), request.get("status", "test")
        if not isinstance(name, str) or name not in signals:
            return refuse(NO_SIGNAL.fill(name=name, known=", ".join(sorted(signals))), "unknown-signal")
        if status not in tuple(Status):
            return refuse(NO_STATUS.fill(name=status), "malformed")
        signal = signals[name]
        by = request.get("by")
        activation = activation_of(
            signal,
            f"local-{uuid.uuid4()}",
            Origin.LOCAL,
            Status(str(status)),
            now,
            by=by if isinstance(by, str) else None,
        )
        if activation.status is Status.EXERCISE and (code := self._desk.drill_refusal(name)):
            self._desk.refused(activation, code, now)
            return refuse(reason_words(code, Outcome.REFUSED), code)
        return _became(activation, self._desk.request(activation, now))

    def _stop(self, request: Mapping[str, object], now: Moment) -> Answer:
        by = request.get("by")
        self._desk.silence(by if isinstance(by, str) else "local", now)
        return {"ok": True}

    def _press(self, request: Mapping[str, object], _now: Moment) -> Answer:
        press, name, for_s = self._desk.presser(), request.get("button"), request.get("for_s", 2.0)
        if press is None:
            return refuse(ONLY_DRY)
        known = self._desk.buttons()
        if not isinstance(name, str) or name not in known:
            return refuse(NO_BUTTON.fill(name=name, known=", ".join(known)))
        if not isinstance(for_s, int | float) or not 0 <= for_s <= 600:
            return refuse(NO_DURATION)
        try:
            press(name, float(for_s))
        except PinsError as error:
            return refuse(error.text)
        return {"ok": True}

    def _vouch(self, request: Mapping[str, object], now: Moment) -> Answer:
        said: Any = request.get("at")
        try:
            at = time.fromisoformat(said)
        except (TypeError, ValueError):
            return refuse(NO_TIME.fill(text=said))
        return self._desk.vouch(at.replace(tzinfo=None), now)

    def _say(self, request: Mapping[str, object], now: Moment) -> Answer:
        text = request.get("text")
        if not isinstance(text, str) or not text.strip():
            return refuse(NO_TEXT)
        self._desk.say(text[:LONGEST_TEXT], now)
        return {"ok": True}


def _became(activation: Activation, effects: tuple[Effect, ...]) -> Answer:
    """What became of a request in the very decision that heard it."""
    answer: dict[str, object] = {"ok": True, "activation": activation.id}
    for effect in effects:
        match effect:
            case Begin(activation=begun) if begun.id == activation.id:
                return answer | {"outcome": Outcome.STARTED.value}
            case Report(activation=told, outcome=outcome, detail=detail) if told.id == activation.id:
                answer |= {"ok": outcome is not Outcome.EXPIRED, "outcome": outcome.value, "detail": dict(detail)}
            case _:
                continue
    return answer
