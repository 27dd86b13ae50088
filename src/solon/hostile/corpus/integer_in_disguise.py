# name: integer_in_disguise
# tries: Returns an integer whose class lies about comparison, truth and text.
# class: return-value
# expect: scored:same
# twin: stand
# needs-wall: false
# needs-game: true

class Liar(int):
    def __eq__(self, other):
        return True

    __le__ = __lt__ = __ge__ = __gt__ = __ne__ = __eq__
    __hash__ = int.__hash__

    def __index__(self):
        return 10**9

    __int__ = __index__

    def __repr__(self):
        return "9" * 10**6


def policy(env, agent_id):
    return Liar(7)
