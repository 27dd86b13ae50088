# name: slow_drip
# tries: Uses a little time in each decision, so that no single one is long.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    for _ in range(600_000):
        pass
    return 7
