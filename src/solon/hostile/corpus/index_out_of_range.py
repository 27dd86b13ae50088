# name: index_out_of_range
# tries: Returns objects whose __index__ gives what is no action.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

class Far:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


def policy(env, agent_id):
    return Far((-1, 9, 255, 256, 2**63, -(2**63), 2**64 + 7)[env.step_count % 7])
