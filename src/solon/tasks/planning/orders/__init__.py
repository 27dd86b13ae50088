"""Paragraphs of ordering constraints with an exact oracle, and agents that are to act on them."""
