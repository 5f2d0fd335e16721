"""Promise 8: `relays-off` works when settings, daemon and package are broken (its own tests: test_relays_off)."""

from tests.promises.daemon import Daemon, relays_off, until


def test_promise_8_relays_off_works_with_broken_settings_and_a_broken_journal(daemon: Daemon) -> None:
    daemon.press("fire")
    daemon.wait_for_relay()
    daemon.kill()
    daemon.config.write_bytes(b"\xff\xfe: {[")
    (daemon.state / "journal.db").write_bytes(b"rubbish")
    assert relays_off(daemon).returncode == 0
    assert daemon.is_dark()
    assert daemon.level(25) == "0"


def test_promise_8_the_note_follows_new_settings(daemon: Daemon) -> None:
    daemon.config.write_text(daemon.config.read_text().replace("siren: {pin: 23", "horn: {pin: 22"))
    assert daemon.ask("reload")["ok"]
    daemon.ask("play", signal="wail", status="actual")
    until(lambda: daemon.level(22) == "1", "the horn")
    daemon.kill()
    assert relays_off(daemon).returncode == 0
    assert daemon.level(22) == "0"
