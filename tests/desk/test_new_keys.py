"""A box whose keys were revoked comes back with new ones (`gongd keygen --new`); until then nothing changes for it."""

import errno
import stat
from pathlib import Path

import pytest

from gongd.adapters import jose
from gongd.desk import ledger
from gongd.desk.applicant import Applicant, read_request
from gongd.desk.commune_folder import CommuneFolder
from gongd.desk.enrolment import enrol, renew
from gongd.desk.membership import EnrolmentError, revoke
from gongd.keygen import KeygenError, make_request, take_answer
from gongd.settings.place import papers
from tests.desk.commune import Village, everything_in, make_commune, make_village, now


def ask_anew(village: Village) -> Applicant:
    return read_request(make_request(village.settings, village.stick, now(), new=True).path)


def private_keys(village: Village) -> list[str]:
    place = papers(village.settings)
    return sorted(path.name for path in place.key.parent.iterdir() if b"PRIVATE" in path.read_bytes())


def signs_with(village: Village) -> str:
    return jose.load(papers(village.settings).key).kid


@pytest.fixture
def folder(ram: Path) -> CommuneFolder:
    return make_commune(ram)


@pytest.fixture
def village(ram: Path, folder: CommuneFolder) -> Village:
    """A box that is enrolled."""
    made = make_village(ram)
    made.join(folder)
    return made


def test_a_revoked_box_is_enrolled_again_with_new_keys(folder: CommuneFolder, village: Village) -> None:
    revoke(folder, "thon-3", now())
    with pytest.raises(EnrolmentError) as refused:
        enrol(folder, village.ask(), now())
    assert "sudo gongd keygen --new --to THƯ-MỤC" in refused.value.text.vi
    assert "sudo gongd keygen --new --to DIR" in refused.value.text.en
    former = signs_with(village)
    taken = take_answer(village.settings, enrol(folder, ask_anew(village), now()).answer, now())
    trust = ledger.current(folder).trust
    (listed,) = trust.boxes
    assert (listed.kid, taken.needs_start, former in trust.revoked) == (signs_with(village), True, True)
    assert private_keys(village) == ["box.key", "sign.key"]


def test_new_keys_are_the_daemons_alone_and_leave_the_old_in_use_until_their_answer_comes(
    folder: CommuneFolder, village: Village
) -> None:
    place = papers(village.settings)
    before, former = everything_in(place.key.parent), signs_with(village)
    applicant = ask_anew(village)
    after = everything_in(place.key.parent)
    assert {name: after[name] for name in before} == before
    assert applicant.request.fingerprint != former
    waiting = [place.key.parent / name for name in after.keys() - before.keys()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in waiting] == [0o600, 0o600]
    (renewed,) = renew(folder, ["thon-3"], now())
    take_answer(village.settings, renewed.answer, now())
    assert signs_with(village) == former
    done = enrol(folder, applicant, now(), replace_box=True)
    take_answer(village.settings, done.answer, now())
    assert signs_with(village) == applicant.request.fingerprint


def test_whoever_asks_twice_with_new_keys_may_bring_either_answer(folder: CommuneFolder, village: Village) -> None:
    revoke(folder, "thon-3", now())
    first, second = ask_anew(village), ask_anew(village)
    take_answer(village.settings, enrol(folder, first, now()).answer, now())
    assert signs_with(village) == first.request.fingerprint
    late = enrol(folder, second, now(), replace_box=True)
    with pytest.raises(KeygenError):
        take_answer(village.settings, late.answer, now())


def test_a_box_without_keys_needs_no_second_pair(ram: Path, folder: CommuneFolder) -> None:
    village = make_village(ram, "thon-4")
    made = make_request(village.settings, village.stick, now(), new=True)
    assert (made.keeps_old, private_keys(village)) == (False, ["box.key", "sign.key"])


def test_new_keys_that_cannot_be_put_in_place_whole_are_not_put_in_place(
    folder: CommuneFolder, village: Village
) -> None:
    place = papers(village.settings)
    done = enrol(folder, ask_anew(village), now(), replace_box=True)
    place.trust.unlink()
    place.trust.mkdir()
    before = everything_in(place.key.parent)
    with pytest.raises(OSError, match="trust"):
        take_answer(village.settings, done.answer, now())
    after = everything_in(place.key.parent)
    assert {name: after.get(name) for name in before} == before
    place.trust.rmdir()
    take_answer(village.settings, done.answer, now())
    assert private_keys(village) == ["box.key", "sign.key"]


@pytest.mark.parametrize("step", [1, 2])
def test_a_new_key_of_which_the_card_keeps_no_name_leaves_the_old_in_place(
    folder: CommuneFolder, village: Village, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    answer = enrol(folder, ask_anew(village), now(), replace_box=True).answer
    before, steps = everything_in(papers(village.settings).key.parent), iter(range(1, 99))

    def fail(_folder: Path) -> None:
        if next(steps) == step:
            raise OSError(errno.EIO, "the card is dying")

    with monkeypatch.context() as patched:
        patched.setattr("gongd.keygen.settle", fail)
        with pytest.raises(OSError, match="cannot be written"):
            take_answer(village.settings, answer, now())
    after = everything_in(papers(village.settings).key.parent)
    assert {name: after.get(name) for name in before} == before
    take_answer(village.settings, answer, now())
    assert private_keys(village) == ["box.key", "sign.key"]


def test_after_a_power_cut_at_any_step_the_same_answer_is_taken_again(
    ram: Path, folder: CommuneFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.replace
    for step in range(1, 8):
        village = make_village(ram / str(step), f"thon-{step}")
        village.join(folder)
        answer = enrol(folder, ask_anew(village), now(), replace_box=True).answer
        steps: list[int] = []

        def cut(path: Path, target: Path, steps: list[int] = steps, step: int = step) -> Path:
            steps.append(len(steps))
            if len(steps) == step:
                raise SystemExit
            return whole(path, target)

        monkeypatch.setattr(Path, "replace", cut)
        try:
            take_answer(village.settings, answer, now())
        except SystemExit:
            monkeypatch.setattr(Path, "replace", whole)
            take_answer(village.settings, answer, now())
        else:
            assert step > 4  # two keys, the certificate and the list were put in place
            break
        listed = ledger.current(folder).trust.box(village.id)
        assert listed is not None
        assert (signs_with(village), private_keys(village)) == (listed.kid, ["box.key", "sign.key"])
    else:
        pytest.fail("every step was cut")
