# name: late_reply
# tries: Answers the second question with the tag of the first, as if it came from before.
# class: wire
# expect: invalid:protocol
# twin: stand
# needs-wall: true
# expect-c: scored:same
# why-c: Each question is answered before the next can be asked, so nothing has a tag that could be old.

import solon.sandbox.wire as wire

from kit import tag

first = []
honest_pack = wire.pack


def pack(kind, tag_=0, payload=b""):
    return honest_pack(kind, first[0], payload)


def policy(env, agent_id):
    first.append(tag())
    if env.step_count == 1:
        wire.pack = pack
    return 7
