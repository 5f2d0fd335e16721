"""Commands that need the sound itself: render, and the picture of describe."""

import queue
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from gongd.cli.placard import notice, title_of
from gongd.cli.screen import Screen
from gongd.cli.site import find, read
from gongd.cli.usage import NoError, Request
from gongd.core.button import Button, Sound
from gongd.core.catalogue import Signal, Status
from gongd.core.cue import CueSheet, cue_sheet
from gongd.core.errors import PrintError
from gongd.core.job import Job
from gongd.core.words import Language, Text
from gongd.ports import PrintsChanged, Track
from gongd.repertoire import house_of, repertoire
from gongd.settings import Settings

RENDER_S = 150.0
"""The longest print takes some ten seconds on a Raspberry Pi, and its child is ended after two minutes of silence."""

WRITTEN = Text(
    "Đã ghi {path}: {title}, {status}, {seconds} giây", "{path} is written: {title}, {status}, {seconds} seconds"
)
VOICELESS = Text(
    "Cần chú ý: chưa có giọng đọc cho lời của hiệu lệnh này; chỉ có cách đánh",
    "Take note: nobody can speak the words of this signal; only its rhythm sounds",
)
NOT_MADE = Text("Không dựng được âm thanh: {why}", "The sound cannot be rendered: {why}")
TOO_SLOW = Text("quá lâu", "it takes too long")
NOT_WRITTEN = Text("Không ghi được {path}: {why}", "{path} cannot be written: {why}")
SHIPPED_NOWHERE = Path("/usr/share/gongd/sounds")


def render(request: Request, screen: Screen) -> int:
    """Write the sound of a signal, exactly as it will be played, to a WAV file."""
    from gongd.core.lexicon import STATUSES
    from gongd.studio.export import wav

    site = find(request.config, screen)
    settings = site.settings or read(request, screen)
    signal = settings.signals.get(request.values["signal"])
    if signal is None:
        raise site.unknown_signal(request.values["signal"])
    status, path = request.values["status"], request.values["out"]
    job = job_of(settings, request.config, signal, status, request.values["place"])
    with printed(job, settings, screen) as track:
        sheet = cue_sheet(track.timeline, settings.relays, signal.relays)
        with _written(path):
            wav(track, path, signal.at_most_s - sheet.lead_s - sheet.tail_s)
        seconds = f"{(path.stat().st_size - 44) / 2 / track.rate:.1f}"
    told = WRITTEN.fill(
        path=path,
        title=title_of(signal, screen.language),
        status=STATUSES[status],
        seconds=Text(seconds.replace(".", ","), seconds),
    )
    screen.say(told)
    return 0


def job_of(settings: Settings, config: Path, signal: Signal, status: Status, place: str | None) -> Job:
    """The print of a signal. A place other than the box's own is what a button's `place:` is."""
    house = house_of(settings)
    if place is not None and status is not Status.ACTUAL:
        house, place = replace(house, place=place), None
    button = Button("render", 0, Sound(signal.name, place))
    asked = replace(settings, signals={signal.name: signal}, buttons=(button,) if place else ())
    return next(job for job in repertoire(asked, config, house) if job.key == (signal.name, status, place))


@contextmanager
def printed(job: Job, settings: Settings, screen: Screen) -> Iterator[Track]:
    """The print of a job: the daemon's own where there is one, else a new one in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="gongd-render-") as folder:
        track = _standing(job, settings)
        if track is None:
            track = _made(job, Path(folder), screen)
        try:
            yield track
        finally:
            track.close()


def _standing(job: Job, settings: Settings) -> Track | None:
    """The print that the daemon has made, if it proves and lacks nothing. Its folder is only ever read here."""
    from gongd.adapters.shelf import Shelf

    track = Shelf(settings.prints.path).take(job.stem)
    if track is None:
        return None
    try:
        track.prove()
    except PrintError:
        track.close()
        return None
    if track.voiceless:
        track.close()
        return None
    return track


def _made(job: Job, folder: Path, screen: Screen) -> Track:
    """Have the studio's child make a print. Raises NoError."""
    from gongd.adapters.renderer import Patience, Renderer
    from gongd.adapters.shelf import Shelf
    from gongd.settings.clip import sounds_folders

    told: queue.SimpleQueue[object] = queue.SimpleQueue()
    studio = Renderer(folder, next(iter(sounds_folders()), SHIPPED_NOWHERE), told.put, Patience(retry_s=(RENDER_S,)))
    try:
        studio.request([job])
        changed = told.get(timeout=RENDER_S)
    except queue.Empty as empty:
        raise NoError(NOT_MADE.fill(why=TOO_SLOW)) from empty
    finally:
        studio.close()
    assert isinstance(changed, PrintsChanged)
    if job.stem in changed.failed:
        raise NoError(NOT_MADE.fill(why=changed.failed[job.stem]))
    if job.stem in changed.voiceless:
        screen.complain(VOICELESS)
    track = Shelf(folder).take(job.stem)
    if track is None:
        raise NoError(NOT_MADE.fill(why="?"))
    return track


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        path.open("wb").close()  # the wave module leaves a traceback behind when it cannot open a file itself
        yield
    except PrintError:
        raise
    except OSError as error:
        from gongd.core.lexicon import why_not

        raise NoError(NOT_WRITTEN.fill(path=path, why=why_not(error))) from error


# ── The picture of describe ──────────────────────────────────────────────────────────────────────────────────────


def draw(request: Request, screen: Screen, settings: Settings, signal: Signal, language: Language) -> None:
    """Draw the timeline of a signal, as it is in its print, to a PNG file."""
    from gongd.adapters.picture import draw_timeline

    job = job_of(settings, request.config, signal, Status.ACTUAL, None)
    with printed(job, settings, screen) as track:
        timeline = track.timeline
    sheet: CueSheet = cue_sheet(timeline, settings.relays, signal.relays)
    spoken = {speech.key: " ".join(text for _, text in speech.words) for speech in job.speeches if speech.words}
    title = title_of(signal, language)
    draw_timeline(request.values["out"], timeline, sheet, title, notice(signal, settings, language), language, spoken)
