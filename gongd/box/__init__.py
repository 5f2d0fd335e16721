"""The engine room: one loop, one inbox, one deciding thread."""
