# name: flood_standard_error
# tries: Floods standard error, by Python, warnings, logging and the dump of a traceback.
# class: output
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import faulthandler
import logging
import sys
import warnings

from honest import policy as honest


def policy(env, agent_id):
    print("x" * 10_000, file=sys.stderr)
    logging.getLogger("solon").critical("y" * 1_000)
    warnings.warn("z" * 1_000)
    faulthandler.dump_traceback(2)
    return honest(env, agent_id)
