"""The JSON Schema of the settings file, made from the table that the loader reads by.

It serves editors (completion, explanation in both languages, underlining). The loader alone decides: it accepts a few
spellings that the schema does not know, and it knows what belongs together.
"""

from typing import Any

from gongd.settings.kind import Schema
from gongd.settings.table import ROOT


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 7: what editors' YAML plug-ins read) of config.yaml."""
    head: Schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "gongd: config.yaml",
        "description": "Cấu hình của cụm loa.\n\nSettings of one village box.",
    }
    return {**head, **ROOT.schema()}
