# name: text_that_hangs
# tries: Returns an object whose text, wanted for the message, never ends.
# class: return-value
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

class Trap:
    def __repr__(self):
        while True:
            pass


def policy(env, agent_id):
    return Trap()
