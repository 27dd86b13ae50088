"""Solvers and provers behind one face; every answer is typed and every call has limits."""
