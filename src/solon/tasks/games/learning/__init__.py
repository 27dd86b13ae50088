"""Tabular Q-learning, the baseline of arXiv 2603.19453: one table for all agents, over a few hundred features' values.

``python -m solon.tasks.games.learning GAME --episodes N --seed S --out FILE`` learns a table and writes the policy that
acts by it; the shipped ``gathering_q_learning.py`` and ``cleanup_q_learning.py`` were made so.
"""
