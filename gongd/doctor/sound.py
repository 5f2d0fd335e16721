"""Whatever makes sound, tried without a sound: the audio device, the voice, ffmpeg, the clips, the prints; the pins."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gongd.core.errors import PinsError, PrintError
from gongd.core.fault import FaultCode
from gongd.core.words import Text
from gongd.doctor.finding import Finding, Patient, fault, good, known, tell, untried, warning
from gongd.settings.clip import sounds_folders
from gongd.settings.model import Backend, Settings

SPEAKER = Text("Bộ âm thanh", "Sound device")
SPEAKER_GOOD = Text("Bộ âm thanh “{device}”: mở được, phát được", "Sound device “{device}”: opens and plays")
SPEAKER_HELD = Text(
    "Bộ âm thanh “{device}”: gongd đang giữ và không thấy lỗi",
    "Sound device “{device}”: held by gongd, which sees no fault",
)
SPEAKER_ILL = Text("Bộ âm thanh “{device}”: gongd báo lỗi", "Sound device “{device}”: gongd reports a fault")
NO_SPEAKER = Text("Không dùng loa (speaker.backend: none)", "No loudspeaker is used (speaker.backend: none)")
TO_FILES = Text("Tiếng chỉ ghi ra tệp (speaker.backend: file)", "Sound goes to files only (speaker.backend: file)")
BENCH_ONLY = Text("Chỉ để thử: ở thôn phải là aplay", "For a bench only: in a village it must be aplay")

PINS = Text("Rơ-le và nút", "Relays and buttons")
PINS_GOOD = Text("Rơ-le và nút: điều khiển được GPIO", "Relays and buttons: GPIO can be driven")
PINS_HELD = Text(
    "Rơ-le và nút: gongd đang giữ và không thấy lỗi", "Relays and buttons: held by gongd, which sees no fault"
)
PINS_ILL = Text("Rơ-le và nút: gongd báo lỗi", "Relays and buttons: gongd reports a fault")
NO_PINS = Text("Không có rơ-le và nút nào trong cấu hình", "The settings have no relays and no buttons")

VOICE = Text("Giọng đọc", "The voice")
VOICE_GOOD = Text("Giọng đọc: espeak-ng có giọng “{voice}”", "The voice: espeak-ng has “{voice}”")
NO_VOICE = Text("espeak-ng không có giọng “{voice}”", "espeak-ng has no voice “{voice}”")
NO_ESPEAK = Text("chưa có espeak-ng", "espeak-ng is missing")
FFMPEG_GOOD = Text("ffmpeg: đọc được bản thu MP3, OGG, FLAC", "ffmpeg: recordings in MP3, OGG, FLAC can be read")
NO_FFMPEG = Text(
    "Chưa có ffmpeg: bản thu MP3, OGG, FLAC không dùng được", "No ffmpeg: recordings in MP3, OGG, FLAC are useless"
)
GET_FFMPEG = Text("Chạy: sudo apt install ffmpeg", "Run: sudo apt install ffmpeg")

CLIPS_GOOD = Text(
    "Bản thu chuẩn: {n} tệp trong {folder}, còn nguyên", "Standard clips: {n} files in {folder}, unchanged"
)
NO_CLIPS = Text("Không thấy thư mục bản thu chuẩn sounds/", "The folder of standard clips, sounds/, is missing")
CLIPS_BAD = Text("Bản thu chuẩn hỏng hoặc thiếu: {names}", "Standard clips damaged or missing: {names}")
REINSTALL = Text("Cài lại: sudo make install", "Install again: sudo make install")

PRINTS = Text("Âm thanh dựng sẵn", "Rendered sounds")
PRINTS_GOOD = Text("Âm thanh dựng sẵn: đủ {n} bản, đúng dấu kiểm", "Rendered sounds: all {n}, checksums right")
PRINTS_LACK = Text("thiếu {missing} trong {n} bản, hỏng {bad}", "{missing} of {n} missing, {bad} damaged")
PRINTS_MUTE = Text("{n} bản chưa có lời: {names}", "{n} without their words: {names}")


def pins(patient: Patient) -> Iterator[Finding]:
    """The GPIO chip. Nothing is claimed, so no relay moves."""
    wanted = patient.settings
    if wanted is None:
        yield untried("pins", PINS)
    elif not (wanted.relays or wanted.buttons):
        yield good("pins", NO_PINS)
    elif patient.report is not None:
        ill = patient.suffers(FaultCode.PINS_MISSING, FaultCode.RELAY_DISAGREES, FaultCode.BUTTON_STUCK)
        yield fault("pins", PINS_ILL) if ill else good("pins", PINS_HELD)
    else:
        yield _try_pins()


def _try_pins() -> Finding:
    from gongd.adapters.pin_factory import open_factory

    with tempfile.TemporaryDirectory(prefix="gongd-doctor-") as scratch:
        try:
            open_factory(Path(scratch)).close()
        except PinsError as error:
            return known(FaultCode.PINS_MISSING, error.text)
    return good("pins", PINS_GOOD)


def speaker(patient: Patient) -> Iterator[Finding]:
    """The sound device, with a moment of silence; while the daemon holds it, only the daemon is asked."""
    wanted = patient.settings
    if wanted is None:
        yield untried("speaker", SPEAKER)
        return
    match wanted.speaker.backend:
        case Backend.NONE:
            yield good("speaker", NO_SPEAKER)
        case Backend.FILE:
            yield warning("speaker", TO_FILES, BENCH_ONLY)
        case _ if patient.report is not None:
            ill = patient.suffers(FaultCode.SPEAKER_MISSING, FaultCode.SPEAKER_FAILED, FaultCode.NOT_HEARD)
            text = (SPEAKER_ILL if ill else SPEAKER_HELD).fill(device=wanted.speaker.device)
            yield fault("speaker", text) if ill else good("speaker", text)
        case _:
            yield _try_speaker(wanted)


def _try_speaker(wanted: Settings) -> Finding:
    from gongd.adapters.aplay import Aplay
    from gongd.adapters.child import ChildOutputs
    from gongd.adapters.loudspeaker import Loudspeaker
    from gongd.adapters.simpleaudio_child import SimpleAudio
    from gongd.ports import SpeakerLost

    device = wanted.speaker.device
    program = SimpleAudio(device) if wanted.speaker.backend is Backend.SIMPLEAUDIO else Aplay(device)
    told: list[object] = []
    tried = Loudspeaker(ChildOutputs(program).open, told.append)
    try:
        trouble = tried.probe()
    finally:
        tried.close()
    if trouble is None:
        return good("speaker", SPEAKER_GOOD.fill(device=device))
    missing = any(isinstance(event, SpeakerLost) and event.missing for event in told)
    return known(FaultCode.SPEAKER_MISSING if missing else FaultCode.SPEAKER_FAILED, trouble)


def voice(patient: Patient) -> Iterator[Finding]:
    """espeak-ng and its Vietnamese voice."""
    name = patient.settings.prints.voice if patient.settings else "vi"
    said = tell(["espeak-ng", "-q", "-v", name, "--", "a"])
    if said is None:
        yield known(FaultCode.VOICE_MISSING, NO_ESPEAK)
    elif said[0] != 0:
        yield known(FaultCode.VOICE_MISSING, NO_VOICE.fill(voice=name))
    else:
        yield good("voice", VOICE_GOOD.fill(voice=name))


def ffmpeg(patient: Patient) -> Iterator[Finding]:
    """What reads recordings."""
    del patient
    yield good("ffmpeg", FFMPEG_GOOD) if shutil.which("ffmpeg") else warning("ffmpeg", NO_FFMPEG, GET_FFMPEG)


def clips(patient: Patient) -> Iterator[Finding]:
    """The standard clips, by the checksums of their manifest."""
    del patient
    folder = next(iter(sounds_folders()), None)
    if folder is None:
        yield warning("clips", NO_CLIPS, REINSTALL)
        return
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    bad = [entry["file"] for entry in listed if _digest(folder / entry["file"]) != entry["sha256"]]
    if bad:
        yield warning("clips", CLIPS_BAD.fill(names=", ".join(bad)), REINSTALL)
    else:
        yield good("clips", CLIPS_GOOD.fill(n=len(listed), folder=folder))


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def prints(patient: Patient) -> Iterator[Finding]:
    """Every print that the settings ask for is there, and proves."""
    if patient.settings is None:
        yield untried("prints", PRINTS)
        return
    from gongd.repertoire import repertoire

    jobs = repertoire(patient.settings, patient.config)
    found = {job.stem: _proved(job.stem, _prints_folder(patient)) for job in jobs}
    missing = sum(state == "missing" for state in found.values())
    bad = sum(state == "bad" for state in found.values())
    mute = [stem for stem, state in found.items() if state == "voiceless"]
    if missing or bad:
        yield known(FaultCode.PRINT_MISSING, PRINTS_LACK.fill(missing=missing, bad=bad, n=len(found)))
    if mute:
        yield known(FaultCode.VOICE_MISSING, PRINTS_MUTE.fill(n=len(mute), names=", ".join(sorted(mute)[:3])))
    if not (missing or bad or mute):
        yield good("prints", PRINTS_GOOD.fill(n=len(found)))


def _prints_folder(patient: Patient) -> Path:
    """Where the daemon keeps them; under `run --dry` beside the journal."""
    assert patient.settings
    usual = patient.settings.prints.path
    return usual if os.access(usual, os.R_OK) else patient.journal.parent / "prints"


def _proved(stem: str, folder: Path) -> str:
    from gongd.adapters.shelf import Shelf

    track = Shelf(folder).take(stem)
    if track is None:
        return "missing"
    try:
        track.prove()
    except PrintError:
        return "bad"
    finally:
        track.close()
    return "voiceless" if track.voiceless else "good"
