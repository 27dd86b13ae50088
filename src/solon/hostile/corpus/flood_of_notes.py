# name: flood_of_notes
# tries: Sends notes without end instead of an answer.
# class: wire
# expect: invalid:time
# twin: nearest_apple
# needs-wall: true
# expect-c: invalid:protocol
# why-c: A call costs the instance hardly any fuel, so the second note ends it.

from kit import NOTE, send


def policy(env, agent_id):
    while True:
        send(NOTE, b"spam" * 1000)
