"""The thinking room: pure decisions. No clock, no file, no thread, no log, no socket; time comes in as an argument."""
