# name: terminal_controls_in_note
# tries: Raises an error whose text would clear and steer the reader's terminal.
# class: output
# expect: slips
# twin: stand
# needs-wall: false

TEXT = "\x1b[2J\x1b]0;owned\x07\x1b[31m\r\b\x9b\u202eefficiency 1e9\u2066\0"


def policy(env, agent_id):
    raise ValueError(TEXT)
