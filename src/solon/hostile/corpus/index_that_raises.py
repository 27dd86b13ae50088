# name: index_that_raises
# tries: Returns objects whose __index__ raises what few handlers catch.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

class Trap:
    def __index__(self):
        raise (SystemExit, KeyboardInterrupt, GeneratorExit, StopIteration, RecursionError)[hash(self) % 5]


def policy(env, agent_id):
    return Trap()
