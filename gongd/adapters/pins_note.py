"""The note that the daemon leaves for `relays-off`: which pins are outputs, and what level is off."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from gongd.core.relay import Relay
from gongd.core.words import Language


def write_note(
    path: Path,
    relays: Sequence[Relay],
    lamps: Mapping[str, int],
    dry_dir: Path | None,
    language: Language = Language.VI,
) -> None:
    """Write the note in one step, whole or not at all. `lamps` maps a button's name to the pin of its lamp.

    To be written before any pin is claimed, and again when the settings change. Raises OSError.
    """
    outputs = [{"name": relay.name, "pin": relay.pin, "off": int(not relay.active_high)} for relay in relays]
    outputs += [{"name": f"{button} (lamp)", "pin": pin, "off": 0} for button, pin in lamps.items()]
    dry = None if dry_dir is None else str(dry_dir.absolute())
    note = {"language": language.value, "dry": dry, "outputs": outputs}
    new = path.with_name(path.name + ".new")
    new.write_text(json.dumps(note, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    new.replace(path)
