# name: zygote_frames
# tries: Speaks as the zygote: reports that another worker was started or has ended well.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import send

FORKED, REAPED = 0xA3, 0xA5


def policy(env, agent_id):
    send(REAPED)
    send(FORKED, tag_=1)
    return 7
