"""Requests of agents and what may be said of them: one small language, evaluated, compiled and proved alike."""
