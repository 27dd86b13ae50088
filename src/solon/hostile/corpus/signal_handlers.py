# name: signal_handlers
# tries: Installs handlers for the signals that would end it, and then never returns.
# class: processes
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

import signal

from kit import attempt


def policy(env, agent_id):
    for which in (signal.SIGXCPU, signal.SIGTERM, signal.SIGSEGV):
        attempt(lambda: signal.signal(which, signal.SIG_IGN))
    attempt(lambda: signal.setitimer(signal.ITIMER_REAL, 0.01), signal.ItimerError)
    attempt(lambda: signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXCPU}))
    while True:
        pass
