# name: forged_reply
# tries: Writes a whole, well-formed reply of its own beside the one that the loop writes.
# class: wire
# expect: invalid:protocol
# twin: stand
# needs-wall: true
# expect-c: scored:same
# why-c: A reply of its own answers the question that is open, and the loop's answers the next; it only stands still.

from kit import REPLY, send


def policy(env, agent_id):
    if agent_id == 0:
        send(REPLY, bytes([7] * env.n_agents))
    return 7
