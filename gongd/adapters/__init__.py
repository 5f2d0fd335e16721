"""The hands: one technology a file. No adapter imports another, the box or the player."""
