# name: index_that_hangs
# tries: Returns an object whose __index__ never returns.
# class: return-value
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

class Trap:
    def __index__(self):
        while True:
            pass


def policy(env, agent_id):
    return Trap()
