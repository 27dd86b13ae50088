# name: one_action_too_few
# tries: Answers for one agent less than there are.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import solon.sandbox.wire as wire

honest_pack = wire.pack
wire.pack = lambda kind, tag=0, payload=b"": honest_pack(kind, tag, payload[:-1])


def policy(env, agent_id):
    return 7
