"""Optimisation problems in words: generated with their true models, read back, formalised, solved and compared."""
