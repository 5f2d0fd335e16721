"""Orders through a real broker to a real box, and every answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gongd.core.catalogue import Why
from gongd.core.lexicon import Proof
from gongd.core.wire import Channel
from gongd.core.wire_command import CommandType
from gongd.core.wire_report import Step
from tests.link.world import Desk, World, alert, order, says, within
from tests.promises.daemon import STRIKER


def test_an_alert_sounds_and_is_answered_step_by_step(world: World, desk: Desk) -> None:
    claims = alert(at_most_s=2.0)
    desk.give(claims)
    within(lambda: Step.FINISHED in world.steps(desk, claims.jti), "finished")
    assert world.steps(desk, claims.jti) == [Step.RECEIVED, Step.STARTED, Step.FINISHED]
    started = next(answer for answer in world.answers(desk, claims.jti) if answer.step is Step.STARTED)
    assert started.proof is Proof.DRIVEN
    assert any(level for _, _, level in world.box.edges(STRIKER))
    assert [row["outcome"] for row in world.box.rows("command")] == ["accepted"]


def test_a_second_copy_gets_the_stored_answer_and_no_sound(world: World, desk: Desk) -> None:
    claims = alert(at_most_s=1.0)
    desk.give(claims)
    within(lambda: Step.FINISHED in world.steps(desk, claims.jti), "finished")
    edges = len(world.box.edges(STRIKER))
    desk.give(replace(claims, sent=datetime.now(UTC), expires=datetime.now(UTC) + timedelta(minutes=1)))
    within(lambda: any(answer.detail.get("repeated") for answer in world.answers(desk, claims.jti)), "the stored one")
    (repeated,) = [answer for answer in world.answers(desk, claims.jti) if answer.detail.get("repeated")]
    assert repeated.proof is not None
    assert world.answers(desk, claims.jti)[-1].step is Step.FINISHED
    assert len(world.box.edges(STRIKER)) == edges
    assert world.box.outcomes("fire") == ["started", "finished"]


def test_a_cancel_ends_the_alarm_and_says_why(world: World, desk: Desk) -> None:
    claims = alert()
    desk.give(claims)
    within(lambda: any(level for _, _, level in world.box.edges(STRIKER)), "the first stroke")
    desk.give(order(CommandType.CANCEL, references=(claims.jti,), reason=Why.SAFE))
    within(lambda: Step.CANCELLED in world.steps(desk, claims.jti), "cancelled")
    within(lambda: "started" in world.box.outcomes("all-clear"), "the all clear")


def test_a_cancel_that_comes_first_kills_its_alert(world: World, desk: Desk) -> None:
    claims = alert()
    desk.give(order(CommandType.CANCEL, references=(claims.jti,), reason=Why.MISTAKE))
    desk.give(claims)
    within(lambda: Step.CANCELLED in world.steps(desk, claims.jti), "cancelled")
    assert "started" not in world.box.outcomes("fire")


def test_silence_drops_all_and_a_query_tells_everything_again(world: World, desk: Desk) -> None:
    claims = alert()
    desk.give(claims)
    within(lambda: Step.STARTED in world.steps(desk, claims.jti), "started")
    quiet = desk.give(order(CommandType.SILENCE))
    within(lambda: Step.SILENCED in world.steps(desk, claims.jti), "silenced")
    told = [answer for answer in world.answers(desk, claims.jti) if answer.step is Step.SILENCED]
    assert {answer.detail["order"] for answer in told} == {quiet}, "by an order, not by somebody on site"
    asked = desk.give(order(CommandType.QUERY, since=1))
    within(lambda: Step.FINISHED in world.steps(desk, asked), "finished")
    numbers = {row["number"] for row in world.box.rows()}
    within(lambda: numbers <= {number for _, number in world.events(desk)}, "every record")


def test_a_stale_order_is_refused_with_a_challenge_and_obeyed_with_it(world: World, desk: Desk) -> None:
    past = datetime.now(UTC) - timedelta(minutes=20)
    claims = replace(alert(at_most_s=1.0), sent=past, expires=past + timedelta(minutes=2))
    desk.give(claims)
    within(lambda: world.answers(desk, claims.jti), "the refusal")
    (refused,) = world.answers(desk, claims.jti)
    assert (refused.step, refused.reason) == (Step.REFUSED, "expired")
    within(lambda: len(world.box.rows("command")) == 1, "it is written down")
    (row,) = world.box.rows("command")
    assert (row["outcome"], row["reason"], row["detail"]["jti"]) == ("declined", "expired", claims.jti)
    assert refused.challenge is not None
    desk.give(replace(claims, challenges={"thon-3": refused.challenge}))
    within(lambda: Step.STARTED in world.steps(desk, claims.jti), "started")


def test_state_and_info_are_kept_and_the_end_is_said(world: World, desk: Desk) -> None:
    within(lambda: desk.of(Channel.STATE) and desk.of(Channel.INFO), "what is retained")
    assert says(desk, Channel.INFO, "key") == [world.box_x]
    assert says(desk, Channel.STATE, "state")[-1] in ("online", "degraded")
    assert world.box.terminate() == 0
    within(lambda: says(desk, Channel.STATE, "state")[-1] == "stopped", "stopped")
