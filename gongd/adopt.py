"""No screen, no SSH: a settings file on the boot partition or on a stick is taken or refused, and answered in speech.

`gongd adopt` looks for `gongd/config.yaml`. What can be used takes the place of the settings in force, which are kept
beside them; the recorded clips that it names come along. What cannot be used changes nothing. The answer is spoken by
the daemon, now or at its next start. Nothing that is delivered is ever executed.
"""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath

from gongd.adapters.control import ask
from gongd.adapters.delivery import (
    CLIP_BYTES,
    DeliveryError,
    Placed,
    clips_in,
    digest_of,
    holds,
    laid_together,
    leave_message,
    put,
    read_note,
    read_plain,
    write_note,
)
from gongd.core.errors import ConfigError, GongdError, SocketError
from gongd.core.words import Language, Text
from gongd.settings import Settings, load, parse
from gongd.settings.clip import CLIP_SUFFIXES
from gongd.settings.model import JournalSettings
from gongd.settings.place import ENROLMENT, ROOT, control_path, papers
from gongd.settings.source import LARGEST_BYTES

BOOT_PARTITIONS = (Path("/boot/firmware"), Path("/boot"))
FOLDER = "gongd"
NAMES = ("config.yaml", "config.yml", "config.yaml.txt")
"""The last is what Notepad makes of the first, unseen."""
MEMORY = "adopted.json"
USUAL_CONFIG = Path("/etc/gongd/config.yaml")
USUAL_JOURNAL = JournalSettings().path
MOST_LINES = 3
ASK_S = 10.0

_LOUDSPEAKER = Text("Loa {place}", "Loudspeaker {place}")
_THE_LOUDSPEAKER = Text("Loa", "The loudspeaker")
TAKEN = Text("{loa} đã nhận cấu hình mới.", "{loa} has taken the new settings.")
SAME = Text("{loa} đang dùng đúng cấu hình này.", "{loa} uses these very settings.")
REFUSED = Text(
    "Cấu hình mới có {n} lỗi, ở {lines}. {loa} giữ cấu hình cũ.",
    "The new settings have {n} error{s}, on {lines}. {loa} keeps the old settings.",
)
SPOILT = Text(
    "Tệp cấu hình bị hỏng, cần chép lại. {loa} giữ cấu hình cũ.",
    "The settings file is damaged: copy it again. {loa} keeps the old settings.",
)
KEPT = Text(
    "{loa} giữ cấu hình cũ. Cần xem lại cấu hình mới.", "{loa} keeps the old settings. Look at the new ones again."
)
UNSTORED = Text(
    "{loa} giữ cấu hình cũ. Thẻ nhớ đầy hoặc hỏng.", "{loa} keeps the old settings. The memory card is full or broken."
)
WEAKER = Text(
    "{loa} giữ cấu hình cũ. Cấu hình mới đổi phần bảo vệ lệnh.",
    "{loa} keeps the old settings. The new ones change how orders are guarded.",
)
_BY_HAND = Text(
    "Cụm loa đã đăng ký: mục trust và nơi để nhật ký chỉ đổi được ngay trên máy, trong {path}",
    "This box is enrolled: trust, and where the journal lies, can be changed on the machine itself only, in {path}",
)
NOTHING = Text("Không có cấu hình mới", "There are no new settings")
ANSWERED = Text("{path}: đã trả lời rồi", "{path}: has had its answer")
_LINE = Text("dòng {number}", "line {number}")
_CLIP_TOO_LARGE = Text("Bản thu {name} quá lớn", "The clip {name} is too large")


class Verdict(StrEnum):
    """What became of a settings file."""

    TAKEN = "taken"
    REFUSED = "refused"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Adoption:
    """The answer. `spoken` is what the loudspeaker says, None where it says nothing; `details` are for the log."""

    verdict: Verdict
    spoken: Text | None = None
    details: tuple[Text, ...] = ()
    language: Language = Language.VI


@dataclass(frozen=True, slots=True)
class Home:
    """The box that is to take the settings. `settings` are those in force, None when they are bad or missing."""

    config: Path
    settings: Settings | None
    journal: Path

    @property
    def state(self) -> Path:
        """Where its journal lies, and what is remembered here."""
        return self.journal.parent


