"""`gongctl` without arguments: the numbered menu. Prompts are language.md's, section 5, word for word.

An alarm is three keystrokes (`1`, a village's number, Enter each) and a typed word.
"""

import time
from collections.abc import Callable, Mapping

from gongd.cli.screen import Screen
from gongd.cli.usage import NoError, Request
from gongd.core.catalogue import Status, Why
from gongd.core.errors import GongdError
from gongd.core.gathering import SILENT_AFTER, Gathering, Standing
from gongd.core.words import Text
from gongd.desk import forecast as tonight
from gongd.desk import sheet_file
from gongd.desk.attendance import Sheet
from gongd.desk.going_on import GoingOn
from gongd.desk.office import Pen, UselessKeyError, require_listed
from gongd.desk.orders import TEST_SIGNAL
from gongd.desk.places import Target
from gongd.desk.wording import (
    CALL_OFF,
    NOT_SENT,
    REMINDER,
    STOP,
    WATCH_INSTEAD,
    WHYS,
    WORDS_OF_END,
    Question,
    end_question,
    result,
)
from gongd.gongctl.board import LINK_DOWN, header, not_reached, page
from gongd.gongctl.duty import Duty, ask_pen, now
from gongd.gongctl.free_text import on_one_line
from gongd.gongctl.going import named, nothing_on, what_goes_on, what_is_uncleared, wherever_heard
from gongd.gongctl.order import (
    Plan,
    plan_cancels,
    plan_signal,
    plan_words,
    send,
    wait_for_link,
)
from gongd.gongctl.paper import NOT_KNOWN, make_sheet
from gongd.gongctl.voice import Voice
from gongd.gongctl.worker import Worker

MENU = (
    Text(
        " 1  BÁO CHÁY        2  BÁO ĐỘNG AN NINH      3  BÁO LŨ",
        " 1  FIRE            2  SECURITY              3  FLOOD",
    ),
    Text(
        " 4  Báo yên / dừng  5  Thông báo             6  Diễn tập      7  Thử loa",
        " 4  All clear, stop 5  Announcement          6  Drill         7  Test",
    ),
    Text(
        " 8  Tình trạng      9  Bảng kẻng 22 giờ      0  Thoát",
        " 8  Status          9  Attendance at 22:00   0  Leave",
    ),
)
CHOOSE = Text("Chọn số: ", "Choose a number: ")
WHERE = Text(
    "Nơi phát (số thôn, tên khu, hoặc TAT CA): ", "Where (the number of a village, the name of a zone, or ALL): "
)
WHAT_WORDS = Text("Nội dung thông báo: ", "What is announced: ")
WHICH_DRILL = Text(
    "Diễn tập gì?  1 Báo cháy  2 Báo động an ninh  3 Báo lũ: ", "A drill of what?  1 Fire  2 Security  3 Flood: "
)
WHICH_STOP = Text("Dừng hiệu lệnh nào?", "Which is stopped?")
WHICH_CALLED_OFF = Text("Báo yên cho hiệu lệnh nào?", "Which is called off?")
WHICH_LINE = Text("  {n} {title} ở {places}", "  {n} {title} in {places}")
WHICH_ALL = Text("Số (chỉ Enter: tất cả): ", "Number (Enter alone: all): ")
NO_SUCH = Text("Không có số “{typed}”.", "There is no number “{typed}”.")
NOT_STOPPED = Text("Chưa dừng gì.", "Nothing was stopped.")
NOT_LEFT = Text(
    "Còn {n} cụm loa chưa trả lời: thoát thì máy thôi gửi lại. Gõ THOAT để thoát.",
    "{n} boxes have not answered: whoever leaves ends the sending. Type LEAVE to leave.",
)
FIRST_LOOK_S = 2.0
SETTLE_S = SILENT_AFTER.total_seconds() + 2
UNDONE = {"4": NOT_STOPPED, **dict.fromkeys("12567", NOT_SENT)}
"""What is said of a choice that was left at one of its questions: nothing is sent before the last of them."""
ALARMS = {"1": "fire", "2": "security", "3": "flood"}


def menu(request: Request, screen: Screen) -> int:
    """Run the menu until 0 or the end of input."""
    voice = Voice(screen)
    worker = Worker(request.config, voice.say)
    worker.start()
    try:
        pen = ask_pen(worker.do(lambda duty: duty.office), screen.language, None, request.values.get("key"))
        try:
            require_listed(worker.do(lambda duty: duty.office), pen)
        except UselessKeyError as error:
            voice.say(error.text)
        _wait(worker, lambda duty: duty.talk.is_up, FIRST_LOOK_S)
        with voice.hearing_ctrl_c():
            Menu(worker, voice, pen).run()
    finally:
        worker.close()
    return 0


