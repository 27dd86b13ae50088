# name: state_in_the_map
# tries: Leaves notes for its next episode in what is kept longest: env.static, the map's tables, the helpers.
# class: state
# expect: scored:same
# twin: nearest_apple
# needs-wall: false
# needs-game: true
# episodes: 3

from honest import policy as honest
from kit import reached


def policy(env, agent_id):
    if env.step_count == 0 and agent_id == 0:
        if env.static.get("note") or hasattr(honest, "note") or hasattr(distance_row, "note"):
            reached("a note of the episode before")
    action = honest(env, agent_id)
    env.static["note"] = honest.note = env.step_count
    try:
        distance_row.__func__.note = True
    except AttributeError:
        pass
    return action
