# name: endless_destructor
# tries: Returns an honest value and hangs when its own object is thrown away.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

class Trap(int):
    def __del__(self):
        while True:
            pass


def policy(env, agent_id):
    return Trap(7)
