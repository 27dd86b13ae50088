"""Privileges of tools: worlds with tools, scripted agents, provenance of values, and policies mined from traces."""
