"""The nights rung in this boot whose record is not on disk yet: a small file in the runtime directory (in memory).

A box whose disk refuses everything rings all the same. Should its daemon start again within the gong's grace, this note
keeps it from ringing twice, and gives the lost record back. A power cut takes it along: see `Memory.rung` for what a
disk that is only full remembers. It implements RingNote.
"""

import json
import logging
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gongd.core.record import Kind, Record

MOST_BYTES = 65_536

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RungNote:
    """Lines at `path`, one a ring; those of another boot than `boot` are not ours."""

    path: Path
    boot: str

    def add(self, record: Record) -> None:
        """Note one ring. Trouble is logged and no more: the gong rings all the same."""
        line = json.dumps({"boot": self.boot, **_plain(record)}, ensure_ascii=False, default=str) + "\n"
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)
        except OSError as error:
            log.warning("the ring of %s is not noted: %s", record.night, error)

    def read(self) -> tuple[Record, ...]:
        """The rings of this boot."""
        try:
            with self.path.open("rb") as file:
                lines = file.read(MOST_BYTES).splitlines()
        except OSError:
            return ()
        found = (_record(line, self.boot) for line in lines)
        return tuple(record for record in found if record)


def _plain(record: Record) -> dict[str, object]:
    return {
        "at": record.at.isoformat(),
        "signal": record.signal,
        "schedule": record.schedule,
        "night": record.night.isoformat() if record.night else None,
        "activation": record.activation,
        "origin": record.origin,
        "status": record.status,
        "outcome": record.outcome,
        "detail": dict(record.detail),
        "trusted": record.trusted,
    }


def _record(line: bytes, boot: str) -> Record | None:
    """The record of one line; None for a line of another boot, or a torn one."""
    try:
        plain: dict[str, Any] = json.loads(line)
        if plain.pop("boot") != boot:
            return None
        at, night = datetime.fromisoformat(plain.pop("at")), date.fromisoformat(plain.pop("night"))
        return Record(at=at, kind=Kind.NIGHT, night=night, **plain)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
