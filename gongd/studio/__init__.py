"""The studio: signals become prints (PCM with a checksum), in a child process, ahead of time. NumPy lives only here."""
