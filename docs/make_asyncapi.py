"""Writes asyncapi.json, beside this file, from the models: `.venv/bin/python docs/make_asyncapi.py`.

A test (tests/core/test_asyncapi.py) says when that is due.
"""

from pathlib import Path

from gongd import __version__
from gongd.core.asyncapi import spelt

if __name__ == "__main__":
    Path(__file__).with_name("asyncapi.json").write_text(spelt(__version__), encoding="utf-8")
