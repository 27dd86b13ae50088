# name: class_that_lies
# tries: Returns an object that says it is an integer.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

class Liar:
    __class__ = int

    def __int__(self):
        return 7

    __float__ = __int__


def policy(env, agent_id):
    return Liar()
