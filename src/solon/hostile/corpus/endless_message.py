# name: endless_message
# tries: Raises an error with a text of many megabytes.
# class: output
# expect: slips
# twin: stand
# needs-wall: false

TEXT = "x" * (1 << 24)


def policy(env, agent_id):
    raise ValueError(TEXT)
