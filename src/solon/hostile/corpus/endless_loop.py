# name: endless_loop
# tries: Never returns.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    while True:
        pass
