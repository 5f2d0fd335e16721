"""The rendering child: jobs as JSON lines on stdin, what became of each as JSON lines on stdout, most urgent first.

    python -m gongd.studio FOLDER SHIPPED-CLIPS

One line is written before a job (`{"begin": STEM}`) and one after it (`{"stem": ..., "failed": {"vi":, "en":} | null,
"voiceless": bool, "troubles": [{"vi":, "en":}, ...]}`). The status is 0 when every job has its line.
"""

import json
import os
import sys
from pathlib import Path

from gongd.core.errors import GongdError
from gongd.core.job import Job, read_job
from gongd.core.words import Text
from gongd.studio import rack
from gongd.studio.render import render
from gongd.studio.voice import Voice

NICENESS = 10

_NOT_WRITTEN = Text(vi="Không ghi được bản dựng: {error}", en="the print cannot be written: {error}")


def main(arguments: list[str]) -> int:
    """Render what is asked for on stdin."""
    os.nice(NICENESS)
    folder, shipped = Path(arguments[0]), Path(arguments[1])
    jobs = [read_job(line) for line in sys.stdin.buffer if line.strip()]
    voice = Voice(shipped)
    for job in jobs:
        _say({"begin": job.stem})
        _say(_outcome(job, folder, voice))
    if folder.is_dir():
        rack.tidy(folder, {job.stem for job in jobs})
    return 0


def _outcome(job: Job, folder: Path, voice: Voice) -> dict[str, object]:
    try:
        made = render(job, folder, voice)
    except GongdError as error:
        return _line(job, error.text, voiceless=True)
    except OSError as error:
        return _line(job, _NOT_WRITTEN.fill(error=error.strerror or error), voiceless=False)
    return _line(job, None, made.voiceless) | {"troubles": [_plain(trouble) for trouble in made.troubles]}


def _line(job: Job, failed: Text | None, voiceless: bool) -> dict[str, object]:
    return {"stem": job.stem, "failed": _plain(failed) if failed else None, "voiceless": voiceless, "troubles": []}


def _plain(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
