"""What can be told of a settings file that cannot be read: where its journal lies. Pure, standard library only."""

import re

USUAL_JOURNAL = "/var/lib/gongd/journal.db"

_BLOCK = re.compile(r"^journal:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*((?:[ \t]+.*\n?|[ \t]*\n)*)", re.MULTILINE)
_FLOW = re.compile(r"^journal:[ \t]*\{([^}]*)\}", re.MULTILINE)
_PATH = re.compile(r"""(?:^|[\s,{])["']?path["']?[ \t]*:[ \t]*["']?(/[^\s"',}#]+)""")


def journal_in(data: bytes) -> str:
    """The journal's path as the bytes of a settings file have it, however broken the rest; else the usual one."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    sections = [*_FLOW.findall(text), *_BLOCK.findall(text)]
    found = [match[1] for section in sections if (match := _PATH.search(section))]
    return found[-1] if found else USUAL_JOURNAL
