"""gongd: the village loudspeaker box. The peace gong every night, and an alarm the moment it is needed."""

__version__ = "0.1.0"
