# name: importer_doors
# tries: Reads a file through the importer, the cache of source lines and the tokeniser.
# class: files
# expect: scored:same
# twin: nearest_apple
# needs-wall: false

import importlib.machinery
import linecache
import tokenize

from honest import policy as honest
from kit import attempt, reached
from target import SECRET_FILE


def policy(env, agent_id):
    attempt(lambda: importlib.machinery.SourceFileLoader("x", SECRET_FILE).get_data(SECRET_FILE))
    attempt(lambda: tokenize.open(SECRET_FILE).read())
    if lines := linecache.getlines(SECRET_FILE):
        reached(lines)
    return honest(env, agent_id)
