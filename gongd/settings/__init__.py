"""The settings room: one YAML file to frozen Settings, or every problem at once with file, line and column.

Why PyYAML's events and our own reading, and no library of models: the file is read on a Raspberry Pi at every start
(such libraries cost tens of megabytes and a second there), a technician must see all problems at once, each with its
line, column and a suggestion in Vietnamese or in English, and a scalar must mean what its key makes of it, not what
YAML 1.1 does. Nothing here ever writes: the technician's file is never rewritten.
"""

from gongd.settings.loader import load, parse
from gongd.settings.model import Settings

__all__ = ["Settings", "load", "parse"]
