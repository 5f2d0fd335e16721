"""render and the picture: the studio's own child makes what is heard."""

import json
import wave
from pathlib import Path

from gongd.adapters.shelf import Shelf
from gongd.cli.sound import job_of
from gongd.core.catalogue import Status
from gongd.core.job import write_job
from gongd.settings import load
from gongd.studio.export import played
from gongd.studio.render import render as studio_render
from gongd.studio.voice import Voice
from tests.cli.box import Run, gongd


def frames(path: Path) -> bytes:
    with wave.open(str(path), "rb") as file:
        return file.readframes(file.getnframes())


def test_what_is_rendered_is_exactly_what_the_daemons_print_plays(run: Run, config: Path, tmp_path: Path) -> None:
    settings = load(config)
    job = job_of(settings, config, settings.signals["peace"], Status.TEST, None)
    said = run("render", "peace", "--status", "test", "-o", tmp_path / "one.wav", "--config", config)
    assert said.status == 0, said.err
    assert "thử loa" in said.out
    studio_render(job, settings.prints.path, Voice(Path(__file__).parents[2] / "sounds"))
    again = run("render", "peace", "--status", "test", "-o", tmp_path / "two.wav", "--config", config)
    assert again.status == 0
    assert frames(tmp_path / "one.wav") == frames(tmp_path / "two.wav")
    track = Shelf(settings.prints.path).take(job.stem)
    assert track is not None
    assert frames(tmp_path / "two.wav") == b"".join(played(track, 300.0))


def test_rendering_writes_nothing_into_the_daemons_folder(run: Run, config: Path, tmp_path: Path) -> None:
    assert run("render", "test", "-o", tmp_path / "x.wav", "--config", config).status == 0
    assert not (tmp_path / "prints").exists()


def test_a_place_is_named_as_a_buttons_place_is(config: Path) -> None:
    settings = load(config)
    fire = settings.signals["fire"]
    actual = write_job(job_of(settings, config, fire, Status.ACTUAL, "nhà số 12"))
    drill = write_job(job_of(settings, config, fire, Status.EXERCISE, "nhà số 12"))
    assert "nhà số 12" in json.loads(actual)["place"]
    assert "Thôn 3" not in drill
    assert "nhà số 12" in json.dumps(json.loads(drill), ensure_ascii=False)


def test_a_file_that_cannot_be_written_is_told_without_a_traceback(config: Path, tmp_path: Path) -> None:
    done = gongd("render", "test", "-o", tmp_path / "absent" / "x.wav", "--config", config)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Không ghi được" in done.stderr


def test_the_timeline_is_drawn(run: Run, config: Path, tmp_path: Path) -> None:
    picture = tmp_path / "peace.png"
    said = run("describe", "peace", "-o", picture, "--config", config)
    assert said.status == 0, said.err
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert said.out.startswith("Kẻng bình yên (22 giờ hằng đêm)")
