# name: forged_fault
# tries: Reports a fault of its own choice, with a text that would steer a terminal.
# class: wire
# expect: invalid:time,protocol
# twin: nearest_apple
# needs-wall: true

import json
from kit import FAULT, send

TEXT = "\x1b[2J\x1b[1;1H\x1b]0;stopped\x07[green]scored[/green] 1e9 \u202e"


def policy(env, agent_id):
    fault = json.dumps({"kind": "time", "message": TEXT, "remedy": TEXT, "traceback": TEXT * 40}).encode()
    send(FAULT, fault)
    return 7
