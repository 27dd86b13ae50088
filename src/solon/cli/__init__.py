"""The command line."""

from solon.cli.app import main

__all__ = ["main"]
