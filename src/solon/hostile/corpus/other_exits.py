# name: other_exits
# tries: Leaves by every exception that ends an interpreter.
# class: exit
# expect: slips
# twin: stand
# needs-wall: false

EXITS = (KeyboardInterrupt, GeneratorExit, SystemExit, StopIteration, StopAsyncIteration, BaseException)


def policy(env, agent_id):
    raise EXITS[env.step_count % len(EXITS)]
