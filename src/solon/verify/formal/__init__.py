"""Formal problems with named rules: one representation, its text, an interpreter, and the solvers that take it."""
