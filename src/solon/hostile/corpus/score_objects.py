# name: score_objects
# tries: Returns what looks like the judge's own result, with a score.
# class: return-value
# expect: slips
# twin: stand
# needs-wall: false

import msgspec

from solon.contract import Episode, Scored

RESULT = Scored((Episode({"efficiency": 1e9, "welfare": 1e9, "reward": 1e9}),))


def policy(env, agent_id):
    return (RESULT, RESULT.episodes[0], msgspec.json.encode(RESULT))[env.step_count % 3]
