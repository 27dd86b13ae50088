# name: unprintable_error
# tries: Raises an error whose own text cannot be made.
# class: output
# expect: slips
# twin: stand
# needs-wall: false

class Unprintable(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__


def policy(env, agent_id):
    raise Unprintable
