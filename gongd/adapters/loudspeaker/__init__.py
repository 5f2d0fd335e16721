"""The Speaker port: feeds an output with the sound of one activation at a time and keeps it on the axis of time.

Every activation has a feeder in a thread of its own, so no call of the port waits for a device, a child process or a
disk. The feeder opens the output, and opens it again when it is lost, at the place where the sound should be by then.
"""

from gongd.adapters.loudspeaker.speaker import Loudspeaker

__all__ = ["Loudspeaker"]
