# name: one_action_too_many
# tries: Answers for one agent more than there are.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

import solon.sandbox.wire as wire

honest_pack = wire.pack
wire.pack = lambda kind, tag=0, payload=b"": honest_pack(kind, tag, payload + b"\0" if payload else payload)


def policy(env, agent_id):
    return 7
