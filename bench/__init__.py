"""The bench: how fast and how small gongd is, beside floors that do the same with nothing around it.

`python -m bench` runs the real daemon as a child, on dry pins and on a card of ALSA's own, and prints one table.
"""
