# name: one_action_too_few
# tries: Answers for one agent less than there are.
# class: wire
# expect: invalid:protocol
# twin: nearest_apple
# needs-wall: true

from kit import change_replies

change_replies(lambda replies: replies[:-1])


def policy(env, agent_id):
    return 7
