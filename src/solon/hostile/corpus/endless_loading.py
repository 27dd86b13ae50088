# name: endless_loading
# tries: Never finishes to load.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

while True:
    pass


def policy(env, agent_id):
    return 7
