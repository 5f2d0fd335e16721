"""Where the journal lies, told from a file that cannot be read otherwise."""

import pytest

from gongd.core.broken_file import USUAL_JOURNAL, journal_in


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", USUAL_JOURNAL),
        ("journal: {path: /data/gong.db}", "/data/gong.db"),
        ('journal: {keep: 400d, "path": "/data/gong.db"}  # here', "/data/gong.db"),
        ("journal:\n  path: /data/gong.db\nbox: {id: [", "/data/gong.db"),
        (
            "box: {\njournal:   # our card\r\n\r\n    # more\r\n    keep: 400d\r\n    path: '/data/gong.db' # ok\r\n",
            "/data/gong.db",
        ),
        ("journal: {path: /one}\njournal:\n  path: /two\n", "/two"),
        ("journal:\nprints:\n  path: /elsewhere\n", USUAL_JOURNAL),
        ("prints: {path: /elsewhere}\njournal: {keep: 400d}\n", USUAL_JOURNAL),
        ("journal: {path: relative.db}", USUAL_JOURNAL),
        ("  journal: {path: /inside/something/else}", USUAL_JOURNAL),
    ],
)
def test_the_journals_path_is_found_however_broken_the_rest(text: str, path: str) -> None:
    assert journal_in(text.encode()) == path


def test_bytes_that_are_no_text_do_not_hide_it() -> None:
    assert journal_in(b"\xff\xfe\njournal: {path: /data/gong.db}\n\xff") == "/data/gong.db"
