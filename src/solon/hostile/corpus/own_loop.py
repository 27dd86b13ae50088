# name: own_loop
# tries: Takes the channel over and answers all questions itself, correctly: nothing but a policy in disguise.
# class: wire
# expect: scored:same
# twin: nearest_apple
# needs-wall: true

import os

import solon.sandbox.wire as wire

from honest import policy

honest_write = wire.write_all


def write_all(descriptor, data):
    for place in range(0, len(data), 3):
        os.write(descriptor, data[place : place + 3])


wire.write_all = write_all
