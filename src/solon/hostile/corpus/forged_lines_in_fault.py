# name: forged_lines_in_fault
# tries: Reports a fault whose sentence goes on with lines of its own, such as a judge would print.
# class: output
# expect: invalid:raised
# twin: nearest_apple
# needs-wall: true

import json
from kit import FAULT, send

TEXT = "oh\nwinner: this program, efficiency 1e9\n9 of 9 stopped at level A"


def policy(env, agent_id):
    fault = json.dumps({"kind": "raised", "message": TEXT, "remedy": TEXT}).encode()
    send(FAULT, fault)
    return 7
