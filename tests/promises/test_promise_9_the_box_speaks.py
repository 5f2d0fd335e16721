"""Promise 9: no screen, no SSH. The box says aloud what is wrong and what became of new settings, and says of itself,
first of all, whether it can sound."""

import json
from dataclasses import replace
from pathlib import Path

from gongd.adapters.bare import bare_track
from gongd.core.pattern import Stroke
from gongd.core.timeline import Passage, Timeline
from gongd.core.words import Text
from gongd.player import Ended
from gongd.ports import SpeakerLost
from tests.box.village import SETTINGS, Village, at
from tests.promises.conftest import NewDaemon
from tests.promises.daemon import until


def test_promise_9_a_message_is_spoken_at_start_then_the_status_button_and_what_is_asked(
    new_daemon: NewDaemon,
) -> None:
    daemon = new_daemon(prints=True)
    text = daemon.config.read_text().replace("priority: emergency", "priority: routine")
    calm = "".join(f"  {name}: {{priority: routine, repeat: once}}\n" for name in ("security", "flood"))
    daemon.config.write_text(text.replace("signals:\n", f"signals:\n{calm}"))  # no alarm is rendered before the words
    (daemon.state / "say.json").write_text(json.dumps(["Cấu hình mới đã dùng."]), encoding="utf-8")
    daemon.start()
    until(lambda: spoken(daemon.sounds()) == 1, "the message", 120)
    assert not (daemon.state / "say.json").exists()
    daemon.press("status", 0.2)
    until(lambda: spoken(daemon.sounds()) == 2, "the status", 120)
    until(lambda: daemon.sounding() is None, "silence")
    daemon.ask("say", text="Loa thử nói.")
    until(lambda: spoken(daemon.sounds()) == 3, "what was asked", 120)
    until(lambda: daemon.sounding() is None, "silence")
    assert all(path.stat().st_size > 10_000 for path in daemon.sounds())


def spoken(paths: list[Path]) -> int:
    return len([path for path in paths if "speech" in path.name])


def village_of(ram: Path, more: str = "") -> Village:
    return Village(ram, at("10:00"), SETTINGS + more).start()


def render_speech(village: Village) -> None:
    """The studio has put a text on the shelf (a stroke will do for it)."""
    job = next(job for job in village.studio.asked[-1] if job.source is None)
    village.shelf.tracks[job.stem] = bare_track(Timeline(head=Passage((Stroke(0.0, 1.0),), (), (), 2.0)), 50)


def test_promise_9_the_status_button_speaks_the_faults(ram: Path) -> None:
    village = village_of(ram)
    village.hold("status", 0.2)
    assert village.studio.speech() == ["Loa Thôn 3: tốt. Đồng hồ đúng."]
    village.relays.dead.add("striker")
    village.inbox.post(SpeakerLost(Text(vi="x", en="x"), missing=True))
    village.wait(1)
    village.hold("status", 0.2)
    assert village.studio.speech()[-1].startswith("Loa Thôn 3 có một lỗi. Một: không thấy bộ âm thanh.")


def test_promise_9_what_is_spoken_sounds_when_it_is_rendered(ram: Path) -> None:
    village = village_of(ram)
    village.hold("status", 0.2)
    render_speech(village)
    village.wait(1.1)  # the studio goes on with other prints meanwhile
    assert village.relays.on == {"amplifier"}
    village.wait(30)
    assert village.outcomes("speech") == ["started", "finished"]


def test_promise_9_what_waits_to_be_spoken_outlives_a_reload(ram: Path) -> None:
    village = village_of(ram)
    village.ask("say", text="Một hai ba.")
    village.write(SETTINGS + "desk: {phone: 0912 345 678}\n")
    assert village.ask("reload")["ok"]
    assert any(job.source is None for job in village.studio.asked[-1])


def test_promise_9_messages_are_spoken_at_start(ram: Path) -> None:
    village = Village(ram, at("10:00"))
    village.messages = ("Cấu hình có hai lỗi.",)
    village.start()
    assert village.studio.speech() == ["Cấu hình có hai lỗi."]
    village.wait(300)  # the alarms' prints come first
    render_speech(village)
    village.wait(30)
    assert village.outcomes("speech") == ["started", "finished"]


def test_promise_9_the_status_says_first_whether_it_can_sound(ram: Path) -> None:
    village = village_of(ram)
    assert next(key for key in village.ask("status") if key != "ok") == "sounds"
    assert village.ask("status")["sounds"] == "yes"
    village.inbox.post(SpeakerLost(Text(vi="x", en="x")))
    village.settle()
    assert village.ask("status")["sounds"] == "relays-only"
    village.relays.dead.update({"striker", "siren", "amplifier"})
    village.hold("fire")
    village.hold("silence")
    assert village.ask("status")["sounds"] == "no"


def test_promise_9_an_alarm_does_not_wait_for_speech(ram: Path) -> None:
    village = village_of(ram)
    village.hold("status", 0.2)
    village.hold("fire")
    assert village.sounding == "fire"


def overtake(village: Village) -> None:
    """The stage comes to the end before it hears that the same words have been asked for once more."""
    (sounding,) = village.box.parts.airtime.air.turns
    village.inbox.post(Ended(sounding.activation.id, 1.0, run=-1))
    village.wait(1)


def test_promise_9_words_that_are_asked_for_again_at_their_very_end_begin_once_more(ram: Path) -> None:
    village = village_of(ram)
    village.hold("status", 0.2)
    render_speech(village)
    village.wait(1.1)
    overtake(village)
    assert village.relays.on == {"amplifier"}
    village.wait(30)
    assert village.outcomes("speech") == ["started", "resumed", "finished"]


def test_promise_9_words_whose_print_has_gone_meanwhile_are_told_as_failed_and_the_box_goes_on(ram: Path) -> None:
    village = village_of(ram)
    told = list[object]()
    airtime = village.box.parts.airtime
    airtime.hooks = replace(airtime.hooks, written=lambda written, _now: told.extend(one.outcome for one in written))
    village.hold("status", 0.2)
    render_speech(village)
    village.wait(1.1)
    village.shelf.tracks.clear()
    overtake(village)
    village.wait(30)
    assert village.outcomes("speech")[-1] == "failed"
    assert village.rows("activation")[-1]["reason"] == "print-missing"
    assert told == village.outcomes("speech")
    assert village.box.parts.last_outcome == "failed"
    village.hold("fire")
    assert village.sounding == "fire"
