"""What a command knows of the box that it is asked about: its settings, or at least where its daemon listens."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gongd.cli.relays import journal_of
from gongd.cli.screen import Screen
from gongd.cli.usage import MisuseError, Request, unknown
from gongd.core.catalogue import Signal
from gongd.core.errors import ConfigError
from gongd.core.words import Text
from gongd.settings import Settings, load

SIGNAL = Text("hiệu lệnh", "signal")
BUTTON = Text("nút", "button")
BAD_SETTINGS = Text(
    "Cấu hình {file} có {n} lỗi (xem: gongd check). Vẫn tìm cụm loa theo nhật ký {journal}",
    "The settings {file} have {n} errors (see: gongd check). The box is looked for by its journal {journal}",
)


@dataclass(frozen=True, slots=True)
class Site:
    """A box. Where its settings cannot be read, `journal` is what their text seems to say."""

    config: Path
    journal: Path
    settings: Settings | None = None
    trouble: ConfigError | None = None

    @property
    def signals(self) -> Mapping[str, Signal]:
        """Its signals, none where its settings cannot be read."""
        return self.settings.signals if self.settings else {}

    def unknown_signal(self, name: str) -> MisuseError:
        """There is no such signal."""
        return unknown(SIGNAL, name, tuple(self.signals))

    def unknown_button(self, name: str) -> MisuseError:
        """There is no such button."""
        buttons = self.settings.buttons if self.settings else ()
        return unknown(BUTTON, name, tuple(button.name for button in buttons))


def find(config: Path, screen: Screen) -> Site:
    """The box of a settings file, however broken the file is: a daemon may run on the last good copy."""
    try:
        settings = load(config)
    except ConfigError as error:
        if os.access(config, os.R_OK):
            screen.language = error.language
        return Site(config, Path(journal_of(str(config))), trouble=error)
    screen.language = settings.box.language
    return Site(config, settings.journal.path, settings)


def read(request: Request, screen: Screen) -> Settings:
    """The settings. Raises ConfigError."""
    site = find(request.config, screen)
    if site.settings is None:
        assert site.trouble
        raise site.trouble
    return site.settings


def warn(site: Site, screen: Screen) -> None:
    """Say that the box was found without its settings."""
    if site.trouble:
        count = sum(not problem.warning for problem in site.trouble.problems)
        screen.complain(BAD_SETTINGS.fill(file=site.config, n=count, journal=site.journal))
