"""Home Assistant is told of every box by the desk: `gongctl collect --home-assistant`.

The collector writes these, not the boxes: whoever may write a discovery message may invent devices and buttons in Home
Assistant, and a stolen box must not.
"""

from collections.abc import Iterator

from gongd import __version__
from gongd.core.discovery import discovery, discovery_topic
from gongd.core.words import Language
from gongd.desk.office import Office
from gongd.desk.register import load_struckoff


def announcements(office: Office, language: Language = Language.VI) -> Iterator[tuple[str, bytes]]:
    """Topic and payload, to be retained: of every box that is there, and empty ones for those that were struck off.

    Raises RegisterError, FolderError.
    """
    commune = office.commune.id
    boxes = {box.id for box in office.trust.boxes} if office.trust else {box.id for box in office.roster.boxes}
    for box in sorted(boxes):
        name = f"{office.roster.box(box).name}, {office.roster.name or commune}"
        yield discovery_topic(commune, box), discovery(office.topics, commune, box, name, __version__, language)
    for struck in load_struckoff(office.folder).names if office.trust else ():
        whose, _, box = struck.partition("/")
        if whose == commune and box not in boxes:
            yield discovery_topic(commune, box), b""
