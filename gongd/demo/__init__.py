"""The demo: one night of a village box in under a minute, through the real daemon on mock pins."""
