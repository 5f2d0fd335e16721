"""`gongd history`: the journal as lines that a person can read, or as JSON. It is opened read-only."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gongd.adapters.journal import read, read_records
from gongd.cli.screen import Screen
from gongd.cli.site import Site, find, warn
from gongd.cli.usage import Request
from gongd.core.history import line
from gongd.core.words import Text

EMPTY = Text("Nhật ký không có gì trong {n} ngày qua", "The journal has nothing of the last {n} days")


def history(request: Request, screen: Screen) -> int:
    """Show the records of the last days."""
    site = find(request.config, screen)
    path: Path = request.values["from"] or site.journal
    if request.values["from"] is None:
        warn(site, screen)
    since = datetime.now(UTC) - timedelta(days=request.values["days"])
    if request.wants_json:
        for row in read(path, since):
            screen.json(row)
        return 0
    titles, zone = titles_of(site), site.settings.box.timezone if site.settings else None
    number = 0
    for number, record in read_records(path, since):
        at = record.at.astimezone(zone) if zone else record.at
        screen.say(line(replace(record, at=at), titles, number))
    if not number:
        screen.say(EMPTY.fill(n=request.values["days"]))
    return 0


def titles_of(site: Site) -> Mapping[str, Text]:
    """What the settings call their signals."""
    from gongd.cli.placard import title_of
    from gongd.core.words import Language

    return {
        name: Text(title_of(signal, Language.VI), title_of(signal, Language.EN))
        for name, signal in site.signals.items()
    }
