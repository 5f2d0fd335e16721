"""`gongd relays-off`: must work when nothing else of gongd does, so this needs the standard library alone.

It also finds the journal in a settings file that cannot be read any more, by looking for its line in the text.
"""

import os

DEFAULT_CONFIG = "/etc/gongd/config.yaml"
LARGEST_BYTES = 1 << 20


def find_command(words: list[str]) -> str | None:
    """The first word that is neither an option nor the value of `--config`."""
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = word == "--config" and not skip
            continue
        return word
    return None


def find_config(words: list[str]) -> str:
    """What `--config` says, wherever it stands."""
    for place, word in enumerate(words):
        if word.startswith("--config="):
            return word.removeprefix("--config=")
        if word == "--config" and place + 1 < len(words):
            return words[place + 1]
    return DEFAULT_CONFIG


def journal_of(config: str) -> str:
    """The journal's path as the text of a settings file has it, however broken the rest; else the usual one."""
    from gongd.core.broken_file import USUAL_JOURNAL, journal_in

    try:
        with open(os.open(config, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123 - no pathlib: its import takes a fifth of the time that there is
            return journal_in(file.read(LARGEST_BYTES))
    except OSError:
        return USUAL_JOURNAL


def relays_off(words: list[str]) -> int:
    """Switch off all that the daemon's note names: the note in the runtime directory, else beside the journal."""
    from gongd import relays_off as program

    rest = _without_config(words)
    rest.remove("relays-off")
    if rest:
        return program.main(rest)
    usual = program.default_note()
    beside = f"{os.path.dirname(journal_of(find_config(words)))}/{program.NOTE_NAME}"  # noqa: PTH120 - no pathlib here
    there = [note for note in (usual, beside) if os.path.exists(note)]  # noqa: PTH110 - no pathlib here
    return program.main([there[0] if there else usual])


def _without_config(words: list[str]) -> list[str]:
    rest: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word == "--config":
            skip = True
        elif not word.startswith("--config="):
            rest.append(word)
    return rest
