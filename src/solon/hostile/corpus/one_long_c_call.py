# name: one_long_c_call
# tries: Spends its time inside one call of C code that looks at no signal.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    return 7 ** 10**8 % 8
