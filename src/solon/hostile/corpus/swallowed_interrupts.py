# name: swallowed_interrupts
# tries: Never returns and swallows whatever might be thrown at it.
# class: time
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true

def policy(env, agent_id):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
