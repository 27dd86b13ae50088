# name: signal_handlers
# tries: Installs handlers for the signals that would end it, and then never returns.
# class: processes
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import signal

from kit import WASI, attempt


def ignore(which):
    if WASI:
        signal.signal(which, signal.SIG_IGN)  # the library's own play: no signal ever comes
    else:
        attempt(lambda: signal.signal(which, signal.SIG_IGN))


def policy(env, agent_id):
    for which in (signal.SIGXCPU, signal.SIGTERM, signal.SIGSEGV):
        ignore(which)
    attempt(lambda: signal.setitimer(signal.ITIMER_REAL, 0.01), OSError)
    attempt(lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXCPU}))
    while True:
        pass