@dataclass(frozen=True, slots=True)
class Offer:
    """A settings file that was found. `root` is the partition; `origin` is whose last file is remembered."""

    path: Path
    root: Path
    origin: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A settings file that can be used, and the clips that come along: where from, by their name."""

    data: bytes
    settings: Settings
    clips: Mapping[str, Path] = field(default_factory=dict)


def main(words: Sequence[str]) -> int:
    """`[--config FILE] [--from PARTITION]`, as `gongd adopt` hands them on: 0 taken or nothing new, 1 refused."""
    reader = argparse.ArgumentParser(prog="gongd adopt")
    reader.add_argument("--config", type=Path, default=USUAL_CONFIG)
    reader.add_argument("--from", type=Path, dest="partition")
    asked = reader.parse_args(words)
    answer = adopt(asked.config, asked.partition)
    told = (*((answer.spoken,) if answer.spoken else ()), *answer.details)
    print("\n".join(text.read(answer.language) for text in told))
    return int(answer.verdict is Verdict.REFUSED)


def adopt(
    config: Path,
    partition: Path | None = None,
    now: datetime | None = None,
    usual_journal: Path = USUAL_JOURNAL,
) -> Adoption:
    """Take or refuse the file on `partition`, or else the one on the boot partition, and see that it is answered.

    What was answered once is not answered again, until another file comes the same way. `config` are the settings in
    force; where they cannot be read, `usual_journal` says where the box keeps its state.
    """
    offer = find_offer(partition)
    if offer is None:
        return Adoption(Verdict.NOTHING, details=(NOTHING,))
    home = find_home(config, usual_journal)
    data, why = _read(offer)
    digest = digest_of(data) if data is not None else digest_of(why.en.encode())
    if _is_answered(home, offer, digest):
        return Adoption(Verdict.NOTHING, details=(ANSWERED.fill(path=offer.path),))
    if data is None:
        answer = _answer(Verdict.REFUSED, SPOILT, home.settings, (why,))
    else:
        answer = _decide(home, offer, data, now or datetime.now().astimezone())
    return _close(home, offer, digest, answer)


def _read(offer: Offer) -> tuple[bytes | None, Text]:
    """What the file holds, or why it cannot be read."""
    try:
        return read_plain(offer.path, offer.root, LARGEST_BYTES), NOTHING
    except DeliveryError as error:
        return None, error.text


def find_offer(partition: Path | None) -> Offer | None:
    """The first settings file there, if any."""
    origin = "boot" if partition is None else "stick"
    for root in BOOT_PARTITIONS if partition is None else (partition,):
        for name in NAMES:
            path = root / FOLDER / name
            if path.exists() or path.is_symlink():
                return Offer(path, root, origin)
    return None


def find_home(config: Path, usual_journal: Path) -> Home:
    """The box as it is. Its own settings may be bad or missing: then new ones are welcome all the more."""
    try:
        settings = load(config)
    except ConfigError:
        return Home(config, None, usual_journal)
    return Home(config, settings, settings.journal.path)


# ── Deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _decide(home: Home, offer: Offer, data: bytes, now: datetime) -> Adoption:
    if home.settings and digest_of(data) == home.settings.source_digest:
        return _answer(Verdict.TAKEN, SAME, home.settings)
    try:
        draft = _check(home, offer, data)
        if _weakens(home, draft.settings):
            return _answer(Verdict.REFUSED, WEAKER, home.settings, (_BY_HAND.fill(path=home.config),))
        placed = _place(home, offer, draft, now)
        return _introduce(home, draft, placed)
    except ConfigError as error:
        return _refused(home, error)
    except DeliveryError as error:
        return _answer(Verdict.REFUSED, UNSTORED, home.settings, (error.text,))


def _weakens(home: Home, new: Settings) -> bool:
    """Would an enrolled box obey others than its commune's root lists? An unsigned file may not do that."""
    held = home.settings
    pinned = papers(held).root if held else home.state / ENROLMENT / ROOT
    if not pinned.exists():
        return False
    was_bare = held is not None and held.is_bare
    return papers(new).root != pinned or (new.is_bare and not was_bare)


def _check(home: Home, offer: Offer, data: bytes) -> Draft:
    """Read it as the daemon would once it lies in place, clips and all. Raises ConfigError."""
    brought = clips_in(offer.path.parent, CLIP_SUFFIXES)
    with laid_together(clips_in(home.config.parent, CLIP_SUFFIXES), brought) as folder:
        settings = parse(data, str(offer.path), folder)
    names = _clips_of(settings)
    return Draft(data, settings, {name: brought[name] for name in names if name in brought})