class _LeaveError(Exception):
    """The officer leaves, or nobody types any more."""


class Menu:
    """The officer's side of the worker."""

    def __init__(self, worker: Worker, voice: Voice, pen: Pen) -> None:
        self._worker = worker
        self._voice = voice
        self._pen = pen
        self._choices: Mapping[str, Callable[[], None]] = {
            **{key: lambda signal=signal: self._alarm(signal) for key, signal in ALARMS.items()},  # type: ignore[misc]
            "4": self._stop,
            "5": self._announce,
            "6": self._drill,
            "7": self._test,
            "8": self._status,
            "9": self._attendance,
            "0": self._leave,
        }

    def run(self) -> None:
        """Until the officer leaves: by 0, at the end of input, or by Ctrl-C, which also ends a wait for answers."""
        while True:
            try:
                self._turn()
            except _LeaveError:
                if self._may_leave():
                    return

    def _turn(self) -> None:
        for text in self._worker.do(_head):
            self._voice.say(text)
        for text in MENU:
            self._voice.say(text)
        typed = self._ask(CHOOSE)
        chosen = self._choices.get(typed)
        if chosen is None:
            self._voice.say(NO_SUCH.fill(typed=typed) if typed else NOT_SENT)
            return
        self._worker.do(Duty.renew)  # the officer may have come after hours
        try:
            chosen()
        except GongdError as error:
            self._voice.say(error.text)
        except _LeaveError:
            if typed in UNDONE:
                self._voice.say(UNDONE[typed])
            raise

    def _ask(self, prompt: Text) -> str:
        typed = self._voice.ask(prompt)
        if typed is None:
            raise _LeaveError
        return typed

    # ── Sounding ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _alarm(self, signal: str) -> None:
        target = self._where()
        if target is None:
            return
        plan = self._planned(target, signal, Status.ACTUAL)
        others = [self._planned(target, "flood-watch", Status.ACTUAL)] if signal == "flood" else []
        chosen = self._confirmed(plan, *others)
        if chosen is None:
            self._voice.say(NOT_SENT)
            return
        self._give(chosen)
        self._voice.say(REMINDER)

    def _planned(self, target: Target, signal: str, status: Status) -> Plan:
        return self._worker.do(lambda duty: plan_signal(duty, target, signal, status))

    def _drill(self) -> None:
        signal = ALARMS.get(self._ask(WHICH_DRILL))
        target = self._where() if signal is not None else None
        if signal is None or target is None:
            self._voice.say(NOT_SENT)
            return
        self._give_if_confirmed(self._planned(target, signal, Status.EXERCISE))

    def _test(self) -> None:
        if (target := self._where()) is not None:
            self._give_if_confirmed(self._planned(target, TEST_SIGNAL, Status.TEST))

    def _announce(self) -> None:
        words = on_one_line("text", self._ask(WHAT_WORDS))
        if not words:
            self._voice.say(NOT_SENT)
        elif (target := self._where()) is not None:
            self._give_if_confirmed(plan_words(target, words))

    def _where(self) -> Target | None:
        typed = self._ask(WHERE)
        if not typed:
            self._voice.say(NOT_SENT)
            return None
        found = self._worker.do(lambda duty: duty.find(typed))
        if isinstance(found, Text):
            self._voice.say(found)
            self._voice.say(NOT_SENT)
            return None
        return found

    def _give_if_confirmed(self, plan: Plan) -> None:
        if self._confirmed(plan) is None:
            self._voice.say(NOT_SENT)
            return
        self._give(plan)

    def _confirmed(self, plan: Plan, *others: Plan) -> Plan | None:
        """The plan whose word was typed."""
        plans = [each for each in (plan, *others) if each.question is not None]
        for text in plan.lines:
            self._voice.say(text)
        for other in others:
            self._voice.say(WATCH_INSTEAD.fill(word=_question(other).word, says=_question(other).says))
        typed = self._ask(Text("> ", "> "))
        return next((each for each in plans if _question(each).is_confirmed_by(typed)), None)

    def _give(self, *plans: Plan) -> None:
        """Give them, wait until every box has said its word or is named as silent, and say how they stand."""

        def give(duty: Duty) -> list[str]:
            if not duty.talk.is_up:
                wait_for_link(duty, self._voice.say)
            return [send(duty, plan, self._pen, None, self._voice.say) for plan in plans]

        jtis = self._worker.do(give)
        _wait(
            self._worker,
            lambda duty: self._voice.is_left or all(_has_settled(duty.talk.gathering(jti)) for jti in jtis),
            SETTLE_S,
        )
        gatherings = self._worker.do(lambda duty: [duty.talk.gathering(jti) for jti in jtis])
        for plan, gathering in zip(plans, gatherings, strict=True):
            for text in (*plan.left_out, result(gathering)):
                self._voice.say(text)

    # ── Stopping ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _stop(self) -> None:
        """What sounds; where nothing does, what has fallen silent without anybody having said that it is over."""
        if found := self._worker.do(what_goes_on):
            self._end(found, WHICH_STOP, STOP, WHYS, NOT_STOPPED)
            return
        self._voice.say(self._worker.do(nothing_on))
        if found := self._worker.do(what_is_uncleared):
            self._end(found, WHICH_CALLED_OFF, CALL_OFF, WORDS_OF_END, NOT_SENT)

    def _end(self, found: list[GoingOn], which: Text, asked: Text, whys: Mapping[str, Why], undone: Text) -> None:
        chosen = self._which(found, which) if len(found) > 1 else found
        why = None
        if chosen is not None:
            question = self._worker.do(lambda duty: _end_words(duty, chosen, asked))
            why = whys.get(self._ask(Text(f"{question.vi}: ", f"{question.en}: ")))
        if chosen is None or why is None:
            self._voice.say(undone)
            return
        self._give(*self._worker.do(lambda duty: plan_cancels(duty, wherever_heard(duty, chosen, why), why)))

    def _which(self, found: list[GoingOn], which: Text) -> list[GoingOn] | None:
        self._voice.say(which)
        for number, text in enumerate(self._worker.do(lambda duty: named(duty, found)), 1):
            self._voice.say(WHICH_LINE.fill(n=number, title=text[0], places=text[1]))
        typed = self._ask(WHICH_ALL)
        if not typed:
            return found
        numbered = {str(number): [one] for number, one in enumerate(found, 1)}
        return numbered.get(typed.lstrip("0"))

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _status(self) -> None:
        language = self._voice.screen.language

        def told(duty: Duty) -> list[Text]:
            local = now().astimezone(duty.office.roster.zone)
            rows = duty.rows(local)
            board = [*not_reached(duty, duty.talk.is_up), *page(duty, rows, local, language)]
            found = tonight.doubts(rows, local)
            coming = tonight.sentence(found) if found or duty.talk.is_up else [NOT_KNOWN]
            return [*board, *(line for line in coming if line not in board)]

        for text in self._worker.do(told):
            self._voice.say(text)

    def _attendance(self) -> None:
        language = self._voice.screen.language
        made = self._worker.do(_sheet)
        name = self._worker.do(lambda duty: duty.office.roster.name)
        for said in sheet_file.as_table(made, name, language):
            self._voice.say(said)

    def _leave(self) -> None:
        raise _LeaveError

    def _may_leave(self) -> bool:
        """Yes, unless boxes have not answered and the officer stays for them. Ctrl-C once more is a yes."""
        owed = self._worker.do(lambda duty: {box for one in duty.talk.orders if _is_sent(one) for box in one.unsettled})
        if not owed:
            return True
        self._voice.say(NOT_LEFT.fill(n=len(owed)))
        typed = self._voice.ask(Text("> ", "> "))
        return typed is None or typed.casefold() in ("thoat", "thoát", "leave")


