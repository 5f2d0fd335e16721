"""The demo's second half: three villages, a real broker, the desk, and a village that is cut off for a while."""
