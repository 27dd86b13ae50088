# name: one_action_too_many
# tries: Answers for one agent more than there are.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import change_replies

change_replies(lambda replies: replies + b"\0")


def policy(env, agent_id):
    return 7
