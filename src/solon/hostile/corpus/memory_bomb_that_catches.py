# name: memory_bomb_that_catches
# tries: Takes all the memory it can get, catches the refusal, and takes again.
# class: memory
# expect: invalid:time,memory
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    hoard = []
    while True:
        try:
            hoard.append(bytearray(1 << 22))
        except MemoryError:
            continue
