"""aplay's command line, what its end means, and the watch over the cards."""

from pathlib import Path

import pytest

from gongd.adapters.aplay import Aplay, CardWatch, cards
from gongd.core.errors import NoSpeakerError, SpeakerError
from gongd.core.words import Text
from tests.adapters.ear import until


@pytest.mark.parametrize(
    "said",
    [
        "aplay: main:831: audio open error: No such file or directory",
        "ALSA lib confmisc.c:165:(snd_config_get_card) Cannot get card index for X\naplay: main:831: odd",
        "aplay: pcm_write:2127: write error: No such device",
    ],
)
def test_a_card_that_is_not_there_is_told_from_one_that_fails(said: str) -> None:
    assert isinstance(Aplay("hw:1").explain(1, said), NoSpeakerError)


@pytest.mark.parametrize(
    ("status", "said", "vi", "en"),
    [
        (1, "aplay: main:831: audio open error: Device or resource busy", "audio open error", "resource busy)"),
        (1, "underrun!!! (at least 3.1 ms long)\naplay: x:1: write error: {odd}", "write error: {odd}", "{odd})"),
        (-9, "", "aplay đã dừng, mã -9", "aplay has ended with status -9)"),
        (None, "", "aplay không trả lời", "aplay does not answer)"),
    ],
)
def test_a_failure_says_what_aplay_said(status: int | None, said: str, vi: str, en: str) -> None:
    error = Aplay("hw:1").explain(status, said)
    assert not isinstance(error, NoSpeakerError)
    assert error.text.vi.startswith("Loa không phát được qua “hw:1”. Xem tăng âm, cầu chì (")
    assert vi in error.text.vi
    assert error.text.en.endswith(en)


def test_the_command_line_names_format_rate_and_device() -> None:
    argv = Aplay("plughw:CARD=Device").argv(48_000)
    line = " ".join(argv[1:])
    assert line.startswith("-q -t raw -f S16_LE -c 1 -r 48000 -D plughw:CARD=Device ")


def test_aplay_that_is_not_installed_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeakerError, match="apt install alsa-utils"):
        Aplay().argv(48_000)


def test_a_machine_without_sound_has_no_list_of_cards(tmp_path: Path) -> None:
    assert cards(tmp_path / "cards") is None
    (tmp_path / "cards").write_text(" 0 [Device         ]: USB-Audio - USB Audio Device\n")
    assert "USB-Audio" in (cards(tmp_path / "cards") or "")


class _Bench:
    """A row of cards and a probe that counts."""

    def __init__(self) -> None:
        self.list: str | None = "0 [Device]"
        self.looks = 0
        self.probes = 0

    def look(self) -> str | None:
        self.looks += 1
        return self.list

    def probe(self) -> Text | None:
        self.probes += 1
        return None


def test_the_card_is_tried_at_start_and_when_cards_come_or_go_and_never_for_nothing() -> None:
    bench = _Bench()
    watch = CardWatch(bench.probe, bench.look, look_s=0.001)
    until(lambda: bench.looks > 20, "looks")
    assert bench.probes == 1
    bench.list = None
    until(lambda: bench.probes == 2, "a probe")
    seen = bench.looks
    until(lambda: bench.looks > seen + 20, "looks")
    assert bench.probes == 2
    watch.close()


def test_a_lost_card_is_tried_again_after_a_minute() -> None:
    class Lost(_Bench):
        def probe(self) -> Text | None:
            self.probes += 1
            return Text(vi="hỏng", en="broken")

    bench = Lost()
    watch = CardWatch(bench.probe, bench.look, look_s=0.001, again_s=0.02)
    until(lambda: bench.probes > 2, "another probe")
    watch.close()
