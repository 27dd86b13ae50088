# name: no_numbers
# tries: Returns floats that are no actions: not a number, infinities, halves.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

VALUES = (float("nan"), float("inf"), -float("inf"), 0.5, 7.0, 1e308, complex(7))


def policy(env, agent_id):
    return VALUES[env.step_count % len(VALUES)]
