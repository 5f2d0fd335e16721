"""The virtual commune: the same core, box, player, journal, wire and desk on a simulated world. One seed, one history."""
