"""The answer at the box: proved first, then put in place whole or not at all."""

import json
import stat
from pathlib import Path

import pytest

from gongd.adapters import jose
from gongd.core.enrolment import ANSWER_BYTES, EnrolmentAnswer
from gongd.core.wire_form import from_json
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.enrolment import enrol
from gongd.keygen import KeygenError, take_answer
from gongd.settings.place import papers
from tests.desk.commune import Village, everything_in, make_commune, make_village, now


def _answer_of(folder: CommuneFolder, village: Village) -> dict[str, object]:
    path = enrol(folder, village.ask(), now()).answer
    assert isinstance(from_json(EnrolmentAnswer, path.read_bytes(), ANSWER_BYTES), EnrolmentAnswer)
    return dict(json.loads(path.read_bytes()))


def _take(village: Village, answer: dict[str, object], new_root: str | None = None) -> None:
    path = village.stick / "answer.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    take_answer(village.settings, path, now(), new_root)


def test_an_answer_for_another_box_changes_nothing(ram: Path) -> None:
    folder, village, other = make_commune(ram), make_village(ram), make_village(ram, "thon-4")
    village.join(folder)
    before = everything_in(papers(village.settings).certificate.parent)
    theirs = _answer_of(folder, other)
    mine = _answer_of(folder, village)
    for answer in (
        theirs,
        {**theirs, "box": "thon-3"},
        {**mine, "certificate": theirs["certificate"]},
        {**mine, "fingerprint": theirs["fingerprint"]},
        {**mine, "trust": str(mine["trust"])[:-4] + "AAAA"},
        {**mine, "authorities": mine["certificate"]},
        {},
    ):
        with pytest.raises(KeygenError):
            _take(village, answer)
    assert everything_in(papers(village.settings).certificate.parent) == before


def test_a_pinned_root_gives_way_to_a_persons_word_only(ram: Path) -> None:
    folder, village = make_commune(ram / "a"), make_village(ram)
    village.join(folder)
    impostor = make_commune(ram / "b")
    answer = _answer_of(impostor, village)
    for code in (None, "0000-0000"):
        with pytest.raises(KeygenError):
            _take(village, answer, code)
    assert jose.load_public(papers(village.settings).root) == jose.load_public(folder.root_public)
    _take(village, answer, enrol(impostor, village.ask(), now()).root_code)
    assert jose.load_public(papers(village.settings).root) == jose.load_public(impostor.root_public)


def test_an_older_list_does_not_come_back(ram: Path) -> None:
    folder, village = make_commune(ram), make_village(ram)
    old = _answer_of(folder, village)
    make_village(ram, "thon-4").join(folder)
    _take(village, _answer_of(folder, village))
    with pytest.raises(KeygenError):
        _take(village, old)


def test_an_answer_that_cannot_be_put_in_place_whole_is_not_put_in_place(ram: Path) -> None:
    folder, village = make_commune(ram), make_village(ram)
    answer = _answer_of(folder, village)
    place = papers(village.settings)
    place.trust.mkdir()
    with pytest.raises(OSError, match="trust"):
        _take(village, answer)
    assert not any(path.exists() for path in (place.certificate, place.authorities, place.root))


def test_keys_of_the_box_are_the_daemons_alone(ram: Path) -> None:
    village = make_village(ram)
    village.ask()
    place = papers(village.settings)
    state = village.settings.journal.path.parent.stat()
    for path in (place.key, place.tls_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.stat().st_uid == state.st_uid
    assert [path.name for path in village.stick.iterdir()] == ["nguyet-an-thon-3.request.json"]
