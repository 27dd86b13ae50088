"""Sketches of the games: spaces of programs for the offline search."""
