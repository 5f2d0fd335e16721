"""The virtual commune: the same box, wire and desk on a simulated world. One seed makes one history."""
