# name: waiting_objects
# tries: Returns generators, coroutines and types where an integer is due.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

def generator():
    yield 7


async def coroutine():
    return 7


def policy(env, agent_id):
    if agent_id % 2:
        return generator()
    waiting = coroutine()
    waiting.close()
    return waiting
