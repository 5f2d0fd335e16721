"""What the officer reads of each answer, and of what is to be stopped."""

import builtins
from dataclasses import replace
from typing import Any

import pytest

from gongd.cli.screen import Screen
from gongd.core.catalogue import Status, Why
from gongd.core.gathering import open_gathering
from gongd.core.lexicon import Proof
from gongd.core.wire_command import CommandClaims
from gongd.core.wire_report import Answer, Step
from gongd.core.words import Language, Text
from gongd.desk.orders import Hand, announce, silence
from gongd.desk.wording import STOP, end_question, line, result
from gongd.gongctl.menu import CHOOSE
from gongd.gongctl.telling import is_told
from gongd.gongctl.voice import Voice
from tests.desk.records import BOXES, HANOI, NOW, answer, gather, order, stop

DRILL = replace(order(), status=Status.EXERCISE)
SILENCE = silence(Hand("cong-an-xa"), "silence-1234", order().aud, NOW)


def said(told: Answer, claims: CommandClaims) -> str:
    return line(BOXES[0], told, claims, {}, HANOI).vi


@pytest.mark.parametrize(
    ("claims", "step", "more", "words"),
    [
        (order(), Step.STARTED, {"proof": Proof.DRIVEN}, "bắt đầu phát 21:30:00 (đã đóng rơ-le)"),
        (order(), Step.FINISHED, {"proof": Proof.DRIVEN}, "phát xong 21:30:00 (đã đóng rơ-le)"),
        (order(), Step.SILENCED, {"detail": {"by": "tat"}}, "có người tắt tiếng tại chỗ 21:30:00"),
        (order(), Step.SILENCED, {"detail": {"by": "An", "order": "o"}}, "tắt tiếng theo lệnh của An 21:30:00"),
        (order(), Step.SILENCED, {"detail": {"order": "o"}}, "tắt tiếng theo lệnh 21:30:00"),
        (order(), Step.WAITING, {"detail": {"behind": "fire"}}, "đang chờ báo cháy 21:30:00"),
        (
            order(),
            Step.WAITING,
            {"detail": {"behind": "fire", "behind_status": "exercise"}},
            "đang chờ diễn tập báo cháy 21:30:00",
        ),
        (DRILL, Step.STARTED, {"proof": Proof.DRIVEN}, "bắt đầu phát diễn tập báo cháy 21:30:00 (đã đóng rơ-le)"),
        (stop(), Step.STARTED, {"proof": Proof.DRIVEN}, "bắt đầu phát báo yên 21:30:00 (đã đóng rơ-le)"),
        (stop(), Step.FINISHED, {"proof": Proof.DRIVEN}, "phát xong báo yên 21:30:00 (đã đóng rơ-le)"),
        (stop(), Step.FINISHED, {}, "đã dừng theo lệnh 21:30:00"),
        (
            replace(stop(), reason=Why.PAUSE),
            Step.STARTED,
            {"proof": Proof.DRIVEN},
            "bắt đầu phát lời nói 21:30:00 (đã đóng rơ-le)",
        ),
        (replace(stop(), reason=Why.PAUSE), Step.FINISHED, {}, "đã dừng theo lệnh 21:30:00"),
        (SILENCE, Step.FINISHED, {}, "đã dừng theo lệnh 21:30:00"),
    ],
)
def test_each_answer_says_what_has_sounded_and_nothing_that_has_not(
    claims: CommandClaims, step: Step, more: dict[str, Any], words: str
) -> None:
    assert said(answer("thon-3", step, **more), claims) == f"Loa Thôn 3: {words}"


