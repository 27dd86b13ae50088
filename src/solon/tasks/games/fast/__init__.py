"""Compiled kernels: many episodes of a game at once, equal state for state to the Python kernels.

Needs numba, the extra ``fast``: without it, importing ``solon.tasks.games.fast.batch`` raises InfrastructureError
that names the remedy. Nothing of it is ever loaded where programs run.
"""
