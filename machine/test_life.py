"""One box, one afternoon, and everything that can befall it. The tests follow each other on one machine."""

import re

from machine.box import Box, steps
from machine.ear import is_silent, onsets
from machine.guest import until
from machine.report import Report

MOST_EXPOSED = 2.0
ALOOP = "/sys/bus/platform/drivers/snd_aloop"


def silence(box: Box) -> None:
    """Somebody on site ends the alarm."""
    box.press("silence")
    until(lambda: box.last("fire")[-1:] == ["silenced"], "silence")
    until(box.all_off, "the relays off")


def raise_alarm(box: Box) -> None:
    """Somebody presses the red button, and it sounds."""
    before = len(box.strokes())
    box.press("fire")
    box.wait_for_stroke(before)


def told_off(box: Box) -> int:
    """How many relays systemd's ExecStopPost has told off so far."""
    return int(box.guest.ask("journalctl -u gongd --no-pager -o cat | grep -c ': đã tắt$'").out)


def test_it_comes_up_by_itself_without_a_fault(box: Box) -> None:
    until(lambda: (box.status().get("link") or {}).get("proven"), "the link to the broker")
    status = box.status()
    assert (status["sounds"], status["faults"]) == ("yes", [])
    assert box.guest.run(f"stat -c %U /proc/{box.pid()}").strip() == "gongd"


def test_systemd_finds_it_hardened(box: Box, report: Report) -> None:
    told = box.guest.run("systemd-analyze security --no-pager gongd.service")
    exposure = re.search(r"exposure level for gongd\.service: ([0-9.]+)", told)
    assert exposure
    report.add("systemd-analyze security, in the running machine", exposure[1])
    assert float(exposure[1]) <= MOST_EXPOSED


def test_a_button_drives_the_relays_and_is_heard(box: Box, report: Report) -> None:
    box.listen()
    raise_alarm(box)
    until(lambda: len(box.strokes()) > 20, "strokes")
    silence(box)
    strokes, struck = len(box.strokes()), onsets(box.heard())
    report.add("the fire button: strokes of the relay, strokes heard until it is silenced", f"{strokes}, {len(struck)}")
    assert len(struck) > 10
    box.listen()
    assert len(box.strokes()) == strokes
    assert is_silent(box.heard())


def test_killed_it_is_off_at_once_and_the_alarm_comes_back(box: Box, report: Report) -> None:
    raise_alarm(box)
    pid, seen, off = box.pid(), len(box.edges()), told_off(box)
    killed_at = float(box.guest.run(f"kill -9 {pid}; date +%s.%N"))
    until(lambda: box.pid() not in (0, pid), "another daemon")
    box.wait_for_stroke(len(box.strokes()))
    later = box.edges()[seen:]
    back = next(place for place, edge in enumerate(later) if edge.relay == "amplifier" and edge.on)
    off_at = max(edge.at for edge in later[:back] if not edge.on)
    report.add(
        "SIGKILL: all relays off after, amplifier on again after",
        f"{off_at - killed_at:.1f} s, {later[back].at - killed_at:.1f} s",
    )
    assert any(edge.relay == "amplifier" and not edge.on for edge in later[:back])
    assert told_off(box) > off
    until(lambda: box.last("fire") == ["started", "resumed"], "the record")
    silence(box)


def test_stopped_it_is_restarted_by_systemds_watchdog(box: Box, report: Report) -> None:
    raise_alarm(box)
    pid = box.pid()
    stopped_at = float(box.guest.run(f"kill -STOP {pid}; date +%s.%N"))
    until(lambda: box.pid() not in (0, pid), "another daemon")
    assert "watchdog" in box.guest.run("journalctl -u gongd --no-pager -o cat | grep -i watchdog")
    until(lambda: box.last("fire")[-1:] == ["resumed"], "the alarm")
    off_at = min(edge.at for edge in box.edges("amplifier") if not edge.on and edge.at > stopped_at)
    report.add("SIGSTOP: the watchdog has ended it and the relays are off after", f"{off_at - stopped_at:.1f} s")
    silence(box)


def test_a_sound_card_that_goes_leaves_the_relays_and_is_heard_when_it_is_back(box: Box) -> None:
    raise_alarm(box)
    box.guest.run(f"echo snd_aloop.0 >{ALOOP}/unbind")
    until(lambda: {"speaker-missing", "speaker-failed"} & box.faults(), "the fault")
    assert box.status()["sounds"] == "relays-only"
    box.wait_for_stroke(len(box.strokes()))
    box.guest.run(f"echo snd_aloop.0 >{ALOOP}/bind")
    until(lambda: not {"speaker-missing", "speaker-failed"} & box.faults(), "the end of the fault")
    box.listen()
    box.wait_for_stroke(len(box.strokes()) + 20)
    assert len(onsets(box.heard())) > 10
    silence(box)


def test_with_a_full_disk_the_button_still_sounds_and_records_go_on_when_there_is_room(box: Box) -> None:
    box.guest.run(
        "fallocate -l $(($(stat -f -c '%f * %S' /))) /var/full; cat /dev/zero >/var/fuller 2>/dev/null || true"
    )
    raise_alarm(box)
    until(lambda: "disk-full" in box.faults(), "the fault")
    box.press("silence")
    until(box.all_off, "the relays off")
    box.guest.run("rm /var/full /var/fuller")
    until(lambda: "disk-full" not in box.faults(), "the end of the fault")
    raise_alarm(box)
    silence(box)
    assert steps(box.journal(), "fire") == ["started", "silenced"]


def test_a_kernel_that_hangs_is_reset_by_the_hardware_and_the_alarm_comes_back(box: Box, report: Report) -> None:
    raise_alarm(box)
    guest = box.guest
    guest.line.hello.clear()
    guest.follow("sync; modprobe hang")
    until(lambda: "WATCHDOG" in guest.monitor.events and "RESET" in guest.monitor.events, "the watchdog's reset")
    guest.wait_up()
    again = Box(guest).wait_ready()
    again.wait_for_stroke()
    assert steps(again.journal(), "fire") == ["started", "resumed"]
    report.add("a hung kernel", "reset by the hardware watchdog; the alarm came back")
    silence(again)
