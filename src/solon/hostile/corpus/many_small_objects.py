# name: many_small_objects
# tries: Fills the memory with small things.
# class: memory
# expect: invalid:memory,time
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    hoard = None
    while True:
        hoard = (hoard, [hoard])
