# name: surrogates_and_nulls
# tries: Raises an error whose text no encoding takes.
# class: output
# expect: slips
# twin: stand
# needs-wall: false

def policy(env, agent_id):
    raise ValueError("\ud800\udfff\0\ufffe\U0010ffff" * 100)