ANNOUNCED = announce(Hand("cong-an-xa"), "announce-1234", order().aud, NOW, "Mai họp.")
REFUSALS = [
    (order(), {"reason": "not-permitted"}, "khóa này không được phép phát báo cháy ở đây"),
    (SILENCE, {"reason": "not-permitted"}, "khóa này không được phép tắt tiếng ở đây"),
    (stop("a"), {"reason": "not-permitted"}, "khóa này không được phép dừng ở đây"),
    (ANNOUNCED, {"reason": "not-permitted"}, "khóa này không được phép phát thông báo ở đây"),
    (order(), {"reason": "expired", "age_s": 400.0}, "lệnh đến muộn 7 phút nên KHÔNG phát"),
    (order(), {"reason": "expired"}, "lệnh đến muộn nên KHÔNG phát"),
    (order(), {"reason": "duplicate"}, "lệnh này đã thực hiện rồi"),
    (order(), {"reason": "duplicate", "detail": {"result": "finished"}}, "(kết quả: phát xong)"),
    (order(), {"reason": "duplicate", "detail": {"result": "waiting"}}, "(kết quả: đang chờ việc khẩn cấp hơn)"),
    (order(), {"reason": "settings-invalid", "detail": {"n": 3}}, "cấu hình mới có 3 lỗi, giữ cấu hình cũ"),
    (order(), {"reason": "settings-invalid"}, "cấu hình mới có lỗi, giữ cấu hình cũ"),
    (order(), {}, "từ chối: không rõ vì sao"),
]


@pytest.mark.parametrize(("claims", "more", "words"), REFUSALS)
def test_a_refusal_is_told_with_what_is_known_of_it_and_with_no_blank(
    claims: CommandClaims, more: dict[str, Any], words: str
) -> None:
    told = line(BOXES[0], answer("thon-3", Step.REFUSED, **more), claims, {}, HANOI)
    assert words in told.vi
    assert "?" not in told.vi + told.en


def test_a_box_that_refuses_to_be_silent_has_not_left_a_signal_unsounded() -> None:
    refused = answer("thon-3", Step.REFUSED, "silence-1234", reason="not-permitted")
    one = open_gathering(SILENCE, ("thon-3",), NOW).hear(refused)
    assert result(one).vi == "0/1 cụm loa đã nhận. 1 không nhận."
    alarm = gather(("thon-3",)).hear(answer("thon-3", Step.REFUSED, reason="not-permitted"))
    assert result(alarm).vi.endswith(" 1 không phát.")


def test_a_box_that_waits_for_it_does_not_say_what_waits_for_something_more_urgent() -> None:
    assert said(answer("thon-3", Step.WAITING), order()) == "Loa Thôn 3: đang chờ việc khẩn cấp hơn 21:30:00"


def test_what_is_stopped_is_named_signal_by_signal() -> None:
    assert end_question(STOP, [("fire", Status.ACTUAL, 2)], {}).vi == (
        "Dừng báo cháy ở 2 thôn. Vì sao?  1 Đã an toàn (loa nói “An toàn”)  2 Báo nhầm (loa xin lỗi bà con)  "
        "3 Tắt tiếng, việc chưa xong"
    )
    several = [("fire", Status.ACTUAL, 2), ("security", Status.ACTUAL, 1), ("flood", Status.EXERCISE, 3)]
    told = end_question(STOP, [*several, ("test", Status.TEST, 1)], {})
    assert told.vi.startswith(
        "Dừng báo cháy ở 2 thôn, báo động an ninh ở 1 thôn, diễn tập báo lũ ở 3 thôn, thử loa ở 1 thôn. Vì sao?  1 "
    )
    assert told.en.startswith("Stop the fire alarm in 2 villages, the security alarm in 1 villages, the exercise flood")


def test_a_start_is_told_once_and_with_the_best_proof() -> None:
    driven = answer("thon-3", Step.STARTED, proof=Proof.DRIVEN)
    again = answer("thon-3", Step.STARTED, detail={"repeated": True})
    later = answer("thon-3", Step.RESUMED, proof=Proof.DRIVEN)
    for heard in ((driven, again, later), (again, driven, later)):
        one = gather()
        for each in heard:
            one = one.hear(each)
        stand = one.stands["thon-3"]
        assert [is_told(stand, each) for each in (driven, again, later)] == [False, True, False]


def test_the_prompt_is_shown_again_after_a_line_that_comes_while_the_officer_types(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    voice = Voice(Screen(Language.VI))

    def types(_prompt: str = "") -> str:
        voice.say(Text("Loa Thôn 5: phát xong", ""))
        return "4"

    monkeypatch.setattr(builtins, "input", types)
    assert voice.ask(CHOOSE) == "4"
    voice.say("Chưa dừng gì.")
    assert capsys.readouterr().out == "Chọn số: \nLoa Thôn 5: phát xong\nChọn số: Chưa dừng gì.\n"
