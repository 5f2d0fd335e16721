"""`gongctl settings push` and `announce --clip`, as an officer runs them, to a real box over a real broker."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.link.conftest import NewWorld
from tests.link.test_clip import recording
from tests.link.test_pushed import digest, in_force, softer
from tests.link.world import World

WAIT_S = 120.0


def gongctl(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gongd.gongctl", *words, "--folder", str(world.commune.path)],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
        env={**os.environ, "LANG": "vi_VN.UTF-8", "LC_ALL": "C.UTF-8"},
    )


def a_file(folder: Path, data: bytes, name: str = "thon-3.yaml") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def test_settings_are_pushed_twice_and_each_step_is_shown(world: World, tmp_path: Path) -> None:
    new = softer(world)
    done = gongctl(world, "settings", "push", a_file(tmp_path, new), "--to", "thon-3", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    for told in ("đã nhận lệnh", "đang nhận tệp", "đã dùng cấu hình mới, đang thử kết nối", "1/1 cụm loa đã dùng"):
        assert told in done.stdout
    assert in_force(world) == digest(new)
    newer = new.replace(b"per_hour: 7", b"per_hour: 9")
    done = gongctl(world, "settings", "push", a_file(tmp_path, newer), "--to", "thon-3", "--yes", "--json")
    assert (done.returncode, json.loads(done.stdout)["ok"]) == (0, True), done.stderr
    assert in_force(world) == digest(newer)


def test_a_bad_file_never_leaves_the_desk_and_a_forbidden_one_is_refused_with_its_lines(
    world: World, tmp_path: Path
) -> None:
    bad = a_file(tmp_path, softer(world).replace(b"pin: 27", b"pin: 99"))
    done = gongctl(world, "settings", "push", bad, "--to", "thon-3", "--yes")
    assert (done.returncode, "relays.striker.pin" in done.stderr) == (1, True)
    assert world.box.rows("command") == []
    forbidden = a_file(tmp_path, softer(world) + b"trust: {require: broker}\n")
    done = gongctl(world, "settings", "push", forbidden, "--to", "thon-3", "--yes")
    assert done.returncode == 1
    assert "trust: Bàn trực không đổi được mục này" in done.stdout
    assert "1 giữ cấu hình cũ" in done.stdout


def test_a_file_for_another_box_is_not_sent(world: World, tmp_path: Path) -> None:
    other = a_file(tmp_path, softer(world).replace(b"id: thon-3", b"id: thon-5"))
    assert gongctl(world, "settings", "push", other, "--to", "thon-3", "--yes").returncode == 2
    assert world.box.rows("command") == []


def test_a_recording_is_announced(new_world: NewWorld, tmp_path: Path) -> None:
    world = new_world()
    (world.box.state / "prints").unlink()
    world.broker.start()
    world.box.start()
    world.wait_for_link()
    clip = a_file(tmp_path, recording(4.0), "tin.wav")
    done = gongctl(world, "announce", "--clip", clip, "--to", "thon-3", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bắt đầu phát" in done.stdout
    assert gongctl(world, "announce", "--clip", a_file(tmp_path, b"x"), "--to", "thon-3", "--yes").returncode == 1
    assert gongctl(world, "announce", "--to", "thon-3", "--yes").returncode == 2
