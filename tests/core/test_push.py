"""Which settings count: the file in /etc, or what the desk has pushed over it."""

from gongd.core.errors import Problem
from gongd.core.plain import from_plain, to_plain
from gongd.core.push import INVALID, MOST_PROBLEMS, Declined, Note, Push
from gongd.core.words import Text

FILE, OTHER = "f" * 64, "0" * 64
FIRST, SECOND = Push("first", "1" * 64, FILE), Push("second", "2" * 64, FILE)


def test_no_start_uses_what_is_not_proven() -> None:
    note = Note(FIRST)
    assert note.chosen(FILE, starting=True) is None
    assert note.chosen(FILE, starting=False) == FIRST
    assert note.proved().chosen(FILE, starting=True) == FIRST


def test_a_technicians_edit_wins() -> None:
    for note in (Note(FIRST), Note(FIRST).proved(), Note(FIRST).proved().followed_by(SECOND)):
        assert note.chosen(OTHER, starting=True) is None
        assert note.chosen(OTHER, starting=False) is None


def test_a_second_one_that_is_not_proven_leaves_the_first() -> None:
    note = Note(FIRST).proved().followed_by(SECOND)
    assert note.chosen(FILE, starting=True) == FIRST
    assert note.undone() == Note(FIRST, proven=True)
    assert note.followed_by(SECOND).before == FIRST
    assert note.proved().undone() is None
    assert Note(FIRST).followed_by(SECOND) == Note(SECOND)


def test_a_note_is_the_same_after_it_was_on_the_disk() -> None:
    for note in (Note(FIRST), Note(FIRST).proved().followed_by(SECOND)):
        assert from_plain(Note, to_plain(note)) == note


def test_problems_are_told_up_to_a_bound_and_counted_beyond() -> None:
    problem = Problem("config.yaml", 3, 5, "box.id", Text(vi="sai" * 200, en="wrong" * 100))
    told = Declined(INVALID, (problem,) * (MOST_PROBLEMS + 5)).told
    assert told["n"] == MOST_PROBLEMS + 5
    listed = told["problems"]
    assert isinstance(listed, list)
    assert len(listed) == MOST_PROBLEMS
    assert listed[0] == {"path": "box.id", "line": 3, "column": 5, "vi": "sai" * 100, "en": "wrong" * 60}


def test_a_file_that_is_declined_without_problems_tells_none() -> None:
    assert Declined(INVALID).told == {}
