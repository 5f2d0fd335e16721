"""The renderer: one child process at a time that makes what prints are missing, watched by one thread.

Nothing here is on the way of an alarm. The child is nice, is ended when it hangs, dies with the daemon, and may crash:
what it has finished stands on the shelf, the rest is tried again, later and later.
"""

import contextlib
import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gongd.core.job import Job, write_job
from gongd.core.words import Text
from gongd.one_core import go_free
from gongd.ports import Post, PrintsChanged
from gongd.tie import dying_with_us

RETRY_S = (2.0, 10.0, 60.0, 300.0)
"""Pauses before what failed is tried again; the last one repeats."""

PATIENCE_S = 120.0
"""A child that says nothing for so long hangs: the longest print takes some ten seconds on a Pi."""

CLOSE_S = 2.0

log = logging.getLogger(__name__)

_ENDED = Text(vi="chương trình dựng âm thanh dừng giữa chừng: {why}", en="the rendering child ended early: {why}")
_HANGS = Text(vi="chương trình dựng âm thanh bị treo", en="the rendering child hangs")
_NO_CHILD = Text(vi="không chạy được chương trình dựng âm thanh: {why}", en="no rendering child: {why}")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a silent child is waited for, and the pauses before a new attempt. Seconds."""

    silent_s: float = PATIENCE_S
    retry_s: tuple[float, ...] = RETRY_S


class Renderer:
    """Keeps the shelf in `folder` full. `shipped` is the folder of the standard clips.

    Posts PrintsChanged after every run. No call blocks, but for `close`, which waits a moment for the child's end.
    `command` is the child's program and its arguments, before the two folders.
    """

    def __init__(
        self,
        folder: Path,
        shipped: Path,
        post: Post,
        patience: Patience = Patience(),
        command: Sequence[str] = (sys.executable, "-m", "gongd.studio"),
    ) -> None:
        self._command = (*dying_with_us(), *command, str(folder), str(shipped))
        self._post = post
        self._patience = patience
        self._changed = threading.Condition()
        self._wanted: tuple[Job, ...] = ()
        self._asked = self._closed = False
        self._child: _Child | None = None
        self._suspects: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="renderer", daemon=True)
        self._thread.start()

    def request(self, jobs: Sequence[Job]) -> None:
        """These prints are wanted, and no others: what is missing or damaged is made, the most urgent first.

        What a child is doing for an earlier request goes on if it serves this one too, else it is ended.
        """
        stems = {job.stem for job in jobs}
        with self._changed:
            self._wanted, self._asked = tuple(jobs), True
            if self._child and not stems <= self._child.stems:
                self._child.kill()
            self._changed.notify_all()

    def close(self) -> None:
        """End the child."""
        with self._changed:
            self._closed = True
            if self._child:
                self._child.kill()
            self._changed.notify_all()
        self._thread.join(CLOSE_S)

    # ── The thread ───────────────────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        go_free()
        failures = 0
        while self._wait(failures):
            try:
                report = self._run()
            except Exception:  # the outermost loop of this thread
                log.exception("rendering failed")
                failures += 1
                continue
            failures = failures + 1 if report.again else 0
            self._tell(report)

    def _wait(self, failures: int) -> bool:
        """Until somebody asks, or what failed may be tried again. False when all is over."""
        pauses = self._patience.retry_s
        pause_s = pauses[min(failures, len(pauses)) - 1] if failures else None
        with self._changed:
            self._changed.wait_for(lambda: self._asked or self._closed, pause_s)
            self._asked = False
            return not self._closed

    def _run(self) -> "_Report":
        report = _Report()
        try:
            with self._changed:
                if self._closed:
                    return report
                jobs = sorted(self._wanted, key=lambda job: (job.stem in self._suspects, job.urgency))
                self._child = child = _Child(self._command, jobs)
        except OSError as error:
            report.fail({job.stem for job in self._wanted}, _NO_CHILD.fill(why=error.strerror or error))
            return report
        try:
            self._hear(child, report)
        finally:
            with self._changed:
                self._child = None
                child.end()
        return report

    def _hear(self, child: "_Child", report: "_Report") -> None:
        """Take down what the child says until it ends."""
        try:
            for line in child.lines(self._patience.silent_s):
                report.take(line)
        except TimeoutError:
            report.fail(child.stems - report.told, _HANGS)
        except (ValueError, KeyError, TypeError) as error:
            report.fail(child.stems - report.told, _ENDED.fill(why=f"nonsense: {error}"))
        else:
            missing = child.stems - report.told
            if missing:
                report.fail(missing, _ENDED.fill(why=child.last_words()))
        self._suspects -= report.told
        if report.begun and report.begun not in report.told and not self._asked:
            self._suspects.add(report.begun)

    def _tell(self, report: "_Report") -> None:
        with self._changed:
            overtaken = self._asked or self._closed
        if not overtaken:
            self._post(PrintsChanged(report.failed, frozenset(report.voiceless)))


@dataclass(slots=True)
class _Report:
    """What became of the jobs of one run. `again`: is there something that a new attempt may cure?"""

    failed: dict[str, Text] = field(default_factory=dict)
    voiceless: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    begun: str | None = None
    again: bool = False

    def take(self, line: dict[str, object]) -> None:
        """One line of the child: see gongd/studio/__main__.py."""
        if "begin" in line:
            self.begun = str(line["begin"])
            return
        stem, failed = str(line["stem"]), _text(line["failed"])
        self.told.add(stem)
        if line["voiceless"]:
            self.voiceless.add(stem)
        if failed:
            self.failed[stem] = failed
            self.again = self.again or not line["voiceless"]
        for trouble in line["troubles"] if isinstance(line["troubles"], list) else ():
            log.warning("%s: %s", stem, _text(trouble))

    def fail(self, stems: set[str] | frozenset[str], why: Text) -> None:
        """These were not made, for a reason that may pass."""
        self.failed |= dict.fromkeys(sorted(stems), why)
        self.again = True


def _text(plain: object) -> Text | None:
    return Text(vi=str(plain["vi"]), en=str(plain["en"])) if isinstance(plain, dict) else None


class _Child:
    """One run of the studio, in a process group of its own. Raises OSError when it cannot be started.

    Its jobs and its last words lie in memory files: a full disk or a full pipe stops nothing.
    """

    def __init__(self, command: Sequence[str], jobs: Sequence[Job]) -> None:
        self.stems = frozenset(job.stem for job in jobs)
        self._ended = False
        self._complaints = os.memfd_create("complaints")
        with os.fdopen(os.memfd_create("jobs"), "w+b") as asked:
            asked.writelines(write_job(job).encode() + b"\n" for job in jobs)
            asked.seek(0)
            self._process = subprocess.Popen(
                command,
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                start_new_session=True,
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            )

    def lines(self, silent_s: float) -> Iterator[dict[str, object]]:
        """What it says, line by line, until it ends. Raises TimeoutError after a silence of `silent_s`."""
        assert self._process.stdout
        out = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(out, select.POLLIN)
        rest = b""
        while poll.poll(silent_s * 1000):
            piece = os.read(out, 1 << 16)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\n")
            yield from (json.loads(line) for line in whole)
        raise TimeoutError

    def last_words(self) -> str:
        """The last line of its complaints, or how it ended."""
        said = os.pread(self._complaints, 4096, max(0, os.fstat(self._complaints).st_size - 4096))
        lines = said.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "no message"

    def kill(self) -> None:
        """End it and what it has started, at once; from any thread that holds the renderer's lock or owns it."""
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Reap it, and give back what it holds."""
        with self._process:
            self.kill()
        self._ended = True
        os.close(self._complaints)
