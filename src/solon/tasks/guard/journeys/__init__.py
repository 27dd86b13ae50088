"""Procedures as graphs, conversations that follow them, and the score of how well they do (JourneyBench)."""