def _sheet(duty: Duty) -> Sheet:
    """Without the desk's own store it would tell of nights that nobody knows of. Raises NoError."""
    if duty.trouble is not None:
        raise NoError(duty.trouble)
    return make_sheet(duty)


def _question(plan: Plan) -> Question:
    assert plan.question is not None
    return plan.question


def _head(duty: Duty) -> list[Text]:
    duty.renew()
    at = now()
    lines = [header(duty, duty.rows(at), at)]
    return lines if duty.talk.is_up else [*lines, LINK_DOWN]


def _end_words(duty: Duty, chosen: list[GoingOn], asked: Text) -> Text:
    roster = duty.roster
    villages = [len({roster.box(box).village for box in one.boxes}) for one in chosen]
    parts = [(one.signal, one.status, n) for one, n in zip(chosen, villages, strict=True)]
    return end_question(asked, parts, duty.titles)


def _has_settled(gathering: Gathering) -> bool:
    """Nothing more is to be waited for: every box has said its word, or is known as silent."""
    if not gathering.unsettled:
        return True
    return all(gathering.stands[box].standing is Standing.SILENT for box in gathering.unsettled) and bool(
        gathering.silent(now())
    )


def _is_sent(gathering: Gathering) -> bool:
    return not gathering.is_over(now())


def _wait(worker: Worker, until: Callable[[Duty], bool], most_s: float) -> None:
    """Ask the worker again and again; it goes on working in between."""
    deadline = time.monotonic() + most_s
    while time.monotonic() < deadline and not worker.do(until):
        pass