def _clips_of(settings: Settings) -> Iterable[str]:
    """The clips that the settings name, as paths beside the settings file; none that lead elsewhere."""
    spoken = [one for signal in settings.signals.values() for one in (signal.say, signal.say_short) if one]
    names = {PurePosixPath(name) for utterance in spoken for name in utterance.clips}
    return sorted(name.as_posix() for name in names if not name.is_absolute() and ".." not in name.parts)


def _place(home: Home, offer: Offer, draft: Draft, now: datetime) -> Placed:
    """Clips first, the settings last: they never name what is not there. Raises DeliveryError."""
    for name, path in draft.clips.items():
        clip = read_plain(path, offer.root, CLIP_BYTES)
        if len(clip) > CLIP_BYTES:
            raise DeliveryError(_CLIP_TOO_LARGE.fill(name=name))
        if not holds(home.config.parent / name, clip):
            put(home.config.parent / name, clip, now)
    return put(home.config, draft.data, now)


def _introduce(home: Home, draft: Draft, placed: Placed) -> Adoption:
    """Have the running daemon read its new settings; one that will not have them gets the old ones back.

    Raises DeliveryError when even that cannot be done.
    """
    try:
        reply = ask(control_path(home.journal), {"do": "reload"}, ASK_S)
    except SocketError:
        return _answer(Verdict.TAKEN, TAKEN, draft.settings)  # no daemon runs: the next one reads them
    if reply.get("ok") is True:
        return _answer(Verdict.TAKEN, TAKEN, draft.settings)
    placed.undo()
    return _answer(Verdict.REFUSED, KEPT, home.settings, (_said_by(reply),))


def _said_by(reply: Mapping[str, object]) -> Text:
    error = reply.get("error")
    match error:
        case {"vi": str(vi), "en": str(en)}:
            return Text(vi=vi, en=en)
    return Text(vi=str(reply), en=str(reply))


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────


def _answer(verdict: Verdict, text: Text, settings: Settings | None, details: tuple[Text, ...] = ()) -> Adoption:
    language = settings.box.language if settings else Language.VI
    return Adoption(verdict, text.fill(loa=_loudspeaker(settings)), details, language)


def _loudspeaker(settings: Settings | None) -> Text:
    return _LOUDSPEAKER.fill(place=settings.box.place) if settings else _THE_LOUDSPEAKER


def _refused(home: Home, error: ConfigError) -> Adoption:
    """How many mistakes, and on which lines: their texts may hold words that alarm, so they go to the log only."""
    problems = [problem for problem in error.problems if not problem.warning]
    lines = list(dict.fromkeys(problem.line for problem in problems))[:MOST_LINES]
    named = [_LINE.fill(number=line) for line in lines]
    where = Text(vi=", ".join(one.vi for one in named), en=", ".join(one.en for one in named))
    plural = "" if len(problems) == 1 else "s"
    spoken = REFUSED.fill(n=len(problems), s=plural, lines=where, loa=_loudspeaker(home.settings))
    language = home.settings.box.language if home.settings else error.language
    return Adoption(Verdict.REFUSED, spoken, (error.text,), language)


def _close(home: Home, offer: Offer, digest: str, answer: Adoption) -> Adoption:
    """See that the answer is heard, then remember that it was given. A full disk takes nothing from the answer."""
    trouble: list[Text] = []
    spoken = answer.spoken.read(answer.language) if answer.spoken else ""
    try:
        _speak(home, spoken)
        memory = read_note(home.state / MEMORY)
        known = memory if isinstance(memory, dict) else {}
        write_note(home.state / MEMORY, {**known, offer.origin: {"digest": digest, "verdict": answer.verdict.value}})
    except GongdError as error:
        trouble.append(error.text)
    return Adoption(answer.verdict, answer.spoken, (*answer.details, *trouble), answer.language)


def _speak(home: Home, spoken: str) -> None:
    """By the running daemon, or by the next one. Raises DeliveryError."""
    try:
        reply = ask(control_path(home.journal), {"do": "say", "text": spoken}, ASK_S)
    except SocketError:
        reply = {}
    if reply.get("ok") is not True:
        leave_message(home.state, spoken)


def _is_answered(home: Home, offer: Offer, digest: str) -> bool:
    match read_note(home.state / MEMORY):
        case {offer.origin: {"digest": str(known)}}:
            return known == digest
    return False
