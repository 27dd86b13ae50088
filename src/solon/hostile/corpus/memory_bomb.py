# name: memory_bomb
# tries: Takes more and more memory.
# class: memory
# expect: invalid:memory
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    hoard = []
    while True:
        hoard.append(bytes(1 << 24))
