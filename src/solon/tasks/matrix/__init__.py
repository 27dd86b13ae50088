"""Repeated matrix games: one strategy against a field of opponents, or against other programs."""
