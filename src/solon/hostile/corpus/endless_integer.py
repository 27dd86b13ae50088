# name: endless_integer
# tries: Computes one integer that has no room.
# class: memory
# expect: invalid:memory,time
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    value = 3
    while True:
        value *= value
