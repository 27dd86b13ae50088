"""Proposers: who writes the programs. Numeric libraries load when a search begins, not on import."""

from solon.propose.check import check_proposer
from solon.propose.offline import Offline, sketch_of_task
from solon.propose.parse import ReplyError, parse_reply
from solon.propose.paste import Paste
from solon.propose.polish import Polish, sketch_of
from solon.propose.prompt import render_prompt
from solon.propose.registry import make_proposer, proposer_names, read_program
from solon.propose.scripted import Noisy, Scripted

__all__ = [
    "Noisy",
    "Offline",
    "Paste",
    "Polish",
    "ReplyError",
    "Scripted",
    "check_proposer",
    "make_proposer",
    "parse_reply",
    "proposer_names",
    "read_program",
    "render_prompt",
    "sketch_of",
    "sketch_of_task",
]
