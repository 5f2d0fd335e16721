"""`python -m gongd.demo [--aloud] [--out DIR]`: exit status 0 when all that was promised happened, 1 when not."""

import argparse
import signal
import sys
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from gongd.adapters.journal import read, read_records
from gongd.adapters.picture import copy_small
from gongd.core.errors import GongdError, PictureError
from gongd.core.words import Text
from gongd.demo.commune.evidence import judge_commune
from gongd.demo.commune.place import found_place
from gongd.demo.commune.play import CommunePlay
from gongd.demo.commune.poster import draw_commune
from gongd.demo.commune.programs import Programs
from gongd.demo.commune.road import Road
from gongd.demo.daemon import Daemon
from gongd.demo.evidence import Promise, Row, judge, words
from gongd.demo.play import Play, Story
from gongd.demo.poster import draw
from gongd.demo.screen import Screen
from gongd.demo.sound import Aloud, seconds, silent_because
from gongd.demo.village import DemoError, Village

_TITLE = Text("Một đêm của cụm loa, rồi một đêm của cả xã", "One night of a village box, then one of a commune")
_JOURNAL = Text("5. Nhật ký", "5. The journal")
_FINDINGS = Text("6. Hứa gì, làm được gì", "6. What was promised, and what was done")
_FILES = Text("7. Xem và nghe", "7. To see and to hear")
_COMMUNE_FINDINGS = Text("13. Hứa gì, làm được gì", "13. What was promised, and what was done")
_PICTURE = Text("hình", "picture")
_SOUND = Text("nghe", "listen")
_BROKEN = Text("Bản trình diễn THẤT BẠI: có điều không làm được", "the demo FAILED: something promised did not happen")
_STOPPED = Text("Đã dừng theo ý bạn", "stopped, as you wished")
_NO_PICTURE = Text("chưa vẽ được hình: {why}", "no picture: {why}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo. The daemon is ended whatever happens."""
    options = _options(argv)
    screen = Screen()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        return _show(Village(options.out.absolute()), screen, options)
    except KeyboardInterrupt:
        screen.say(_STOPPED)
        return 130
    except GongdError as error:
        screen.judge(error.text, kept=False)
        return 1


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m gongd.demo", description=_TITLE.en)
    parser.add_argument("--aloud", action="store_true", help="also play it on this machine's sound card")
    parser.add_argument("--out", type=Path, default=Path("out/demo"), metavar="DIR", help="emptied at every run")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="also write the pictures there, small, for a page")
    return parser.parse_args(argv)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _show(village: Village, screen: Screen, options: argparse.Namespace) -> int:
    """The night of one box, then the commune."""
    night = _show_night(village, screen, options)
    return _show_commune(village.out / "xa", screen, options) if night == 0 else night


def _show_commune(out: Path, screen: Screen, options: argparse.Namespace) -> int:
    place = found_place(out)
    programs = Programs(out, place.folder)
    with Road(place.port) as road:
        play = CommunePlay(place, programs, road, screen)
        try:
            story = play.perform()
        finally:
            for daemon in play.daemons:
                daemon.end()
            programs.end()
    screen.act(_COMMUNE_FINDINGS)
    kept = _tell(judge_commune(story, play.villages), screen)
    picture = out / "commune.png"
    drawn = _picture(picture, _small(options, picture), screen, lambda: draw_commune(picture, story, play.villages))
    return 0 if kept and drawn else 1


def _show_night(village: Village, screen: Screen, options: argparse.Namespace) -> int:
    screen.act(_TITLE)
    village.found()
    aloud = _aloud(village, screen) if options.aloud else None
    daemon = Daemon(village)
    try:
        story = Play(village, daemon, screen).perform()
    finally:
        screen.close()
        daemon.end()
        if aloud:
            aloud.end()
    rows = list(read(village.journal))
    screen.act(_JOURNAL)
    for text in words(read_records(village.journal)):
        screen.pair(text)
    kept = _judge(story, rows, screen)
    screen.act(_FILES)
    picture = village.out / "demo.png"
    drawn = _picture(picture, _small(options, picture), screen, lambda: draw(picture, story, rows))
    screen.say(_SOUND)
    for path in story.waves:
        screen.plain(f"{seconds(path):5.1f} s   aplay {_near(path)}")
    return 0 if kept and drawn else 1


def _aloud(village: Village, screen: Screen) -> Aloud | None:
    why = silent_because()
    if why is not None:
        screen.say(why)
        return None
    return Aloud(village)


def _judge(story: Story, rows: Sequence[Row], screen: Screen) -> bool:
    screen.act(_FINDINGS)
    try:
        promises = judge(story, rows)
    except (OSError, wave.Error) as error:
        raise DemoError(_BROKEN) from error
    return _tell(promises, screen)


def _tell(promises: Sequence[Promise], screen: Screen) -> bool:
    for promise in promises:
        screen.judge(promise.text, promise.kept)
    kept = all(promise.kept for promise in promises)
    if not kept:
        screen.judge(_BROKEN, kept=False)
    return kept


def _picture(path: Path, small: Path | None, screen: Screen, draw_it: Callable[[], None]) -> bool:
    """Draw it; `small` is where a page wants it. False when it could not be drawn."""
    try:
        draw_it()
        if small:
            copy_small(path, small)
    except PictureError as error:
        screen.judge(_NO_PICTURE.fill(why=error.text), kept=False)
        return False
    screen.say(_PICTURE)
    screen.plain(f"          {_near(path)}")
    return True


def _small(options: argparse.Namespace, picture: Path) -> Path | None:
    return options.pictures / picture.name if options.pictures else None


def _near(path: Path) -> Path:
    """As a person would type it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    sys.exit(main())
