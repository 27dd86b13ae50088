"""Policies written in Python and proved against a specification: the front end, the obligations and the task."""
