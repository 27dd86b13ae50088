# name: bad_bytecode
# tries: Runs instructions that no compiler would write.
# class: exit
# expect: invalid:crash,time,memory
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    return 7


def wild():
    return 7


wild.__code__ = wild.__code__.replace(co_code=bytes([100, 255, 100, 255, 144, 255, 100, 255, 83, 0]), co_consts=())
policy = lambda env, agent_id: wild()
